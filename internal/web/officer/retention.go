package officer

import (
	"context"
	"net/http"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

type retentionStore interface {
	PlanRetention(ctx context.Context, r newsletter.Retention) (newsletter.RetentionReport, error)
	RetentionRuns(ctx context.Context, zone *time.Location, days int) ([]newsletter.RetentionRun, error)
}

// Retention is the table of terms as officers see it, and those of them that are carried out once a day.
type Retention struct {
	Terms []newsletter.RetentionTerm
	Daily newsletter.RetentionTerms
}

func (d *door) retentionRoutes() {
	d.Handle(desk.Route{Pattern: "GET " + accountPath + "/retention", Roles: readers}, d.retention)
}

const (
	retentionAhead = 7  // days that the page looks ahead
	retentionDays  = 30 // with runs that it shows
)

// retentionPage is the data of retention.html.
type retentionPage struct {
	Terms []newsletter.RetentionTerm
	Until newsletter.Day // what will have gone by then
	Goes  newsletter.RetentionReport
	Runs  []newsletter.RetentionRun
}

func (d *door) retention(w http.ResponseWriter, r *http.Request) error {
	by := d.Now().AddDate(0, 0, retentionAhead)
	page := retentionPage{Terms: d.Retention.Terms, Until: newsletter.DayOf(by, d.Zone)}
	var err error
	if page.Goes, err = d.Store.PlanRetention(r.Context(), d.Retention.Daily.At(by)); err != nil {
		return err
	}
	if page.Runs, err = d.Store.RetentionRuns(r.Context(), d.Zone, retentionDays); err != nil {
		return err
	}
	return d.Render(w, r, web.Page{Template: "retention.html", Data: &page})
}

// More reports whether there are more of a kind than Of says.
func (p *retentionPage) More(key string) bool { return key == "mails" && p.Goes.MoreMails }

// Of is how many of a kind will go.
func (p *retentionPage) Of(key string) int64 {
	return map[string]int64{"requests": p.Goes.Requests, "lapsed": p.Goes.Lapsed, "mails": p.Goes.Mails, "left": p.Goes.Left}[key]
}
