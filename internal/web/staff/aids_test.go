package staff_test

import (
	"regexp"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/web/staff"
)

var backField = regexp.MustCompile(`name="back" value="([^"]*)"`)

// A page that says what is wrong with a form stands at the form's address. The reading aids on it lead to a page that is
// there.
func TestReadingAidsLeadBackToAPage(t *testing.T) {
	each(t, func(t *testing.T, b *bench, clock *still) {
		c, _ := b.enter(b.hire(anna, "Anna", newsletter.RoleAdmin))
		c.post("/desk/sign-in/enrol/passkey/begin").has(t, 200)
		l, err := b.store.IssueSignIn(t.Context(), b.member(anna).PublicID, newsletter.SignInIssued, b.member(anna).Actor(), clock.now)
		b.check(err)
		half := b.browser()
		half.post(staff.LinkPath+b.rules.Token(l)).has(t, 303)
		for _, page := range []struct {
			who  *browser
			form string
		}{
			{c, "/desk/sign-in/enrol/passkey"}, {c, "/desk/account/authenticator/remove"}, {half, "/desk/sign-in/second"}, {half, "/desk/sign-in/recovery"},
		} {
			got := page.who.post(page.form, "answer", "{}", "code", "000000", "name", "x").has(t, 422)
			back := backField.FindStringSubmatch(got.body)
			if back == nil {
				t.Errorf("%s: no reading aids", page.form)
				continue
			}
			if status := page.who.get(back[1]).status; status != 200 {
				t.Errorf("%s: the reading aids lead to %s: %d", page.form, back[1], status)
			}
		}
	})
}
