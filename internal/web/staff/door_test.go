package staff_test

import (
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

	"github.com/pquerna/otp/totp"

	"bode.example/internal/newsletter"
	rules "bode.example/internal/staff"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
	"bode.example/internal/web/staff"
	"bode.example/templates"
)

// loadTemplates reads the templates once: they are the same for every test.
var loadTemplates = sync.OnceValues(func() (*templates.Set, error) { return templates.Load("") })

const anna = "anna@voorbeeld.nl"

// bench is the desk with real sign-in over a real store, with a clock that the test moves.
type bench struct {
	*desk.Desk
	t     testing.TB
	store *store.Store
	world *storetest.World
	rules *rules.Service
	links *token.Ring
	clock func() time.Time
}

func newBench(t testing.TB, s *store.Store, at string, clock func() time.Time) *bench {
	t.Helper()
	return makeBench(t, s, storetest.NewWorld(t, s), at, clock)
}

// newFounding is a bench over a store that holds no list yet.
func newFounding(t testing.TB, s *store.Store, at string, clock func() time.Time) *bench {
	t.Helper()
	return makeBench(t, s, storetest.EmptyWorld(t, s), at, clock)
}

func makeBench(t testing.TB, s *store.Store, world *storetest.World, at string, clock func() time.Time) *bench {
	t.Helper()
	b := &bench{t: t, store: s, world: world, clock: clock}
	site, err := url.Parse(at)
	b.check(err)
	set, err := loadTemplates()
	b.check(err)
	zone, err := time.LoadLocation("Europe/Amsterdam")
	b.check(err)
	secret := token.NewSecret()
	b.links, err = token.NewRing(secret)
	b.check(err)
	box, err := token.NewBox(secret)
	b.check(err)
	counting, err := token.NewHashes(token.Limit, secret)
	b.check(err)
	b.rules, err = rules.New(s, b.links, box, counting, rules.Config{URL: site, Organisation: "Democratische Broedplaats Noord"}, slog.New(slog.DiscardHandler))
	b.check(err)
	b.Desk, err = desk.New(desk.Config{
		Web: web.Config{Templates: set, Languages: newsletter.Languages(), URL: site, Now: clock,
			Log: slog.New(slog.DiscardHandler)},
		Organisation: "Democratische Broedplaats Noord", Zone: zone, Authenticator: b.rules,
	})
	b.check(err)
	b.check(staff.Add(staff.Config{Desk: b.Desk, Staff: b.rules, Store: s, Installation: staff.Installation{
		Organisation: "Stichting Voorbeeld", Postal: []string{"Postbus 1", "9400 AA Assen"}, Sender: "post@voorbeeld.nl", SenderName: "Stichting Voorbeeld",
		Relay: "mail.voorbeeld.nl:587", Host: site.Hostname(), Language: newsletter.Dutch, File: "/etc/bode/bode.toml"}}))
	// Today is the editors' own page; here something has to stand where signing in leads.
	b.Handle(desk.Route{Pattern: "GET /desk/{$}", Roles: desk.Everyone()}, func(w http.ResponseWriter, r *http.Request) error {
		return b.Confirm(w, r, desk.Confirm{Title: "Vandaag", Text: desk.StaffOf(r).Name, Action: "/desk/", Button: "Niets", Back: "/desk/account"})
	})
	b.check(b.Ready())
	return b
}

