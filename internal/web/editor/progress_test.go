package editor_test

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/web/desk/desktest"
	"bode.example/internal/web/webtest"
)

// sendTo releases an edition to readers, by the bench's clock.
func (b *bench) sendTo(readers ...string) *newsletter.Edition {
	b.t.Helper()
	for _, name := range readers {
		b.world.Reader(name, b.world.Weekly)
	}
	b.world.Post("De raad luistert", b.now)
	e := b.world.Edition(b.world.Weekly, b.now)
	b.world.Release(e, b.now)
	b.world.FanOut(e, 100, b.now)
	return b.again(e)
}

// again reads an edition anew.
func (b *bench) again(e *newsletter.Edition) *newsletter.Edition {
	b.t.Helper()
	e, err := b.store.Edition(b.t.Context(), e.PublicID)
	if err != nil {
		b.t.Fatal(err)
	}
	return e
}

func (b *bench) finish() {
	b.t.Helper()
	if _, err := b.store.FinishEditions(b.t.Context(), b.now); err != nil {
		b.t.Fatal(err)
	}
}

func TestProgressOfAnEdition(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		draft, err := s.AddExtraEdition(t.Context(), b.world.Weekly.ID, storetest.By, b.now)
		if err != nil {
			t.Fatal(err)
		}
		if status, _, _ := b.ask(http.MethodGet, "/desk/editions/"+draft.PublicID.String()+"/progress", nil); status != http.StatusNotFound {
			t.Errorf("of a draft: %d", status)
		}
		e := b.sendTo("an", "bo", "cas")
		path := "/desk/editions/" + e.PublicID.String() + "/progress"
		page := b.get(path)
		for _, want := range []string{"0 % van 3 mails", "Wordt verzonden", `data-live="` + path + `/events"`, "desk-progress.js", "Ververs de stand"} {
			if !strings.Contains(page, want) {
				t.Errorf("the page of a running edition lacks %q", want)
			}
		}
		b.world.Do(`UPDATE delivery SET state = 'failed', ended_at = $2, domain = 'stuk.example' WHERE edition_id = $1
			AND id = (SELECT MIN(id) FROM delivery WHERE edition_id = $1)`, e.ID, newsletter.At(b.now.Add(10*time.Second)))
		b.now = b.now.Add(30 * time.Second)
		b.world.HandOver(b.now)
		b.now = b.now.Add(5 * time.Second)
		b.finish()
		page = b.get(path)
		for _, want := range []string{"100 % van 3 mails", "Verzonden", "gingen er 3 uit", "stuk.example", "08:00:30", `<svg role="img"`, "/recipients?state=failed"} {
			if !strings.Contains(page, want) {
				t.Errorf("the page of a sent edition lacks %q", want)
			}
		}
		if strings.Contains(page, "desk-progress.js") {
			t.Error("the page of a sent edition waits for news")
		}
		b.token = b.people.SignIn(desktest.Staff(2, []newsletter.Role{newsletter.RoleEditor}, b.world.List.ID+1))
		if status, _, _ := b.ask(http.MethodGet, path, nil); status != http.StatusNotFound {
			t.Errorf("for an editor of another list: %d", status)
		}
	})
}

// A stream says when there is something new, and when nothing more will come.
func TestProgressEvents(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		b.live()
		e := b.sendTo("an", "bo")
		server := httptest.NewServer(b)
		defer server.Close()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/desk/editions/"+e.PublicID.String()+"/progress/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.AddCookie(desktest.Cookie(b.CookieName(), b.token))
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "text/event-stream" {
			t.Fatalf("%d %v", answer.StatusCode, answer.Header)
		}
		lines := bufio.NewScanner(answer.Body)
		event := func() string {
			for lines.Scan() {
				if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
					return name
				}
			}
			return ""
		}
		if got := event(); got != "changed" {
			t.Errorf("the first event is %q", got)
		}
		b.world.HandOver(time.Now())
		if got := event(); got != "changed" {
			t.Errorf("after a delivery the event is %q", got)
		}
		if _, err := s.FinishEditions(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
		got := ""
		for got = event(); got == "changed"; got = event() {
		}
		if got != "done" || event() != "" {
			t.Errorf("the end is %q", got)
		}
	})
}

// An editor watches an edition go out, to its end, and reloads nothing.
func TestJourney_AnEditionIsWatchedToItsEnd(t *testing.T) {
	browser := webtest.Open(t)
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		server := httptest.NewUnstartedServer(nil)
		b := newBench(t, s, "http://"+server.Listener.Addr().String())
		b.live()
		e := b.sendTo("an", "bo", "cas", "dirk")
		server.Config.Handler = b
		server.Start()
		defer server.Close()
		page := browser.Page(t)
		page.Cookie(server.URL, b.CookieName(), b.token)
		page.View(320, webtest.Light)
		page.Go(server.URL + "/desk/editions/" + e.PublicID.String() + "/progress")
		shows := func(words string) { t.Helper(); awaitText(t, page, words) }
		shows("0 % van 4 mails")
		b.world.Do(`UPDATE delivery SET state = 'failed', domain = 'stuk.example', ended_at = $2 WHERE id = (SELECT MIN(id) FROM delivery WHERE edition_id = $1)`, e.ID, newsletter.At(time.Now()))
		shows("25 % van 4 mails")
		shows("Waar het niet lukt")
		b.world.HandOver(time.Now())
		shows("100 % van 4 mails")
		if _, err := s.FinishEditions(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
		shows("Verzonden\nBegonnen")
		page.CheckAccessible()
		page.CheckWidth()
	})
}
