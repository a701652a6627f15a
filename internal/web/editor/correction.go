package editor

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
	"bode.example/templates"
)

// correctionStore is what the pages of corrections read and change.
type correctionStore interface {
	AddCorrection(ctx context.Context, original newsletter.PublicID, texts newsletter.CorrectionTexts, by newsletter.Actor, now time.Time) (*newsletter.Edition, error)
	EditCorrection(ctx context.Context, id newsletter.PublicID, texts newsletter.CorrectionTexts, by newsletter.Actor, now time.Time) error
	Corrections(ctx context.Context, editionID int64) ([]newsletter.Edition, error)
	Original(ctx context.Context, e *newsletter.Edition) (*newsletter.Original, error)
	CorrectionReaders(ctx context.Context, e *newsletter.Edition) (int64, error)
}

func (d *door) correctionRoutes() {
	d.Handle(desk.Route{Pattern: "GET /desk/editions/{id}/correct", Roles: editors, List: d.listOfSent}, d.askCorrection)
	d.Handle(desk.Route{Pattern: "POST /desk/editions/{id}/correct", Roles: editors, List: d.listOfSent}, d.addCorrection)
	d.Handle(desk.Route{Pattern: "GET /desk/editions/{id}/correction", Roles: editors, List: d.listOfEdition}, d.askCorrectionText)
	d.Handle(desk.Route{Pattern: "POST /desk/editions/{id}/correction", Roles: editors, List: d.listOfEdition}, d.editCorrection)
}

// correctionPart is what the page of an edition says about corrections.
type correctionPart struct {
	Corrects *desk.Link       // what this one corrects; nil: it is no correction
	Texts    []correctionText // what it says
	Readers  int64            // who would get it
	Made     []editionLine    // the corrections of this one
}

// correctionText is a text of a correction, in one language.
type correctionText struct {
	Language      newsletter.Language
	First         bool // the list's: it must be there
	Subject, Text string
}

// correctionOf collects it.
func (d *door) correctionOf(r *http.Request, e *newsletter.Edition, list newsletter.Language) (part correctionPart, err error) {
	if e.Kind == newsletter.EditionCorrection {
		o, err := d.Store.Original(r.Context(), e)
		if err != nil {
			return part, err
		}
		part.Corrects = &desk.Link{Text: templates.Date(web.Language(r), o.At().In(d.Zone)), URL: editionURL(o.Edition.PublicID, "")}
		part.Texts = textsOf(e.Correction, list, false)
		part.Readers, err = d.Store.CorrectionReaders(r.Context(), e)
		return part, err
	}
	if e.ReleasedAt.IsZero() {
		return part, nil
	}
	all, err := d.Store.Corrections(r.Context(), e.ID)
	for _, c := range all {
		part.Made = append(part.Made, editionLine{URL: editionURL(c.PublicID, ""), Pace: c.Subject, At: c.CreatedAt, Zone: d.Zone, State: stateOf(c.State)})
	}
	return part, err
}

// textsOf are the texts of a correction, that of the list first; with empty, those that aren't written too.
func textsOf(texts newsletter.CorrectionTexts, first newsletter.Language, empty bool) (all []correctionText) {
	add := func(l newsletter.Language) {
		if text, ok := texts[l]; ok || empty {
			all = append(all, correctionText{l, l == first, text.Subject, text.Text})
		}
	}
	add(first)
	for _, l := range newsletter.Languages() {
		if l != first {
			add(l)
		}
	}
	return all
}

// correctionPage is the data of correction.html.
type correctionPage struct {
	Crumbs []desk.Link
	About  string // the day of the edition that is corrected
	Action string
	Back   string
	New    bool
	Texts  []correctionText
}

