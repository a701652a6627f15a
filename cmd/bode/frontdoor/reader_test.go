package frontdoor_test

import (
	"strconv"
	"strings"
	"testing"

	"bode.example/internal/web/webtest"
)

// reader is a person at a browser. Every page that they come to must be accessible and fit a phone.
type reader struct {
	*webtest.Page
	t       testing.TB
	site    *site
	scripts bool // the pages have scripts of our own: those of the desks
}

// reader opens a browser window of its own. On one engine people read by day, on the other by night.
func (s *site) reader() *reader {
	s.t.Helper()
	r := &reader{Page: s.browser.Page(s.t), t: s.t, site: s}
	scheme := webtest.Light
	if s.engine.name == "postgres" {
		scheme = webtest.Dark
	}
	r.View(320, scheme)
	return r
}

// visit opens a page of the site, or a link from a mail.
func (r *reader) visit(path string, status int) {
	r.t.Helper()
	r.arrived(r.Go(r.site.url+strings.TrimPrefix(path, r.site.url)), status)
}

// press presses a button and looks at the page that follows.
func (r *reader) press(button string, status int) {
	r.t.Helper()
	r.arrived(r.Press(button), status)
}

func (r *reader) arrived(got, want int) {
	r.t.Helper()
	if got != want {
		r.t.Fatalf("%s answers %d, want %d: %s", r.Title(), got, want, r.Text("main"))
	}
	r.check()
}

// check looks at a page as the law does: WCAG, a narrow window, and no script that it would need (F1, F5, F6).
func (r *reader) check() {
	r.t.Helper()
	r.CheckAccessible()
	r.CheckWidth()
	if n := webtest.Script[int](r.Page, "document.scripts.length"); n != 0 && !r.scripts {
		r.t.Errorf("%d scripts on %s", n, r.Title())
	}
}

// sees fails unless the page shows all of these.
func (r *reader) sees(parts ...string) {
	r.t.Helper()
	page := unfold(r.Title() + " " + r.Text("main"))
	for _, part := range parts {
		if !strings.Contains(page, part) {
			r.t.Errorf("the page lacks %q: %s", part, page)
		}
	}
}

// value is what stands in a field.
func (r *reader) value(field string) string {
	r.t.Helper()
	return webtest.Script[string](r.Page, "document.querySelector("+strconv.Quote(field)+").value")
}

// set puts a value into a field that isn't typed in, such as a date.
func (r *reader) set(field, value string) {
	r.t.Helper()
	webtest.Script[any](r.Page, "document.querySelector("+strconv.Quote(field)+").value = "+strconv.Quote(value))
}

// The buttons that people press.
const (
	signupButton = `form[action="/signup"] .buttons button`
	mainButton   = `main form .buttons button`
)

// signUp presses the button of a form that is filled in. Who is faster than people are is told so, and
// presses once more.
func (r *reader) signUp() {
	r.t.Helper()
	eventually(r.t, "the form to be taken", func() bool {
		status := r.Press(signupButton)
		r.check()
		if status != 200 {
			r.sees("Fout:", "Dat ging wel heel snel.")
		}
		return status == 200
	})
}

// signUpFails presses the button of a form with a fault, until the fault is told.
func (r *reader) signUpFails(fault string) {
	r.t.Helper()
	r.press(signupButton, 422)
	r.sees("Fout:", fault)
}
