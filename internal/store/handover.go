package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"bode.example/internal/newsletter"
)

// HandOver is the gate. In one commit it records what became of the messages handed over before,
// and marks the next ones as being handed over. Only the ids that it returns may be sent: consent,
// suppression, restriction, the edition's state and the lease are conditions of the statement that
// marks them. What it refuses goes to the state that the refusal deserves.
//
// When it fails nothing may be sent, and it is called again with the same: it may have been done all
// the same, where only the answer to the commit was lost. So next holds only what was never sent, and
// what of it is marked already passes once more.
//
// With repeat, outcomes that are uncertain for the first time become pending again; those of mail that
// belongs to no edition always do. An outcome in a
// state to which no way is drawn from handing over is an error, and nothing is done.
func (s *Store) HandOver(ctx context.Context, worker string, outcomes []newsletter.Outcome, next []int64, repeat bool, now time.Time) ([]int64, error) {
	for _, o := range outcomes {
		if !newsletter.DeliveryHandingOver.CanBecome(o.State) {
			return nil, fmt.Errorf("delivery %d is being handed over and can't become %q", o.ID, o.State)
		}
	}
	var granted []int64
	hands := hands{record: s.keep(ctx, recordQuery(s.dialect)), pass: s.keep(ctx, gate(s.dialect, editionGate))}
	err := s.write(ctx, func(t *tx) (err error) {
		granted = nil
		if err := t.record(hands.record, worker, outcomes, repeat, newsletter.At(now)); err != nil {
			return err
		}
		if len(next) == 0 {
			return nil
		}
		ids := newsletter.NewIDs(next...)
		if granted, err = t.pass(hands.pass, ids, worker, newsletter.At(now)); err != nil {
			return err
		}
		if len(granted) == len(ids) {
			return nil
		}
		through := newsletter.NewIDs(granted...)
		refused := slices.DeleteFunc(slices.Clone(ids), through.Has)
		return t.turnAway(refused, worker, newsletter.At(now))
	})
	return granted, err
}

// hands are the two statements of a hand-over that are kept.
type hands struct{ record, pass *sqlx.Stmt }

// pass marks deliveries as being handed over, if all that must hold does hold now, and returns those. What
// an edition sends, and what one person is written, have conditions of their own; most calls are about
// editions only, and PostgreSQL takes longer to plan the conditions than to test them.
func (t *tx) pass(kept *sqlx.Stmt, ids newsletter.IDs, worker string, at newsletter.Time) (granted []int64, err error) {
	err = t.listKept(kept, &granted, gate(t.dialect, editionGate), ids, worker, at)
	if err != nil || len(granted) == len(ids) {
		return granted, err
	}
	var personal []int64
	err = t.list(&personal, gate(t.dialect, personalGate), ids, worker, at)
	return append(granted, personal...), err
}

// gate is the statement that marks deliveries under conditions.
func gate(d dialect, conditions string) string {
	return `
	UPDATE delivery SET state = 'handing_over', handed_over_at = $3
	WHERE id ` + d.among("$1") + ` AND worker = $2 AND lease + 0 > $3 AND ` + heldByID + conditions + `
	RETURNING id`
}

// editionGate are the conditions for mail of an edition: it is being sent, and the reader wants it.
const editionGate = `
		AND kind = 'edition'
		AND EXISTS (SELECT 1 FROM edition AS e WHERE e.id = delivery.edition_id AND e.state = 'sending')
		AND EXISTS (SELECT 1 FROM subscription AS s JOIN subscriber AS p ON p.id = s.subscriber_id
			WHERE s.id = delivery.subscription_id AND s.state = 'active' AND p.suppressed_at IS NULL AND p.restricted_at IS NULL)`

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
// ends unsent gives its posts back. State and lease stand in expressions, so that PostgreSQL goes by the ids
// and not through all that is leased, once for each of them.
func (t *tx) turnAway(ids newsletter.IDs, worker string, at newsletter.Time) error {
	if err := t.lockReaders(ids); err != nil { // before their deliveries, as everywhere
		return err
	}
	var moved []movedDelivery
	if err := t.list(&moved, `
		UPDATE delivery SET worker = '', lease = NULL,
			ended_at = CASE WHEN r.state = 'pending' THEN NULL ELSE CAST($3 AS BIGINT) END,
			state = r.state
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
		WHERE delivery.id = r.id AND delivery.state || '' IN ('claimed', 'handing_over') AND delivery.worker = $2 AND delivery.lease + 0 > $3
		RETURNING delivery.id, delivery.state`,
		ids, worker, at); err != nil {
		return err
	}
	return t.giveBackUnsent(moved)
}

// outcomeChunk bounds what one statement takes.
const outcomeChunk = 500

// record writes outcomes. A delivery that is no longer the worker's, because its lease ran out and it
// was called uncertain, keeps the state it has; only that it was sent after all still counts, and
// keeps it from being sent twice.
func (t *tx) record(kept *sqlx.Stmt, worker string, outcomes []newsletter.Outcome, repeat bool, at newsletter.Time) error {
	for len(outcomes) > 0 {
		chunk := outcomes[:min(len(outcomes), outcomeChunk)]
		outcomes = outcomes[len(chunk):]
		if err := t.recordChunk(kept, worker, chunk, repeat, at); err != nil {
			return err
		}
	}
	return nil
}

