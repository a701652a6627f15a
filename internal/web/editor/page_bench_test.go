package editor_test

import (
	"net/http"
	"os"
	"strconv"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

// BenchmarkSent answers the pages about what went out: a hundred thousand readers (BODE_BENCH_READERS), one edition to all of
// them, and five hundred editions with as many deliveries together. A page must take less than 200 ms at the server.
func BenchmarkSent(b *testing.B) {
	readers := 100_000
	if n, err := strconv.Atoi(os.Getenv("BODE_BENCH_READERS")); err == nil {
		readers = n
	}
	for name, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			at := newBench(b, open(b))
			at.world.Crowd(readers, at.world.Daily)
			var e *newsletter.Edition
			for i := range 500 {
				extra, err := at.store.AddExtraEdition(b.Context(), at.world.Daily.ID, storetest.By, at.now.Add(time.Duration(-i)*time.Hour))
				if err != nil {
					b.Fatal(err)
				}
				if i == 250 {
					e = extra
				}
			}
			at.deliveries(readers, e.ID)
			path := "/desk/editions/" + e.PublicID.String()
			for name, page := range map[string]string{"edition": path, "progress": path + "/progress", "recipients": path + "/recipients", "recipients/failed": path + "/recipients?state=failed",
				"recipients/uncertain": path + "/recipients?state=uncertain", "recipients/domain": path + "/recipients?domain=d7.voorbeeld.nl", "editions": "/desk/editions", "today": "/desk/",
				"calendar": "/desk/calendar", "subscribers": "/desk/subscribers", "english, active": "/desk/subscribers?language=en&state=active",
				"english, left": "/desk/subscribers?language=en&state=unsubscribed", "imports": "/desk/imports", "feeds": "/desk/feeds", "topics": "/desk/topics", "lists": "/desk/lists", "schedules": "/desk/schedules"} {
				b.Run(name, func(b *testing.B) {
					for b.Loop() {
						if status, _, page := at.ask(http.MethodGet, page, nil); status != http.StatusOK {
							b.Fatal(status, page)
						}
					}
				})
			}
		})
	}
}

// deliveries makes the deliveries of all editions: a few of each, and of one to every reader. One of a hundred failed, none is
// uncertain.
func (b *bench) deliveries(readers int, to int64) {
	b.t.Helper()
	const insert = `INSERT INTO delivery (kind, edition_id, subscription_id, language, domain, state, due_at, expires_at, created_at, handed_over_at, ended_at)
		SELECT 'edition', CAST($1 AS BIGINT), s.id, u.language, substr(u.address_key, 1 + length(u.address_key) - length('d7.voorbeeld.nl')), CASE WHEN s.id % 100 = 0 THEN 'failed' ELSE 'sent' END,
			CAST($2 AS BIGINT), CAST($2 AS BIGINT), CAST($2 AS BIGINT), CAST($2 AS BIGINT), CAST($2 AS BIGINT) + s.id * 1000
		FROM subscription AS s JOIN subscriber AS u ON u.id = s.subscriber_id WHERE s.id <= $3 ORDER BY s.id`
	for _, row := range storetest.Query(b.t, b.store, `SELECT id FROM edition ORDER BY id`) {
		id, err := strconv.ParseInt(row[0], 10, 64)
		if err != nil {
			b.t.Fatal(err)
		}
		many := readers / 500
		if id == to {
			many = 2 * readers
		}
		b.world.Do(insert, id, newsletter.At(b.now), many)
	}
	b.world.Do(`UPDATE edition SET state = 'sent', approved_at = created_at, released_at = created_at, fanned_out_at = created_at, ended_at = created_at,
		last_delivery = (SELECT MAX(id) FROM delivery WHERE edition_id = edition.id)`)
	b.world.Do(`ANALYZE`)
}
