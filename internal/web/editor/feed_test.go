package editor_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

// source serves a feed of two items and an event.
func source(t testing.TB) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/feed" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/rss+xml")
		_, _ = w.Write([]byte(`<?xml version="1.0"?><rss version="2.0"><channel><title>Bron</title><link>https://www.voorbeeld.nl/</link>
<item><title>Loting in de praktijk</title><link>https://www.voorbeeld.nl/1</link><guid>1</guid><pubDate>Mon, 02 Nov 2026 06:00:00 GMT</pubDate>
<category>De Raad</category><description>Wat werkt?</description><enclosure url="https://www.voorbeeld.nl/1.jpg" type="image/jpeg" length="1"/></item>
<item><title>De begroting</title><link>https://www.voorbeeld.nl/2</link><guid>2</guid><pubDate>Sun, 01 Nov 2026 06:00:00 GMT</pubDate><category>Geld &amp; zaken</category></item>
</channel></rss>`))
	}))
	t.Cleanup(server.Close)
	return server
}

func TestFeedIsAddedThroughATest(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		form := url.Values{"url": {source(t).URL + "/feed"}, "interval": {"30"}, "internal": {"yes"}, "test": {"yes"}}
		status, _, page := b.ask(http.MethodPost, "/desk/feeds?list=nieuwe-democratie", form)
		if status != http.StatusOK {
			t.Fatalf("%d\n%s", status, page)
		}
		wantPage(t, page, "Loting in de praktijk", "2 november 2026", "foto", `name="category" value="De Raad"`, `name="category" value="Geld &amp; zaken"`, "Voeg de feed toe")
		if feeds, err := s.Feeds(t.Context(), b.world.List.ID); err != nil || len(feeds) != 0 {
			t.Fatalf("a test keeps nothing: %v, %v", feeds, err)
		}
		form.Del("test")
		form["category"] = []string{"De Raad", "Geld & zaken"}
		form.Set("topic-0", "raad")
		form.Set("topic-1", "+")
		form.Set("name", "Website")
		page = b.post("/desk/feeds?list=nieuwe-democratie", form)
		wantPage(t, page, "<h1>website</h1>", "Nog niet gelezen", "Geld &amp; zaken")
		feeds, err := s.Feeds(t.Context(), b.world.List.ID)
		if err != nil || len(feeds) != 1 || feeds[0].Mapping["De Raad"] != "raad" || feeds[0].Mapping["Geld & zaken"] != "geld-zaken" || !feeds[0].Internal {
			t.Fatalf("%+v, %v", feeds, err)
		}
		topics, err := s.Topics(t.Context(), b.world.List.ID)
		if err != nil || len(topics) != 4 || topics[3].Texts[newsletter.Dutch].Title != "Geld & zaken" {
			t.Errorf("%+v, %v", topics, err)
		}

		at := "/desk/feeds/" + idOf(feeds[0].ID)
		wantPage(t, b.post(at+"/pause", nil), "Gepauzeerd", "Lees weer")
		wantPage(t, b.post(at+"/wake", nil), "binnen een minuut")
		form.Set("topic-1", "bewoners")
		wantPage(t, b.post(at, form), "Opgeslagen.")
		if f, err := s.Feed(t.Context(), feeds[0].ID); err != nil || f.Mapping["Geld & zaken"] != "bewoners" || f.Name != "website" {
			t.Errorf("%+v, %v", f, err)
		}
		wantPage(t, b.get(at+"/archive"), "weghalen?")
		if page := b.post(at+"/archive", nil); strings.Contains(page, ">website<") {
			t.Error("it is still listed")
		}
	})
}

