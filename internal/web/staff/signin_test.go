package staff_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/web/desk"
	"bode.example/internal/web/staff"
)

func each(t *testing.T, test func(t *testing.T, b *bench, c *still)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := &still{storetest.Start}
		test(t, newBench(t, s, "https://nieuws.example", c.time), c)
	})
}

func TestSignIn(t *testing.T) {
	each(t, func(t *testing.T, b *bench, clock *still) {
		m := b.hire(anna, "Anna de Vries", newsletter.RoleEditor)
		_, secret := b.enter(m)
		clock.now = clock.now.Add(time.Hour)

		// From the page that asks, by the link.
		c := b.browser()
		c.get("/desk/account").has(t, 303, "/desk/sign-in?next=%2Fdesk%2Faccount")
		c.get("/desk/sign-in?next=%2Fdesk%2Faccount").has(t, 200, `value="/desk/account"`)
		c.post("/desk/sign-in", "address", anna, "next", "/desk/account").has(t, 303, "/desk/sign-in/code?next=%2Fdesk%2Faccount")
		link := staff.LinkPath + b.rules.Token(b.mail(newsletter.TemplateSignIn))
		c.get(link).has(t, 200, "Druk op de knop")
		c.get(link).has(t, 200, "Druk op de knop") // GET changed nothing
		stranger := b.browser()
		stranger.get(link).has(t, 403, "andere browser", "Typ de code")
		stranger.post(link).has(t, 403, "andere browser")
		before := c.cookies["__Host-desk"]
		c.post(link).has(t, 303, "/desk/sign-in/second?next=%2Fdesk%2Faccount") // where they were going
		half := c.cookies["__Host-desk"]
		c.get(link).has(t, 410, "werkt niet meer")
		c.get("/desk/account").has(t, 303, "/desk/sign-in?next") // half a session opens nothing
		c.get("/desk/sign-in").has(t, 303, "/desk/sign-in/second")
		c.get("/desk/sign-in/enrol").has(t, 303, "/desk/sign-in/second")
		c.get("/desk/sign-in/second").has(t, 200, "Code van de app")
		c.post("/desk/sign-in/second", "code", "000000", "next", "/desk/account").has(t, 422, "Deze code klopt niet", `href="#code"`)
		c.post("/desk/sign-in/second", "code", c.code(secret), "next", "/desk/account").has(t, 303, "/desk/account")
		if whole := c.cookies["__Host-desk"]; whole == half || whole == before || half == before {
			t.Error("the token stayed the same through signing in")
		}
		c.get("/desk/account").has(t, 200, "Anna de Vries", "Deze browser")

		// By the code, in the browser that asked.
		clock.now = clock.now.Add(time.Hour)
		d := b.browser()
		d.post("/desk/sign-in", "address", anna).has(t, 303, "/desk/sign-in/code")
		code := b.links.Code(b.mail(newsletter.TemplateSignIn).PublicID)
		b.browser().post("/desk/sign-in/code", "code", code).has(t, 422, "Deze code klopt niet")
		d.post("/desk/sign-in/code", "code", code).has(t, 303, "/desk/sign-in/second")
		d.post("/desk/sign-in/second", "code", c.code(secret)).has(t, 303, "/desk/")
		d.get("/desk/").has(t, 200, "Anna de Vries")
		d.post("/desk/sign-out").has(t, 303, "/desk/sign-in?done=signed_out")
		if d.cookies["__Host-desk"] != "" {
			t.Error("the cookie stayed")
		}
		d.get("/desk/sign-in?done=signed_out").has(t, 200, "Je bent uitgelogd")
		d.get("/desk/").has(t, 303, "/desk/sign-in")
	})
}

