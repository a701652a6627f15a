package public

import (
	"io"
	"net/http"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
)

// unsubscribePage is the data of unsubscribe.html.
type unsubscribePage struct {
	Title       string // the list's
	Left        bool
	Paused      bool
	CanUndo     bool
	Returned    bool // they left, and took it back just now
	Others      int
	Preferences string // path of the page for less mail
}

// unsubscribePage shows the button, or that it was pressed. Scanners open it: it changes nothing.
func (d *door) unsubscribePage(w http.ResponseWriter, r *http.Request) error {
	return d.showUnsubscribe(w, r, false)
}

// unsubscribe is the one-click POST of RFC 8058, and the buttons of the page. A mail provider sends
// "List-Unsubscribe=One-Click", urlencoded or as multipart/form-data; whatever has no button's name in
// it is taken for that. It asks for no cookie and no token beside the one in the path, answers 200
// without a redirect, and may come twice.
func (d *door) unsubscribe(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	token, returned := r.PathValue("token"), false
	switch form.Get("do") {
	case "list":
		err = d.Settings.Leave(r.Context(), token, false, "page", d.Now())
	case "all":
		err = d.Settings.Leave(r.Context(), token, true, "page", d.Now())
	case "undo":
		err = d.Settings.Return(r.Context(), token, d.Now())
		returned = true
	default:
		return d.oneClick(w, r, token)
	}
	if err != nil && !newsletter.Is(err, newsletter.Expired) {
		return err // too late to take back: the page says how to join again
	}
	return d.showUnsubscribe(w, r, returned && err == nil)
}

func (d *door) oneClick(w http.ResponseWriter, r *http.Request, token string) error {
	if err := d.Settings.Leave(r.Context(), token, false, "one_click", d.Now()); err != nil {
		return err
	}
	text, err := d.Templates.Texts().Text(reader(r), "unsubscribe_one_click", nil)
	if err != nil {
		return err
	}
	web.Private(w.Header())
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, text+"\n") //nolint:gosec // plain text of the catalogue
	return nil
}

func (d *door) showUnsubscribe(w http.ResponseWriter, r *http.Request, returned bool) error {
	leaving, err := d.Settings.Leaving(r.Context(), r.PathValue("token"), d.Now())
	if err != nil {
		return err
	}
	d.Prefer(r, leaving.Language)
	views, err := d.standings(r, []newsletter.Standing{leaving.Standing})
	if err != nil {
		return err
	}
	page := unsubscribePage{Others: leaving.Others, CanUndo: leaving.CanUndo, Returned: returned, Title: leaving.Standing.ListName}
	for _, v := range views {
		page.Title, page.Left, page.Paused = v.Title, v.Ended, v.Paused
		if v.Links.Preferences != "" {
			page.Preferences = "/v/" + v.Links.Preferences
		}
	}
	return d.Render(w, r, web.Page{Template: "unsubscribe.html", Private: true, Data: page, Brand: brandOfStandings(views)})
}
