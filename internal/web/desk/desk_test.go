package desk_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
	"bode.example/internal/web/desk/desktest"
	"bode.example/templates"
)

var start = time.Date(2026, time.November, 23, 7, 0, 0, 0, time.UTC)

// newDesk is a desk with two pages: one for editors of the list that its path names, one for officers.
func newDesk(t *testing.T, scheme string) (*desk.Desk, *desktest.Authenticator) {
	t.Helper()
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	people := &desktest.Authenticator{}
	d, err := desk.New(desk.Config{
		Web: web.Config{Templates: set, Languages: newsletter.Languages(), URL: &url.URL{Scheme: scheme, Host: "nieuws.example"},
			Now: func() time.Time { return start }, Log: slog.New(slog.DiscardHandler)},
		Organisation: "Stichting Voorbeeld", Zone: time.UTC, Authenticator: people,
	})
	if err != nil {
		t.Fatal(err)
	}
	hello := func(w http.ResponseWriter, r *http.Request) error {
		_, err := fmt.Fprint(w, "hello ", desk.StaffOf(r).Name)
		return err
	}
	list := func(r *http.Request) (id int64, err error) {
		_, err = fmt.Sscan(r.PathValue("list"), &id)
		return id, err
	}
	d.Handle(desk.Route{Pattern: "GET /desk/l/{list}", Roles: []newsletter.Role{newsletter.RoleEditor, newsletter.RoleAdmin, newsletter.RoleSupervisor}, List: list}, hello)
	d.Handle(desk.Route{Pattern: "GET /desk/requests", Roles: []newsletter.Role{newsletter.RoleOfficer}}, hello)
	d.Handle(desk.Route{Pattern: "POST /desk/requests", Roles: []newsletter.Role{newsletter.RoleOfficer}}, func(w http.ResponseWriter, r *http.Request) error {
		return d.Done(w, r, "/desk/requests", "saved")
	})
	d.Handle(desk.Route{Pattern: "GET /desk/confirm", Roles: desk.Everyone()}, func(w http.ResponseWriter, r *http.Request) error {
		return d.Confirm(w, r, desk.Confirm{Title: "Zeker weten?", Action: "/desk/x", Button: "Doe het", Back: "/desk/"})
	})
	if err := d.Ready(); err != nil {
		t.Fatal(err)
	}
	return d, people
}

func ask(d *desk.Desk, method, path string, with ...func(*http.Request)) *http.Response {
	r := httptest.NewRequest(method, path, http.NoBody)
	r.Header.Set("Accept", "text/html")
	for _, change := range with {
		change(r)
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w.Result()
}

func signed(d *desk.Desk, token string) func(*http.Request) {
	return func(r *http.Request) { r.AddCookie(desktest.Cookie(d.CookieName(), token)) }
}

func TestARouteThatDoesNotSayWhoMayIsAFault(t *testing.T) {
	for pattern, route := range map[string]desk.Route{
		"no roles":         {Pattern: "GET /desk/x"},
		"open with roles":  {Pattern: "GET /desk/x", Open: true, Roles: desk.Everyone()},
		"elsewhere":        {Pattern: "GET /x", Roles: desk.Everyone()},
		"an unknown role":  {Pattern: "GET /desk/x", Roles: []newsletter.Role{"chief"}},
		"open with a list": {Pattern: "GET /desk/x", Open: true, List: func(*http.Request) (int64, error) { return 1, nil }},
	} {
		d, people := newDesk(t, "https")
		d.Handle(route, func(w http.ResponseWriter, _ *http.Request) error { _, err := w.Write([]byte("in")); return err })
		if d.Ready() == nil {
			t.Errorf("%s: the desk is ready", pattern)
		}
		admin := people.SignIn(desktest.Staff(1, desk.Everyone()))
		if got := ask(d, "GET", "/desk/x", signed(d, admin)).StatusCode; got != http.StatusNotFound {
			t.Errorf("%s: the route answers %d", pattern, got)
		}
	}
}

func TestWhoMay(t *testing.T) {
	d, people := newDesk(t, "https")
	editor, officer, supervisor, admin := newsletter.RoleEditor, newsletter.RoleOfficer, newsletter.RoleSupervisor, newsletter.RoleAdmin
	for _, c := range []struct {
		roles []newsletter.Role
		lists []int64
		path  string
		want  int
	}{
		{[]newsletter.Role{editor}, []int64{7}, "/desk/l/7", 200},
		{[]newsletter.Role{editor}, []int64{7}, "/desk/l/8", 404},
		{[]newsletter.Role{admin}, nil, "/desk/l/8", 200},
		{[]newsletter.Role{supervisor}, nil, "/desk/l/8", 200},
		{[]newsletter.Role{editor, supervisor}, []int64{7}, "/desk/l/8", 200},
		{[]newsletter.Role{officer}, []int64{7}, "/desk/l/7", 403},
		{[]newsletter.Role{officer}, nil, "/desk/requests", 200},
		{[]newsletter.Role{admin, editor, supervisor}, []int64{7}, "/desk/requests", 403},
		{nil, nil, "/desk/requests", 403},
	} {
		token := people.SignIn(desktest.Staff(1, c.roles, c.lists...))
		res := ask(d, "GET", c.path, signed(d, token))
		if res.StatusCode != c.want {
			t.Errorf("%v of %v at %s: %d, want %d", c.roles, c.lists, c.path, res.StatusCode, c.want)
		}
		if cache := res.Header.Get("Cache-Control"); cache != "no-store" {
			t.Errorf("%s is kept: %s", c.path, cache)
		}
	}
}

// Who isn't signed in comes to the sign-in page, and from there to where they were going.
func TestSigningInIsAskedFor(t *testing.T) {
	d, people := newDesk(t, "https")
	token := people.SignIn(desktest.Staff(1, desk.Everyone()))
	people.SignOut(token)
	for _, with := range []func(*http.Request){func(*http.Request) {}, signed(d, "forged"), signed(d, token)} {
		res := ask(d, "GET", "/desk/requests?page=2", with)
		if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/desk/sign-in?next=%2Fdesk%2Frequests%3Fpage%3D2" {
			t.Errorf("%d to %s", res.StatusCode, res.Header.Get("Location"))
		}
	}
	if res := ask(d, "GET", "/desk/requests", func(r *http.Request) { r.Header.Set("Accept", "text/event-stream") }); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("a program is answered %d", res.StatusCode)
	}
	if res := ask(d, "GET", "/desk"); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/desk/" {
		t.Errorf("/desk: %d to %s", res.StatusCode, res.Header.Get("Location"))
	}
}

