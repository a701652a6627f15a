package public

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/webtest"
	"bode.example/templates"
)

// kitAt is the public door's kit without routes, at a fixed time.
func kitAt(t *testing.T, now time.Time) *web.Door {
	t.Helper()
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	site := sampleSite()
	kit, err := web.NewDoor(web.Config{
		Name: "public", Templates: set, Languages: newsletter.Languages(), URL: &url.URL{Scheme: "http", Host: "nieuws.example"},
		Frame: func(*http.Request, newsletter.Language) any { return site },
		Now:   func() time.Time { return now }, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return kit
}

// gallery serves every sample at /sample/<name>, rendered by the kit as any page is.
func gallery(t *testing.T) (server *httptest.Server, samples []Sample) {
	t.Helper()
	kit := kitAt(t, time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))
	if err := kit.HandleStatic(); err != nil {
		t.Fatal(err)
	}
	kit.HandleAids()
	samples = Samples()
	for _, s := range samples {
		kit.Handle("GET /sample/"+s.Name, func(w http.ResponseWriter, r *http.Request) error { return kit.Render(w, r, s.Page) })
	}
	server = httptest.NewServer(kit)
	t.Cleanup(server.Close)
	return server, samples
}

// Every page in every state: what axe-core finds, and whether it fits a narrow window and large text.
func TestF1_F3_F5_EveryPageIsAccessible(t *testing.T) {
	server, samples := gallery(t)
	page := webtest.Open(t).Page(t)
	for _, s := range samples {
		at := server.URL + "/sample/" + s.Name
		page.CheckLooks(at+"?lang=nl", "public/"+s.Name)
		page.CheckNarrow(at + "?lang=en")
	}
}

// One press on a reading aid, by the keyboard: the letters grow, and the focus stays on the button.
func TestReadingAids_InABrowser(t *testing.T) {
	server, _ := gallery(t)
	page := webtest.Open(t).Page(t)
	page.View(1280, webtest.Light)
	page.Go(server.URL + "/sample/why")
	before := webtest.Script[float64](page, `parseFloat(getComputedStyle(document.querySelector("h1")).fontSize)`)
	page.Press("#aid-larger")
	after := webtest.Script[float64](page, `parseFloat(getComputedStyle(document.querySelector("h1")).fontSize)`)
	if after <= before {
		t.Errorf("from %v to %v px", before, after)
	}
	if focus := webtest.Script[string](page, `document.activeElement.id`); focus != "aid-larger" {
		t.Errorf("the focus is on %q", focus)
	}
	page.Press("#aid-wider")
	if spacing := webtest.Script[string](page, `getComputedStyle(document.querySelector("main p")).letterSpacing`); spacing == "normal" {
		t.Error("the letters are as close as before")
	}
	page.Press("#aid-en")
	if title := page.Title(); title != "Why do I get this message? – Democratische Broedplaats Noord" {
		t.Errorf("in English the title is %q", title)
	}
	// At the end of the aids everything still fits.
	for range 4 {
		if webtest.Script[bool](page, `document.querySelector("#aid-larger").disabled`) {
			break
		}
		page.Press("#aid-larger")
	}
	page.View(320, webtest.Light)
	page.CheckWidth()
	page.CheckAccessible()
}

// A form that came back with faults: the summary has the focus, and leads to the field.
func TestF4_FaultsGetTheFocus(t *testing.T) {
	server, _ := gallery(t)
	page := webtest.Open(t).Page(t)
	page.Go(server.URL + "/sample/signup-faults?lang=nl")
	if title := page.Title(); title != "Fout: Aanmelden voor de nieuwsbrief – Democratische Broedplaats Noord" {
		t.Errorf("the title is %q", title)
	}
	if role := webtest.Script[string](page, `document.activeElement.getAttribute("role") ?? ""`); role != "alert" {
		t.Errorf("the focus is on %s", webtest.Script[string](page, `document.activeElement.outerHTML.slice(0, 100)`))
	}
	page.Tick(`[role="alert"] a[href="#address"]`)
	if focus := webtest.Script[string](page, `document.activeElement.id`); focus != "address" {
		t.Errorf("the link leads to %q", focus)
	}
}