func (b *bench) check(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// still is a clock that the test moves.
type still struct{ now time.Time }

func (c *still) time() time.Time { return c.now }

// hire takes somebody on, by the command line.
func (b *bench) hire(address, name string, roles ...newsletter.Role) *newsletter.Staff {
	b.t.Helper()
	m, err := b.rules.Invite(b.t.Context(), rules.Form{Address: address, Name: name, Language: newsletter.Dutch, Roles: roles, Lists: b.world.Lists()}, storetest.By, b.clock())
	b.check(err)
	return m
}

// mail lets the worker decide, and returns the latest link that was mailed with a template.
func (b *bench) mail(template string) *newsletter.SignIn {
	b.t.Helper()
	b.check(b.rules.Decide(b.t.Context(), b.clock()))
	rows := storetest.Query(b.t, b.store, `SELECT s.public_id FROM delivery AS d JOIN sign_in AS s ON s.id = d.ref WHERE d.template = '`+template+`' ORDER BY d.id DESC LIMIT 1`)
	if len(rows) == 0 {
		b.t.Fatalf("no mail %s", template)
	}
	id, err := newsletter.ParsePublicID(rows[0][0])
	b.check(err)
	l, err := b.store.SignIn(b.t.Context(), id)
	b.check(err)
	return l
}

// member is the one of the staff with an address.
func (b *bench) member(address newsletter.Address) *newsletter.Staff {
	b.t.Helper()
	m, err := b.store.StaffByAddress(b.t.Context(), address)
	b.check(err)
	return m
}

// browser is one that keeps cookies and follows nothing by itself.
type browser struct {
	b       *bench
	cookies map[string]string
}

func (b *bench) browser() *browser { return &browser{b, map[string]string{}} }

// answer is what came back.
type answer struct {
	status   int
	location string
	body     string
	header   http.Header
}

func (c *browser) ask(method, path string, form url.Values, with ...func(*http.Request)) answer {
	c.b.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Accept-Language", "nl")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for name, value := range c.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	for _, change := range with {
		change(r)
	}
	w := httptest.NewRecorder()
	c.b.ServeHTTP(w, r)
	res := w.Result()
	for _, cookie := range res.Cookies() {
		c.cookies[cookie.Name] = cookie.Value
		if cookie.MaxAge < 0 {
			delete(c.cookies, cookie.Name)
		}
	}
	text, err := io.ReadAll(res.Body)
	c.b.check(err)
	return answer{res.StatusCode, res.Header.Get("Location"), string(text), res.Header}
}

func (c *browser) get(path string) answer { c.b.t.Helper(); return c.ask("GET", path, nil) }

// post sends a form of fields and their values.
func (c *browser) post(path string, fields ...string) answer {
	c.b.t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return c.ask("POST", path, form)
}

func (a answer) has(t testing.TB, status int, parts ...string) answer {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d; location %q\n%s", a.status, status, a.location, a.body)
	}
	for _, part := range parts {
		if !strings.Contains(a.body+a.location, part) {
			t.Errorf("no %q in %s\n%s", part, a.location, a.body)
		}
	}
	return a
}

var secretOf = regexp.MustCompile(`<code class="secret">([A-Z2-7 ]+)</code>`)

// enrol adds an authenticator from the page for it, and returns its secret.
func (c *browser) enrol() (secret string) {
	c.b.t.Helper()
	c.get("/desk/sign-in/second").has(c.b.t, 303, "/desk/sign-in/enrol")
	c.get("/desk/sign-in/enrol").has(c.b.t, 200, "Beveilig je account")
	c.post("/desk/sign-in/enrol").has(c.b.t, 303, "/desk/sign-in/enrol/authenticator")
	page := c.get("/desk/sign-in/enrol/authenticator").has(c.b.t, 200, "authenticator.png")
	found := secretOf.FindStringSubmatch(page.body)
	if found == nil {
		c.b.t.Fatalf("no secret\n%s", page.body)
	}
	secret = strings.ReplaceAll(found[1], " ", "")
	c.post("/desk/sign-in/enrol/authenticator", "code", c.code(secret)).has(c.b.t, 303, "/desk/account/codes")
	c.get("/desk/account/codes").has(c.b.t, 200, "Bewaar je herstelcodes")
	c.post("/desk/account/codes").has(c.b.t, 303, "/desk/")
	return secret
}

func (c *browser) code(secret string) string {
	c.b.t.Helper()
	code, err := totp.GenerateCode(secret, c.b.clock())
	c.b.check(err)
	return code
}

// enter signs somebody in for the first time, by the invitation.
func (b *bench) enter(m *newsletter.Staff) (*browser, string) {
	b.t.Helper()
	l, err := b.store.IssueSignIn(b.t.Context(), m.PublicID, newsletter.SignInIssued, storetest.By, b.clock())
	b.check(err)
	c := b.browser()
	c.post(staff.LinkPath+b.rules.Token(l)).has(b.t, 303, "/desk/sign-in/second")
	return c, c.enrol()
}
