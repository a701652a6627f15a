package editor_test

import (
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/web/webtest"
)

// An editor looks at Today, opens the edition that waits, changes its subject, moves a post and leaves one out,
// sends a test, approves it, stops it within the hold time, and approves it again.
func TestJourney_AnEditionIsApprovedStoppedAndApprovedAgain(t *testing.T) {
	browser := webtest.Open(t)
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		server := httptest.NewUnstartedServer(nil)
		b := newBench(t, s, "http://"+server.Listener.Addr().String())
		e := b.review()
		b.signIn(newsletter.RoleEditor)
		server.Config.Handler = b
		server.Start()
		defer server.Close()
		page := browser.Page(t)
		page.Cookie(server.URL, b.CookieName(), b.token)
		pictures := "editor/journey/" + filepath.Base(t.Name()) + "-"
		look := func(name string) {
			t.Helper()
			page.View(1280, webtest.Dark)
			page.CheckContrast()
			page.CheckWidth()
			page.Picture(pictures + name + "-wide")
			page.View(320, webtest.Light)
			page.CheckAccessible()
			page.CheckWidth()
			page.Picture(pictures + name + "-phone")
		}
		says := func(want ...string) {
			t.Helper()
			for _, words := range want {
				if text := page.Text("main"); !strings.Contains(text, words) {
					t.Errorf("%s doesn't say %q:\n%s", page.Address(), words, text)
				}
			}
		}
		page.View(320, webtest.Light)
		page.Go(server.URL + "/desk/")
		says("Wacht op goedkeuring", "Naar 2 lezers")
		look("today")
		page.Press(`main a[href="/desk/editions/` + e.PublicID.String() + `"]`)
		page.Fill("#subject", "Wie beslist er mee?")
		page.Press(`form[action$="/words"] button`)
		says("De woorden zijn opgeslagen")
		if title := page.Text("h1"); title != "Wie beslist er mee?" {
			t.Errorf("the title is %q", title)
		}
		page.Fill("#introduction", "Getypt, en niet opgeslagen.")
		if asks := webtest.Script[bool](page, `!dispatchEvent(new Event("beforeunload", {cancelable: true}))`); !asks {
			t.Error("the browser doesn't ask before words are lost")
		}
		page.Press(`.order li:nth-child(2) button[value^="up:"]`)
		if got := b.stored(e).Introduction; got != "Getypt, en niet opgeslagen." {
			t.Errorf("a button beside a post lost what was typed: %q", got)
		}
		if asks := webtest.Script[bool](page, `!dispatchEvent(new Event("beforeunload", {cancelable: true}))`); asks {
			t.Error("the browser asks though nothing was typed")
		}
		if first := page.Text(".order li:first-child .title"); first != "Over bewoners" {
			t.Errorf("%q is on top", first)
		}
		// Dragging does the same: the first to the end.
		webtest.Script[bool](page, `(() => {
			const list = document.querySelector("ol[data-order]"), first = list.children[0], last = list.children[2]
			const fire = (on, type, y) => on.dispatchEvent(new DragEvent(type, {bubbles: true, cancelable: true, dataTransfer: new DataTransfer(), clientY: y}))
			fire(first, "dragstart", 0)
			fire(last, "dragover", last.getBoundingClientRect().bottom - 1)
			return true
		})()`)
		page.PressBy(`document.querySelectorAll("ol[data-order] > li")[2].dispatchEvent(new DragEvent("dragend", {bubbles: true}))`)
		if last := page.Text(".order li:last-child .title"); last != "Over bewoners" {
			t.Errorf("%q is at the end after dragging", last)
		}
		page.Press(`.order li:last-child button[value^="left_out:"]`)
		says("Het bericht is weggelaten", "Weggelaten")
		look("edition-in-review")

		page.Press(`main a[href$="/mail"]`)
		says("Wie beslist er mee?")
		look("edition-mail")
		page.Fill("#to", "collega@voorbeeld.nl")
		page.Press(`form[action$="/test"] button`)
		says("De testmail is onderweg")
		if rows := storetest.Query(t, s, `SELECT address FROM delivery WHERE template = 'edition_test'`); len(rows) != 1 || rows[0][0] != "collega@voorbeeld.nl" {
			t.Errorf("%q", rows)
		}

		page.Go(server.URL + "/desk/editions/" + e.PublicID.String())
		page.Press(`main a[href*="/approve"]`)
		says("Klopt alles?", "2 berichten", "Tot dat moment kun je je goedkeuring terugnemen")
		look("edition-approve")
		page.Press(`form[action$="/approve"] button`)
		says("Goedgekeurd", "Stop: neem de goedkeuring terug")
		look("edition-held")
		page.Press(`form[action$="/review"] button`)
		says("De goedkeuring is teruggenomen")
		page.Press(`main a[href*="/approve?"]`)
		page.Press(`form[action$="/approve"] button`)
		if got := b.stored(e); got.State != newsletter.EditionApproved || got.Subject != "Wie beslist er mee?" || !got.Held(newsletter.At(b.now.Add(time.Minute))) {
			t.Errorf("%+v", got)
		}
	})
}
