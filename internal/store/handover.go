package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"bode.example/internal/newsletter"
)

// HandOver is the gate. In one commit it records what became of the messages handed over before,
// and marks the next ones as being handed over. Only the ids that it returns may be sent: consent,
// suppression, restriction, the edition's state and the lease are conditions of the statement that
// marks them. What it refuses goes to the state that the refusal deserves.
//
// Each delivery is named with the claim that holds it: what was taken away meanwhile is refused, also when the same
// worker has claimed it anew.
//
// When it fails nothing may be sent, and it is called again with the same: it may have been done all
// the same, where only the answer to the commit was lost. So next holds only what was never sent, and
// what of it is marked already passes once more.
//
// With repeat, outcomes that are uncertain for the first time become pending again; those of mail that
// belongs to no edition always do. An outcome in a
// state to which no way is drawn from handing over is an error, and nothing is done.
func (s *Store) HandOver(ctx context.Context, outcomes []newsletter.Outcome, next []newsletter.Held, repeat bool, now time.Time) ([]int64, error) {
	for _, o := range outcomes {
		if !newsletter.DeliveryHandingOver.CanBecome(o.State) {
			return nil, fmt.Errorf("delivery %d is being handed over and can't become %q", o.ID, o.State)
		}
	}
	sent, others := accepted(outcomes)
	if s.dialect.together && len(sent) == 1 && len(others) == 0 {
		return s.handOverAtOnce(ctx, sent, next, now)
	}
	var granted []int64
	hands := s.hands(ctx)
	err := s.write(ctx, func(t *tx) (err error) {
		if err := t.record(hands, sent, others, repeat, newsletter.At(now)); err != nil {
			return err
		}
		granted, err = t.passAll(hands, next, newsletter.At(now))
		return err
	})
	return granted, err
}

// hands are the statements of a hand-over that are kept.
type hands struct{ sent, record, pass *sqlx.Stmt }

func (s *Store) hands(ctx context.Context) hands {
	return hands{sent: s.keep(ctx, sentQuery(s.dialect)), record: s.keep(ctx, recordQuery(s.dialect)), pass: s.keep(ctx, gate(s.dialect, editionGate("$2")))}
}

// handOverAtOnce is the usual hand-over in one statement: what was before has been accepted, and what is next belongs to
// an edition. It is one round trip to the server where a transaction takes four. What the gate of editions refuses is
// looked at once more, in a transaction.
func (s *Store) handOverAtOnce(ctx context.Context, sent map[acceptance][]accept, next []newsletter.Held, now time.Time) ([]int64, error) {
	var granted []int64
	left := next
	for how, rows := range sent {
		claim, ids := firstClaim(next)
		query := atOnceQuery(s.dialect)
		kept := s.keep(ctx, query)
		args := []any{newsletter.At(now), how.claim, how.code, how.status, pairs(rows), ids, claim}
		if err := s.retry(ctx, func() error {
			granted = nil
			if kept == nil {
				return interrupted(ctx, s.db.SelectContext(ctx, &granted, query, args...))
			}
			return interrupted(ctx, kept.SelectContext(ctx, &granted, args...))
		}); err != nil {
			return nil, err
		}
		through := newsletter.NewIDs(granted...)
		left = slices.DeleteFunc(slices.Clone(next), func(h newsletter.Held) bool { return through.Has(h.ID) })
	}
	if len(left) == 0 {
		return granted, nil
	}
	var more []int64
	hands := s.hands(ctx)
	err := s.write(ctx, func(t *tx) (err error) {
		more, err = t.passAll(hands, left, newsletter.At(now))
		return err
	})
	if err != nil {
		return nil, err
	}
	return append(granted, more...), nil
}

// firstClaim is the oldest claim of which something is held, and what.
func firstClaim(held []newsletter.Held) (int64, newsletter.IDs) {
	for claim, ids := range byClaim(held) {
		return claim, ids
	}
	return 0, newsletter.NewIDs()
}

// atOnceQuery is sentQuery, and the gate of editions for the ids $6 of the claim $7.
func atOnceQuery(d dialect) string {
	return `WITH sent AS (` + sentQuery(d) + `)` + gateOf(d, editionGate("$7"), "$6", "$7", "$1")
}

// passAll marks deliveries as being handed over, those of each claim by themselves.
func (t *tx) passAll(kept hands, next []newsletter.Held, at newsletter.Time) (granted []int64, err error) {
	for claim, ids := range byClaim(next) {
		through, err := t.pass(kept.pass, ids, claim, at)
		if err != nil {
			return nil, err
		}
		granted = append(granted, through...)
	}
	return granted, nil
}