// recordQuery writes outcomes: $1 is the worker, $2 the time, $3 the outcomes.
func recordQuery(d dialect) string {
	return `
		UPDATE delivery SET state = o.state, attempts = attempts + o.refused,
			doubts = doubts + CASE WHEN o.state = 'uncertain' THEN 1 ELSE 0 END,
			due_at = COALESCE(o.due_at, delivery.due_at), expires_at = COALESCE(o.expires_at, delivery.expires_at),
			code = o.code, status = o.status, reply = o.reply, worker = '', lease = NULL,
			ended_at = CASE WHEN o.state IN ('pending', 'uncertain') THEN NULL ELSE CAST($2 AS BIGINT) END
		FROM (
			SELECT CAST(v.value ->> 0 AS BIGINT) AS id, v.value ->> 1 AS state, CAST(v.value ->> 2 AS BIGINT) AS refused,
				CAST(v.value ->> 3 AS BIGINT) AS due_at, CAST(v.value ->> 4 AS BIGINT) AS expires_at,
				CAST(v.value ->> 5 AS BIGINT) AS code, v.value ->> 6 AS status, v.value ->> 7 AS reply
			FROM ` + d.rows("$3") + `) AS o
		WHERE delivery.id = o.id AND (
			delivery.state = 'handing_over' AND delivery.worker = $1
			OR o.state = 'sent' AND delivery.doubts > 0 AND delivery.state IN ('uncertain', 'pending', 'claimed'))
		RETURNING delivery.id, delivery.state`
}

func (t *tx) recordChunk(kept *sqlx.Stmt, worker string, outcomes []newsletter.Outcome, repeat bool, at newsletter.Time) error {
	rows := make([][]any, len(outcomes))
	var unsent []int64
	doubtful := false
	for i, o := range outcomes {
		rows[i] = []any{o.ID, o.State, count(o.Refused), micros(o.DueAt), micros(o.ExpiresAt), o.Code, o.Status, o.Reply}
		doubtful = doubtful || o.State == newsletter.DeliveryUncertain
		if endsUnsent(o.State) {
			unsent = append(unsent, o.ID)
		}
	}
	values, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	if err := t.lockReaders(newsletter.NewIDs(unsent...)); err != nil { // before their deliveries, as everywhere
		return err
	}
	var moved []movedDelivery
	if err := t.listKept(kept, &moved, recordQuery(t.dialect), worker, at, string(values)); err != nil {
		return err
	}
	if err := t.noteRefusals(moved, at); err != nil {
		return err
	}
	if err := t.throttle(outcomes); err != nil {
		return err
	}
	if doubtful {
		if err := t.repeatUncertain(repeat, at); err != nil {
			return err
		}
	}
	return t.giveBackUnsent(moved)
}

// movedDelivery is a row that a statement moved, and where to.
type movedDelivery struct {
	ID    int64                    `db:"id"`
	State newsletter.DeliveryState `db:"state"`
}

// endsUnsent reports whether a delivery that comes to a state has ended without having been sent or refused.
func endsUnsent(state newsletter.DeliveryState) bool {
	return state == newsletter.DeliveryExpired || state == newsletter.DeliveryCancelled || state == newsletter.DeliverySuppressed
}

// giveBackUnsent gives the posts of those back that ended without having been sent or refused.
func (t *tx) giveBackUnsent(moved []movedDelivery) error {
	var unsent []int64
	for _, d := range moved {
		if endsUnsent(d.State) {
			unsent = append(unsent, d.ID)
		}
	}
	if len(unsent) == 0 {
		return nil
	}
	return t.giveBack(newsletter.NewIDs(unsent...))
}

// writeRow writes one row of a VALUES list: placeholders after the first n, each cast, because
// PostgreSQL can't infer their types there.
func writeRow(b *strings.Builder, n int, types ...string) {
	b.WriteByte('(')
	for i, typ := range types {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("CAST($" + strconv.Itoa(n+i+1) + " AS " + typ + ")")
	}
	b.WriteByte(')')
}

// micros is a time as a column holds it; nil for none.
func micros(t newsletter.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// throttle leaves domains alone that asked for it. All take them in the same order.
func (t *tx) throttle(outcomes []newsletter.Outcome) error {
	var slow []newsletter.Outcome
	for _, o := range outcomes {
		if !o.Throttle.IsZero() && o.Domain != "" {
			slow = append(slow, o)
		}
	}
	slices.SortStableFunc(slow, func(a, b newsletter.Outcome) int { return strings.Compare(a.Domain, b.Domain) })
	for _, o := range slow {
		if err := t.exec(`
			INSERT INTO throttle (domain, until, reason) VALUES ($1, $2, $3)
			ON CONFLICT (domain) DO UPDATE SET until = excluded.until, reason = excluded.reason
			WHERE throttle.until < excluded.until`, o.Domain, o.Throttle, o.Reply); err != nil {
			return err
		}
	}
	return nil
}
