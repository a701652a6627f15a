package editor_test

import (
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/roster"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/web/webtest"
)

// An editor takes over the people of a Mailchimp list on a phone: uploads, looks, checks, runs, reads the
// report, looks at one of them, and has an address mailed again that works.
func TestJourney_AMailchimpListIsTakenOver(t *testing.T) {
	browser := webtest.Open(t)
	file, err := filepath.Abs("../../roster/testdata/mailchimp_subscribed.csv")
	if err != nil {
		t.Fatal(err)
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		server := httptest.NewUnstartedServer(nil)
		b := newBench(t, s, "http://"+server.Listener.Addr().String())
		b.live()
		b.signIn(newsletter.RoleEditor)
		server.Config.Handler = b
		server.Start()
		defer server.Close()
		worker := &roster.Worker{Store: s, Hashes: b.hashes, LinkLife: storetest.LinkLife, Zone: time.UTC, Now: b.time}
		page := browser.Page(t)
		page.Cookie(server.URL, b.CookieName(), b.token)
		page.View(320, webtest.Light)
		page.Go(server.URL + "/desk/imports")
		page.Choose("#file", file)
		page.Press("form.card button")
		wantText(t, page, "3 regels, UTF-8", "Sanne")
		page.CheckAccessible()
		page.CheckWidth()
		page.Tick("#way-consent") // else they are asked
		page.Press("main form button.button")
		wantText(t, page, "Zeg waaruit blijkt dat deze mensen akkoord zijn") // nothing was said about consent
		page.Tick("#ground-confirmed")
		page.Fill("#source", "Mailchimp, ledenlijst")
		page.Press("main form button.button")
		wantText(t, page, "Wordt gecontroleerd")
		work := func() {
			t.Helper()
			for worked := true; worked; {
				if worked, err = worker.Step(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
		work()
		awaitText(t, page, "Wat er zou gebeuren") // by itself
		wantText(t, page, "worden abonnee\n3")
		page.CheckAccessible()
		page.Press("main form button.button")
		work()
		awaitText(t, page, "Klaar")
		wantText(t, page, "zijn abonnee geworden\n3")
		page.CheckAccessible()
		page.CheckWidth()
		pictures(t, page, "import-report-320", "import-report-wide")

		address := newsletter.Address("fatima@voorbeeld.nl")
		if err := s.Suppress(t.Context(), address, b.hashes.Current(address), newsletter.SuppressedBounce, time.Time{}, storetest.Worker, b.now); err != nil {
			t.Fatal(err)
		}
		page.Go(server.URL + "/desk/subscribers?q=fatima")
		page.Press("main table a")
		wantText(t, page, "Fatima Özkan", "Mail kwam terug", "Mailchimp, ledenlijst (import ")
		page.CheckAccessible()
		page.Press(`a[href$="/lift"]`)
		page.Tick("#because-works_again")
		page.Press("main form button.button")
		wantText(t, page, "Dit adres mailen we weer.")
		if strings.Contains(page.Text("main"), "Mail kwam terug") {
			t.Error("the page says that the address is not mailed")
		}
		exports(t, b, page, server.URL)
	})
}

// exports takes two columns of those who were taken over as a file.
func exports(t *testing.T, b *bench, page *webtest.Page, site string) {
	t.Helper()
	page.Go(site + "/desk/subscribers?q=fatima")
	page.Press(`main a[href*="/export"]`)
	page.CheckAccessible()
	for _, column := range roster.Columns() {
		if box := "#column-" + column; webtest.Script[bool](page, `document.querySelector("`+box+`").checked`) != (column == "address" || column == "consent_by") {
			page.Tick(box)
		}
	}
	pictures(t, page, "export-320", "export-wide")
	name, file := page.Download("main form button.button")
	if want := "address;consent_by\r\nfatima@voorbeeld.nl;import\r\n"; !strings.HasPrefix(name, "subscribers-20") || strings.TrimPrefix(string(file), "\ufeff") != want {
		t.Errorf("%s: %q", name, file)
	}
	trail, err := b.store.AuditTrail(t.Context(), "subscriber", "")
	if err != nil || len(trail) == 0 || trail[len(trail)-1].Action != "subscriber.export" || !strings.Contains(trail[len(trail)-1].Detail, `"people":1`) {
		t.Errorf("%+v, %v", trail, err)
	}
}

// pictures keeps how a page looks on a phone and on a computer, if anybody wants them.
func pictures(t *testing.T, page *webtest.Page, narrow, wide string) {
	t.Helper()
	page.Picture("editor/journey/" + narrow)
	page.View(1100, webtest.Light)
	page.Picture("editor/journey/" + wide)
	page.View(320, webtest.Light)
}

// awaitText waits until a page says something by itself.
func awaitText(t *testing.T, page *webtest.Page, words string) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !strings.Contains(page.Text("main"), words) {
		if time.Now().After(deadline) {
			t.Fatalf("the page doesn't come to say %q:\n%s", words, page.Text("main"))
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func wantText(t *testing.T, page *webtest.Page, wants ...string) {
	t.Helper()
	text := page.Text("main")
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Fatalf("the page lacks %q:\n%s", want, text)
		}
	}
}
