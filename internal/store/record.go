package store

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"

	"bode.example/internal/newsletter"
)

// outcomeChunk bounds what one statement takes.
const outcomeChunk = 500

// record writes outcomes. A delivery that its claim holds no longer, because the lease ran out and it
// was called uncertain, keeps the state it has; only that it was sent after all still counts, and
// keeps it from being sent twice.
func (t *tx) record(kept hands, sent map[acceptance][]accept, others []newsletter.Outcome, repeat bool, at newsletter.Time) error {
	for _, how := range slices.SortedFunc(maps.Keys(sent), acceptance.compare) {
		for rows := range slices.Chunk(sent[how], outcomeChunk) {
			if err := t.recordSent(kept.sent, how, rows, at); err != nil {
				return err
			}
		}
	}
	for chunk := range slices.Chunk(others, outcomeChunk) {
		if err := t.recordChunk(kept.record, chunk, repeat, at); err != nil {
			return err
		}
	}
	return nil
}

// acceptance is what messages have in common that were accepted: their claim, and what the server said but for its words.
type acceptance struct {
	claim  int64
	code   int
	status string
}

func (a acceptance) compare(b acceptance) int {
	return cmp.Or(cmp.Compare(a.claim, b.claim), cmp.Compare(a.code, b.code), strings.Compare(a.status, b.status))
}

// accepted divides outcomes into those of messages that were accepted, as rows of an id and the server's words, and
// all others. Nearly all are of the first kind, and cost half as much by a statement of their own.
func accepted(outcomes []newsletter.Outcome) (sent map[acceptance][]accept, others []newsletter.Outcome) {
	sent = map[acceptance][]accept{}
	for i := range outcomes {
		o := &outcomes[i]
		if o.State != newsletter.DeliverySent {
			others = append(others, *o)
			continue
		}
		how := acceptance{o.ClaimID, o.Code, o.Status}
		sent[how] = append(sent[how], accept{o.ID, o.Reply})
	}
	return sent, others
}

// recordable is the condition that an outcome o of a delivery counts: the delivery was handed over by a claim c that holds it
// still, or it was sent after all, where late holds.
func recordable(late string) string {
	return `(delivery.state = 'handing_over' AND c.id IS NOT NULL AND ` + holds("delivery") + `
			OR ` + late + ` AND delivery.doubts > 0 AND delivery.state IN ('uncertain', 'pending'))`
}

// sentQuery writes that messages were accepted at $1: of the claim $2, with the code $3 and the status $4, the pairs $5 of an id
// and the server's words.
func sentQuery(d dialect) string {
	return `
		UPDATE delivery SET state = 'sent', code = $3, status = $4, reply = o.reply, apart = NULL, claim_id = NULL, ended_at = $1
		FROM (SELECT CAST(v.key AS BIGINT) AS id, v.value AS reply FROM ` + d.pairs("$5") + `) AS o LEFT JOIN claim AS c ON c.id = $2
		WHERE delivery.id = o.id AND ` + recordable("TRUE")
}

func (t *tx) recordSent(kept *sqlx.Stmt, how acceptance, rows []accept, at newsletter.Time) error {
	return t.execKept(kept, sentQuery(t.dialect), at, how.claim, how.code, how.status, pairs(rows))
}

// accept is a message that was accepted, with the server's words.
type accept struct {
	id    int64
	reply string
}

// pairs are rows as a JSON object, the words by the ids: each is read without looking into a row of its own.
func pairs(rows []accept) string {
	var b bytes.Buffer
	words := json.NewEncoder(&b)
	for i, r := range rows {
		b.WriteByte("{,"[min(i, 1)])
		fmt.Fprintf(&b, `"%d":`, r.id)
		_ = words.Encode(r.reply) // a string, to a buffer
	}
	b.WriteByte('}')
	return b.String()
}

// recordQuery writes outcomes of any kind: $1 is the time, $2 the outcomes.
func recordQuery(d dialect) string {
	return `
		UPDATE delivery SET state = o.state, attempts = attempts + o.refused,
			doubts = doubts + CASE WHEN o.state = 'uncertain' THEN 1 ELSE 0 END,
			due_at = COALESCE(o.due_at, delivery.due_at), expires_at = COALESCE(o.expires_at, delivery.expires_at),
			code = o.code, status = o.status, reply = o.reply, claim_id = NULL,
			apart = CASE o.state WHEN 'pending' THEN 'waiting' WHEN 'uncertain' THEN 'uncertain' END,
			ended_at = CASE WHEN o.state IN ('pending', 'uncertain') THEN NULL ELSE CAST($1 AS BIGINT) END
		FROM (
			SELECT CAST(v.value ->> 0 AS BIGINT) AS id, v.value ->> 1 AS state, CAST(v.value ->> 2 AS BIGINT) AS refused,
				CAST(v.value ->> 3 AS BIGINT) AS due_at, CAST(v.value ->> 4 AS BIGINT) AS expires_at,
				CAST(v.value ->> 5 AS BIGINT) AS code, v.value ->> 6 AS status, v.value ->> 7 AS reply,
				CAST(v.value ->> 8 AS BIGINT) AS claim
			FROM ` + d.rows("$2") + `) AS o LEFT JOIN claim AS c ON c.id = o.claim
		WHERE delivery.id = o.id AND ` + recordable("o.state = 'sent'") + `
		RETURNING delivery.id, delivery.state`
}

func (t *tx) recordChunk(kept *sqlx.Stmt, outcomes []newsletter.Outcome, repeat bool, at newsletter.Time) error {
	rows := make([][]any, len(outcomes))
	var unsent []int64
	doubtful := false
	for i, o := range outcomes {
		rows[i] = []any{o.ID, o.State, count(o.Refused), micros(o.DueAt), micros(o.ExpiresAt), o.Code, o.Status, o.Reply, o.ClaimID}
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
	if err := t.listKept(kept, &moved, recordQuery(t.dialect), at, string(values)); err != nil {
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
