package public_test

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

// ownPost writes a post here, published unless its state says otherwise.
func ownPost(t *testing.T, s *store.Store, w *storetest.World, p newsletter.Post) newsletter.Post {
	t.Helper()
	p.ListID, p.Language = w.List.ID, newsletter.Dutch
	if p.PublicID.IsZero() {
		p.PublicID = newsletter.NewPublicID()
	}
	if p.PublishedAt.IsZero() {
		p.PublishedAt = newsletter.At(storetest.Start)
	}
	if err := s.AddPost(t.Context(), &p, storetest.By, storetest.Start); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestReading_HomeIsTheOnlyList(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, w := newSite(t, s)
		ownPost(t, s, w, newsletter.Post{Title: "Een raad die <luistert>", Summary: "Kort gezegd.", Topics: newsletter.NewIDs(w.Council.ID)})
		page := site.get(t, "/")
		page.has(t, 200, "<h1 class=\"title\" lang=\"nl\">Expertgroep Nieuwe Democratie</h1>", "Een raad die &lt;luistert&gt;", "De nieuwe rol van de raad")
		site.get(t, "/?lang=en").has(t, 200, "New Democracy expert group", "The new role of the council")
		site.get(t, "/l/nieuwe-democratie").has(t, 200, "Expertgroep Nieuwe Democratie", "Een raad die &lt;luistert&gt;")
		site.get(t, "/l/niets").has(t, 404, "Deze pagina bestaat niet")
	})
}

func TestReading_PostPage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, w := newSite(t, s)
		start := newsletter.At(storetest.Start.AddDate(0, 1, 1).Add(12 * time.Hour))
		p := ownPost(t, s, w, newsletter.Post{Title: "Loting & soep", Summary: "Een avond.", HTML: "<p>Kom <b>ook</b>.</p>", Author: "Marijke de Boer",
			Topics: newsletter.NewIDs(w.Residents.ID), StartsAt: start, Place: "Provinciehuis", Picture: "https://bron.example/a.jpg", Alt: "Een kring stoelen"})
		ownPost(t, s, w, newsletter.Post{Title: "Zonder onderwerp"})
		ownPost(t, s, w, newsletter.Post{Title: "Zelfde onderwerp", Topics: newsletter.NewIDs(w.Residents.ID), PublishedAt: newsletter.At(storetest.Start.AddDate(-1, 0, 0))})

		page := site.get(t, "/p/"+p.PublicID.String())
		page.has(t, 200, "Loting &amp; soep", "<p>Kom <b>ook</b>.</p>", "door Marijke de Boer", "Provinciehuis", "donderdag 3 december 2026, 20.00 uur",
			`src="https://bron.example/a.jpg" alt="Een kring stoelen"`, "maandag 2 november 2026")
		if !strings.Contains(page.header.Get("Content-Security-Policy"), "img-src 'self' https:") {
			t.Errorf("the picture is not allowed: %s", page.header.Get("Content-Security-Policy"))
		}
		if strings.Index(page.body, "Zelfde onderwerp") > strings.Index(page.body, "Zonder onderwerp") {
			t.Error("a post on the same topic isn't the first of the related")
		}
		mailto := regexp.MustCompile(`href="(mailto:\?[^"]*)"`).FindStringSubmatch(page.body)
		if mailto == nil {
			t.Fatal("there is no link to share by mail")
		}
		link, err := url.Parse(strings.ReplaceAll(mailto[1], "&amp;", "&"))
		if err != nil || link.Query().Get("subject") != "Loting & soep" || !strings.Contains(link.Query().Get("body"), "https://nieuws.example/p/"+p.PublicID.String()) {
			t.Errorf("the mail to share is %v (%v)", link, err)
		}
		site.get(t, "/ics/"+p.PublicID.String()+".ics").has(t, 200, "BEGIN:VEVENT", "DTSTART:20261203T190000Z", "SUMMARY:Loting & soep")
	})
}

