package editor

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/chart"
	"bode.example/internal/web/desk"
	"bode.example/templates"
)

// progressStore is what the pages about a running edition read.
type progressStore interface {
	Edition(ctx context.Context, id newsletter.PublicID) (*newsletter.Edition, error)
	EditionProgress(ctx context.Context, q newsletter.ProgressQuery) ([]newsletter.ProgressCount, error)
	EditionTroubles(ctx context.Context, editionID int64, limit int) ([]newsletter.DomainTrouble, error)
}

func (d *door) progressRoutes() {
	d.Handle(desk.Route{Pattern: "GET /desk/editions/{id}/progress", Roles: editors, List: d.listOfSent}, d.progressPage)
	d.Handle(desk.Route{Pattern: "GET /desk/editions/{id}/progress/events", Roles: editors, List: d.listOfSent, Time: streamLife}, d.progressEvents)
}

// sentEdition returns the edition that a path names, if it was ever released: there is nothing to see of
// how another goes out.
func (d *door) sentEdition(r *http.Request) (*newsletter.Edition, error) {
	id, err := newsletter.ParsePublicID(r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	e, err := d.Store.Edition(r.Context(), id)
	if err == nil && e.ReleasedAt.IsZero() {
		err = newsletter.Errorf(newsletter.NotFound, "not_found", "the edition %s has not been released", id)
	}
	return e, err
}

func (d *door) listOfSent(r *http.Request) (int64, error) {
	e, err := d.sentEdition(r)
	if err != nil {
		return 0, err
	}
	return e.ListID, nil
}

// sending is what the pages about an edition that goes out, or went out, say on their top.
type sending struct {
	Crumbs []desk.Link
	Base   string // the path of the edition's own page
	List   string
	Pace   string
	// Subject is the editor's own; empty: it is made from the posts.
	Subject string
	Begun   newsletter.Time // when it was released
	Zone    *time.Location
	State   desk.State
	Reason  string // why it is paused, in the words of the catalogue; may be empty
}

func (d *door) sending(r *http.Request, e *newsletter.Edition) (*sending, error) {
	list, err := d.Store.List(r.Context(), e.ListID)
	if err != nil {
		return nil, err
	}
	schedules, err := d.Store.Schedules(r.Context(), e.ListID)
	if err != nil {
		return nil, err
	}
	s := &sending{Base: "/desk/editions/" + e.PublicID.String(), List: titleOf(r, list, list.Texts, list.Name), Begun: e.ReleasedAt, Subject: e.Subject,
		Zone: d.Zone, State: stateOf(e.State), Reason: e.Reason}
	for i := range schedules {
		if schedules[i].ID == e.ScheduleID {
			s.Pace, s.Zone = titleOf(r, list, schedules[i].Texts, schedules[i].Name), zoneOf(&schedules[i])
		}
	}
	if e.State != newsletter.EditionPaused {
		s.Reason = ""
	}
	when := templates.Day(web.Language(r), s.Begun.In(s.Zone))
	s.Crumbs = []desk.Link{{Text: d.say(r, "place_editions"), URL: "/desk/editions"}, {Text: s.Pace + ", " + when, URL: s.Base}}
	return s, nil
}

// say returns a text that needs no values.
func (d *door) say(r *http.Request, key string, pairs ...any) string {
	args := templates.Args{}
	for i := 0; i+1 < len(pairs); i += 2 {
		args[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	text, err := d.Templates.Texts().Text(web.Language(r), key, args)
	if err != nil {
		return "" // a test says every key that is said here
	}
	return text
}

// progressPage is the data of progress.html.
type progressPage struct {
	sending
	Events string // where news comes from; empty: nothing happens any more
	Making bool   // not all deliveries exist yet
	Tenths int64  // of a hundred, by tens: what is read aloud as it changes
	*newsletter.Progress
	LeftMinutes, LeftHours int64 // what the rest will take; one of them, or none
	Plot, Troubles         template.HTML
}

func (d *door) progressPage(w http.ResponseWriter, r *http.Request) error {
	e, err := d.sentEdition(r)
	if err != nil {
		return err
	}
	page, err := d.progressOf(r, e)
	if err != nil {
		return err
	}
	return d.Render(w, r, web.Page{Template: "progress.html", Data: page})
}

func (d *door) progressOf(r *http.Request, e *newsletter.Edition) (*progressPage, error) {
	p, err := d.watch.Of(r.Context(), e)
	if err != nil {
		return nil, err
	}
	s, err := d.sending(r, e)
	if err != nil {
		return nil, err
	}
	page := &progressPage{sending: *s, Progress: p, Making: e.FannedOutAt.IsZero() && e.State == newsletter.EditionSending, Tenths: p.Percent() / 10 * 10}
	if !over(e) {
		page.Events = s.Base + "/progress/events"
	}
	if left := p.Left(); left > 0 && e.State == newsletter.EditionSending {
		page.LeftMinutes = int64(left/time.Minute) + 1
		if left >= 2*time.Hour {
			page.LeftMinutes, page.LeftHours = 0, int64(left.Round(time.Hour)/time.Hour)
		}
	}
	page.Plot, page.Troubles = d.plot(r, p, s.Zone), d.troubles(r, p)
	return page, nil
}

// over reports whether nothing will happen to an edition by itself.
func over(e *newsletter.Edition) bool { return !e.EndedAt.IsZero() }

// plot draws how many were sent, and failed, over time.
func (d *door) plot(r *http.Request, p *newsletter.Progress, zone *time.Location) template.HTML {
	lang, labels := web.Language(r), make([]string, len(p.Buckets))
	sent, failed := chart.Series{Name: d.say(r, "progress_sent")}, chart.Series{Name: d.say(r, "progress_failed")}
	for i := range p.Buckets {
		at := p.From.Add(time.Duration(i) * p.Width.D()).In(zone)
		switch {
		case p.Width.D() >= 12*time.Hour:
			labels[i] = templates.Day(lang, at)
		case p.Width.D() < time.Minute:
			labels[i] = at.Format("15:04:05")
		default:
			labels[i] = templates.Clock(lang, at)
		}
		sent.Values, failed.Values = append(sent.Values, p.Buckets[i].Sent), append(failed.Values, p.Buckets[i].Failed)
	}
	series := []chart.Series{sent}
	if p.Failed > 0 {
		series = append(series, failed)
	}
	return chart.Bars(chart.Plot{ID: "over-time", Title: d.say(r, "progress_plot"),
		Description: d.say(r, "progress_plot_text", "Sent", p.Sent, "Failed", p.Failed),
		Labels:      labels, LabelHead: d.say(r, "progress_from"), Series: series, TableWords: d.say(r, "progress_table"), Language: lang})
}

// troubles draws to which domains not all simply arrived.
func (d *door) troubles(r *http.Request, p *newsletter.Progress) template.HTML {
	labels := make([]string, len(p.Troubles))
	all := []chart.Series{{Name: d.say(r, "progress_failed")}, {Name: d.say(r, "progress_deferred")}, {Name: d.say(r, "progress_uncertain")}}
	for i, t := range p.Troubles {
		labels[i] = t.Domain
		for n, value := range []int64{t.Failed, t.Deferred, t.Uncertain} {
			all[n].Values = append(all[n].Values, value)
		}
	}
	return chart.Rows(chart.Plot{ID: "by-domain", Title: d.say(r, "progress_domains"), Description: d.say(r, "progress_domains_text", "Count", len(labels)),
		Labels: labels, LabelHead: d.say(r, "progress_domain"), Series: all, TableWords: d.say(r, "progress_table"), Language: web.Language(r)})
}

// progressEvents says when the page about an edition has something new to show.
func (d *door) progressEvents(w http.ResponseWriter, r *http.Request) error {
	return d.follow(w, r, func() (news, error) {
		e, err := d.sentEdition(r)
		if err != nil {
			return news{}, err
		}
		p, err := d.watch.Of(r.Context(), e)
		if err != nil {
			return news{}, err
		}
		return news{state: string(e.State) + " " + strconv.FormatInt(p.At.UnixMicro(), 10), over: over(e)}, nil
	})
}
