package public_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"bode.example/internal/datarequest"
	"bode.example/internal/newsletter"
	"bode.example/internal/signup"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
	"bode.example/internal/web"
	"bode.example/internal/web/public"
	"bode.example/templates"
)

// loadTemplates reads the templates once: they are the same for every test.
var loadTemplates = sync.OnceValues(func() (*templates.Set, error) { return templates.Load("") })

// site is the public door over the real sign-up and a real store, with a clock that the test moves.
type site struct {
	handler     http.Handler
	service     *signup.Service
	links       *token.Ring
	suppression *token.Hashes
	requests    *datarequest.Service
	store       *store.Store
	world       *storetest.World
	now         time.Time
	display     string // the cookie of reading aids and language, if one was chosen
}

func newSite(t testing.TB, s *store.Store, settings ...signup.Config) (*site, *storetest.World) {
	t.Helper()
	set, err := loadTemplates()
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	it := &site{now: storetest.Start, store: s, world: storetest.NewWorld(t, s)}
	if it.links, err = token.NewRing(token.NewSecret()); err != nil {
		t.Fatal(err)
	}
	if it.suppression, err = token.NewHashes(token.Suppression, token.NewSecret()); err != nil {
		t.Fatal(err)
	}
	counting, err := token.NewHashes(token.Limit, token.NewSecret())
	if err != nil {
		t.Fatal(err)
	}
	config := signup.Config{Language: newsletter.Dutch, Domain: "nieuws.example"}
	if len(settings) > 0 {
		config = settings[0]
	}
	log := slog.New(slog.DiscardHandler)
	it.service = signup.New(s, it.links, it.suppression, counting, config, log)
	it.requests = datarequest.New(datarequest.Parts{Store: s, Links: it.links, Hashes: it.suppression, Counting: counting, Texts: set.Texts(), Log: log},
		datarequest.Config{Zone: zone, Organisation: "Democratische Broedplaats Noord", Site: "https://nieuws.example", Limits: datarequest.Limits{AddressPerDay: 1, TotalPerHour: 1000}})
	it.handler, err = public.New(public.Config{
		Web: web.Config{Templates: set, Languages: newsletter.Languages(), URL: &url.URL{Scheme: "https", Host: "nieuws.example"},
			Now: func() time.Time { return it.now }, Log: log},
		Site:  public.Site{Organisation: "Democratische Broedplaats Noord", Email: "redactie@nieuws.example", Zone: zone},
		Store: s, Signup: it.service, Settings: it.service, Access: it.service, Requests: it.requests, Health: s.Ping,
	})
	if err != nil {
		t.Fatal(err)
	}
	return it, it.world
}

// open lets people join: the operator has written a contact page.
func (it *site) open() { it.world.Wording(newsletter.WordingContact, "Mail de redactie.") }

// form is the sign-up form of the only list, filled in.
func (it *site) form(address string) url.Values {
	return url.Values{"address": {address}, "list": {"nieuwe-democratie"}, "topics-nieuwe-democratie": {"all"}, "pace-nieuwe-democratie": {"wekelijks"},
		"language": {"nl"}, "kind": {"erasure"}, "page": {"/"}, "shown": {"1"}, "wording": {it.world.Words.Hash}, "privacy": {it.world.Privacy.Hash}}
}

// decide lets the worker look at all that was asked for.
func (it *site) decide(t testing.TB) {
	t.Helper()
	if err := it.service.Decide(t.Context(), it.now); err != nil {
		t.Fatal(err)
	}
}

// link is the path of a page whose token names the row of a query.
func (it *site) link(t testing.TB, path string, purpose token.Purpose, query string) string {
	t.Helper()
	rows := it.rows(t, query)
	if len(rows) == 0 {
		t.Fatalf("no row for %s", query)
	}
	id, err := newsletter.ParsePublicID(rows[0][0])
	if err != nil {
		t.Fatal(err)
	}
	return path + it.links.Sign(purpose, id, time.Time{})
}

func (it *site) confirmLink(t testing.TB) string {
	t.Helper()
	return it.link(t, "/c/", token.Confirm, `SELECT public_id FROM signup ORDER BY id DESC`)
}

// rows asks beside the store.
func (it *site) rows(t testing.TB, query string) [][]string {
	t.Helper()
	return storetest.Query(t, it.store, query)
}

// state is all that a request of a person could change, as text: two equal ones, and nothing changed.
func (it *site) state(t testing.TB) string {
	t.Helper()
	var b strings.Builder
	for _, table := range []string{"signup", "subscriber", "subscription", "consent", "consent_evidence", "delivery", "access_link", "address_change", "suppression", "counter"} {
		fmt.Fprintf(&b, "%s %v\n", table, it.rows(t, "SELECT * FROM "+table+" ORDER BY 1, 2"))
	}
	return b.String()
}

// join signs somebody up and confirms it, through the pages.
func (it *site) join(t testing.TB, address string) {
	t.Helper()
	it.post(t, "/signup", it.form(address)).has(t, 200, "Kijk in uw mailbox")
	it.decide(t)
	it.post(t, it.confirmLink(t), nil).has(t, 200, "U bent aangemeld")
}

const subscriptionID = `SELECT public_id FROM subscription ORDER BY id DESC`

// page is an answer of the site.
type page struct {
	what   string
	status int
	header http.Header
	body   string
}

func (it *site) get(t testing.TB, target string) page {
	t.Helper()
	return it.ask(t, httptest.NewRequest("GET", target, nil))
}

func (it *site) post(t testing.TB, target string, form url.Values) page {
	t.Helper()
	r := httptest.NewRequest("POST", target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return it.ask(t, r)
}

func (it *site) ask(t testing.TB, r *http.Request) page {
	t.Helper()
	if r.Header.Get("Accept") == "" {
		r.Header.Set("Accept", "text/html")
	}
	if it.display != "" {
		r.AddCookie(&http.Cookie{Name: "display", Value: it.display})
	}
	w := httptest.NewRecorder()
	it.handler.ServeHTTP(w, r)
	return page{r.Method + " " + r.URL.Path, w.Code, w.Result().Header, w.Body.String()}
}

// main is what is the page's own, for messages.
func (p page) main() string {
	_, after, found := strings.Cut(p.body, "<main")
	if !found {
		return p.body
	}
	main, _, _ := strings.Cut(after, "</main>")
	return main
}

// has fails unless the page came with a status and holds all of these.
func (p page) has(t testing.TB, status int, parts ...string) {
	t.Helper()
	if p.status != status {
		t.Errorf("%s: %d, not %d", p.what, p.status, status)
	}
	for _, part := range parts {
		if !strings.Contains(p.body, part) {
			t.Errorf("%s lacks %q:\n%s", p.what, part, p.main())
		}
	}
}

// lacks fails if the page holds any of these.
func (p page) lacks(t testing.TB, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(p.body, part) {
			t.Errorf("%s holds %q:\n%s", p.what, part, p.main())
		}
	}
}

// english is a request of who chose English by the switch.
func english(method, target string) *http.Request {
	r := httptest.NewRequest(method, target, nil)
	r.AddCookie(&http.Cookie{Name: "display", Value: "0.0.en"})
	return r
}
