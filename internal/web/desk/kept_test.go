package desk_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/web/desk"
	"bode.example/internal/web/desk/desktest"
)

// late sends a form with the cookie of a session that has ended.
func late(d *desk.Desk, media string, body []byte, with ...func(*http.Request)) (int, string) {
	r := httptest.NewRequest(http.MethodPost, "/desk/requests?from=here", bytes.NewReader(body))
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Content-Type", media)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.AddCookie(desktest.Cookie(d.CookieName(), "ended"))
	for _, change := range with {
		change(r)
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	page, _ := io.ReadAll(w.Body) // of a recorder
	return w.Code, string(page)
}

// What somebody wrote while their session ended comes back, to be sent once they have signed in; another site's form
// doesn't, nor does a file.
func TestAFormThatComesTooLateIsGivenBack(t *testing.T) {
	d, people := newDesk(t, "https")
	form := url.Values{"title": {"Een raad die \"luistert\""}, "text": {"Regel een\nRegel <twee>"}, "topic": {"1", "2"}}
	status, page := late(d, "application/x-www-form-urlencoded", []byte(form.Encode()))
	if status != http.StatusForbidden {
		t.Errorf("%d", status)
	}
	for _, want := range []string{`action="/desk/requests?from=here"`, `name="title" value="Een raad die &#34;luistert&#34;"`, "Regel &lt;twee&gt;",
		`name="topic" value="1"`, `name="topic" value="2"`, desk.SignInPath, "niet meer aangemeld"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page doesn't have %s", want)
		}
	}
	// From that page it is sent on, by whoever has signed in.
	token := people.SignIn(desktest.Staff(1, []newsletter.Role{newsletter.RoleOfficer}))
	r := httptest.NewRequest(http.MethodPost, "/desk/requests?from=here", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	signed(d, token)(r)
	w := httptest.NewRecorder()
	if d.ServeHTTP(w, r); w.Code != http.StatusSeeOther || !strings.Contains(w.Header().Get("Location"), "done=saved") {
		t.Errorf("sent on: %d %s", w.Code, w.Header().Get("Location"))
	}

	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	_ = parts.WriteField("text", "Een lang verhaal")
	file, _ := parts.CreateFormFile("picture", "foto.jpg")
	_, _ = file.Write([]byte("geheim beeld"))
	_ = parts.Close()
	status, page = late(d, parts.FormDataContentType(), body.Bytes())
	if status != http.StatusForbidden || !strings.Contains(page, "Een lang verhaal") || strings.Contains(page, "geheim beeld") {
		t.Errorf("with a file: %d", status)
	}

	for name, change := range map[string]func(*http.Request){
		"of another site": func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"in a frame":      func(r *http.Request) { r.Header.Set("Sec-Fetch-Dest", "iframe") },
		"of a stranger":   func(r *http.Request) { r.Header.Del("Cookie") },
	} {
		if _, page := late(d, "application/x-www-form-urlencoded", []byte(form.Encode()), change); strings.Contains(page, "luistert") {
			t.Errorf("%s: it is given back", name)
		}
	}
	if status, _ := late(d, "application/x-www-form-urlencoded", nil); status != http.StatusSeeOther {
		t.Errorf("a button without words: %d", status)
	}
	if status, page := late(d, "application/x-www-form-urlencoded", []byte("text="+strings.Repeat("x", 100_000))); status != http.StatusSeeOther || strings.Contains(page, "xxx") {
		t.Errorf("more than a form holds: %d", status)
	}
}
