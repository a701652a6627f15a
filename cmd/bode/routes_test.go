package main

import (
	"crypto/rand"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"bode.example/cmd/bode/config"
	"bode.example/internal/compose"
	"bode.example/internal/feed"
	"bode.example/internal/newsletter"
	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
	"bode.example/internal/web/desk/desktest"
	"bode.example/templates"
)

// go test ./cmd/bode -run Routes -update writes the table in docs/desk.md anew.
var updateRoutes = flag.Bool("update", false, "write the table of routes anew")

// allDesks are the desks as serve puts them together, with people whom the test signs in.
func allDesks(t *testing.T) (*desk.Desk, *desktest.Authenticator) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	for _, name := range []string{"secret", "suppression"} {
		must(config.WriteSecret(filepath.Join(dir, name)))
	}
	c := configured(t, "public_url", "https://nieuws.example", "secret_file", filepath.Join(dir, "secret"), "suppression_key_file", filepath.Join(dir, "suppression"),
		"smtp.url", "smtp://127.0.0.1:2525?tls=none", "organisation.name", "Stichting Noorderkring", "organisation.postal_address", "Brink 14", "organisation.mail", "redactie@nieuws.example",
		"sender.name", "Noorderkring", "sender.address", "redactie@nieuws.example", "sender.bounce_address", "bounce@nieuws.example")
	s := &service{config: c, log: slog.New(slog.DiscardHandler), now: storetest.Start.UTC, store: storetest.SQLite(t)}
	s.feeds = &feed.Worker{Store: s.store, Client: feed.NewClient(feed.Options{})}
	texts, err := templates.Load("")
	must(err)
	s.staff, err = newStaff(c, s.store, s.log)
	must(err)
	s.pool, err = newPool(c)
	must(err)
	links, err := links(c)
	must(err)
	suppression, err := hashes(c, token.Suppression)
	must(err)
	counting, err := hashes(c, token.Limit)
	must(err)
	composer, err := compose.New(texts, organisation(c), rand.Reader)
	must(err)
	kit := web.Config{Templates: texts, Languages: newsletter.Languages(), URL: c.PublicURL, Now: s.now, Log: s.log}
	who := &desktest.Authenticator{}
	d, err := newDesks(c, s, composer, newReview(c, s.store, composer), newRequests(c, s.store, links, suppression, counting, texts.Texts(), s.log), kit, who)
	must(err)
	return d, who
}

// Every route of all desks, tried by a stranger and with every role: who isn't named gets 403, who isn't signed in comes to the
// sign-in page, and whoever is named gets neither. Ids of things that there aren't stand for the placeholders.
func TestD4_EveryRouteOfTheDesksIsForItsRolesAlone(t *testing.T) {
	d, who := allDesks(t)
	tokens := map[newsletter.Role]string{}
	for i, role := range newsletter.Roles() {
		tokens[role] = who.SignIn(desktest.Staff(int64(i+1), []newsletter.Role{role}, 1))
	}
	placeholder := regexp.MustCompile(`\{[a-z]+(\.\.\.)?\}`)
	ask := func(method, path, token string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "https://nieuws.example"+path, http.NoBody)
		r.Header.Set("Accept", "text/html")
		if method == http.MethodPost {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Sec-Fetch-Site", "same-origin")
		}
		if token != "" {
			r.AddCookie(desktest.Cookie(d.CookieName(), token))
		}
		w := httptest.NewRecorder()
		d.ServeHTTP(w, r)
		return w
	}
	itself := regexp.MustCompile(`^/desk/(account|staff|first-steps)`)
	tried := 0
	for _, route := range d.Routes() {
		method, pattern, _ := strings.Cut(route.Pattern, " ")
		path := placeholder.ReplaceAllString(strings.TrimSuffix(pattern, "{$}"), newsletter.NewPublicID().String())
		if route.Open {
			continue // a step of signing in, or out
		}
		if w := ask(method, path, ""); w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), desk.SignInPath) {
			t.Errorf("%s: a stranger gets %d %s", route.Pattern, w.Code, w.Header().Get("Location"))
		}
		for _, role := range newsletter.Roles() {
			tried++
			w := ask(method, path, tokens[role])
			named := slices.Contains(route.Roles, role)
			if named && itself.MatchString(path) {
				continue // it asks for more than a role: internal/web/staff tries it with people who have signed in
			}
			if named == (w.Code == http.StatusForbidden) || w.Code >= 500 {
				t.Errorf("%s for %s: %d, and named %v", route.Pattern, role, w.Code, named)
			}
		}
	}
	if tried < 4*100 {
		t.Errorf("only %d times was a route tried", tried)
	}
}

// The table in docs/desk.md is that of the program.
func TestRoutesAreThoseOfTheDocument(t *testing.T) {
	d, _ := allDesks(t)
	const file, begin, end = "../../docs/desk.md", "<!-- routes: made by `go test ./cmd/bode -run Routes -update` -->\n", "<!-- end of routes -->"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), begin)
	table, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		t.Fatalf("%s has no place for the table of routes", file)
	}
	want := routeTable(d.Routes())
	if table == want {
		return
	}
	if !*updateRoutes {
		t.Fatalf("%s has another table of routes than the program: go test ./cmd/bode -run Routes -update writes it", file)
	}
	if err := os.WriteFile(file, []byte(before+begin+want+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// routeTable is a line for each path and those who may, in the order of the paths.
func routeTable(routes []desk.Route) string {
	type line struct{ path, methods, who, list string }
	var lines []line
	for _, route := range routes {
		method, path, _ := strings.Cut(route.Pattern, " ")
		l := line{path: strings.TrimSuffix(path, "{$}"), methods: method, who: "anybody"}
		var names []string
		for _, role := range newsletter.Roles() {
			if slices.Contains(route.Roles, role) {
				names = append(names, string(role))
			}
		}
		if len(names) == len(newsletter.Roles()) {
			l.who = "all"
		} else if len(names) > 0 {
			l.who = strings.Join(names, ", ")
		}
		if route.List != nil {
			l.list = "yes"
		}
		lines = append(lines, l)
	}
	slices.SortStableFunc(lines, func(a, b line) int { return strings.Compare(a.path+" "+a.methods, b.path+" "+b.methods) })
	var b strings.Builder
	b.WriteString("\n| path | method | who | of their list |\n|---|---|---|---|\n")
	for i := 0; i < len(lines); i++ {
		l := lines[i]
		for i+1 < len(lines) && lines[i+1].path == l.path && lines[i+1].who == l.who && lines[i+1].list == l.list {
			i++
			l.methods += ", " + lines[i].methods
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", l.path, l.methods, l.who, l.list)
	}
	b.WriteString("\n")
	return b.String()
}