// showCorrection shows the form for the texts of a correction, with what is wrong with them.
func (d *door) showCorrection(w http.ResponseWriter, r *http.Request, original *newsletter.Edition, page *correctionPage, texts newsletter.CorrectionTexts, wrong error) error {
	list, err := d.Store.List(r.Context(), original.ListID)
	if err != nil {
		return err
	}
	o := newsletter.Original{Edition: *original}
	page.About = templates.Date(web.Language(r), o.At().In(d.Zone))
	page.Crumbs = []desk.Link{{Text: d.text(r, "place_editions", nil), URL: "/desk/editions"}, {Text: page.About, URL: editionURL(original.PublicID, "")}}
	page.Texts = textsOf(texts, list.Language, true)
	out := web.Page{Template: "correction.html", Data: page}
	if wrong != nil {
		if out.Faults = d.Faults(r, wrong); len(out.Faults) == 0 {
			return wrong
		}
		out.Status = http.StatusUnprocessableEntity
	}
	return d.Render(w, r, out)
}

// typedTexts reads the form.
func typedTexts(r *http.Request) (newsletter.CorrectionTexts, error) {
	form, err := web.Form(r)
	if err != nil {
		return nil, err
	}
	texts := newsletter.CorrectionTexts{}
	for _, l := range newsletter.Languages() {
		texts[l] = newsletter.CorrectionText{Subject: strings.TrimSpace(form.Get("subject-" + string(l))),
			Text: strings.TrimSpace(strings.ReplaceAll(form.Get("text-"+string(l)), "\r\n", "\n"))}
	}
	return texts, nil
}

func newCorrection(e *newsletter.Edition) *correctionPage {
	return &correctionPage{Action: editionURL(e.PublicID, "correct"), Back: editionURL(e.PublicID, ""), New: true}
}

func (d *door) askCorrection(w http.ResponseWriter, r *http.Request) error {
	e, err := d.sentEdition(r)
	if err != nil {
		return err
	}
	list, err := d.Store.List(r.Context(), e.ListID)
	if err != nil {
		return err
	}
	begin := newsletter.CorrectionTexts{list.Language: {Subject: d.text(r, "correction_begin", nil)}}
	return d.showCorrection(w, r, e, newCorrection(e), begin, nil)
}

func (d *door) addCorrection(w http.ResponseWriter, r *http.Request) error {
	e, err := d.sentEdition(r)
	if err != nil {
		return err
	}
	texts, err := typedTexts(r)
	if err != nil {
		return err
	}
	made, err := d.Store.AddCorrection(r.Context(), e.PublicID, texts, actor(r), d.Now())
	if err != nil {
		return d.showCorrection(w, r, e, newCorrection(e), texts, err)
	}
	return d.Done(w, r, editionURL(made.PublicID, ""), "correction_made")
}

// correctionOfPath returns the correction that a path names, and what it corrects.
func (d *door) correctionOfPath(r *http.Request) (e *newsletter.Edition, original *newsletter.Edition, err error) {
	if e, err = d.editionOf(r); err != nil {
		return nil, nil, err
	}
	o, err := d.Store.Original(r.Context(), e)
	if err != nil {
		return nil, nil, err
	}
	if o == nil {
		return nil, nil, web.Status(http.StatusNotFound)
	}
	return e, &o.Edition, nil
}

func (d *door) askCorrectionText(w http.ResponseWriter, r *http.Request) error {
	e, original, err := d.correctionOfPath(r)
	if err != nil {
		return err
	}
	page := &correctionPage{Action: editionURL(e.PublicID, "correction"), Back: editionURL(e.PublicID, "")}
	return d.showCorrection(w, r, original, page, e.Correction, nil)
}

func (d *door) editCorrection(w http.ResponseWriter, r *http.Request) error {
	e, original, err := d.correctionOfPath(r)
	if err != nil {
		return err
	}
	texts, err := typedTexts(r)
	if err != nil {
		return err
	}
	err = d.Store.EditCorrection(r.Context(), e.PublicID, texts, actor(r), d.Now())
	var coded *newsletter.Error
	if errors.As(err, &coded) && coded.Field != "" {
		page := &correctionPage{Action: editionURL(e.PublicID, "correction"), Back: editionURL(e.PublicID, "")}
		return d.showCorrection(w, r, original, page, texts, err)
	}
	if err != nil {
		return err
	}
	return d.Done(w, r, editionURL(e.PublicID, ""), "edition_words")
}
