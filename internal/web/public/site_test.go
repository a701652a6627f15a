package public_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/web"
	"bode.example/internal/web/public"
	"bode.example/templates"
)

// site is the public door over a real store, with a clock that the test moves.
type site struct {
	handler http.Handler
	now     time.Time
}

// closed is a Signup while the operator has written no privacy statement.
type closed struct{ public.Signup }

func (closed) Terms(context.Context, newsletter.Language, time.Time) (newsletter.Terms, error) {
	return newsletter.Terms{Closed: "privacy"}, nil
}

func newSite(t *testing.T, s *store.Store) (*site, *storetest.World) {
	t.Helper()
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	it := &site{now: storetest.Start}
	it.handler, err = public.New(public.Config{
		Web: web.Config{Templates: set, Languages: newsletter.Languages(), URL: &url.URL{Scheme: "https", Host: "nieuws.example"},
			Now: func() time.Time { return it.now }, Log: slog.New(slog.DiscardHandler)},
		Site:  public.Site{Organisation: "Democratische Broedplaats Noord", Email: "redactie@nieuws.example", Zone: zone},
		Store: s, Signup: closed{}, Health: s.Ping,
	})
	if err != nil {
		t.Fatal(err)
	}
	return it, storetest.NewWorld(t, s)
}

// page is an answer of the site.
type page struct {
	what   string
	status int
	header http.Header
	body   string
}

func (it *site) get(t *testing.T, target string) page {
	t.Helper()
	return it.ask(t, httptest.NewRequest("GET", target, nil))
}

func (it *site) post(t *testing.T, target string, form url.Values) page {
	t.Helper()
	r := httptest.NewRequest("POST", target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return it.ask(t, r)
}

func (it *site) ask(t *testing.T, r *http.Request) page {
	t.Helper()
	if r.Header.Get("Accept") == "" {
		r.Header.Set("Accept", "text/html")
	}
	w := httptest.NewRecorder()
	it.handler.ServeHTTP(w, r)
	return page{r.Method + " " + r.URL.Path, w.Code, w.Result().Header, w.Body.String()}
}

// has fails unless the page came with a status and holds all of these.
func (p page) has(t *testing.T, status int, parts ...string) {
	t.Helper()
	if p.status != status {
		t.Errorf("%s: %d, not %d", p.what, p.status, status)
	}
	for _, part := range parts {
		if !strings.Contains(p.body, part) {
			t.Errorf("%s lacks %q:\n%s", p.what, part, p.body)
		}
	}
}
