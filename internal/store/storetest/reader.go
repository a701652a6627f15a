package storetest

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

// Reader subscribes somebody to the list at Start, at a schedule's pace, to topics, or to all when
// none is given, by statements of its own: tests of editions need readers, not the way they joined.
// It returns the id of the subscription.
func (w *World) Reader(name string, schedule newsletter.Schedule, topics ...newsletter.Topic) (subscription int64) {
	w.t.Helper()
	db, at := w.raw(), newsletter.At(Start)
	var subscriber, reading int64
	w.check(db.QueryRowContext(w.t.Context(), `
		INSERT INTO subscriber (public_id, address, address_key, language, layout, subject, created_at, changed_at)
		VALUES ($1, $2, $2, 'nl', 'standard', $3, $4, $4) RETURNING id`,
		newsletter.NewPublicID(), name+"@lezer.voorbeeld.nl", newsletter.NewPublicID(), at).Scan(&subscriber))
	var lastSeq int64
	w.check(db.QueryRowContext(w.t.Context(), `SELECT last_seq FROM list WHERE id = $1`, w.List.ID).Scan(&lastSeq))
	w.check(db.QueryRowContext(w.t.Context(), `
		INSERT INTO reading (list_id, through_seq, told_seq, away_from, away_to, owed_posts) VALUES ($1, $2, $2, 0, 0, '[]')
		ON CONFLICT (list_id, through_seq, told_seq, away_from, away_to, owed_posts) DO UPDATE SET owed_posts = excluded.owed_posts
		RETURNING id`, w.List.ID, lastSeq).Scan(&reading))
	w.check(db.QueryRowContext(w.t.Context(), `
		INSERT INTO subscription (public_id, subscriber_id, list_id, schedule_id, topic_set_id, reading_id, state, active_since, created_at, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, 'active', $7, $7, $7) RETURNING id`,
		newsletter.NewPublicID(), subscriber, w.List.ID, schedule.ID, w.topicSet(topics), reading, at).Scan(&subscription))
	return subscription
}

func (w *World) topicSet(topics []newsletter.Topic) *int64 {
	w.t.Helper()
	if len(topics) == 0 {
		return nil
	}
	var ids []int64
	for _, topic := range topics {
		ids = append(ids, topic.ID)
	}
	var set int64
	w.check(w.raw().QueryRowContext(w.t.Context(), `
		INSERT INTO topic_set (list_id, topics) VALUES ($1, $2)
		ON CONFLICT (list_id, topics) DO UPDATE SET topics = excluded.topics RETURNING id`, w.List.ID, newsletter.NewIDs(ids...)).Scan(&set))
	return &set
}

// raw is a connection beside the store, opened once.
func (w *World) raw() *sql.DB {
	w.t.Helper()
	if w.db == nil {
		w.db = raw(w.t, w.s)
	}
	return w.db
}

// Do runs a statement beside the store: for what no method does. Where it runs beside workers it may
// be the one that PostgreSQL gives up in a deadlock, as a method of the store may; then it runs again.
func (w *World) Do(statement string, args ...any) {
	w.t.Helper()
	for {
		_, err := w.raw().ExecContext(w.t.Context(), statement, args...)
		if pq.As(err, pqerror.TRDeadlockDetected) == nil {
			w.check(err)
			return
		}
	}
}

// Ask scans one row of a query beside the store: for what no method tells.
func (w *World) Ask(into any, query string, args ...any) {
	w.t.Helper()
	w.check(w.raw().QueryRowContext(w.t.Context(), query, args...).Scan(into))
}

// ReadingOf returns what a subscription has read.
func (w *World) ReadingOf(subscription int64) (r newsletter.Reading) {
	w.t.Helper()
	w.check(w.raw().QueryRowContext(w.t.Context(), `
		SELECT r.id, r.list_id, r.through_seq, r.told_seq, r.away_from, r.away_to, r.owed_posts
		FROM reading AS r JOIN subscription AS s ON s.reading_id = r.id WHERE s.id = $1`, subscription).
		Scan(&r.ID, &r.ListID, &r.ThroughSeq, &r.ToldSeq, &r.AwayFrom, &r.AwayTo, &r.OwedPosts))
	return r
}

