package public_test

import (
	"testing"

	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
)

// Every page that names the next edition names the one that is made already and still ahead.
func TestPagesNameTheEditionThatIsMadeAhead(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, w := newSite(t, s)
		site.open()
		w.Ahead(w.Weekly, site.now)
		const next, after = "9 november 2026", "16 november 2026"
		pages := []page{site.get(t, "/"), site.get(t, "/l/nieuwe-democratie")}
		sent := site.post(t, "/signup", site.form("jan@voorbeeld.nl"))
		sent.has(t, 200)
		sent.lacks(t, "/demo/") // of a demonstration only
		site.decide(t)
		link := site.confirmLink(t)
		pages = append(pages, site.get(t, link), site.post(t, link, nil), site.get(t, link),
			site.get(t, site.preferencesLink(t)), site.get(t, site.link(t, "/w/", token.Why, subscriptionID)))
		for _, p := range pages {
			p.has(t, 200, next)
			p.lacks(t, after)
		}
	})
}