// An editor can't lead a feed that an admin let read inside to another place there.
func TestAnEditorsFeedStaysOutside(t *testing.T) {
	b := newBench(t, storetest.SQLite(t))
	server := source(t)
	form := url.Values{"url": {server.URL + "/feed"}, "interval": {"30"}, "internal": {"yes"}, "name": {"Website"}}
	b.post("/desk/feeds?list=nieuwe-democratie", form)
	feeds, err := b.store.Feeds(t.Context(), b.world.List.ID)
	if err != nil || len(feeds) != 1 || !feeds[0].Internal {
		t.Fatalf("%+v, %v", feeds, err)
	}
	b.signIn(newsletter.RoleEditor)
	at := "/desk/feeds/" + idOf(feeds[0].ID)
	form.Set("interval", "60")
	b.post(at, form)
	if f, err := b.store.Feed(t.Context(), feeds[0].ID); err != nil || !f.Internal {
		t.Errorf("the same address: %+v, %v", f, err)
	}
	form.Set("url", server.URL+"/metrics")
	form.Set("test", "yes")
	if status, _, page := b.ask(http.MethodPost, at, form); status != http.StatusUnprocessableEntity && status != http.StatusOK || !strings.Contains(page, "vraag dan de beheerder om de feed als intern") {
		t.Errorf("a test of another address: %d\n%s", status, page)
	}
	form.Del("test")
	b.ask(http.MethodPost, at, form)
	if f, err := b.store.Feed(t.Context(), feeds[0].ID); err != nil || f.URL != server.URL+"/feed" && f.Internal {
		t.Errorf("another address: %+v, %v", f, err)
	}
}

func TestFeedThatCantBeRead(t *testing.T) {
	b := newBench(t, storetest.SQLite(t))
	gone := source(t).URL + "/weg"
	form := url.Values{"url": {gone}, "interval": {"30"}, "internal": {"yes"}, "test": {"yes"}}
	_, _, page := b.ask(http.MethodPost, "/desk/feeds?list=nieuwe-democratie", form)
	wantPage(t, page, `role="alert"`, "De server wil of kan de feed niet geven")
	form.Set("url", "geen adres")
	status, _, page := b.ask(http.MethodPost, "/desk/feeds?list=nieuwe-democratie", form)
	if status != http.StatusUnprocessableEntity || !strings.Contains(page, `href="#url"`) {
		t.Errorf("%d", status)
	}

	// What can't be read is added by who says so once more; an address twice, not at all.
	form.Del("test")
	form.Set("url", gone)
	status, _, page = b.ask(http.MethodPost, "/desk/feeds?list=nieuwe-democratie", form)
	if feeds, err := b.store.Feeds(t.Context(), b.world.List.ID); err != nil || status != http.StatusUnprocessableEntity || len(feeds) > 0 {
		t.Errorf("a feed that can't be read was added without a word: %d, %v, %v", status, feeds, err)
	}
	wantPage(t, page, `id="url-fault"`, `name="anyway"`, "Bewaar de feed toch")
	form.Set("anyway", "yes")
	b.post("/desk/feeds?list=nieuwe-democratie", form)
	form.Set("name", "nog-een")
	status, _, page = b.ask(http.MethodPost, "/desk/feeds?list=nieuwe-democratie", form)
	if feeds, err := b.store.Feeds(t.Context(), b.world.List.ID); err != nil || status != http.StatusUnprocessableEntity || len(feeds) != 1 {
		t.Errorf("the same address twice: %d, %v, %v", status, feeds, err)
	}
	wantPage(t, page, "leest dit adres al")
	form.Set("test", "yes")

	// An editor can't have the server ask its own network.
	b.signIn(newsletter.RoleEditor)
	form.Set("url", source(t).URL+"/feed")
	_, _, page = b.ask(http.MethodPost, "/desk/feeds?list=nieuwe-democratie", form)
	wantPage(t, page, "niet op het openbare internet")
	if strings.Contains(page, "Loting") {
		t.Error("an editor reads a server of the own network")
	}

	// What failed is said in words.
	f := b.world.Feed("nieuws", nil)
	failed := &newsletter.Fetch{FeedID: f.ID, URL: f.URL, NextAt: newsletter.At(b.now.Add(1e12)), State: newsletter.FeedFailing, Failures: 3,
		Error: "its server took too long to answer", Reason: "feed_timeout"}
	if _, err := b.store.SaveFetch(t.Context(), failed, newsletter.System("feed"), b.now); err != nil {
		t.Fatal(err)
	}
	wantPage(t, b.get("/desk/feeds"), "Doet het niet", "deed te lang over een antwoord")
	wantPage(t, b.get("/desk/feeds/"+idOf(f.ID)), "3 keer achter elkaar mislukt")
}
