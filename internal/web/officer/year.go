package officer

import (
	"context"
	"encoding/csv"
	"net/http"
	"strconv"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

type yearStore interface {
	RequestsReceived(ctx context.Context, from, until newsletter.Day) ([]newsletter.DataRequest, error)
}

const yearPath = accountPath + "/year"

func (d *door) yearRoutes() {
	d.Handle(desk.Route{Pattern: "GET " + yearPath, Roles: readers}, d.year)
	d.Handle(desk.Route{Pattern: "GET " + yearPath + ".csv", Roles: readers}, d.yearFile)
}

// yearsBack is how many years a report can be made of: closed requests are kept for three, unless set otherwise.
const yearsBack = 3

// yearPage is the data of year.html.
type yearPage struct {
	*newsletter.RequestYear
	Years []int // others that can be chosen, this one included
}

// Lines are the kinds of which there was a request, and all together.
func (p *yearPage) Lines() []newsletter.RequestTally {
	var lines []newsletter.RequestTally
	for _, t := range p.Kinds {
		if t.Received > 0 {
			lines = append(lines, t)
		}
	}
	return append(lines, p.Total)
}

// State of a request that the report speaks of.
func (p *yearPage) State(n newsletter.NotableRequest) desk.State {
	return stateOf(&newsletter.DataRequest{State: n.State})
}

func (d *door) readYear(r *http.Request) (*yearPage, error) {
	today := d.Requests.Today(d.Now())
	this := today.Time().Year()
	year := this
	if typed := r.URL.Query().Get("year"); typed != "" {
		n, err := strconv.Atoi(typed)
		if err != nil || n > this || n < this-yearsBack {
			return nil, web.Status(http.StatusNotFound)
		}
		year = n
	}
	all, err := d.Store.RequestsReceived(r.Context(), newsletter.NewDay(year, 1, 1), newsletter.NewDay(year, 12, 31))
	if err != nil {
		return nil, err
	}
	page := &yearPage{RequestYear: newsletter.NewRequestYear(year, all, today, d.Zone)}
	for y := this; y >= this-yearsBack; y-- {
		page.Years = append(page.Years, y)
	}
	return page, nil
}

func (d *door) year(w http.ResponseWriter, r *http.Request) error {
	page, err := d.readYear(r)
	if err != nil {
		return err
	}
	return d.Render(w, r, web.Page{Template: "year.html", Data: page})
}

// yearFile is the same as CSV (RFC 4180), with the names of columns and kinds as they are in the code, so that years can be
// put beside each other by programs.
func (d *door) yearFile(w http.ResponseWriter, r *http.Request) error {
	page, err := d.readYear(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="requests-`+strconv.Itoa(page.Year)+`.csv"`)
	file := csv.NewWriter(w)
	rows := [][]string{{"year", "kind", "received", "open", "done", "nothing_held", "refused", "lapsed", "extended", "late", "self_service", "waited", "median_days", "p90_days"}}
	for _, t := range append(page.Kinds, page.Total) {
		row := []string{strconv.Itoa(page.Year), string(t.Kind)}
		if t.Kind == "" {
			row[1] = "all"
		}
		for _, n := range []int{t.Received, t.Open, t.Done, t.Nothing, t.Refused, t.Lapsed, t.Extended, t.Late, t.Served, t.Waited} {
			row = append(row, strconv.Itoa(n))
		}
		days := []string{"", ""} // of nobody there are none
		if t.Waited > 0 {
			days = []string{strconv.Itoa(t.Median), strconv.Itoa(t.P90)}
		}
		rows = append(rows, append(row, days...))
	}
	return file.WriteAll(rows)
}
