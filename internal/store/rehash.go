package store

import (
	"context"
	"slices"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

// RehashSuppressions puts suppressions of addresses that are still known under the current key, and says how many
// it moved and how many stay under which old key: those of addresses that are not known any more can't be hashed
// anew, so their keys must be kept.
func (s *Store) RehashSuppressions(ctx context.Context, hashes *token.Hashes, by newsletter.Actor, now time.Time) (moved int64, left map[string]int64, err error) {
	err = s.write(ctx, func(t *tx) error {
		moved, left = 0, map[string]int64{}
		current := hashes.Current("").KeyID
		old, err := t.oldSuppressions(current)
		if err != nil {
			return err
		}
		var addresses []newsletter.Address
		if len(old) > 0 {
			if err := t.list(&addresses, `SELECT address FROM subscriber ORDER BY id`); err != nil {
				return err
			}
		}
		for _, a := range addresses {
			all := hashes.All(a)
			if !slices.ContainsFunc(all[1:], func(h token.Hash) bool { return old[h] }) {
				continue // nearly everybody
			}
			n, err := t.rehash(all[0], all[1:])
			if err != nil {
				return err
			}
			moved += n
		}
		var rows []struct {
			KeyID string `db:"key_id"`
			Count int64  `db:"count"`
		}
		if err := t.list(&rows, `SELECT key_id, COUNT(*) AS count FROM suppression WHERE key_id <> $1 GROUP BY key_id`, current); err != nil {
			return err
		}
		for _, row := range rows {
			left[row.KeyID] = row.Count
		}
		return t.audit(by, now, "suppression.rehash", object{"suppression", ""}, map[string]any{"moved": moved, "left": left})
	})
	return moved, left, err
}

// oldSuppressions are the hashes under other keys than the current one.
func (t *tx) oldSuppressions(current string) (map[token.Hash]bool, error) {
	var rows []token.Hash
	err := t.list(&rows, `SELECT key_id, hash FROM suppression WHERE key_id <> $1`, current)
	old := make(map[token.Hash]bool, len(rows))
	for _, h := range rows {
		old[h] = true
	}
	return old, err
}

// rehash moves the rows of one address. Where the current key has one already, the stronger reason stays.
func (t *tx) rehash(current token.Hash, old []token.Hash) (moved int64, err error) {
	for _, h := range old {
		var was []newsletter.Suppression
		if err := t.list(&was, `SELECT key_id, hash, reason, since, expires FROM suppression WHERE key_id = $1 AND hash = $2`, h.KeyID, h.Sum); err != nil {
			return moved, err
		}
		for _, row := range slices.Backward(was) {
			if err := t.suppress(current, row.Reason, row.Expires, row.Since); err != nil {
				return moved, err
			}
			if err := t.exec(`DELETE FROM suppression WHERE key_id = $1 AND hash = $2`, h.KeyID, h.Sum); err != nil {
				return moved, err
			}
			moved++
		}
	}
	return moved, nil
}
