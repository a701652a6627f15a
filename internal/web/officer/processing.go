package officer

import (
	"context"
	"encoding/csv"
	"html/template"
	"net/http"
	"strings"

	"bode.example/internal/newsletter"
	"bode.example/internal/richtext"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

type processingStore interface {
	LatestWording(ctx context.Context, purpose string, language newsletter.Language) (*newsletter.Wording, error)
	Wordings(ctx context.Context, purpose string) ([]newsletter.Wording, error)
}

const processingPath = accountPath + "/processing"

func (d *door) processingRoutes() {
	d.Handle(desk.Route{Pattern: "GET " + processingPath, Roles: readers}, d.processing)
	d.Handle(desk.Route{Pattern: "GET " + processingPath + ".csv", Roles: readers}, d.processingFile)
}

// processingPage is the data of processing.html: the register in force, and the versions of it and of the privacy statement.
type processingPage struct {
	Register   *newsletter.Wording // nil: none was made yet
	Body       template.HTML
	Registers  []newsletter.Wording
	Statements []newsletter.Wording
}

func (d *door) processing(w http.ResponseWriter, r *http.Request) error {
	var page processingPage
	register, err := d.Store.LatestWording(r.Context(), newsletter.WordingProcessing, web.Language(r))
	if err != nil && !newsletter.Is(err, newsletter.NotFound) {
		return err
	}
	if err == nil {
		article, err := richtext.Markdown([]byte(register.Text), d.URL)
		if err != nil {
			return err
		}
		page.Register, page.Body = register, template.HTML(article.HTML) //nolint:gosec // richtext sanitises
	}
	if page.Registers, err = d.Store.Wordings(r.Context(), newsletter.WordingProcessing); err != nil {
		return err
	}
	if page.Statements, err = d.Store.Wordings(r.Context(), newsletter.WordingPrivacy); err != nil {
		return err
	}
	return d.Render(w, r, web.Page{Template: "processing.html", Data: &page})
}

// processingFile is the register as CSV (RFC 4180), an activity a line.
func (d *door) processingFile(w http.ResponseWriter, r *http.Request) error {
	register, err := d.Config.Processing(web.Language(r))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="processing.csv"`)
	rows := [][]string{{"activity", "controller", "officer", "purpose", "ground", "people", "data", "recipients", "outside_eea", "kept", "measures"}}
	for _, p := range register.Activities {
		row := []string{p.Name, strings.Join(register.Controller, ", "), register.Officer, p.Purpose, p.Ground, p.People, p.Data, strings.Join(p.Recipients, "; "),
			register.OutsideEEA, p.Kept, strings.Join(register.Measures, "; ")}
		rows = append(rows, row)
	}
	return csv.NewWriter(w).WriteAll(rows)
}
