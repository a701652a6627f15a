package store

import (
	"context"
	"slices"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

// Suppress keeps an address from being mailed: as a keyed hash, and as a mark on the subscriber if
// there is one. A complaint and an objection end all subscriptions (GDPR art. 21(3)); a hard bounce
// leaves them to whoever gets the mailbox working again. expires may be zero: for good. What is
// known already is not weakened: a hash keeps the first of complaint and objection, and no erasure
// or bounce takes their place.
func (s *Store) Suppress(ctx context.Context, address newsletter.Address, hash token.Hash, reason newsletter.SuppressionReason, expires time.Time, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		at := newsletter.At(now)
		p, err := t.lockPerson(address)
		if err != nil {
			return err
		}
		if err := t.suppressAddress(address, p, hash, reason, newsletter.At(expires), at); err != nil {
			return err
		}
		subject := ""
		if p != nil {
			subject = p.PublicID.String()
		}
		return t.audit(by, now, "subscriber.suppress", object{"subscriber", subject}, map[string]any{"reason": reason, "hash": hash.Sum})
	})
}

// LiftSuppression lets an address be mailed again that was suppressed because mail came back; its owner says that
// it works, or the fault was elsewhere: because. hashes are those of the address, under every key. NotFound says that nothing of the kind is in force;
// Conflict, that a complaint or an objection is: only the person's own word lifts that.
func (s *Store) LiftSuppression(ctx context.Context, address newsletter.Address, hashes []token.Hash, because newsletter.LiftGround, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		at := newsletter.At(now)
		p, err := t.lockPerson(address)
		if err != nil {
			return err
		}
		if p != nil && !p.RestrictedAt.IsZero() {
			return restricted()
		}
		found, err := t.suppressions(hashes, at)
		if err != nil {
			return err
		}
		bounced := false
		for _, is := range found {
			switch is.Reason {
			case newsletter.SuppressedBounce:
				bounced = true
			case newsletter.SuppressedComplaint, newsletter.SuppressedObjection:
				return newsletter.Errorf(newsletter.Conflict, "suppression_stays", "the person said that they want no mail (%s): only they can take that back", is.Reason)
			}
		}
		if !bounced {
			return newsletter.Errorf(newsletter.NotFound, "not_suppressed", "this address is not suppressed because of mail that came back")
		}
		for _, hash := range hashes {
			if err := t.exec(`DELETE FROM suppression WHERE key_id = $1 AND hash = $2 AND reason = 'hard_bounce'`, hash.KeyID, hash.Sum); err != nil {
				return err
			}
		}
		subject := ""
		if p != nil {
			subject = p.PublicID.String()
			if err := t.exec(`UPDATE subscriber SET suppressed_at = NULL, changed_at = $2 WHERE id = $1`, p.ID, at); err != nil {
				return err
			}
		}
		return t.audit(by, now, "subscriber.lift_suppression", object{"subscriber", subject}, map[string]any{"because": because})
	})
}

// SuppressedPeople returns people whose address must not be mailed and who have or had one of some lists, or
// with nil all, the newest first and before an id unless it is 0. Each bears an address: that somebody looked
// is audited. hashes are those of an address, under every key.
func (s *Store) SuppressedPeople(ctx context.Context, lists []int64, before int64, limit int, hashes func(newsletter.Address) []token.Hash,
	by newsletter.Actor, now time.Time) (all []newsletter.SuppressedPerson, err error) {
	err = s.write(ctx, func(t *tx) error {
		all = nil
		people, err := t.people(&newsletter.PeopleQuery{Lists: lists, Suppressed: true, Before: before, Limit: limit})
		if err != nil || len(people) == 0 {
			return err
		}
		for _, p := range people {
			found, err := t.suppressions(hashes(p.Address), newsletter.At(now))
			if err != nil {
				return err
			}
			if lists != nil {
				found = slices.DeleteFunc(found, newsletter.Suppression.OfErased)
			}
			all = append(all, newsletter.SuppressedPerson{Subscriber: p.Subscriber, Suppressions: found})
		}
		return t.audit(by, now, "subscriber.list", object{"subscriber", ""}, map[string]any{"shown": len(all), "suppressed": true})
	})
	return all, err
}

// SuppressionsOf returns what is in force about the address of somebody who has or had one of some lists; nil means
// all lists, and everybody. Of others known is false, and nothing is told: neither that they must not be mailed nor that
// they may. That somebody asked is audited, without the address: its hash under the current key stands for it. hashes are
// those of the address, under every key.
func (s *Store) SuppressionsOf(ctx context.Context, address newsletter.Address, lists []int64, hashes []token.Hash, by newsletter.Actor, now time.Time) (
	found []newsletter.Suppression, known bool, err error) {
	err = s.write(ctx, func(t *tx) (err error) {
		found, known = nil, lists == nil
		if !known {
			if err := t.get(&known, `
				SELECT EXISTS (SELECT 1 FROM subscriber AS p JOIN subscription AS m ON m.subscriber_id = p.id
					WHERE p.address_key = $1 AND m.list_id `+t.dialect.among("$2")+`)`, address.Key(), newsletter.NewIDs(lists...)); err != nil {
				return err
			}
		}
		if known {
			if found, err = t.suppressions(hashes, newsletter.At(now)); err != nil {
				return err
			}
		}
		if lists != nil {
			found = slices.DeleteFunc(found, newsletter.Suppression.OfErased)
		}
		return t.audit(by, now, "suppression.ask", object{"suppression", hashes[0].Sum}, map[string]any{"known": known, "found": len(found)})
	})
	return found, known, err
}

