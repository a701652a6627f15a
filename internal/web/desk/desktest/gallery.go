package desktest

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
	"bode.example/internal/web/webtest"
	"bode.example/templates"
)

// sampleToken is the token of somebody with every role.
const sampleToken = "sample"

// gallery serves every sample at /desk/sample/<name>, rendered as any page of the desk is; add gives the desk what it
// has besides, such as its places.
func gallery(t *testing.T, samples []desk.Sample, add func(*desk.Desk) error) *httptest.Server {
	t.Helper()
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	people := &Authenticator{known: map[string]newsletter.Session{
		sampleToken: {PublicID: newsletter.NewPublicID(), Staff: Staff(1, newsletter.Roles())}}}
	d, err := desk.New(desk.Config{
		Web: web.Config{Templates: set, Languages: newsletter.Languages(), URL: &url.URL{Scheme: "http", Host: "nieuws.example"},
			Now: func() time.Time { return desk.SampleTime }, Log: slog.New(slog.DiscardHandler)},
		Organisation: "Democratische Broedplaats Noord", Zone: time.UTC, Authenticator: people,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range samples {
		d.Handle(desk.Route{Pattern: "GET /desk/sample/" + s.Name, Open: true}, func(w http.ResponseWriter, r *http.Request) error {
			return d.Render(w, r, s.Page)
		})
	}
	if err := add(d); err != nil {
		t.Fatal(err)
	}
	if err := d.Ready(); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(d)
	t.Cleanup(server.Close)
	return server
}

// CheckGallery looks at every page of a desk in every state, in a browser: what axe-core finds, and whether it fits a
// narrow window and large text. Pages that a stranger sees are those that outside says; nil: none. Pictures are kept
// in a folder of that name. BODE_SCREENS_ONLY is for who works on some of them: how their names begin.
func CheckGallery(t *testing.T, name string, samples []desk.Sample, outside func(desk.Sample) bool, add func(*desk.Desk) error) {
	t.Helper()
	server := gallery(t, samples, add)
	browser := webtest.Open(t)
	stranger, member := browser.Page(t), browser.Page(t)
	member.Cookie(server.URL, "desk", sampleToken)
	only := os.Getenv("BODE_SCREENS_ONLY")
	for _, s := range samples {
		if !strings.HasPrefix(s.Name, only) {
			continue
		}
		page := member
		if outside != nil && outside(s) {
			page = stranger
		}
		at := server.URL + "/desk/sample/" + s.Name
		page.CheckLooks(at+"?lang=nl", name+"/"+s.Name)
		page.CheckNarrow(at + "?lang=en")
	}
}
