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
		page.Press("main form button.button")
		wantText(t, page, "Zeg waaruit blijkt dat deze mensen akkoord zijn") // nothing was said about consent
		page.Tick("#ground-confirmed")
		page.Fill("#source", "Mailchimp, ledenlijst")
		page.Press("main form button.button")
		wantText(t, page, "Wordt gecontroleerd")
		for worked := true; worked; {
			if worked, err = worker.Step(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		page.Press("main p a.quiet") // load again
		wantText(t, page, "Wat er zou gebeuren", "worden abonnee\n3")
		page.CheckAccessible()
		page.Press("main form button.button")
		for worked := true; worked; {
			if worked, err = worker.Step(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		page.Press("main p a.quiet")
		wantText(t, page, "Klaar", "zijn abonnee geworden")

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
	})
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