func TestReading_OnlyWhatIsPublished(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, w := newSite(t, s)
		draft := ownPost(t, s, w, newsletter.Post{Title: "Nog niet af", State: newsletter.PostDraft})
		gone := ownPost(t, s, w, newsletter.Post{Title: "Teruggetrokken", StartsAt: newsletter.At(storetest.Start)})
		if _, err := s.WithdrawPost(t.Context(), gone.PublicID, storetest.By, storetest.Start); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/p/" + draft.PublicID.String(), "/p/" + gone.PublicID.String(), "/ics/" + gone.PublicID.String() + ".ics",
			"/p/" + newsletter.NewPublicID().String(), "/p/x", "/p/%00", "/p/%ff", "/ics/x", "/ics/x.ics", "/e/x", "/e/" + newsletter.NewPublicID().String(),
			"/l/nieuwe-democratie/posts?after=x", "/l/nieuwe-democratie/posts?after=" + draft.PublicID.String(), "/l/%00", "/l/%ff/posts"} {
			page := site.get(t, path)
			page.has(t, 404, "<h1>")
			if strings.Contains(page.body, "Nog niet af") || strings.Contains(page.body, "Teruggetrokken") {
				t.Errorf("%s shows it", path)
			}
		}
		if page := site.get(t, "/l/nieuwe-democratie/posts"); strings.Contains(page.body, "Nog niet af") || strings.Contains(page.body, "Teruggetrokken") {
			t.Error("the archive shows what isn't published")
		}
	})
}

func TestReading_ImportedPostsLeadToTheirSource(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, w := newSite(t, s)
		feed := newsletter.Feed{ListID: w.List.ID, Name: "bron", URL: "https://bron.example/feed", Interval: newsletter.Duration(time.Hour), NextAt: newsletter.At(storetest.Start)}
		if err := s.CreateFeed(t.Context(), &feed, storetest.By, storetest.Start); err != nil {
			t.Fatal(err)
		}
		fetch := newsletter.Fetch{FeedID: feed.ID, URL: feed.URL, Read: true, State: newsletter.FeedOK, NextAt: newsletter.At(storetest.Start.Add(time.Hour)),
			Items: []newsletter.Item{{GUID: "1", Title: "Uit de bron", Link: "https://bron.example/1", HTML: "<p>x</p>", Published: newsletter.At(storetest.Start)}}}
		if _, err := s.SaveFetch(t.Context(), &fetch, storetest.By, storetest.Start); err != nil {
			t.Fatal(err)
		}
		site.get(t, "/").has(t, 200, `<a href="https://bron.example/1">Uit de bron</a>`)
		posts, err := s.Posts(t.Context(), newsletter.PostQuery{ListID: w.List.ID})
		if err != nil || len(posts) != 1 {
			t.Fatalf("%v %v", posts, err)
		}
		page := site.get(t, "/p/"+posts[0].PublicID.String())
		if page.status != http.StatusFound || page.header.Get("Location") != "https://bron.example/1" {
			t.Errorf("%d to %q", page.status, page.header.Get("Location"))
		}
	})
}

func TestReading_ArchiveGoesBackToTheFirst(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, w := newSite(t, s)
		const all = 47
		for i := range all {
			// Several on one moment: a page may begin between them.
			ownPost(t, s, w, newsletter.Post{Title: fmt.Sprintf("Bericht-%02d.", i), PublishedAt: newsletter.At(storetest.Start.Add(time.Duration(i/7) * time.Hour))})
		}
		seen, pages := map[string]int{}, 0
		older := regexp.MustCompile(`href="(/l/[^"]*after=[^"]*)" rel="next"`)
		for next := "/l/nieuwe-democratie/posts"; next != ""; pages++ {
			page := site.get(t, next)
			page.has(t, 200)
			for _, title := range regexp.MustCompile(`Bericht-\d\d\.`).FindAllString(page.body, -1) {
				seen[title]++
			}
			next = ""
			if m := older.FindStringSubmatch(page.body); m != nil {
				next = m[1]
			}
		}
		if len(seen) != all || pages != 3 {
			t.Errorf("%d of %d posts on %d pages", len(seen), all, pages)
		}
		for title, n := range seen {
			if n != 1 {
				t.Errorf("%s is there %d times", title, n)
			}
		}
	})
}

