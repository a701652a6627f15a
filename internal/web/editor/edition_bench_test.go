package editor_test

import (
	"net/http"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

// BenchmarkEditions answers the pages of editions with a hundred thousand readers and five hundred editions in
// the database: a page must take less than 200 ms at the server.
func BenchmarkEditions(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			at := newBench(b, open(b))
			at.world.Crowd(100_000, at.world.Daily)
			for i := range 40 {
				at.world.Post("Bericht "+string(rune('a'+i%26)), at.now.Add(time.Duration(i-50)*time.Minute), at.world.Council)
			}
			for i := range 500 {
				if _, err := at.store.AddExtraEdition(b.Context(), at.world.Weekly.ID, storetest.By, at.now.Add(time.Duration(-i)*time.Hour)); err != nil {
					b.Fatal(err)
				}
			}
			at.world.Do(`UPDATE edition SET state = 'sent', released_at = created_at`)
			e, err := at.store.AddExtraEdition(b.Context(), at.world.Daily.ID, storetest.By, at.now)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := at.store.ReviewEdition(b.Context(), e.PublicID, newsletter.System("test"), at.now); err != nil {
				b.Fatal(err)
			}
			path := "/desk/editions/" + e.PublicID.String()
			for _, page := range []string{"/desk/", "/desk/editions", "/desk/editions?state=sent", path, path + "/mail", path + "/frame", path + "/approve"} {
				b.Run(page[:min(len(page), 30)]+page[min(len(page), len(path)):], func(b *testing.B) {
					for b.Loop() {
						if status, _, _ := at.ask(http.MethodGet, page, nil); status != http.StatusOK {
							b.Fatal(status)
						}
					}
				})
			}
		})
	}
}
