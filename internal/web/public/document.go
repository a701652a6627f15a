package public

import (
	"html/template"
	"net/http"

	"bode.example/internal/newsletter"
	"bode.example/internal/richtext"
	"bode.example/internal/web"
)

// documentPage is the data of document.html: a page in the operator's own words.
type documentPage struct {
	Name    string
	Body    template.HTML
	Lang    newsletter.Language
	Version int
	At      newsletter.Time
}

// document shows the newest version of one of the operator's pages, in the reader's language or else in
// one that there is.
func (d *door) document(name string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		page := documentPage{Name: name}
		wording, err := d.wording(r, name)
		if err != nil {
			return err
		}
		if wording != nil {
			article, err := richtext.Markdown([]byte(wording.Text), d.URL)
			if err != nil {
				return err
			}
			page.Body = template.HTML(article.HTML) //nolint:gosec // richtext sanitises
			page.Lang, page.Version, page.At = wording.Language, wording.Version, wording.CreatedAt
		}
		return d.Render(w, r, web.Page{Template: "document.html", Data: page, Pictures: true})
	}
}

// wording finds a text in the reader's language, else in another one; nil if there is none.
func (d *door) wording(r *http.Request, purpose string) (*newsletter.Wording, error) {
	for _, lang := range append([]newsletter.Language{reader(r)}, newsletter.Languages()...) {
		wording, err := d.Store.LatestWording(r.Context(), purpose, lang)
		if newsletter.Is(err, newsletter.NotFound) {
			continue
		}
		return wording, err
	}
	return nil, nil
}