func TestReading_ForSearchEngines(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, w := newSite(t, s)
		p := ownPost(t, s, w, newsletter.Post{Title: "Eigen bericht"})
		page := site.get(t, "/sitemap.xml")
		var set struct {
			URLs []struct {
				Loc string `xml:"loc"`
			} `xml:"url"`
		}
		if err := xml.Unmarshal([]byte(page.body), &set); err != nil {
			t.Fatal(err)
		}
		found := map[string]bool{}
		for _, u := range set.URLs {
			found[u.Loc] = true
		}
		for _, path := range []string{"/", "/l/nieuwe-democratie", "/p/" + p.PublicID.String(), "/privacy"} {
			if !found["https://nieuws.example"+path] {
				t.Errorf("the sitemap lacks %s: %v", path, found)
			}
		}
		site.get(t, "/robots.txt").has(t, 200, "Disallow: /u/\n", "Sitemap: https://nieuws.example/sitemap.xml")
		site.get(t, "/sitemap").has(t, 200, "/l/nieuwe-democratie/posts")
	})
}

func TestE5_DocumentsInTheOperatorsWords(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, _ := newSite(t, s)
		site.get(t, "/contact").has(t, 200, "Hier staat nog niet bij wie", "redactie@nieuws.example")
		site.get(t, "/disclaimer").has(t, 200, "Er is geen disclaimer.")
		for i, text := range []string{"Wij zijn **Noord**.\n\n<script>alert(1)</script>", "Wij zijn *Noord* en zuid.\n\n# Uw rechten\n\n[Klacht](https://autoriteit.example/)"} {
			wording := newsletter.Wording{Purpose: newsletter.WordingPrivacy, Language: newsletter.Dutch, Text: text}
			if _, err := s.SaveWording(t.Context(), &wording, storetest.By, storetest.Start.AddDate(0, 0, i)); err != nil {
				t.Fatal(err)
			}
		}
		page := site.get(t, "/privacy")
		// The World has a first version of its own.
		page.has(t, 200, "<em>Noord</em> en zuid", "<h2>Uw rechten</h2>", `href="https://autoriteit.example/"`, "Versie 3, van 3 november 2026.")
		if strings.Contains(page.body, "alert(1)") {
			t.Error("a script came through")
		}
		// In the language that there is, and it says so.
		site.get(t, "/privacy?lang=en").has(t, 200, `<div class="prose" lang="nl">`, "Version 3, of 3 November 2026.")
	})
}

func TestReading_EditionInTheBrowser(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, w := newSite(t, s)
		w.Reader("jan", w.Weekly)
		w.Post("Een raad die luistert", storetest.Start)
		e := w.Edition(w.Weekly, storetest.Start.AddDate(0, 0, 7))
		w.Release(e, storetest.Start.AddDate(0, 0, 7))
		var id string
		w.Ask(&id, `SELECT public_id FROM variant`)
		page := site.get(t, "/e/"+id)
		page.has(t, 200, `<meta name="robots" content="noindex">`, "<title>Onderwerp – Democratische Broedplaats Noord</title>", "<h1>Onderwerp</h1>", "<p>brief</p>", `<a href="/l/nieuwe-democratie"`, "maandag 9 november 2026")
		if strings.Contains(page.body, "jan") || strings.Count(page.body, "/u/") > 0 {
			t.Error("the page tells of a person")
		}

		// What was wrong in it is told there too, once it has been sent.
		at := storetest.Start.AddDate(0, 0, 7)
		w.FanOut(e, 100, at)
		w.HandOver(at)
		if _, err := s.FinishEditions(t.Context(), at); err != nil {
			t.Fatal(err)
		}
		c, err := s.AddCorrection(t.Context(), e.PublicID, newsletter.CorrectionTexts{newsletter.Dutch: {Subject: "Correctie", Text: "Dinsdag."}}, storetest.By, at)
		if err != nil {
			t.Fatal(err)
		}
		if page := site.get(t, "/e/"+id); strings.Contains(page.body, "gecorrigeerd") {
			t.Error("a draft of a correction is told of")
		}
		if c, err = s.ApproveEdition(t.Context(), c.PublicID, storetest.By, at); err != nil {
			t.Fatal(err)
		}
		w.Release(c, at)
		var correction string
		w.Ask(&correction, `SELECT public_id FROM variant WHERE edition_id = $1 AND language = 'nl' AND layout = 'standard'`, c.ID)
		site.get(t, "/e/"+id).has(t, 200, "Deze editie is gecorrigeerd op maandag 9 november 2026", `href="/e/`+correction+`"`)
		site.get(t, "/e/"+correction).has(t, 200, "<p>brief</p>")
	})
}
