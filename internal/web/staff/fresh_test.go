package staff_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store/storetest"
	"bode.example/internal/web/desk"
)

// D10: who can sign in is changed only by who proved a second factor just now. Whoever finds a browser that was left
// signed in is asked for it, and comes back to where they were.
func TestD10_WhoCanSignInIsChangedByTheFreshAlone(t *testing.T) {
	each(t, func(t *testing.T, b *bench, clock *still) {
		boss := b.hire("baas@voorbeeld.nl", "De Baas", newsletter.RoleAdmin)
		m := b.hire(anna, "Anna", newsletter.RoleEditor)
		c, secret := b.enter(boss)
		person := "/desk/staff/" + m.PublicID.String()
		c.get(person).has(t, 200)
		c.get("/desk/account/add").has(t, 303, "/desk/sign-in/enrol")
		clock.now = clock.now.Add(newsletter.FreshFor)
		content := storetest.Query(t, b.store, `SELECT COUNT(*), MAX(seq) FROM audit_entry`)
		asked := 0
		for _, route := range b.Routes() {
			method, path, _ := strings.Cut(route.Pattern, " ")
			changes := method == http.MethodPost && (strings.HasPrefix(path, "/desk/staff") || strings.HasPrefix(path, "/desk/account/")) && path != "/desk/account/codes"
			if changes && route.Fresh == "" {
				t.Errorf("%s changes who can sign in, for who proved it long ago", route.Pattern)
			}
			if route.Fresh == "" {
				continue
			}
			asked++
			c.ask(method, strings.ReplaceAll(path, "{id}", m.PublicID.String()), nil).has(t, 303, desk.ProofPath+"?next=%2Fdesk%2F")
			c.ask(method, strings.ReplaceAll(path, "{id}", m.PublicID.String()), nil, func(r *http.Request) { r.Header.Del("Accept") }).has(t, 403)
		}
		for _, path := range []string{"/desk/sign-in/enrol", "/desk/sign-in/enrol/authenticator", "/desk/sign-in/enrol/passkey"} {
			c.post(path).has(t, 303, desk.ProofPath+"?next=%2Fdesk%2Faccount%2Fadd")
		}
		if after := storetest.Query(t, b.store, `SELECT COUNT(*), MAX(seq) FROM audit_entry`); after[0][0] != content[0][0] || asked < 14 {
			t.Errorf("%d routes ask; entries from %v to %v", asked, content, after)
		}
		c.post(person+"/disable").has(t, 303, desk.ProofPath+"?next="+strings.ReplaceAll(person, "/", "%2F"))
		c.get(desk.ProofPath+"?next="+person).has(t, 200, "Laat nog eens zien dat jij het bent", "Ga verder met deze code")
		c.get("/desk/sign-in/recovery?next="+person).has(t, 200, "Laat met een herstelcode zien")
		c.post(desk.ProofPath, "code", "000000", "next", person).has(t, 422, "Laat nog eens zien")
		c.post(desk.ProofPath, "code", c.code(secret), "next", person).has(t, 303, person)
		c.post(person+"/disable").has(t, 303, person+"?done=disabled")
		clock.now = clock.now.Add(time.Minute)
		c.get(desk.ProofPath).has(t, 303, "/desk/")
	})
}
