package progress_test

import (
	"fmt"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

// One look at an edition: what the desk's page costs when nobody has looked for a while.
func BenchmarkLook(b *testing.B) {
	for _, size := range []int{100_000, 1_000_000} {
		for name, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
			b.Run(fmt.Sprintf("%s/%d", name, size), func(b *testing.B) {
				s := open(b)
				w := storetest.NewWorld(b, s)
				w.Do(`INSERT INTO delivery (kind, edition_id, subscription_id, language, domain, state, due_at, expires_at, code, status, reply, created_at, handed_over_at, ended_at)
					WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ` + fmt.Sprint(size) + `)
					SELECT 'edition', 1, i, 'nl', 'd' || (i % 50) || '.nl', CASE WHEN i % 1000 = 0 THEN 'failed' ELSE 'sent' END, 1, 1, 250, '2.0.0', '2.0.0 Ok: queued as 4ABCDEF', 1, i * 100, i * 100 FROM n`)
				q := newsletter.ProgressQuery{EditionID: 1, From: newsletter.At(time.UnixMicro(0)), Width: newsletter.BucketWidth(100 * time.Second), Lately: newsletter.At(time.UnixMicro(0))}
				b.ResetTimer()
				for b.Loop() {
					counts, err := s.EditionProgress(b.Context(), q)
					if err != nil || newsletter.NewProgress(q, counts, newsletter.Time{}).Total != int64(size) {
						b.Fatal(counts, err)
					}
					if _, err := s.EditionTroubles(b.Context(), 1, 10); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