// HandedOver says what somebody was handed.
type HandedOver struct {
	Subscription int64
	Posts        newsletter.IDs
}

// HandOver stands in for the delivery worker: it hands over every waiting delivery of the editions that
// are being sent, to those who want and may be mailed.
func (w *World) HandOver(now time.Time) (handed []HandedOver) {
	w.t.Helper()
	rows, err := w.raw().QueryContext(w.t.Context(), `
		UPDATE delivery SET state = 'sent', apart = NULL, claim_id = NULL, handed_over_at = $1, ended_at = $1
		FROM subscription AS s, subscriber AS u, edition AS e, variant AS v
		WHERE delivery.state = 'pending' AND delivery.expires_at > $1
		AND s.id = delivery.subscription_id AND s.state = 'active' AND u.id = s.subscriber_id AND u.suppressed_at IS NULL AND u.restricted_at IS NULL
		AND e.id = delivery.edition_id AND e.state = 'sending' AND v.id = delivery.variant_id
		RETURNING subscription_id, (SELECT posts FROM variant WHERE id = delivery.variant_id)`, newsletter.At(now))
	w.check(err)
	defer rows.Close()
	for rows.Next() {
		var h HandedOver
		w.check(rows.Scan(&h.Subscription, &h.Posts))
		handed = append(handed, h)
	}
	w.check(rows.Err())
	return handed
}

// Crowd subscribes n people at a schedule's pace in one go, with three topic sets, both languages
// and fifty domains among them: for tests and benchmarks of many.
func (w *World) Crowd(n int, schedule newsletter.Schedule) {
	w.t.Helper()
	reading := w.ReadingOf(w.Reader("first", schedule)).ID
	sets := []*int64{nil, w.topicSet([]newsletter.Topic{w.Council}), w.topicSet([]newsletter.Topic{w.Council, w.Residents})}
	tx, err := w.raw().BeginTx(w.t.Context(), nil)
	w.check(err)
	defer func() { _ = tx.Rollback() }()
	const batch = 500
	for from := 1; from < n; from += batch {
		to := min(from+batch, n)
		people := values{}
		for i := from; i < to; i++ {
			address := fmt.Sprintf("lezer%d@d%d.voorbeeld.nl", i, i%50)
			people.row(newsletter.NewPublicID(), address, string(newsletter.Languages()[i%2]), newsletter.NewPublicID(), newsletter.At(Start))
		}
		rows, err := tx.QueryContext(w.t.Context(), `
			WITH v (public_id, address, language, subject, at) AS (VALUES `+people.String()+`)
			INSERT INTO subscriber (public_id, address, address_key, language, layout, subject, created_at, changed_at)
			SELECT public_id, address, address, language, 'standard', subject, CAST(at AS BIGINT), CAST(at AS BIGINT) FROM v WHERE TRUE
			RETURNING id`, people.args...)
		w.check(err)
		subscriptions := values{}
		for i := from; rows.Next(); i++ {
			var id int64
			w.check(rows.Scan(&id))
			subscriptions.row(newsletter.NewPublicID(), id, w.List.ID, schedule.ID, sets[i%3], reading, "active", newsletter.At(Start))
		}
		w.check(rows.Err())
		w.check(rows.Close()) //nolint:sqlclosecheck // what follows needs it closed
		_, err = tx.ExecContext(w.t.Context(), `
			WITH v (public_id, subscriber_id, list_id, schedule_id, topic_set_id, reading_id, state, at) AS (VALUES `+subscriptions.String()+`)
			INSERT INTO subscription (public_id, subscriber_id, list_id, schedule_id, topic_set_id, reading_id, state, active_since, created_at, changed_at)
			SELECT public_id, CAST(subscriber_id AS BIGINT), CAST(list_id AS BIGINT), CAST(schedule_id AS BIGINT), CAST(topic_set_id AS BIGINT),
				CAST(reading_id AS BIGINT), state, CAST(at AS BIGINT), CAST(at AS BIGINT), CAST(at AS BIGINT) FROM v WHERE TRUE`, subscriptions.args...)
		w.check(err)
	}
	w.check(tx.Commit())
}

