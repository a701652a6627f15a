package officer_test

import (
	"net/http"
	"os"
	"strconv"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

// BenchmarkOfficer answers the pages of the privacy desk with 10,000 requests in the register and 1,000,000 deliveries of
// one list, or what BODE_BENCH_READERS makes of it: a page must take less than 200 ms at the server.
func BenchmarkOfficer(b *testing.B) {
	l := storetest.Load{Readers: 100_000, Editions: 10, Requests: 10_000}
	if n, err := strconv.Atoi(os.Getenv("BODE_BENCH_READERS")); err == nil {
		l.Readers, l.Requests = n, max(n/10, 100)
	}
	for engine, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(engine, func(b *testing.B) {
			d := newBench(b, open(b))
			d.world.Years(l)
			r := d.world.Arrival(newsletter.RequestErasure, newsletter.ArrivedLetter, "lezer7@d7.voorbeeld.nl")
			check(b, d.store.CreateRequest(b.Context(), r, nil, nil, storetest.Today, storetest.By, d.now))
			_, err := d.store.StepRequest(b.Context(), r.PublicID, newsletter.ShowIdentity{How: newsletter.ShownByOfficer, Why: "Gebeld."}, nil, storetest.Today, storetest.By, d.now)
			check(b, err)
			request := "/desk/requests/" + strconv.FormatInt(r.ID, 10)
			half := strconv.Itoa(l.Requests/2 + 1)
			for name, path := range map[string]string{
				"register": "/desk/requests", "next page": "/desk/requests?after=" + strconv.Itoa(l.Requests/60*30),
				"closed": "/desk/requests?closed=yes", "closed, in the middle": "/desk/requests?closed=yes&after=" + half,
				"one request": request, "a closed one": "/desk/requests/" + half, "its letter": request + "/fulfil",
			} {
				b.Run(name, func(b *testing.B) {
					for b.Loop() {
						if status, _, page := d.ask(http.MethodGet, path, nil); status != http.StatusOK {
							b.Fatalf("%d\n%s", status, page)
						}
					}
				})
			}
		})
	}
}
