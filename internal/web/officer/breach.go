package officer

import (
	"context"
	"encoding/csv"
	"net/http"
	"strings"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

type breachStore interface {
	Passed(ctx context.Context, from, until time.Time) (*newsletter.Passed, error)
	Reach(ctx context.Context, edition newsletter.PublicID) (*newsletter.Reach, error)
	ExportRecipients(ctx context.Context, q newsletter.RecipientQuery, row func(*newsletter.Recipient) error, by newsletter.Actor, now time.Time) (int, error)
}

const breachPath = accountPath + "/breach"

func (d *door) breachRoutes() {
	d.Handle(desk.Route{Pattern: "GET " + breachPath, Roles: readers}, d.breach)
	d.Handle(desk.Route{Pattern: "GET " + breachPath + "/{edition}", Roles: readers}, d.reach)
	d.Handle(desk.Route{Pattern: "POST " + breachPath + "/{edition}/people", Roles: officers, Time: 10 * time.Minute}, d.reached)
}

// breachDays is the period that is looked at when nobody says which.
const breachDays = 7

// breachPage is the data of breach.html: what left the house in a period.
type breachPage struct {
	From, Until string // days, as typed
	*newsletter.Passed
}

func (d *door) breach(w http.ResponseWriter, r *http.Request) error {
	today := d.Requests.Today(d.Now())
	page := breachPage{From: (today - breachDays).String(), Until: today.String(), Passed: &newsletter.Passed{}}
	answer := web.Page{Template: "breach.html", Data: &page}
	var days [2]newsletter.Day
	for i, to := range []*string{&page.From, &page.Until} {
		field := []string{"from", "until"}[i]
		if typed := r.URL.Query().Get(field); typed != "" {
			*to = typed
		}
		var err error
		if days[i], err = newsletter.ParseDay(*to); err != nil {
			for _, f := range d.Faults(r, err) {
				answer.Faults = append(answer.Faults, web.Fault{Field: field, Text: f.Text})
			}
		}
	}
	if len(answer.Faults) > 0 {
		answer.Status = http.StatusUnprocessableEntity
		return d.Render(w, r, answer)
	}
	var err error
	if page.Passed, err = d.Store.Passed(r.Context(), days[0].In(d.Zone), (days[1] + 1).In(d.Zone)); err != nil {
		return err
	}
	return d.Render(w, r, answer)
}

// reachPage is the data of reach.html: how many an edition went to, and the letters about it.
type reachPage struct {
	*newsletter.Reach
	List    string
	Officer bool // may have the list of people
}

func (d *door) reach(w http.ResponseWriter, r *http.Request) error {
	id, err := newsletter.ParsePublicID(r.PathValue("edition"))
	if err != nil {
		return web.Status(http.StatusNotFound)
	}
	reach, err := d.Store.Reach(r.Context(), id)
	if err != nil {
		return err
	}
	return d.Render(w, r, web.Page{Template: "reach.html", Data: &reachPage{Reach: reach, Officer: desk.StaffOf(r).Has(officers...),
		List: reach.Texts.In(web.Language(r), reach.Language).Title}})
}

// reached is the list of whom an edition went to, as CSV (RFC 4180). It is posted: a link that is fetched beforehand must not
// make a file of people. The export is audited.
func (d *door) reached(w http.ResponseWriter, r *http.Request) error {
	id, err := newsletter.ParsePublicID(r.PathValue("edition"))
	if err != nil {
		return web.Status(http.StatusNotFound)
	}
	out := d.Lasting(w)
	file := csv.NewWriter(out)
	begun := false
	begin := func() error {
		begun = true
		w.Header().Set("Content-Type", "text/csv; charset=utf-8")
		w.Header().Set("Content-Disposition", `attachment; filename="people-`+id.String()+`.csv"`)
		return file.Write([]string{"address", "language", "state", "handed_over"})
	}
	_, err = d.Store.ExportRecipients(r.Context(), newsletter.RecipientQuery{Edition: id}, func(one *newsletter.Recipient) error {
		if !begun {
			if err := begin(); err != nil {
				return err
			}
		}
		if one.To == "" || !arrived[one.State] {
			return nil
		}
		handed := ""
		if !one.HandedOverAt.IsZero() {
			handed = one.HandedOverAt.UTC().Format(time.RFC3339)
		}
		return file.Write([]string{harmless(string(one.To)), string(one.Language), string(one.State), handed})
	}, actor(r), d.Now())
	if err != nil {
		return err // what has been written by then breaks off
	}
	if !begun {
		if err := begin(); err != nil {
			return err
		}
	}
	file.Flush()
	return file.Error()
}

// arrived are the states of a delivery that may have been read: what is uncertain counts as read.
var arrived = map[newsletter.DeliveryState]bool{newsletter.DeliverySent: true, newsletter.DeliveryUncertain: true, newsletter.DeliveryHandingOver: true}

// harmless keeps a spreadsheet from taking an address for a formula.
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