// values writes the rows of a VALUES list.
type values struct {
	text strings.Builder
	args []any
}

func (v *values) row(cells ...any) {
	if len(v.args) > 0 {
		v.text.WriteString(", ")
	}
	v.text.WriteString("(")
	for i := range cells {
		if i > 0 {
			v.text.WriteString(", ")
		}
		fmt.Fprintf(&v.text, "$%d", len(v.args)+i+1)
	}
	v.text.WriteString(")")
	v.args = append(v.args, cells...)
}

func (v *values) String() string { return v.text.String() }

// Decide stands in for the digester: it decides about all readers of a release, with letters that
// are none.
func Decide(r *newsletter.Release) (variants []newsletter.Variant, assignments []newsletter.Assignment) {
	known := map[string]bool{}
	for i := range r.Readers {
		c := &r.Readers[i]
		share := r.Share(c)
		a := newsletter.Assignment{Reader: *c, Next: share.Next}
		if share.Mail {
			a.Variant = share.Key(c.Language, c.Layout)
		}
		if _, ok := r.Rendered[a.Variant]; share.Mail && !ok && !known[a.Variant] {
			known[a.Variant] = true
			variants = append(variants, newsletter.Variant{PublicID: newsletter.NewPublicID(), Key: a.Variant, Language: c.Language,
				Layout: c.Layout, Posts: share.Posts, Subject: "Onderwerp", Letter: []byte("brief"), Web: "<p>brief</p>"})
		}
		assignments = append(assignments, a)
	}
	return variants, assignments
}

// Edition makes and approves an extra edition for the readers of a schedule.
func (w *World) Edition(schedule newsletter.Schedule, now time.Time) *newsletter.Edition {
	w.t.Helper()
	e, err := w.s.AddExtraEdition(w.t.Context(), schedule.ID, By, now)
	w.check(err)
	e, err = w.s.ApproveEdition(w.t.Context(), e.PublicID, By, now)
	w.check(err)
	return e
}

// Release sends an approved edition on its way.
func (w *World) Release(e *newsletter.Edition, now time.Time) {
	w.t.Helper()
	r, err := w.s.Release(w.t.Context(), e)
	w.check(err)
	variants, assignments := Decide(r)
	if released, err := w.s.ReleaseEdition(w.t.Context(), e, variants, assignments, now); err != nil || !released {
		w.t.Fatalf("released %v, %v", released, err)
	}
}

// FanOut makes all deliveries of an edition, chunk readers at a time.
func (w *World) FanOut(e *newsletter.Edition, chunk int, now time.Time) (deliveries int64) {
	w.t.Helper()
	for {
		out, err := w.s.FanOut(w.t.Context(), e.ID, chunk, 24*time.Hour, now)
		w.check(err)
		if len(out.Missing) > 0 {
			w.t.Fatalf("missing %v", out.Missing)
		}
		deliveries += out.Deliveries
		if out.Done {
			return deliveries
		}
	}
}

// Rows returns all rows of a query beside the store.
func (w *World) Rows(query string, args ...any) (all [][]any) {
	w.t.Helper()
	rows, err := w.raw().QueryContext(w.t.Context(), query, args...)
	w.check(err)
	defer rows.Close()
	columns, err := rows.Columns()
	w.check(err)
	for rows.Next() {
		row, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		w.check(rows.Scan(into...))
		all = append(all, row)
	}
	w.check(rows.Err())
	return all
}

// Beside is a connection to the database of a store that this package opened, for tests of other
// packages that must see or do what no method does.
func Beside(t testing.TB, s *store.Store) *sql.DB {
	t.Helper()
	return raw(t, s)
}
