package public_test

import (
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
	"bode.example/internal/web"
	"bode.example/internal/web/webtest"
)

// brand gives the list of a world a look: colours that are too light for paper, a logo, an address and a paragraph.
func brand(t *testing.T, s *store.Store, w *storetest.World) {
	t.Helper()
	l := w.List
	l.Branding = newsletter.Branding{Logo: "/static/icon.svg", LogoAlt: "De broedplaats", LogoWidth: 48, LogoHeight: 48, Accent: "#c2185b", Band: "#f57c00",
		Postal: []string{"Stationsweg 1", "9700 AA Groningen"}, Footer: "Mogelijk gemaakt door de provincie."}
	if err := s.ChangeList(t.Context(), &l, storetest.By, storetest.Start); err != nil {
		t.Fatal(err)
	}
}

// The pages that are about one list have its look, from the form to the goodbye, and those about several the organisation's.
func TestPagesOfAListHaveItsLook(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, w := newSite(t, s)
		site.open()
		brand(t, s, w)
		w.Post("Een raad die luistert", site.now, w.Council)
		post := site.rows(t, `SELECT public_id FROM post`)[0][0]
		site.post(t, "/signup", site.form("jan@voorbeeld.nl")).has(t, 200, "De broedplaats")
		site.decide(t)
		confirm := site.confirmLink(t)
		branded := func(path string, is bool) {
			t.Helper()
			page := site.get(t, path).body
			for _, part := range []string{`/l/nieuwe-democratie/look.css?v=`, `alt="De broedplaats"`, "Mogelijk gemaakt door", "9700 AA Groningen"} {
				if strings.Contains(page, part) != is {
					t.Errorf("%s has %q: %v", path, part, !is)
				}
			}
		}
		branded(confirm, true)
		site.post(t, confirm, nil).has(t, 200, "De broedplaats")
		for _, path := range []string{"/", "/l/nieuwe-democratie", "/l/nieuwe-democratie/posts", "/p/" + post, site.link(t, "/v/", token.Preferences, subscriptionID),
			site.link(t, "/u/", token.Unsubscribe, subscriptionID), site.link(t, "/w/", token.Why, subscriptionID)} {
			branded(path, true)
		}
		branded("/contact", false)
		branded("/access", false)
		sheet := regexp.MustCompile(`/l/nieuwe-democratie/look\.css\?v=[0-9a-f]+`).FindString(site.get(t, "/").body)
		css := site.get(t, sheet)
		css.has(t, 200, "--accent: #", "border-top-color: #", "prefers-color-scheme: dark")
		if kept := css.header.Get("Cache-Control"); !strings.Contains(kept, "immutable") || css.header.Get("Content-Type") != "text/css; charset=utf-8" {
			t.Errorf("%v", css.header)
		}
		if old := site.get(t, "/l/nieuwe-democratie/look.css?v=0").header.Get("Cache-Control"); strings.Contains(old, "immutable") {
			t.Errorf("an old address is kept: %s", old)
		}
	})
}

// Whatever colour was chosen, what stands on paper or card in it can be read.
func TestF1_ColoursOfAListCanBeRead(t *testing.T) {
	for _, chosen := range []newsletter.Colour{"#ffff00", "#000000", "#ffffff", "#777777", "#0a5a66"} {
		colours := regexp.MustCompile(`--accent: (#[0-9a-f]{6}); --accent-strong: (#[0-9a-f]{6}); --on-accent: (#[0-9a-f]{6})`).FindAllStringSubmatch(
			web.SheetOf(&newsletter.Branding{Accent: chosen}), -1)
		if len(colours) != 2 {
			t.Fatalf("%s: %v", chosen, colours)
		}
		for i, surfaces := range [][]newsletter.Colour{{"#fbfaf6", "#ffffff"}, {"#14191b", "#1d2427"}} {
			accent, strong, on := newsletter.Colour(colours[i][1]), newsletter.Colour(colours[i][2]), newsletter.Colour(colours[i][3])
			for _, surface := range surfaces {
				if accent.Contrast(surface) < newsletter.MinContrast || strong.Contrast(surface) < newsletter.MinContrast || on.Contrast(accent) < newsletter.MinContrast {
					t.Errorf("%s as %s (%s) on %s, words %s", chosen, accent, strong, surface, on)
				}
			}
		}
	}
	if css := web.SheetOf(&newsletter.Branding{Accent: "red;} body{display:none", Footer: "x"}); css != "" {
		t.Errorf("what is no colour became %q", css)
	}
}

func TestF1_AListsLookInABrowser(t *testing.T) {
	s := storetest.SQLite(t)
	site, w := newSite(t, s)
	site.open()
	brand(t, s, w)
	w.Post("Een raad die luistert", site.now, w.Council)
	server := httptest.NewServer(site.handler)
	defer server.Close()
	page := webtest.Open(t).Page(t)
	for _, scheme := range []webtest.Scheme{webtest.Light, webtest.Dark} {
		page.View(320, scheme)
		page.Go(server.URL + "/?lang=nl")
		page.CheckAccessible()
		page.CheckWidth()
		page.Picture("brand-" + string(scheme))
	}
	page.View(1100, webtest.Light)
	page.Picture("brand-wide")
}