// A recovery code signs in once, and others sign out.
func TestRecoveryAndSessions(t *testing.T) {
	each(t, func(t *testing.T, b *bench, clock *still) {
		m := b.hire(anna, "Anna de Vries", newsletter.RoleEditor)
		c, _ := b.enter(m)
		c.post("/desk/account/codes/renew").has(t, 303, "/desk/account/codes")
		page := c.get("/desk/account/codes").has(t, 200)
		start := strings.Index(page.body, `<li><code>`) + len(`<li><code>`)
		code := page.body[start : start+19]
		c.post("/desk/account/codes", "next", "/desk/account").has(t, 303, "/desk/account")
		c.get("/desk/account/codes").has(t, 303)

		clock.now = clock.now.Add(10 * time.Minute)
		again := func(code string) (*browser, answer) {
			l, err := b.store.IssueSignIn(t.Context(), m.PublicID, newsletter.SignInIssued, storetest.By, clock.now)
			b.check(err)
			d := b.browser()
			d.post(staff.LinkPath+b.rules.Token(l)).has(t, 303)
			d.get("/desk/sign-in/recovery").has(t, 200, "Herstelcode")
			return d, d.post("/desk/sign-in/recovery", "code", code)
		}
		d, a := again(code)
		a.has(t, 303, "/desk/")
		_, a = again(code)
		a.has(t, 422, "Deze code klopt niet")
		d.get("/desk/account").has(t, 200, "Je hebt nog 9 herstelcodes over", "Log overal uit, behalve hier", "Dit is je enige tweede stap")
		d.post("/desk/account/authenticator/remove").has(t, 422, "enige tweede stap")
		d.post("/desk/account/sessions/end").has(t, 303, "/desk/account?done=session_ended")
		c.get("/desk/account").has(t, 303, "/desk/sign-in")
	})
}

// Whoever fixes a cookie in somebody's browser, of a session or of a request for a link, gets nothing by it.
func TestD5_CookiesOfOthersAreOfNoUse(t *testing.T) {
	each(t, func(t *testing.T, b *bench, clock *still) {
		m := b.hire(anna, "Anna de Vries", newsletter.RoleEditor)
		_, secret := b.enter(m)
		clock.now = clock.now.Add(time.Hour)
		thief := b.browser()
		thief.post("/desk/sign-in", "address", "dief@voorbeeld.nl").has(t, 303)
		planted := thief.cookies["__Host-sign-in"]
		victim := b.browser()
		victim.cookies["__Host-sign-in"], victim.cookies["__Host-desk"] = planted, "planted"
		victim.post("/desk/sign-in", "address", anna).has(t, 303)
		if victim.cookies["__Host-sign-in"] == planted {
			t.Error("the browser asks under a nonce that somebody else knows")
		}
		link := staff.LinkPath + b.rules.Token(b.mail(newsletter.TemplateSignIn))
		thief.post(link).has(t, 403)
		victim.post(link).has(t, 303)
		victim.post("/desk/sign-in/second", "code", victim.code(secret)).has(t, 303, "/desk/")
		if victim.cookies["__Host-desk"] == "planted" {
			t.Error("the token that was planted signs in")
		}
	})
}

// Status, headers, words and rows are the same whoever it is (STANDARDS D4).
func TestD4_TheSameAnswerForEveryone(t *testing.T) {
	each(t, func(t *testing.T, b *bench, clock *still) {
		b.enter(b.hire("bekend@voorbeeld.nl", "Bekend", newsletter.RoleAdmin))
		b.hire("genodigd@voorbeeld.nl", "Genodigd", newsletter.RoleEditor)
		out := b.hire("weg@voorbeeld.nl", "Weg", newsletter.RoleEditor)
		b.check(b.rules.Disable(t.Context(), out.PublicID, storetest.By, clock.now))
		b.world.Join("lezer@voorbeeld.nl", storetest.Start, b.world.All())
		const counts = `SELECT (SELECT COUNT(*) FROM sign_in), (SELECT COUNT(*) FROM delivery), (SELECT COUNT(*) FROM counter), (SELECT COUNT(*) FROM session), (SELECT COUNT(*) FROM audit_entry)`
		b.browser().post("/desk/sign-in", "address", "eerste@voorbeeld.nl").has(t, 303) // the limits of all have their rows
		told := func(address string) (a answer, rows []string) {
			t.Helper()
			c := b.browser()
			before := storetest.Query(t, b.store, counts)[0]
			a = c.post("/desk/sign-in", "address", address)
			after := storetest.Query(t, b.store, counts)[0]
			for i := range before {
				if before[i] == after[i] {
					rows = append(rows, "same")
				} else {
					rows = append(rows, "more")
				}
			}
			b.check(b.rules.Decide(t.Context(), clock.now))
			for range newsletter.SignInTries + 1 { // the page that follows, and wrong codes on it, say no more
				page := c.get(a.location)
				wrong := c.post("/desk/sign-in/code", "code", "0000 0000")
				a.body += page.body + wrong.body + http.StatusText(wrong.status)
			}
			for name := range a.header {
				if name == "Set-Cookie" {
					value := a.header.Get(name)
					at := strings.Index(value, ";")
					a.header.Set(name, "(nonce)"+value[at:])
				}
			}
			return a, rows
		}
		first, rows := told("niemand@voorbeeld.nl")
		first.has(t, 303, "/desk/sign-in/code", "Kijk in je mail")
		for _, address := range []string{"bekend@voorbeeld.nl", "GENODIGD@Voorbeeld.nl", "weg@voorbeeld.nl", "lezer@voorbeeld.nl", "jan@bestaat-niet.invalid"} {
			clock.now = clock.now.Add(time.Minute)
			got, left := told(address)
			if got.status != first.status || got.location != first.location || got.body != first.body || !slices.Equal(left, rows) {
				t.Errorf("%s: %d %s %v\n%s", address, got.status, got.location, left, got.body)
			}
			for name, value := range first.header {
				if !slices.Equal(got.header[name], value) {
					t.Errorf("%s: header %s is %q, not %q", address, name, got.header[name], value)
				}
			}
			// Asking again at once is refused to everybody alike.
			b.browser().post("/desk/sign-in", "address", address).has(t, 429, "te vaak om een mail gevraagd")
		}
	})
}