// SuppressionCounts says of how many addresses there is a suppression in force, by its reason: also of those of whom
// nothing but the hash is known, whom no list of people can show. An address that has hashes under several keys counts
// for each.
func (s *Store) SuppressionCounts(ctx context.Context, now time.Time) ([]newsletter.SuppressionCount, error) {
	var all []newsletter.SuppressionCount
	err := s.reader.SelectContext(ctx, &all, `
		SELECT reason, COUNT(*) AS addresses FROM suppression WHERE expires IS NULL OR expires > $1 GROUP BY reason ORDER BY reason`, newsletter.At(now))
	return all, err
}

// suppressAddress does what a suppression does, to an address and the person whose it is, if there is
// one. Both are locked.
func (t *tx) suppressAddress(address newsletter.Address, p *newsletter.Subscriber, hash token.Hash, reason newsletter.SuppressionReason, expires, at newsletter.Time) error {
	if err := t.stopQuestions(address, reason, at); err != nil {
		return err
	}
	if err := t.suppress(hash, reason, expires, at); err != nil || p == nil {
		return err
	}
	return t.suppressSubscriber(p, reason, at)
}

// stopQuestions cancels mail that would ask an address to confirm something: the gate knows nobody
// there whom it could find suppressed.
func (t *tx) stopQuestions(address newsletter.Address, reason newsletter.SuppressionReason, at newsletter.Time) error {
	if reason == newsletter.SuppressedErased {
		return nil
	}
	return t.exec(`
		UPDATE delivery SET state = 'suppressed', ended_at = $2, apart = NULL, claim_id = NULL
		WHERE state = 'pending' AND (
			template = 'confirmation' AND ref IN (SELECT id FROM signup WHERE address_key = $1)
			OR template = 'address_confirmation' AND ref IN (SELECT id FROM address_change WHERE new_key = $1))`, address.Key(), at)
}

func (t *tx) suppressSubscriber(p *newsletter.Subscriber, reason newsletter.SuppressionReason, at newsletter.Time) error {
	if err := t.exec(`UPDATE subscriber SET suppressed_at = COALESCE(suppressed_at, $2), changed_at = $2 WHERE id = $1`, p.ID, at); err != nil {
		return err
	}
	if reason == newsletter.SuppressedBounce {
		return nil
	}
	return t.leaveLists(p, nil, string(reason), at)
}

// suppress writes the row. The order of strength is that of the CASE.
func (t *tx) suppress(hash token.Hash, reason newsletter.SuppressionReason, expires, at newsletter.Time) error {
	return t.exec(`
		INSERT INTO suppression (key_id, hash, reason, since, expires) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (key_id, hash) DO UPDATE SET reason = excluded.reason, since = excluded.since, expires = excluded.expires
		WHERE suppression.expires IS NOT NULL AND suppression.expires <= excluded.since
			OR `+strengthOf("excluded.reason")+` > `+strengthOf("suppression.reason"),
		hash.KeyID, hash.Sum, reason, at, expires)
}

func strengthOf(column string) string {
	return `CASE ` + column + ` WHEN 'complaint' THEN 3 WHEN 'objection' THEN 3 WHEN 'hard_bounce' THEN 2 ELSE 1 END`
}

// suppressions returns what is in force about an address, under whatever key it was written.
func (t *tx) suppressions(hashes []token.Hash, at newsletter.Time) ([]newsletter.Suppression, error) {
	var found []newsletter.Suppression
	for _, hash := range hashes {
		var rows []newsletter.Suppression
		if err := t.list(&rows, `
			SELECT key_id, hash, reason, since, expires FROM suppression
			WHERE key_id = $1 AND hash = $2 AND (expires IS NULL OR expires > $3)`, hash.KeyID, hash.Sum, at); err != nil {
			return nil, err
		}
		found = append(found, rows...)
	}
	return found, nil
}

// stopped reports whether an address must not even be asked: by complaint, objection or hard
// bounce. "erased" keeps imports away, not the person's own new sign-up.
func (t *tx) stopped(hashes []token.Hash, at newsletter.Time) (bool, error) {
	found, err := t.suppressions(hashes, at)
	for _, s := range found {
		if s.Reason != newsletter.SuppressedErased {
			return true, err
		}
	}
	return false, err
}

// welcomeBack lifts "erased", when the person's own double opt-in is complete.
func (t *tx) welcomeBack(hashes []token.Hash) error {
	for _, hash := range hashes {
		if err := t.exec(`DELETE FROM suppression WHERE key_id = $1 AND hash = $2 AND reason = 'erased'`, hash.KeyID, hash.Sum); err != nil {
			return err
		}
	}
	return nil
}

// suppressed is the answer to the owner of a mailbox that must not be mailed.
func suppressed() error {
	return newsletter.Errorf(newsletter.Conflict, "suppressed", "this address is not to be mailed any more: write to us if that has changed")
}
