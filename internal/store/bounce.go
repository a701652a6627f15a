package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

const bounceColumns = `id, public_id, delivery_id, subscriber_id, way, class, policy, status, diagnostic, recognised, hash, received_at, decided_at, effect, reason`

// TakeReport records a report about a delivery and does at once what the rule says; b.Effect and
// b.Reason tell what that was. The same report of the same delivery, by whichever way, counts once
// (reason known), and one about a delivery that is nobody's any more changes nothing (reason erased):
// of both no row is kept. The caller has proved by a token that the report is about this delivery.
//
// The raw report and what the server said are kept only of a subscriber: an erasure finds them there. hash makes the keyed hash
// under which an address is suppressed. Quotas are counted in the same transaction.
func (s *Store) TakeReport(ctx context.Context, b *newsletter.Bounce, rule newsletter.BounceRule, quotas []newsletter.Quota,
	hash func(newsletter.Address) token.Hash, by newsletter.Actor, now time.Time) error {
	id := newsletter.NewPublicID()
	return s.write(ctx, func(t *tx) error {
		at := newsletter.At(now)
		if err := t.take(quotas, now); err != nil {
			return err
		}
		who, err := t.addressee(b.DeliveryID)
		if err != nil {
			return err
		}
		if who == nil {
			b.Effect, b.Reason = newsletter.EffectNone, newsletter.ReasonErased
			return nil
		}
		b.PublicID, b.SubscriberID, b.ReceivedAt = id, who.subscriber(), at
		if b.SubscriberID == nil {
			b.Raw, b.Diagnostic = nil, ""
		}
		err = t.get(&b.ID, `
			INSERT INTO bounce (public_id, delivery_id, subscriber_id, way, class, policy, status, diagnostic, recognised, hash, raw, received_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
			ON CONFLICT (delivery_id, hash) DO NOTHING RETURNING id`,
			b.PublicID, b.DeliveryID, b.SubscriberID, b.Way, b.Class, b.Policy, b.Status, b.Diagnostic, b.Recognised, b.Hash, b.Raw, at)
		if errors.Is(err, sql.ErrNoRows) {
			b.PublicID, b.Effect, b.Reason = newsletter.PublicID{}, newsletter.EffectNone, newsletter.ReasonKnown
			return nil
		}
		if err != nil {
			return err
		}
		return t.settle(b, who, rule, hash, by, at)
	})
}

// addressee is whom a delivery was for.
type addressee struct {
	person  *newsletter.Subscriber // nil: nobody has confirmed this address
	address newsletter.Address
	typed   *newsletter.Address // of a delivery that bears its own address
	since   newsletter.Time     // the person has this address since then; zero: always
	moved   bool                // the delivery went to an earlier address
}

func (w *addressee) subscriber() *int64 {
	if w.person == nil {
		return nil
	}
	return &w.person.ID
}

// target is where a delivery goes; its fields are empty after an erasure.
type target struct {
	Subscriber *int64              `db:"subscriber_id"`
	Address    *newsletter.Address `db:"address"`
	At         newsletter.Time     `db:"at"`
}

func (t *tx) targetOf(delivery int64) (target, error) {
	var to target
	err := t.get(&to, `
		SELECT COALESCE(s.subscriber_id, d.subscriber_id) AS subscriber_id, d.address, COALESCE(d.handed_over_at, d.created_at) AS at
		FROM delivery AS d LEFT JOIN subscription AS s ON s.id = d.subscription_id WHERE d.id = $1`, delivery)
	if errors.Is(err, sql.ErrNoRows) {
		return target{}, nil // sqlx has made something of its pointers
	}
	return to, err
}