// A form of another site signs nobody in or out, and no page of ours is kept or framed.
func TestD10_FormsOfOtherSites(t *testing.T) {
	each(t, func(t *testing.T, b *bench, _ *still) {
		m := b.hire(anna, "Anna de Vries", newsletter.RoleAdmin)
		c, _ := b.enter(m)
		routes := 0
		for _, route := range b.Routes() {
			method, path, _ := strings.Cut(route.Pattern, " ")
			if method != http.MethodPost {
				continue
			}
			routes++
			path = strings.NewReplacer("{id}", m.PublicID.String(), "{token}", "x").Replace(path)
			for _, from := range []func(*http.Request){
				func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
				func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") },
				func(r *http.Request) { r.Header.Del("Sec-Fetch-Site"); r.Header.Set("Origin", "https://evil.example") },
			} {
				c.ask("POST", path, nil, from).has(t, 403)
			}
		}
		if routes < 20 {
			t.Errorf("only %d routes were tried", routes)
		}
		page := c.get("/desk/account").has(t, 200)
		for name, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"} {
			if got := page.header.Get(name); got != want {
				t.Errorf("%s: %q", name, got)
			}
		}
		if csp := page.header.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "data:") || strings.Contains(csp, "unsafe") {
			t.Errorf("policy %q", csp)
		}
	})
}

// Every route of these pages, tried with every role: who isn't named gets 403, who isn't signed in comes to the
// sign-in page.
func TestRoutesAndRoles(t *testing.T) {
	each(t, func(t *testing.T, b *bench, clock *still) {
		browsers := map[newsletter.Role]*browser{}
		for _, role := range newsletter.Roles() {
			browsers[role], _ = b.enter(b.hire(string(role)+"@voorbeeld.nl", string(role), role))
		}
		tried := 0
		for _, route := range b.Routes() {
			method, path, _ := strings.Cut(route.Pattern, " ")
			if route.Open || path == "/desk/{$}" {
				continue
			}
			path = strings.NewReplacer("{id}", newsletter.NewPublicID().String()).Replace(path)
			b.browser().ask(method, path, nil).has(t, 303, desk.SignInPath)
			for role, c := range browsers {
				if method == http.MethodPost && strings.HasSuffix(path, "/sessions/end") {
					continue // it would end the others' sessions of nobody but oneself; tried elsewhere
				}
				got := c.ask(method, path, nil)
				if forbidden := got.status == http.StatusForbidden; forbidden == slices.Contains(route.Roles, role) {
					t.Errorf("%s as %s: %d", route.Pattern, role, got.status)
				}
				tried++
			}
		}
		if tried < 60 {
			t.Errorf("only %d tries", tried)
		}
		for pattern, open := range map[string]bool{"GET /desk/staff": false, "GET /desk/audit": false, "GET /desk/account": false, "GET /desk/sign-in": true} {
			i := slices.IndexFunc(b.Routes(), func(r desk.Route) bool { return r.Pattern == pattern })
			if i < 0 || b.Routes()[i].Open != open {
				t.Errorf("%s: open is not %v", pattern, open)
			}
		}
	})
}
