package digest_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

// BenchmarkFanOut makes the deliveries of one edition for many readers: BODE_BENCH_READERS of them,
// or 50,000. rows/s is the figure to look at.
func BenchmarkFanOut(b *testing.B) {
	readers := 50_000
	if n, err := strconv.Atoi(os.Getenv("BODE_BENCH_READERS")); err == nil {
		readers = n
	}
	for engine, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(fmt.Sprintf("%s/%d", engine, readers), func(b *testing.B) {
			s := open(b)
			o := newOffice(b, s)
			o.Crowd(readers, o.Daily)
			now, took := storetest.Start, time.Duration(0)
			for b.Loop() {
				b.StopTimer()
				now = now.Add(time.Hour)
				o.Post("Bericht", now)
				e := o.Edition(o.Daily, now)
				o.Release(e, now)
				b.StartTimer()
				began := time.Now()
				if n := o.World.FanOut(e, store.MaxChunk, now); n != int64(readers) {
					b.Fatalf("%d deliveries for %d readers", n, readers)
				}
				took += time.Since(began)
			}
			b.ReportMetric(float64(readers)*float64(b.N)/took.Seconds(), "rows/s")
		})
	}
}

// BenchmarkDraft computes what an edition would hold now, for many readers.
func BenchmarkDraft(b *testing.B) {
	for engine, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(engine, func(b *testing.B) {
			s := open(b)
			o := newOffice(b, s)
			o.Crowd(50_000, o.Daily)
			o.Post("Bericht", storetest.Start)
			e, err := s.AddExtraEdition(b.Context(), o.Daily.ID, storetest.By, storetest.Start)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if posts, err := s.EditionPosts(b.Context(), e, storetest.Start); err != nil || len(posts) != 1 {
					b.Fatal(posts, err)
				}
			}
		})
	}
}
