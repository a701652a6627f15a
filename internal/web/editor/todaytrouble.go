package editor

import (
	"net/http"
	"strings"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/templates"
)

// todayTrouble says what needs attention, each with what to do: trouble of the service, of editions, of feeds.
func (d *door) todayTrouble(r *http.Request, lists []newsletter.List, page *todayPage) error {
	alarms, err := d.Store.Alarms(r.Context(), d.Now())
	if err != nil {
		return err
	}
	d.serviceTrouble(r, alarms, page)
	if err := d.editionTrouble(r, lists, page); err != nil {
		return err
	}
	for i := range lists {
		if err := d.feedTrouble(r, &lists[i], page); err != nil {
			return err
		}
	}
	return nil
}

// trouble is an alarm whose texts are "alarm_" + key, and with _do what to do.
func (d *door) trouble(r *http.Request, kind, key string, args map[string]any) alarm {
	return alarm{Kind: kind, What: d.text(r, "alarm_"+key, args), Do: d.text(r, "alarm_"+key+"_do", nil)}
}

func (d *door) serviceTrouble(r *http.Request, a *newsletter.Alarms, page *todayPage) {
	when := func(at newsletter.Time) string { return d.moment(r, at, d.Zone) }
	if !a.ClockSaw.IsZero() {
		page.Alarms = append(page.Alarms, d.trouble(r, "wrong", "clock", map[string]any{"Now": when(newsletter.At(d.Now())), "Saw": when(a.ClockSaw)}))
	}
	if a.Overdue > 0 {
		page.Alarms = append(page.Alarms, d.trouble(r, "wrong", "overdue", map[string]any{"Count": int(a.Overdue), "Since": when(a.Since)}))
	}
	for _, t := range a.Throttled {
		one := d.trouble(r, "careful", "throttled", map[string]any{"Domain": t.Domain, "Until": when(t.Until)})
		one.Said = t.Reason
		page.Alarms = append(page.Alarms, one)
	}
}

// troubled are the reasons of editions that somebody should look at, with how bad they are.
var troubled = map[string]string{
	newsletter.ReasonSenderRefused: "wrong", newsletter.ReasonMailRefused: "wrong", newsletter.ReasonCompose: "wrong", newsletter.ReasonFlaws: "wrong",
	newsletter.ReasonLeftBehind: "careful", newsletter.ReasonUnapproved: "careful", newsletter.ReasonWithdrawn: "careful",
	newsletter.ReasonPastGrace: "careful", newsletter.ReasonEarlier: "careful",
}

// editionTrouble tells of editions that are paused, can't leave, left somebody behind or were missed.
func (d *door) editionTrouble(r *http.Request, lists []newsletter.List, page *todayPage) error {
	editions, err := d.some(r, lists, 30, newsletter.EditionPaused, newsletter.EditionApproved, newsletter.EditionInReview, newsletter.EditionSending,
		newsletter.EditionSent, newsletter.EditionMissed)
	if err != nil {
		return err
	}
	lines, err := d.editionLines(r, lists, editions)
	if err != nil || len(lines) != len(editions) {
		return err
	}
	for i := range editions {
		e := &editions[i]
		if e.State.Ended() && d.Now().Sub(e.ChangedAt.Time) > lately {
			continue
		}
		reason, said, _ := strings.Cut(e.Reason, ": ")
		kind := troubled[reason]
		if kind == "" && e.State == newsletter.EditionPaused {
			kind, reason = "careful", "" // somebody paused it
		}
		if kind == "" {
			continue
		}
		if e.Flawed() {
			said = "" // the page of the edition says it in words
		}
		key := "edition_paused_by_hand"
		if reason != "" {
			key = "edition_" + reason
		}
		one := alarm{Kind: kind, What: lines[i].name() + ". " + d.text(r, key, nil), Said: said, URL: lines[i].URL, Link: d.text(r, "alarm_edition_link", nil)}
		page.Alarms = append(page.Alarms, one)
	}
	return nil
}

// name is what an edition is called where there is one line for it.
func (l *editionLine) name() string {
	if l.Subject != "" {
		return l.Subject + " (" + l.List + ")"
	}
	return l.Pace + " (" + l.List + ")"
}

// feedTrouble tells of feeds that fail, or that their source has ended.
func (d *door) feedTrouble(r *http.Request, l *newsletter.List, page *todayPage) error {
	feeds, err := d.Store.Feeds(r.Context(), l.ID)
	if err != nil {
		return err
	}
	for _, f := range feeds {
		if f.State == newsletter.FeedOK || !f.ArchivedAt.IsZero() {
			continue
		}
		key := "feed_" + string(f.State)
		if f.State == newsletter.FeedDisabled && f.LastError == "" {
			key = "feed_paused" // by one of us: see standingOf
		}
		one := d.trouble(r, "careful", key, map[string]any{"Name": f.Name, "List": titleOf(r, l, l.Texts, l.Name)})
		one.Said, one.URL, one.Link = d.problem(r, f.LastReason, f.LastError), feedURL(f.ID), d.text(r, "alarm_feed_link", nil)
		page.Alarms = append(page.Alarms, one)
	}
	return nil
}

// moment is a time in words.
func (d *door) moment(r *http.Request, at newsletter.Time, zone *time.Location) string {
	return templates.DateTime(web.Language(r), at.In(zone))
}
