package public_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
	"bode.example/internal/web/webtest"
)

// From the first look at the site to the last: a reader with a phone, and axe-core beside them.
func TestJourney_InABrowser(t *testing.T) {
	site, w := newSite(t, storetest.SQLite(t))
	site.open()
	w.Post("Een raad die luistert", site.now, w.Council)
	server := httptest.NewServer(site.handler)
	defer server.Close()
	page := webtest.Open(t).Page(t)
	page.View(320, webtest.Light)
	look := func(title string) {
		t.Helper()
		if got := page.Title(); got != title+" – Democratische Broedplaats Noord" {
			t.Errorf("the title is %q, not %q", got, title)
		}
		page.CheckAccessible()
		page.CheckWidth()
	}
	press := func(selector string, status int) {
		t.Helper()
		if got := page.Press(selector); got != status {
			t.Fatalf("%s: %d, not %d", selector, got, status)
		}
	}

	page.Go(server.URL + "/?lang=nl")
	press("#aid-nl", 200) // chosen once, for all pages that follow
	look("Expertgroep Nieuwe Democratie")
	page.Fill("#address", "jan@voorbeeld")
	page.Tick("#topics-nieuwe-democratie-some")
	press("main .card .button", 422)
	look("Fout: Aanmelden voor de nieuwsbrief")
	page.Fill("#address", "jan@voorbeeld.nl")
	page.Tick("#topic-nieuwe-democratie-raad")
	press("main .card .button", 200)
	look("Kijk in uw mailbox")
	press("#aid-larger", 200)
	look("Kijk in uw mailbox")

	site.decide(t)
	page.Go(server.URL + site.confirmLink(t))
	look("Bevestig uw aanmelding")
	press("main .button", 200)
	look("U bent aangemeld")

	press(`main a[href^="/v/"]`, 200)
	look("Uw voorkeuren")
	if !webtest.Script[bool](page, `document.querySelector("#topic-nieuwe-democratie-raad").checked`) {
		t.Error("the topic that was chosen isn't")
	}
	page.Tick("#pace-nieuwe-democratie-dagelijks")
	page.Tick("#layout-large")
	page.Fill("#name", "Jan")
	press("main .button", 200)
	look("Uw voorkeuren")
	if !strings.Contains(page.Text("main"), "bewaard") {
		t.Error("nothing says that the preferences were saved")
	}
	page.Go(server.URL + site.link(t, "/w/", token.Why, subscriptionID))
	look("Waarom krijg ik deze mail?")

	press(`main a[href^="/u/"]`, 200)
	look("Afmelden")
	press("main .button", 200)
	look("U bent afgemeld")
	press("main .button", 200)
	look("Afmelden")

	press(`footer a[href="/access"]`, 200)
	look("Uw voorkeuren en gegevens")
	page.Fill("#address", "jan@voorbeeld.nl")
	press("main .button", 200)
	look("Kijk in uw mailbox")
	site.decide(t)
	page.Go(server.URL + site.link(t, "/a/", token.Access, `SELECT public_id FROM access_link`))
	look("Uw gegevens bekijken")
	press("main .button", 200)
	look("Wat wij van u bewaren")
	press(`main form[action="/access/erase"] .button`, 200)
	look("Al uw gegevens wissen?")
	press("main .button.grave", 200)
	look("Uw gegevens zijn gewist")
	if n := len(site.rows(t, "SELECT id FROM subscriber")); n != 0 {
		t.Errorf("%d subscribers are left", n)
	}
}
