package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

// UnlistedErasures returns the erasures that the replay list outside the database does not have yet, oldest
// first.
func (s *Store) UnlistedErasures(ctx context.Context, limit int) ([]newsletter.ErasureEntry, error) {
	var all []newsletter.ErasureEntry
	err := s.reader.SelectContext(ctx, &all, `SELECT public_id, at, hashes FROM erasure WHERE listed_at IS NULL ORDER BY id LIMIT $1`, limit)
	return all, err
}

// ErasuresListed marks erasures as being on the replay list.
func (s *Store) ErasuresListed(ctx context.Context, ids []newsletter.PublicID, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		n, err := t.count(`
			UPDATE erasure SET listed_at = $2 WHERE listed_at IS NULL AND public_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))`,
			idTexts(ids), newsletter.At(now))
		if err != nil || n == 0 {
			return err
		}
		return t.audit(by, now, "erasure.list", object{"erasure", ""}, map[string]int64{"listed": n})
	})
}

func idTexts(ids []newsletter.PublicID) newsletter.Strings {
	texts := newsletter.Strings{}
	for _, id := range ids {
		texts = append(texts, id.String())
	}
	return texts
}

// UnknownErasures returns which of some erasures this database knows nothing of: it was put back from a copy that
// is older than they are.
func (s *Store) UnknownErasures(ctx context.Context, ids []newsletter.PublicID) ([]newsletter.PublicID, error) {
	var known []newsletter.PublicID
	err := s.reader.SelectContext(ctx, &known, `SELECT public_id FROM erasure WHERE public_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))`, idTexts(ids))
	return slices.DeleteFunc(slices.Clone(ids), func(id newsletter.PublicID) bool { return slices.Contains(known, id) }), err
}

// ReplayErasure carries an erasure out again that this database knows nothing of: whoever has an address with one
// of its hashes, under whatever key, is erased, and the hashes keep imports away as before. It says how many
// addresses were found. An erasure that is known by now changes nothing.
func (s *Store) ReplayErasure(ctx context.Context, entry newsletter.ErasureEntry, hashes *token.Hashes, by newsletter.Actor, now time.Time) (found int, err error) {
	at := newsletter.At(now)
	err = s.write(ctx, func(t *tx) error {
		found = 0
		var known bool
		if err := t.get(&known, `SELECT EXISTS (SELECT 1 FROM erasure WHERE public_id = $1)`, entry.PublicID); err != nil || known {
			return err
		}
		addresses, err := t.addressesOf(entry, hashes)
		if err != nil {
			return err
		}
		for _, a := range addresses {
			if _, err := t.erase(a, hashes.Current, newsletter.NewPublicID(), nil, at); err != nil {
				return err
			}
			found++
		}
		for _, text := range entry.Hashes {
			key, sum, _ := strings.Cut(text, ":")
			if err := t.suppress(token.Hash{KeyID: key, Sum: sum}, newsletter.SuppressedErased, newsletter.Time{}, at); err != nil {
				return err
			}
		}
		if err := t.exec(`INSERT INTO erasure (public_id, at, hashes, lists, deliveries, listed_at) VALUES ($1, $2, $3, 0, 0, $4)`,
			entry.PublicID, entry.At, entry.Hashes, at); err != nil {
			return err
		}
		return t.audit(by, now, "erasure.replay", object{"erasure", entry.PublicID.String()}, map[string]int{"found": found})
	})
	if err == nil && found > 0 {
		s.emptyLog(ctx)
	}
	return found, err
}

// addressesOf finds the addresses of an erasure among all that the database holds. Nothing but hashing each can
// tell: that is what the hashes are for.
func (t *tx) addressesOf(entry newsletter.ErasureEntry, hashes *token.Hashes) ([]newsletter.Address, error) {
	var all []newsletter.Address
	if err := t.list(&all, `
		SELECT address FROM subscriber
		UNION SELECT address FROM signup WHERE address <> ''
		UNION SELECT address FROM consent_evidence
		UNION SELECT old_address FROM address_change UNION SELECT new_address FROM address_change
		UNION SELECT address FROM delivery WHERE address IS NOT NULL
		UNION SELECT address FROM data_request WHERE address IS NOT NULL
		UNION SELECT address FROM data_export
		UNION SELECT address_key FROM import_row WHERE address_key <> ''`); err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	var theirs []newsletter.Address
	for _, a := range all {
		if seen[a.Key()] {
			continue
		}
		seen[a.Key()] = true
		for _, h := range hashes.All(a) {
			if slices.Contains(entry.Hashes, h.KeyID+":"+h.Sum) {
				theirs = append(theirs, a)
			}
		}
	}
	return theirs, nil
}