// addressee locks whom a delivery was for, and returns nil when nobody is known any more. The person is
// locked before anything is written about them, so that an erasure is over before or begins after.
func (t *tx) addressee(delivery int64) (*addressee, error) {
	to, err := t.targetOf(delivery)
	if err != nil || to.Subscriber == nil && to.Address == nil {
		return nil, err
	}
	who := &addressee{typed: to.Address}
	if to.Address != nil {
		who.address = *to.Address
		who.person, err = t.lockPerson(who.address)
	} else if who.person, err = t.lockSubscriber(*to.Subscriber); newsletter.Is(err, newsletter.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if to, err = t.targetOf(delivery); err != nil || to.Subscriber == nil && to.Address == nil {
		return nil, err // erased while we waited for the lock
	}
	if to.Address != nil {
		return who, nil
	}
	who.address = who.person.Address
	if who.since, err = t.addressSince(who.person); err != nil {
		return nil, err
	}
	who.moved = !who.since.IsZero() && !to.At.After(who.since.Time)
	return who, nil
}

// addressSince is when a person last changed their address, or took that back; zero: never. The ledger
// of consent remembers it when the change itself is forgotten; of who had left every list there is
// nothing in it.
func (t *tx) addressSince(p *newsletter.Subscriber) (since newsletter.Time, err error) {
	err = t.get(&since, `
		SELECT MAX(at) FROM (
			SELECT at FROM consent WHERE subject = $1 AND channel IN ('address_change', 'address_undo')
			UNION ALL SELECT confirmed_at FROM address_change WHERE subscriber_id = $2
			UNION ALL SELECT undone_at FROM address_change WHERE subscriber_id = $2
		) AS changed`, p.Subject, p.ID)
	return since, err
}

// settle decides on a bounce that is written, and does what follows.
func (t *tx) settle(b *newsletter.Bounce, who *addressee, rule newsletter.BounceRule, hash func(newsletter.Address) token.Hash,
	by newsletter.Actor, at newsletter.Time) error {
	softs := 0
	var err error
	if b.Class == newsletter.BounceSoft && !b.Policy && !who.moved {
		if softs, err = t.softsInARow(who, rule, at); err != nil {
			return err
		}
	}
	b.Effect, b.Reason = rule.Effect(b.Class, b.Policy, softs)
	if who.moved {
		b.Effect, b.Reason = newsletter.EffectNone, newsletter.ReasonMoved
	}
	b.DecidedAt = at
	if err := t.exec(`UPDATE bounce SET decided_at = $2, effect = $3, reason = $4 WHERE id = $1`, b.ID, at, b.Effect, b.Reason); err != nil {
		return err
	}
	if b.Effect != newsletter.EffectSuppressed {
		return nil
	}
	reason := newsletter.SuppressedBounce
	if b.Class == newsletter.BounceComplaint {
		reason = newsletter.SuppressedComplaint
	}
	return t.suppressAddress(who.address, who.person, hash(who.address), reason, newsletter.Time{}, at)
}

// softsInARow counts the deliveries that came back softly since the last one that came through, within
// the rule's period and at the address of now. One that nothing came back of counts as come through when a
// later one was handed over: until then its own report may be under way. What led to an earlier suppression
// is done with: who was let in again begins anew.
func (t *tx) softsInARow(who *addressee, rule newsletter.BounceRule, at newsletter.Time) (n int, err error) {
	after := newsletter.At(at.Add(-rule.SoftPeriod))
	if who.since.After(after.Time) {
		after = who.since
	}
	person := int64(0) // no row has this id
	if who.person != nil {
		person = who.person.ID
	}
	err = t.get(&n, `
		WITH own AS (
			SELECT d.id, d.state, d.handed_over_at AS at,
				EXISTS (SELECT 1 FROM bounce AS b WHERE b.delivery_id = d.id) AS returned,
				EXISTS (SELECT 1 FROM bounce AS b WHERE b.delivery_id = d.id AND b.effect = 'suppressed') AS ended,
				EXISTS (SELECT 1 FROM bounce AS b WHERE b.delivery_id = d.id AND b.class = 'soft' AND NOT b.policy) AS soft
			FROM delivery AS d
			WHERE d.handed_over_at > $3 AND (d.subscriber_id = $1 AND d.address IS NULL
				OR d.subscription_id IN (SELECT id FROM subscription WHERE subscriber_id = $1) OR d.address = $2))
		SELECT COUNT(*) FROM own WHERE soft AND at > COALESCE((
			SELECT MAX(at) FROM own WHERE ended OR state = 'sent' AND NOT returned AND at < (SELECT MAX(at) FROM own WHERE soft)), 0)`,
		person, who.typed, after)
	return n, err
}
