package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"bode.example/internal/newsletter"
)

// ShowField is the form field of the reading aids: larger, smaller, wider, closer, reset, or a language.
const ShowField = "show"

// HandleAids adds the routes of the reading aids and of the choice of language. Both change nothing but
// the reader's own cookie, and send the reader back to the page that the button was on.
func (d *Door) HandleAids() {
	d.Handle("POST /display", d.show)
	d.Handle("POST /language", d.show)
}

func (d *Door) show(w http.ResponseWriter, r *http.Request) error {
	form, err := Form(r)
	if err != nil {
		return err
	}
	d.Shown(w, r, form)
	w.Header().Set("Cache-Control", "no-store")
	// The fragment puts the focus on the button that was pressed, so that it can be pressed again.
	http.Redirect(w, r, localPath(form.Get("back"))+"#"+anchor(form.Get(ShowField)), http.StatusSeeOther) //nolint:gosec // localPath leads nowhere else: FuzzReadingAidsStayOnTheSite
	return nil
}

// Shown carries out a reading aid that was pressed on a page that answers a POST, and reports whether
// one was: then the page must be made again with what was typed, and nothing else may happen.
func (d *Door) Shown(w http.ResponseWriter, r *http.Request, form url.Values) bool {
	action := form.Get(ShowField)
	if action == "" {
		return false
	}
	state := stateOf(r)
	choice := displayOf(r)
	if lang := newsletter.Language(action); slices.Contains(d.Languages, lang) {
		choice.Language, state.reader.Language, state.chosen = lang, lang, true
	}
	if !slices.Contains(d.Languages, choice.Language) {
		choice.Language = "" // whatever stood there was not written by us
	}
	choice = choice.Change(action)
	state.reader.Size, state.reader.Spacing = choice.Size, choice.Spacing
	http.SetCookie(w, choice.cookie(d.https()))
	return true
}

// localPath returns a path of this site, or "/" for anything else that was sent as one.
func localPath(back string) string {
	u, err := url.Parse(back)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || !strings.HasPrefix(u.Path, "/") ||
		strings.HasPrefix(u.Path, "//") || strings.Contains(back, `\`) {
		return "/"
	}
	local := url.URL{Path: u.Path, RawPath: u.RawPath, RawQuery: u.RawQuery}
	return local.String()
}

// anchor is the id of the button with this action.
func anchor(action string) string {
	for _, r := range action {
		if r < 'a' || r > 'z' {
			return "aids"
		}
	}
	return "aid-" + action
}
