package editor

import (
	"context"
	"html/template"
	"mime"
	"net/http"
	"net/url"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/roster"
	"bode.example/internal/web"
	"bode.example/internal/web/chart"
	"bode.example/templates"
)

// weeks is how far back growth is shown.
const weeks = 26

// growthPage is the data of growth.html.
type growthPage struct {
	Several      bool
	Lists        []choice
	Joined, Left int64 // in all
	Chart        template.HTML
}

func (d *door) growth(w http.ResponseWriter, r *http.Request) error {
	lists, err := d.myLists(r)
	if err != nil {
		return err
	}
	chosen, ids := r.URL.Query().Get("list"), []int64{}
	for _, l := range lists {
		if chosen == "" || l.Name == chosen {
			ids = append(ids, l.ID)
		}
	}
	comings, err := d.Store.Comings(r.Context(), ids, mondays(d.Now().In(d.Zone), weeks))
	if err != nil {
		return err
	}
	page := growthPage{Several: len(lists) > 1, Lists: listChoices(r, lists, chosen)}
	for _, c := range comings {
		page.Joined, page.Left = page.Joined+c.Joined, page.Left+c.Left
	}
	if page.Joined+page.Left > 0 {
		page.Chart = d.growthChart(r, comings)
	}
	return d.Render(w, r, web.Page{Template: "growth.html", Data: page})
}

// mondays are the beginnings of so many weeks, the running one the last, and its end.
func mondays(now time.Time, n int) []time.Time {
	back := (int(now.Weekday()) + 6) % 7
	this := time.Date(now.Year(), now.Month(), now.Day()-back, 0, 0, 0, 0, now.Location())
	times := make([]time.Time, n+1)
	for i := range times {
		times[i] = this.AddDate(0, 0, 7*(i-n+1))
	}
	return times
}

func (d *door) growthChart(r *http.Request, comings []newsletter.Coming) template.HTML {
	say := d.sayer(r)
	p := chart.Plot{ID: "growth", Title: say("growth_chart"), Description: say("growth_description"), LabelHead: say("growth_week"),
		TableWords: say("growth_table"), Language: web.Language(r),
		Series: []chart.Series{{Name: say("growth_joined")}, {Name: say("growth_left")}}}
	for _, c := range comings {
		p.Labels = append(p.Labels, templates.Day(web.Language(r), c.From.In(d.Zone)))
		p.Series[0].Values, p.Series[1].Values = append(p.Series[0].Values, c.Joined), append(p.Series[1].Values, c.Left)
	}
	return chart.Bars(p)
}

// exportTime is how long writing an export may take: to a slow reader too.
const exportTime = 10 * time.Minute

// exportPage is the data of subscriber-export.html.
type exportPage struct {
	Columns []choice
	Filters []web.Field // what chose the people
}

func (d *door) askExport(w http.ResponseWriter, r *http.Request) error {
	return d.showExport(w, r, r.URL.Query(), []string{"address", "name", "language", "list", "state", "topics", "pace", "since"})
}

func (d *door) showExport(w http.ResponseWriter, r *http.Request, asked url.Values, chosen []string, faults ...web.Fault) error {
	page := exportPage{}
	is := map[string]bool{}
	for _, c := range chosen {
		is[c] = true
	}
	say := d.sayer(r)
	for _, c := range roster.Columns() {
		page.Columns = append(page.Columns, choice{Value: c, Label: say("people_export_column_" + c), Chosen: is[c]})
	}
	filters := url.Values{}
	for _, name := range []string{"q", "list", "topic", "pace", "state", "language", "since", "suppressed"} {
		if asked.Get(name) != "" {
			filters.Set(name, asked.Get(name))
		}
	}
	page.Filters = web.Fields(filters)
	p := web.Page{Template: "subscriber-export.html", Data: page, Faults: faults}
	if len(faults) > 0 {
		p.Status = http.StatusUnprocessableEntity
	}
	return d.Render(w, r, p)
}

func (d *door) export(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	if err := roster.CheckColumns(form["column"]); err != nil {
		return d.showExport(w, r, form, form["column"], d.Faults(r, err)...)
	}
	lists, err := d.myLists(r)
	if err != nil {
		return err
	}
	q, _, err := d.peopleAsked(r, form, lists)
	if err != nil {
		return err
	}
	separator := ','
	if form.Get("separator") == "semicolon" {
		separator = ';'
	}
	out := &download{w: w, name: "subscribers-" + d.Now().In(d.Zone).Format(time.DateOnly) + ".csv", media: "text/csv; charset=utf-8"}
	sheet, err := roster.NewExport(out, separator, form["column"], q.ListID, d.Zone)
	if err != nil {
		return err
	}
	if _, err := d.Store.ExportPeople(r.Context(), *q, form["column"], d.actor(r), d.Now(), sheet.Write); err != nil && !out.begun {
		return err
	} else if err != nil {
		// What has left can't be called back: the reader is told by a connection that breaks off.
		d.Log.ErrorContext(context.WithoutCancel(r.Context()), "editor: an export broke off", "error", err)
		panic(http.ErrAbortHandler)
	}
	return sheet.Write(nil)
}

// download is a file that the browser keeps. Its headers leave with its first bytes, so that a fault before
// that is still a page.
type download struct {
	w           http.ResponseWriter
	name, media string
	begun       bool
}

func (f *download) Write(b []byte) (int, error) {
	if !f.begun {
		f.begun = true
		h := f.w.Header()
		h.Set("Content-Type", f.media)
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.name}))
		web.Private(h)
	}
	return f.w.Write(b)
}
