package desk

import (
	"net/http"
	"net/url"
	"strings"

	"bode.example/internal/web"
)

// DoneField is the query field that says what was just done.
const DoneField = "done"

// Done answers a form that was carried out: the browser goes on to a page of the desk, which says
// "done_" + key of the catalogue on its top. Reloading that page does nothing again.
func (d *Desk) Done(w http.ResponseWriter, r *http.Request, path, key string) error {
	u, err := url.Parse(path)
	if err != nil {
		return err
	}
	q := u.Query()
	q.Set(DoneField, key)
	u.RawQuery = q.Encode()
	http.Redirect(w, r, u.String(), http.StatusSeeOther)
	return nil
}

// doneOf returns the key of what was done, if there is a text for it that needs no more: nobody puts words
// of their own on a page by its address.
func (d *Desk) doneOf(r *http.Request) string {
	key := r.URL.Query().Get(DoneField)
	if key == "" || strings.ContainsFunc(key, func(c rune) bool { return (c < 'a' || c > 'z') && c != '_' }) {
		return ""
	}
	if _, err := d.Templates.Texts().Text(web.Language(r), "done_"+key, nil); err != nil {
		return ""
	}
	return key
}
