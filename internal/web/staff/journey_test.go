package staff_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/web/staff"
	"bode.example/internal/web/webtest"
)

// lived is a bench behind a real server, on a clock that runs. Passkeys belong to a name, so it is called
// localhost; the server of the test listens there.
func lived(t *testing.T, s *store.Store) (b *bench, at string) {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	_, port, _ := strings.Cut(server.Listener.Addr().String(), ":")
	at = "http://localhost:" + port
	b = newBench(t, s, at, time.Now)
	server.Config.Handler = b
	server.Start()
	t.Cleanup(server.Close)
	return b, at
}

// Somebody is invited, signs in, adds an authenticator, and then a passkey, with which they sign in the
// next time; as they would do it, in a real browser, at the width of a phone.
func TestJourney_InvitationToToday(t *testing.T) {
	chromium := webtest.Open(t, webtest.Reads("nl"))
	for engine, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(engine, func(t *testing.T) {
			b, at := lived(t, open(t))
			b.hire(anna, "Anna de Vries", newsletter.RoleEditor)
			page := chromium.Page(t)
			page.Passkeys()
			page.View(320, webtest.Light)
			shows := func(address, heading string) {
				t.Helper()
				if !strings.HasPrefix(page.Address(), at+address) || page.Text("h1") != heading {
					t.Fatalf("%s shows %q", page.Address(), page.Text("h1"))
				}
				page.CheckWidth()
				page.CheckAccessible()
				page.Picture("staff/journey/" + strings.Trim(strings.ReplaceAll(strings.SplitN(address, "?", 2)[0], "/", "-"), "-"))
			}
			page.Go(at + staff.LinkPath + b.rules.Token(b.mail(newsletter.TemplateInvitation)))
			page.Press("main button")
			shows("/desk/sign-in/enrol", "Beveilig je account")
			page.Press(`form[action="/desk/sign-in/enrol"] button`)
			shows("/desk/sign-in/enrol/authenticator", "Stel je app in")
			if width := webtest.Script[int](page, `document.querySelector("img.qr").naturalWidth`); width != 240 {
				t.Errorf("the picture is %d wide", width)
			}
			secret := strings.ReplaceAll(page.Text("code.secret"), " ", "")
			page.Fill("#code", "000000")
			if status := page.Press("main button"); status != 422 {
				t.Errorf("a wrong code: %d", status)
			}
			page.Fill("#code", b.browser().code(secret))
			page.Press("main button")
			shows("/desk/account/codes", "Bewaar je herstelcodes")
			page.Press("main button")
			shows("/desk/", "Vandaag")

			// A passkey beside it, and then in its place.
			page.Go(at + "/desk/sign-in/enrol?next=/desk/account")
			page.Fill("#name", "Telefoon")
			page.Press(`form[data-passkey] button`)
			shows("/desk/account", "Je account")
			if text := page.Text("main"); !strings.Contains(text, "Passkey: Telefoon") {
				t.Errorf("no passkey on the page: %s", text)
			}
			page.Press(`form[action="/desk/account/authenticator/remove"] button`)
			page.Press(`.desk-who button`)
			shows("/desk/sign-in", "Inloggen")

			page.Fill("#address", anna)
			page.Press("main button")
			shows("/desk/sign-in/code", "Kijk in je mail")
			page.Fill("#code", b.links.Code(b.mail(newsletter.TemplateSignIn).PublicID))
			page.Press("main button")
			shows("/desk/sign-in/second", "Nog één stap")
			page.Press("form[data-passkey] button")
			shows("/desk/", "Vandaag")

			// Somebody who reads the mail elsewhere is told what to do there.
			b.world.Do(`DELETE FROM counter`)
			page.Press(`.desk-who button`)
			page.Fill("#address", anna)
			page.Press("main button")
			elsewhere := chromium.Page(t)
			elsewhere.View(320, webtest.Dark)
			if status := elsewhere.Go(at + staff.LinkPath + b.rules.Token(b.mail(newsletter.TemplateSignIn))); status != 403 || elsewhere.Text("h1") != "Deze link hoort bij een andere browser" {
				t.Errorf("%d: %s", status, elsewhere.Text("h1"))
			}
			elsewhere.CheckAccessible()
			// A device without that passkey is not let in.
			elsewhere.Go(at + "/desk/sign-in")
			b.world.Do(`DELETE FROM counter`)
			elsewhere.Fill("#address", anna)
			elsewhere.Press("main button")
			elsewhere.Fill("#code", b.links.Code(b.mail(newsletter.TemplateSignIn).PublicID))
			elsewhere.Press("main button")
			elsewhere.Go(at + "/desk/account")
			if elsewhere.Text("h1") != "Nog één stap" {
				t.Errorf("without the second step: %s", elsewhere.Text("h1"))
			}
		})
	}
}