// pass marks deliveries of a claim as being handed over, if all that must hold does hold now, and returns those. What
// an edition sends, and what one person is written, have conditions of their own; most calls are about
// editions only, and PostgreSQL takes longer to plan the conditions than to test them.
func (t *tx) pass(kept *sqlx.Stmt, ids newsletter.IDs, claim int64, at newsletter.Time) (granted []int64, err error) {
	err = t.listKept(kept, &granted, gate(t.dialect, editionGate("$2")), ids, claim, at)
	if err != nil || len(granted) == len(ids) {
		return granted, err
	}
	var personal []int64
	if err := t.list(&personal, gate(t.dialect, personalGate), ids, claim, at); err != nil {
		return nil, err
	}
	if granted = append(granted, personal...); len(granted) == len(ids) {
		return granted, nil
	}
	through := newsletter.NewIDs(granted...)
	refused := slices.DeleteFunc(slices.Clone(ids), through.Has)
	return granted, t.turnAway(refused, claim, at)
}

// leased is the condition that a claim holds a delivery, and that its lease has not run out.
func leased(claim, at string) string {
	return `EXISTS (SELECT 1 FROM claim AS c WHERE c.id = ` + claim + ` AND c.lease > ` + at + ` AND ` + holds("delivery") + `)`
}

// leasedAtOnce is leased for many deliveries of one claim: what it asks of the claim, it asks once for all of them.
func leasedAtOnce(claim, at string) string {
	of := func(column string) string {
		return `(SELECT c.` + column + ` FROM claim AS c WHERE c.id = ` + claim + `)`
	}
	return `EXISTS (SELECT 1 FROM claim AS c WHERE c.id = ` + claim + ` AND c.lease > ` + at + `) AND (claim_id = ` + claim + `
		OR apart IS NULL AND edition_id = ` + of("edition_id") + ` AND id > ` + of("after_id") + ` AND id <= ` + of("through_id") + `)`
}

// gate is the statement that marks deliveries under conditions: the ids $1 of the claim $2, at $3.
func gate(d dialect, conditions string) string { return gateOf(d, conditions, "$1", "$2", "$3") }

func gateOf(d dialect, conditions, ids, claim, at string) string {
	return `
	UPDATE delivery SET state = 'handing_over', handed_over_at = ` + at + `
	WHERE id ` + d.among(ids) + ` AND state IN ('pending', 'handing_over') AND ` + leasedAtOnce(claim, at) + conditions + `
	RETURNING id`
}

// editionGate are the conditions for mail of the edition of a claim: it is being sent, and the reader wants it.
func editionGate(claim string) string {
	return `
		AND kind = 'edition'
		AND edition_id = (SELECT e.id FROM claim AS c JOIN edition AS e ON e.id = c.edition_id WHERE c.id = ` + claim + ` AND e.state = 'sending')
		AND EXISTS (SELECT 1 FROM subscription AS s JOIN subscriber AS p ON p.id = s.subscriber_id
			WHERE s.id = delivery.subscription_id AND s.state = 'active' AND p.suppressed_at IS NULL AND p.restricted_at IS NULL)`
}

// personalGate are the conditions for mail to one person: also that the link in it still opens something,
// and that the row is there which it is about.
const personalGate = `
		AND kind <> 'edition'
		AND (subscription_id IS NOT NULL OR subscriber_id IS NOT NULL OR address IS NOT NULL)
		AND (subscription_id IS NULL
			OR EXISTS (SELECT 1 FROM subscription AS s JOIN subscriber AS p ON p.id = s.subscriber_id
				WHERE s.id = delivery.subscription_id AND s.state = 'active' AND p.suppressed_at IS NULL AND p.restricted_at IS NULL))
		AND (subscriber_id IS NULL
			OR EXISTS (SELECT 1 FROM subscriber AS p
				WHERE p.id = delivery.subscriber_id AND (delivery.kind = 'request' OR p.suppressed_at IS NULL AND p.restricted_at IS NULL)))
		AND (kind <> 'confirmation'
			OR EXISTS (SELECT 1 FROM signup AS u WHERE u.id = delivery.ref AND u.used_at IS NULL AND u.expires_at > $3))
		AND (template NOT IN ('welcome', 'already_subscribed') OR ref IS NULL
			OR EXISTS (SELECT 1 FROM signup AS u WHERE u.id = delivery.ref))
		AND (template <> 'access_link'
			OR EXISTS (SELECT 1 FROM access_link AS a WHERE a.id = delivery.ref AND a.used_at IS NULL AND a.expires_at > $3))
		AND (kind <> 'sign_in'
			OR EXISTS (SELECT 1 FROM sign_in AS i WHERE i.id = delivery.ref AND i.used_at IS NULL AND i.expires_at > $3))
		AND (template <> 'address_confirmation'
			OR EXISTS (SELECT 1 FROM address_change AS c WHERE c.id = delivery.ref AND c.confirmed_at IS NULL AND c.expires_at > $3))
		AND (template <> 'address_notice'
			OR EXISTS (SELECT 1 FROM address_change AS c WHERE c.id = delivery.ref AND c.undo_until > $3))`

