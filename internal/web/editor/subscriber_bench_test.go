package editor_test

import (
	"fmt"
	"net/http"
	"os"
	"strconv"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

// BenchmarkSubscribers answers the pages of people with many of them: BODE_BENCH_READERS, or 100,000. They
// are searched for by what few have and by what many have, by an editor of their list.
func BenchmarkSubscribers(b *testing.B) {
	readers := 100_000
	if n, err := strconv.Atoi(os.Getenv("BODE_BENCH_READERS")); err == nil {
		readers = n
	}
	for engine, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		s := open(b)
		d := newBench(b, s)
		d.world.Crowd(readers, d.world.Daily)
		d.world.Join("zelden@voorbeeld.nl", d.now, d.world.Some(d.world.Experiments))
		address := newsletter.Address("lezer7@d7.voorbeeld.nl")
		if err := s.Suppress(b.Context(), address, d.hashes.Current(address), newsletter.SuppressedBounce, time.Time{}, storetest.Worker, d.now); err != nil {
			b.Fatal(err)
		}
		person := d.personAt(address)
		d.signIn(newsletter.RoleEditor)
		d.now = d.now.Add(time.Hour)
		for name, path := range map[string]string{
			"list": "/desk/subscribers", "next page": fmt.Sprintf("/desk/subscribers?before=%d", readers/2), "search many": "/desk/subscribers?q=lezer",
			"search one": "/desk/subscribers?q=lezer99@", "search none": "/desk/subscribers?q=nobody", "active": "/desk/subscribers?state=active",
			"left": "/desk/subscribers?state=unsubscribed", "suppressed": "/desk/subscribers?suppressed=yes", "a rare topic": "/desk/subscribers?topic=3&list=nieuwe-democratie",
			"in English": "/desk/subscribers?language=en&state=paused", "person": person, "growth": "/desk/subscribers/growth", "suppressions": "/desk/suppressions",
		} {
			b.Run(engine+"/"+name, func(b *testing.B) {
				for b.Loop() {
					if status, _, page := d.ask(http.MethodGet, path, nil); status != http.StatusOK {
						b.Fatalf("%d\n%s", status, page)
					}
				}
			})
		}
	}
}
