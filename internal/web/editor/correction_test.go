package editor_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/web/webtest"
)

// sent is an edition that went out to readers.
func (b *bench) sent(readers ...string) *newsletter.Edition {
	b.t.Helper()
	e := b.sendTo(readers...)
	b.world.HandOver(b.now)
	b.now = b.now.Add(time.Minute)
	b.finish()
	return b.again(e)
}

func TestACorrectionAtTheDesk(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		running := b.sendTo("an", "bo")
		correct := "/desk/editions/" + running.PublicID.String() + "/correct"
		form := url.Values{"subject-nl": {"Correctie: het is dinsdag"}, "text-nl": {"Wij schreven maandag.\r\nHet is dinsdag."}}
		if status, _, page := b.ask(http.MethodPost, correct, form); status != http.StatusUnprocessableEntity || !strings.Contains(page, "nog onderweg") {
			t.Errorf("of an edition on its way: %d", status)
		}
		b.world.HandOver(b.now)
		b.finish()
		has(t, b.get("/desk/editions/"+running.PublicID.String()), "Correctie sturen", correct)
		has(t, b.get(correct), "In het Nederlands", "mag leeg blijven", `value="Correctie: "`)
		if status, _, page := b.ask(http.MethodPost, correct, url.Values{"subject-nl": {"Correctie"}, "subject-en": {"x"}, "text-en": {"y"}}); status != http.StatusUnprocessableEntity || !strings.Contains(page, `id="text-nl-fault"`) || !strings.Contains(page, `value="x"`) {
			t.Errorf("without a text: %d\n%s", status, page)
		}
		page := b.post(correct, form)
		has(t, page, "De correctie is gemaakt", "Wat de correctie zegt", "2 lezers kregen die editie", "Wij schreven maandag.")
		hasNot(t, page, "In deze volgorde", `id="posts"`)
		all, err := s.Corrections(t.Context(), running.ID)
		if err != nil || len(all) != 1 {
			t.Fatal(all, err)
		}
		own := "/desk/editions/" + all[0].PublicID.String()
		has(t, b.get(own+"/correction"), "Sla de tekst op", "Wij schreven maandag.")
		if status, _, _ := b.ask(http.MethodPost, own+"/correction", url.Values{}); status != http.StatusUnprocessableEntity {
			t.Errorf("no words: %d", status)
		}
		form.Set("subject-en", "Correction: it is Tuesday")
		form.Set("text-en", "We wrote Monday.")
		has(t, b.post(own+"/correction", form), "Correction: it is Tuesday")
		has(t, b.get("/desk/editions/"+running.PublicID.String()), own, "Correctie: het is dinsdag")
		approve := b.get(own + "/approve")
		has(t, approve, "Wij schreven maandag.", "We wrote Monday.", "2 lezers")
		hasNot(t, approve, "0 berichten", "naar ieders taal en onderwerpen")
		hasNot(t, b.get(own), "0 berichten", "naar ieders taal en onderwerpen", "gaan dan mee met de volgende")
		hasNot(t, b.get(own+"/cancel"), "De berichten gaan mee")
		seen := field(t, approve, "seen")
		form.Set("text-nl", "Wij schreven maandag. Het is woensdag.")
		b.post(own+"/correction", form)
		status, _, page := b.ask(http.MethodPost, own+"/approve", url.Values{"seen": {seen}})
		if made := b.again(&all[0]); status != http.StatusUnprocessableEntity || made.State.CanBecome(newsletter.EditionSending) {
			t.Errorf("a text that nobody has seen was approved: %d, %s", status, made.State)
		}
		has(t, page, "De tekst van de correctie is veranderd")
		for _, path := range []string{own + "/correct", "/desk/editions/" + running.PublicID.String() + "/correction"} {
			if status, _, _ := b.ask(http.MethodGet, path, nil); status != http.StatusNotFound {
				t.Errorf("%s: %d", path, status)
			}
		}
	})
}

// An editor finds a mistake in what went out, and tells those who got it.
func TestJourney_ACorrectionIsSent(t *testing.T) {
	browser := webtest.Open(t)
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		server := httptest.NewUnstartedServer(nil)
		b := newBench(t, s, "http://"+server.Listener.Addr().String())
		b.now = time.Now()
		e := b.sent("an", "bo", "cas")
		b.world.Reader("later", b.world.Weekly)
		server.Config.Handler = b
		server.Start()
		defer server.Close()
		page := browser.Page(t)
		page.Cookie(server.URL, b.CookieName(), b.token)
		page.View(320, webtest.Light)
		page.Go(server.URL + "/desk/editions/" + e.PublicID.String())
		press := func(selector string) {
			t.Helper()
			if status := page.Press(selector); status != http.StatusOK {
				t.Fatalf("%s: %d\n%s", selector, status, page.Text("main"))
			}
			page.CheckWidth()
		}
		press(`main a[href$="/correct"]`)
		page.CheckAccessible()
		page.Fill("#subject-nl", "Correctie: het is dinsdag")
		page.Fill("#text-nl", "Wij schreven maandag. Het is dinsdag.")
		press("main form .button")
		page.CheckAccessible()
		press(`main a[href*="/approve?"]`)
		press(`main form[action$="/approve"] button.button`)

		made, err := s.Corrections(t.Context(), e.ID)
		if err != nil || len(made) != 1 || made[0].State != newsletter.EditionApproved {
			t.Fatal(made, err, page.Text("main"))
		}
		b.now = b.now.Add(10 * time.Minute) // the hold time is over
		if err := b.digester().Tick(t.Context(), b.now); err != nil {
			t.Fatal(err)
		}
		if handed := b.world.HandOver(b.now); len(handed) != 3 {
			t.Errorf("%d got it", len(handed))
		}
		b.now = b.now.Add(time.Second)
		b.finish()
		page.Go(server.URL + "/desk/editions/" + made[0].PublicID.String() + "/progress")
		if text := page.Text("main"); !strings.Contains(text, "100 % van 3 mails") {
			t.Error(text)
		}
	})
}