// turnAway moves on what the gate refused. What none of the reasons fits (the edition was paused)
// waits: when in doubt nothing is lost. So does what is marked already; its turn comes once more. What
// ends unsent gives its posts back.
func (t *tx) turnAway(ids newsletter.IDs, claim int64, at newsletter.Time) error {
	if err := t.lockReaders(ids); err != nil { // before their deliveries, as everywhere
		return err
	}
	var moved []movedDelivery
	if err := t.list(&moved, `
		UPDATE delivery SET state = r.state, claim_id = NULL,
			apart = CASE WHEN r.state = 'pending' THEN 'waiting' END,
			ended_at = CASE WHEN r.state = 'pending' THEN NULL ELSE CAST($3 AS BIGINT) END
		FROM (
			SELECT d.id, CASE
				WHEN d.state = 'handing_over' THEN 'pending'
				WHEN d.kind <> 'request' AND p.suppressed_at IS NOT NULL THEN 'suppressed'
				WHEN d.kind <> 'request' AND p.restricted_at IS NOT NULL THEN 'cancelled'
				WHEN s.id IS NULL AND (d.kind = 'edition' OR d.subscriber_id IS NULL AND d.address IS NULL) THEN 'cancelled'
				WHEN s.state <> 'active' THEN 'cancelled'
				WHEN e.state = 'cancelled' THEN 'cancelled'
				WHEN d.kind = 'confirmation' AND u.used_at IS NOT NULL THEN 'cancelled'
				WHEN d.kind = 'confirmation' AND u.expires_at <= $3 THEN 'expired'
				WHEN d.template IN ('confirmation', 'welcome', 'already_subscribed') AND d.ref IS NOT NULL AND u.id IS NULL THEN 'cancelled'
				WHEN d.template = 'access_link' AND (a.id IS NULL OR a.used_at IS NOT NULL) THEN 'cancelled'
				WHEN d.template = 'access_link' AND a.expires_at <= $3 THEN 'expired'
				WHEN d.kind = 'sign_in' AND (i.id IS NULL OR i.used_at IS NOT NULL) THEN 'cancelled'
				WHEN d.kind = 'sign_in' AND i.expires_at <= $3 THEN 'expired'
				WHEN d.template IN ('address_confirmation', 'address_notice') AND c.id IS NULL THEN 'cancelled'
				WHEN d.template = 'address_confirmation' AND c.confirmed_at IS NOT NULL THEN 'cancelled'
				WHEN d.template = 'address_confirmation' AND c.expires_at <= $3 THEN 'expired'
				WHEN d.template = 'address_notice' AND COALESCE(c.undo_until, 0) <= $3 THEN 'expired'
				WHEN d.subscriber_id IS NOT NULL AND p.id IS NULL THEN 'cancelled'
				ELSE 'pending' END AS state
			FROM delivery AS d
			LEFT JOIN edition AS e ON e.id = d.edition_id
			LEFT JOIN subscription AS s ON s.id = d.subscription_id
			LEFT JOIN subscriber AS p ON p.id = COALESCE(s.subscriber_id, d.subscriber_id)
			LEFT JOIN signup AS u ON u.id = d.ref AND d.template IN ('confirmation', 'welcome', 'already_subscribed')
			LEFT JOIN access_link AS a ON a.id = d.ref AND d.template = 'access_link'
			LEFT JOIN sign_in AS i ON i.id = d.ref AND d.kind = 'sign_in'
			LEFT JOIN address_change AS c ON c.id = d.ref AND d.template IN ('address_confirmation', 'address_notice')
			WHERE d.id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)))
		) AS r
		WHERE delivery.id = r.id AND delivery.state IN ('pending', 'handing_over') AND `+leased("$2", "$3")+`
		RETURNING delivery.id, delivery.state`,
		ids, claim, at); err != nil {
		return err
	}
	return t.giveBackUnsent(moved)
}
