package store_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
)

// loadOf is 10,000 requests and 1,000,000 deliveries of one list, or what BODE_BENCH_READERS makes of it.
func loadOf() storetest.Load {
	l := storetest.Load{Readers: 100_000, Editions: 10, Requests: 10_000}
	if n, err := strconv.Atoi(os.Getenv("BODE_BENCH_READERS")); err == nil {
		l.Readers, l.Requests = n, max(n/10, 100)
	}
	return l
}

// BenchmarkPrivacy does what the privacy desk asks of the database after years of use: 200 ms each, and a second
// for an erasure.
func BenchmarkPrivacy(b *testing.B) {
	for engine, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(engine, func(b *testing.B) {
			s := open(b)
			w := storetest.NewWorld(b, s)
			l := loadOf()
			w.Years(l)
			hashes, err := token.NewHashes(token.Suppression, token.NewSecret())
			check(b, err)
			now, next := storetest.Start.Add(time.Hour), 1
			person := func() newsletter.Address { // somebody else each time
				next++
				return newsletter.Address(fmt.Sprintf("lezer%d@d%d.voorbeeld.nl", next, next%50))
			}
			terms := newsletter.RetentionTerms{Requests: 3 * 365 * 24 * time.Hour, Lapsed: 30 * 24 * time.Hour, Mails: 396 * 24 * time.Hour, Left: 5 * 365 * 24 * time.Hour}
			middle, err := s.RequestByID(b.Context(), int64(l.Requests/2)+1) // closed
			check(b, err)
			calls := []struct {
				name string
				call func() error
			}{
				{"erase", func() error { _, err := s.Erase(b.Context(), person(), hashes.Current, storetest.By, now); return err }},
				{"dossier", func() error {
					a := person()
					_, err := s.Dossier(b.Context(), a, hashes.All(a), storetest.By, now)
					return err
				}},
				{"dossier of nobody", func() error {
					_, err := s.Dossier(b.Context(), "niemand@voorbeeld.nl", hashes.All("niemand@voorbeeld.nl"), storetest.By, now)
					if newsletter.Is(err, newsletter.NotFound) {
						return nil
					}
					return err
				}},
				{"open requests", func() error { _, err := s.Requests(b.Context(), store.RequestPage{Limit: 51}); return err }},
				{"closed requests", func() error {
					_, err := s.Requests(b.Context(), store.RequestPage{Closed: true, Limit: 51})
					return err
				}},
				{"closed requests, in the middle", func() error {
					_, err := s.Requests(b.Context(), store.RequestPage{Closed: true, AfterAt: middle.ClosedAt, AfterID: middle.ID, Limit: 51})
					return err
				}},
				{"one request", func() error { _, err := s.Request(b.Context(), int64(l.Requests/2), storetest.By, now); return err }},
				{"enter", func() error {
					r := w.Arrival(newsletter.RequestAccess, newsletter.ArrivedLetter, person())
					return s.CreateRequest(b.Context(), r, nil, nil, storetest.Today, storetest.By, now)
				}},
				{"carry out an erasure", func() error {
					r := w.Arrival(newsletter.RequestErasure, newsletter.ArrivedLetter, person())
					if err := s.CreateRequest(b.Context(), r, nil, nil, storetest.Today, storetest.By, now); err != nil {
						return err
					}
					if _, err := s.StepRequest(b.Context(), r.PublicID, newsletter.ShowIdentity{How: newsletter.ShownByOfficer, Why: "Gebeld."}, nil, storetest.Today, storetest.By, now); err != nil {
						return err
					}
					_, err := s.CarryOutRequest(b.Context(), r.PublicID, hashes, nil, storetest.Today, storetest.By, now)
					return err
				}},
				{"plan of retention", func() error { _, err := s.PlanRetention(b.Context(), terms.At(now.AddDate(0, 0, 7))); return err }},
				{"a part of retention", func() error {
					_, _, err := s.ApplyRetention(b.Context(), terms.At(now), hashes, storetest.By, now)
					return err
				}},
				{"let go of addresses", func() error {
					_, err := s.LetGoOfAddresses(b.Context(), now.AddDate(0, 0, -30), storetest.By, now)
					return err
				}},
				{"remind", func() error {
					_, err := s.RemindOfRequests(b.Context(), []newsletter.Officer{{Address: "f@voorbeeld.nl", Language: newsletter.Dutch}}, storetest.Today, storetest.By, now)
					return err
				}},
			}
			for _, c := range calls {
				b.Run(c.name, func(b *testing.B) {
					for b.Loop() {
						check(b, c.call())
					}
				})
			}
		})
	}
}
