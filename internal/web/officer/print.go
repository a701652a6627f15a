package officer

import (
	"errors"
	"net/http"
	"strings"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
	"bode.example/templates"
)

// printPage is the data of letter-print.html: a letter on paper, for an envelope with a window.
type printPage struct {
	Request    *newsletter.DataRequest
	URL        string
	Letter     newsletter.RequestLetter
	Number     string // of the letter, in addresses
	To         []string
	Paragraphs []string
	Sender     Sender
	// What stands around it, in its own language.
	Date, Greeting, Closing, Mark string
	Officer                       bool // may say that it was posted
	Encloses                      bool // the data go with it
}

// printed shows a letter as it goes on paper. That somebody looked is audited.
func (d *door) printed(w http.ResponseWriter, r *http.Request) error {
	n, err := number(r)
	if err != nil {
		return err
	}
	f, err := d.Store.Request(r.Context(), n, actor(r), d.Now())
	if err != nil {
		return err
	}
	for i := range f.Letters {
		l := &f.Letters[i]
		if l.PublicID.String() != r.PathValue("letter") || !l.QueuedAt.IsZero() {
			continue
		}
		page, err := d.printPage(&f.DataRequest, *l, desk.StaffOf(r).Has(officers...))
		if err != nil {
			return err
		}
		return d.Render(w, r, web.Page{Template: "letter-print.html", Private: true, Data: page})
	}
	return web.Status(http.StatusNotFound)
}

func (d *door) printPage(r *newsletter.DataRequest, l newsletter.RequestLetter, officer bool) (*printPage, error) {
	page := &printPage{Request: r, URL: urlOf(r), Letter: l, Number: l.PublicID.String(), Sender: d.Sender, Officer: officer && l.PostedAt.IsZero(),
		Encloses: officer && (l.Kind == newsletter.LetterAccess || l.Kind == newsletter.LetterPortability)}
	if r.Name != "" {
		page.To = append(page.To, r.Name)
	}
	if r.Postal != "" {
		page.To = append(page.To, strings.Split(r.Postal, "\n")...)
	}
	for p := range strings.SplitSeq(l.Body, "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			page.Paragraphs = append(page.Paragraphs, p)
		}
	}
	page.Date = templates.Date(l.Language, l.CreatedAt.In(d.Zone))
	greeting, args := "greeting_unknown", templates.Args(nil)
	if r.Name != "" {
		greeting, args = "greeting", templates.Args{"Name": r.Name}
	}
	texts := d.Templates.Texts()
	var errGreeting, errClosing, errMark error
	page.Greeting, errGreeting = texts.Text(l.Language, greeting, args)
	page.Closing, errClosing = texts.Text(l.Language, "letter_closing", nil)
	page.Mark, errMark = texts.Text(l.Language, "letter_mark", nil)
	return page, errors.Join(errGreeting, errClosing, errMark)
}

// posted writes down that a printed letter went on its way.
func (d *door) posted(w http.ResponseWriter, r *http.Request) error {
	of, err := d.theRequest(r)
	if err != nil {
		return err
	}
	id, err := newsletter.ParsePublicID(r.PathValue("letter"))
	if err != nil {
		return web.Status(http.StatusNotFound)
	}
	if err := d.Requests.Posted(r.Context(), id, actor(r), d.Now()); err != nil {
		return err
	}
	return d.Done(w, r, urlOf(of), "letter_posted")
}

// enclosed gives an officer what goes with a printed letter, as its owner would get it.
func (d *door) enclosed(w http.ResponseWriter, r *http.Request) error {
	of, err := d.theRequest(r)
	if err != nil {
		return err
	}
	all, err := d.Requests.Enclose(r.Context(), of, actor(r), d.Now())
	if err != nil {
		return err
	}
	web.Private(w.Header())
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", `attachment; filename="`+of.Reference()+`.zip"`)
	return d.Requests.Pack(w, all, of.Language, d.Now())
}
