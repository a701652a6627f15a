package editor_test

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"bode.example/internal/compose"
	"bode.example/internal/feed"
	"bode.example/internal/newsletter"
	"bode.example/internal/review"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
	"bode.example/internal/web/desk/desktest"
	"bode.example/internal/web/editor"
	"bode.example/mailer"
	"bode.example/templates"
)

// loadTemplates reads the templates once: they are the same for every test.
var loadTemplates = sync.OnceValues(func() (*templates.Set, error) { return templates.Load("") })

// bench is the editors' desk over a real store, with a clock that the test moves.
type bench struct {
	*desk.Desk
	t      testing.TB
	store  *store.Store
	world  *storetest.World
	people *desktest.Authenticator
	now    time.Time
	clock  func() time.Time // instead of now, where time must pass by itself
	token  string           // of who asks; empty: nobody
	hashes *token.Hashes
	links  links
}

// newBench makes one. An admin is signed in.
func newBench(t testing.TB, s *store.Store, site ...string) *bench {
	t.Helper()
	set, err := loadTemplates()
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, store: s, world: storetest.NewWorld(t, s), people: &desktest.Authenticator{}, now: storetest.Start}
	at := &url.URL{Scheme: "https", Host: "nieuws.example"}
	if len(site) > 0 {
		if at, err = url.Parse(site[0]); err != nil {
			t.Fatal(err)
		}
	}
	b.Desk, err = desk.New(desk.Config{
		Web: web.Config{Templates: set, Languages: newsletter.Languages(), URL: at,
			Now: b.time, Log: slog.New(slog.DiscardHandler)},
		Organisation: "Democratische Broedplaats Noord", Zone: zone, Authenticator: b.people,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := editor.Add(b.config(s)); err != nil {
		t.Fatal(err)
	}
	if err := b.Ready(); err != nil {
		t.Fatal(err)
	}
	b.signIn(newsletter.RoleAdmin)
	return b
}

// time is what the desk's clock says.
func (b *bench) time() time.Time {
	if b.clock != nil {
		return b.clock()
	}
	return b.now
}

// live lets the desk's time pass by itself, from now on.
func (b *bench) live() { b.clock, b.now = time.Now, time.Now() }

// config is what the editors' pages get.
func (b *bench) config(s *store.Store) editor.Config {
	composer := composerOf(b.t, b.URL.String())
	hashes, err := token.NewHashes(token.Suppression, token.NewSecret())
	if err != nil {
		b.t.Fatal(err)
	}
	b.hashes, b.links = hashes, links{}
	audience, checked := editor.NewAudience(s, b.time, slog.New(slog.DiscardHandler)), review.NewLinks(b.links)
	return editor.Config{Desk: b.Desk, Store: s, Mail: composer, Feeds: feed.NewClient(feed.Options{}), Composer: composer, Hashes: hashes, Audience: audience,
		Review:   &review.Desk{Store: pages{s, audience}, Composer: composer, Links: checked, Site: b.URL.String()},
		Approver: &review.Desk{Store: s, Composer: composer, Links: checked, Site: b.URL.String()}}
}

// pages is the store as pages see it.
type pages struct {
	*store.Store
	audience *editor.Audience
}

func (p pages) EditionPosts(ctx context.Context, e *newsletter.Edition, now time.Time) ([]newsletter.EditionPost, error) {
	return p.audience.EditionPosts(ctx, e, now)
}

// links answers for the internet: what is in it doesn't work.
type links map[string]newsletter.LinkAnswer

// Probe is review.Prober's.
func (l links) Probe(_ context.Context, link string) newsletter.LinkAnswer {
	if answer, ok := l[link]; ok {
		return answer
	}
	return newsletter.LinkOK
}

// composerOf makes mails for a site.
func composerOf(t testing.TB, site string) *compose.Composer {
	t.Helper()
	set, err := loadTemplates()
	if err != nil {
		t.Fatal(err)
	}
	c, err := compose.New(set, compose.Organisation{Name: "Democratische Broedplaats Noord", Postal: []string{"Stationsweg 1"}, Email: "post@nieuws.example",
		Site: site, From: mailer.Address{Addr: "post@nieuws.example"}}, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// signIn makes somebody with a role, an editor of the world's list, who asks from now on.
func (b *bench) signIn(roles ...newsletter.Role) newsletter.Staff {
	staff := desktest.Staff(1, roles, b.world.List.ID)
	b.token = b.people.SignIn(staff)
	return staff
}

// ask sends a request and returns status, address to go on to, and page.
func (b *bench) ask(method, path string, form url.Values) (status int, location, page string) {
	b.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Accept", "text/html")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if b.token != "" {
		r.AddCookie(desktest.Cookie(b.CookieName(), b.token))
	}
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	text, err := io.ReadAll(w.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return w.Code, w.Header().Get("Location"), string(text)
}

// get returns a page that must be there.
func (b *bench) get(path string) string {
	b.t.Helper()
	status, _, page := b.ask(http.MethodGet, path, nil)
	if status != http.StatusOK {
		b.t.Fatalf("%s: %d\n%s", path, status, page)
	}
	return page
}

// post sends a form that must be carried out, and returns the page that follows.
func (b *bench) post(path string, form url.Values) string {
	b.t.Helper()
	status, next, page := b.ask(http.MethodPost, path, form)
	if status != http.StatusSeeOther {
		b.t.Fatalf("%s: %d\n%s", path, status, page)
	}
	next, _, _ = strings.Cut(next, "#")
	return b.get(next)
}

// An admin's, an editor's, an officer's and a supervisor's power over every route: who isn't named gets 403, who
// isn't signed in comes to the sign-in page, and whoever is named gets neither. Ids of things that there
// aren't stand for the placeholders.
func TestEveryRouteIsForItsRolesAlone(t *testing.T) {
	b := newBench(t, storetest.SQLite(t))
	placeholder := regexp.MustCompile(`\{[a-z]+(\.\.\.)?\}`)
	id := newsletter.NewPublicID().String()
	for _, route := range b.Routes() {
		method, pattern, _ := strings.Cut(route.Pattern, " ")
		path := placeholder.ReplaceAllString(strings.TrimSuffix(pattern, "{$}"), id)
		b.token = ""
		status, location, _ := b.ask(method, path, nil)
		if toSignIn := status == http.StatusSeeOther && strings.HasPrefix(location, desk.SignInPath); toSignIn == route.Open {
			t.Errorf("%s, open %v: a stranger gets %d %s", route.Pattern, route.Open, status, location)
		}
		if route.Open {
			continue
		}
		for _, role := range newsletter.Roles() {
			b.signIn(role)
			named := false
			for _, r := range route.Roles {
				named = named || r == role
			}
			status, location, page := b.ask(method, path, nil)
			if refused := status == http.StatusForbidden; refused == named {
				t.Errorf("%s for %s: %d, and named %v", route.Pattern, role, status, named)
			}
			if status >= 500 || strings.HasPrefix(location, desk.SignInPath) {
				t.Errorf("%s for %s: %d %s\n%s", route.Pattern, role, status, location, page)
			}
		}
	}
}

// httpGet asks for a page and returns the answer as it is.
func httpGet(b *bench, path string) *http.Response {
	r := httptest.NewRequest(http.MethodGet, path, http.NoBody)
	r.AddCookie(desktest.Cookie(b.CookieName(), b.token))
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	return w.Result()
}
