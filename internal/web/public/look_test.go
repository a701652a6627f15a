package public

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
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
func TestF1_EveryPageIsAccessible(t *testing.T) {
	server, samples := gallery(t)
	page := webtest.Open(t).Page(t)
	pictures := os.Getenv("BODE_TEST_PICTURES") // a folder for pictures of all pages
	for _, s := range samples {
		for _, look := range []struct {
			width  int
			scheme webtest.Scheme
			lang   newsletter.Language
		}{{320, webtest.Light, newsletter.Dutch}, {1280, webtest.Dark, newsletter.English}} {
			page.View(look.width, look.scheme)
			page.Go(server.URL + "/sample/" + s.Name + "?lang=" + string(look.lang))
			page.CheckAccessible()
			page.CheckWidth()
			if pictures != "" {
				page.Screenshot(filepath.Join(pictures, s.Name+"-"+string(look.scheme)+".png"))
			}
			page.Enlarge(200)
			page.CheckWidth()
		}
	}
}