func TestD4_NextLeadsNowhereElse(t *testing.T) {
	for _, next := range []string{"", "https://evil.example/desk/", "//evil.example/desk/", `/\evil.example`, "/", "/l/x", "/desk/../u/x", "javascript:alert(1)", "/desk/sign-in?next=/desk/", "%zz"} {
		if got := desk.NextOf(next); got != desk.Home {
			t.Errorf("%q leads to %q", next, got)
		}
	}
	if got := desk.NextOf("/desk/editions?state=sent"); got != "/desk/editions?state=sent" {
		t.Errorf("%q", got)
	}
}

// A form of another site changes nothing, whoever is signed in: not even one without an origin (D4).
func TestD4_FormsOfOtherSitesAreRefused(t *testing.T) {
	d, people := newDesk(t, "https")
	token := people.SignIn(desktest.Staff(1, desk.Everyone()))
	for name, with := range map[string]func(*http.Request){
		"another site":     func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"a neighbour":      func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") },
		"another origin":   func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") },
		"an opaque origin": func(r *http.Request) { r.Header.Set("Origin", "null") },
	} {
		if res := ask(d, "POST", "/desk/requests", signed(d, token), with); res.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d", name, res.StatusCode)
		}
	}
	if res := ask(d, "POST", "/desk/requests", signed(d, token), func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-origin") }); res.StatusCode != http.StatusSeeOther {
		t.Errorf("our own form: %d", res.StatusCode)
	}
}

func TestCookie(t *testing.T) {
	for scheme, want := range map[string]string{
		"https": "__Host-desk=token; Path=/; Expires=Mon, 23 Nov 2026 07:00:00 GMT; HttpOnly; Secure; SameSite=Lax",
		"http":  "desk=token; Path=/; Expires=Mon, 23 Nov 2026 07:00:00 GMT; HttpOnly; SameSite=Lax",
	} {
		d, _ := newDesk(t, scheme)
		w := httptest.NewRecorder()
		d.SetSession(w, "token", start)
		if got := w.Header().Get("Set-Cookie"); got != want {
			t.Errorf("%s: %s", scheme, got)
		}
		w = httptest.NewRecorder()
		d.EndSession(w)
		if got := w.Header().Get("Set-Cookie"); !strings.Contains(got, "Max-Age=0") {
			t.Errorf("%s: %s", scheme, got)
		}
	}
}

// Nobody writes on a page by its address: only keys that have a text are shown.
func TestDoneSaysOnlyWhatWeSay(t *testing.T) {
	d, people := newDesk(t, "https")
	token := people.SignIn(desktest.Staff(1, desk.Everyone()))
	for key, want := range map[string]bool{"saved": true, "": false, "nonsense": false, "Saved": false, "<b>": false} {
		res := ask(d, "GET", "/desk/confirm?done="+url.QueryEscape(key), signed(d, token))
		body := make([]byte, 1<<16)
		n, _ := res.Body.Read(body)
		if got := strings.Contains(string(body[:n]), `role="status"`); got != want {
			t.Errorf("done=%s: notice %v", key, got)
		}
	}
}

// The desk speaks the language of who works at it, unless this browser chose another.
func TestLanguageIsThatOfStaff(t *testing.T) {
	d, people := newDesk(t, "https")
	staff := desktest.Staff(1, desk.Everyone())
	staff.Language = newsletter.English
	token := people.SignIn(staff)
	for cookie, want := range map[string]string{"": "en", "0.0.nl": "nl"} {
		res := ask(d, "GET", "/desk/confirm", signed(d, token), func(r *http.Request) {
			r.Header.Set("Accept-Language", "nl")
			if cookie != "" {
				r.AddCookie(&http.Cookie{Name: "display", Value: cookie})
			}
		})
		if got := res.Header.Get("Content-Language"); got != want {
			t.Errorf("cookie %q: in %s", cookie, got)
		}
	}
}
