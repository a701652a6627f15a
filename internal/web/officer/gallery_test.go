package officer_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
	"bode.example/internal/web/desk/desktest"
	"bode.example/internal/web/officer"
	"bode.example/internal/web/webtest"
	"bode.example/templates"
)

// gallery serves every sample at /desk/sample/<name>, rendered as any page of the desk is.
func gallery(t *testing.T) *httptest.Server {
	t.Helper()
	set, err := templates.Load("")
	check(t, err)
	d, err := desk.New(desk.Config{
		Web: web.Config{Templates: set, Languages: newsletter.Languages(), URL: &url.URL{Scheme: "http", Host: "nieuws.example"},
			Now: func() time.Time { return desk.SampleTime }, Log: slog.New(slog.DiscardHandler)},
		Organisation: "Democratische Broedplaats Noord", Zone: time.UTC, Authenticator: desktest.Gallery(),
	})
	check(t, err)
	for _, s := range officer.Samples() {
		d.Handle(desk.Route{Pattern: "GET /desk/sample/" + s.Name, Open: true}, func(w http.ResponseWriter, r *http.Request) error {
			return d.Render(w, r, s.Page)
		})
	}
	check(t, officer.Add(officer.Config{Desk: d}))
	check(t, d.Ready())
	server := httptest.NewServer(d)
	t.Cleanup(server.Close)
	return server
}

// alike are samples that differ from others in their words alone.
var alike = map[string]bool{"request-portability": true, "request-rectification": true, "request-objection": true, "request-withdrawal": true, "request-restriction": true,
	"letter-refuse": true, "letter-refuse-shown": true, "letter-extend": true, "letter-lift": true, "letter-lift-shown": true, "paper-posted": true}

// Every page in every state: what axe-core finds, whether it fits a narrow window and large text.

func TestF1_F3_F5_EveryPageIsAccessible(t *testing.T) {
	server := gallery(t)
	page := webtest.Open(t).Page(t)
	page.Cookie(server.URL, "desk", desktest.SampleToken)
	pictures := os.Getenv("BODE_SCREENS")  // a folder for pictures of all of them: they take half of the time
	only := os.Getenv("BODE_SCREENS_ONLY") // for who works on some of them: how their names begin
	for _, s := range officer.Samples() {
		if !strings.HasPrefix(s.Name, only) || alike[s.Name] {
			continue
		}
		for _, look := range []struct {
			width  int
			scheme webtest.Scheme
			lang   newsletter.Language
		}{{320, webtest.Light, newsletter.Dutch}, {1280, webtest.Dark, newsletter.English}} {
			page.View(look.width, look.scheme)
			page.Go(server.URL + "/desk/sample/" + s.Name + "?lang=" + string(look.lang))
			if look.scheme == webtest.Light {
				page.CheckAccessible()
			} else {
				page.CheckContrast()
			}
			page.CheckWidth()
			if pictures != "" {
				page.Screenshot(filepath.Join(pictures, s.Name+"-"+string(look.scheme)+".png"))
			}
			page.Enlarge(200)
			page.CheckWidth()
		}
	}
}
