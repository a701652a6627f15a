package public

import (
	"html/template"
	"net/http"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
)

// editionPage is the data of edition.html: an edition as the readers of one variant got it. It bears no
// person, so its address may be passed on.
type editionPage struct {
	List    listView
	Subject string
	Lang    newsletter.Language
	At      newsletter.Time // the slot, or when an extra edition was released
	Body    template.HTML   // headings from h2
	// Corrected are what was sent after it to say what was wrong.
	Corrected []correctedView
}

// correctedView is a correction, as the page of what it corrects names it.
type correctedView struct {
	URL, Subject string
	At           newsletter.Time
}

func (d *door) edition(w http.ResponseWriter, r *http.Request) error {
	id, err := newsletter.ParsePublicID(r.PathValue("id"))
	if err != nil {
		return err
	}
	v, e, err := d.Store.VariantByPublicID(r.Context(), id)
	if err != nil {
		return err
	}
	l, err := d.Store.List(r.Context(), e.ListID)
	if err != nil {
		return err
	}
	page := editionPage{List: d.listView(l, reader(r)), Subject: v.Subject, Lang: v.Language, At: e.Dated(),
		Body: template.HTML(v.Web)} //nolint:gosec // made by our own templates from sanitised posts
	if page.At.IsZero() {
		page.At = e.ReleasedAt
	}
	corrections, err := d.Store.CorrectionPages(r.Context(), e.ID, v.Language)
	if err != nil {
		return err
	}
	for _, c := range corrections {
		page.Corrected = append(page.Corrected, correctedView{"/e/" + c.Variant.String(), c.Subject, c.ReleasedAt})
	}
	return d.Render(w, r, web.Page{Template: "edition.html", Data: page, Pictures: true, Brand: page.List.brand})
}
