package editor

import (
	"net/http"
	"net/url"
	"slices"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

// editionsPage is the data of editions.html.
type editionsPage struct {
	Rows   []editionLine
	Lists  []option
	States []option
	Pager  desk.Pager
	All    bool // nothing is filtered
	Admin  bool
}

// option is one of a choice.
type option struct {
	Value, Label string
	Chosen       bool
}

// shownStates are the states that editions can be filtered by, in the order of their life.
var shownStates = []newsletter.EditionState{newsletter.EditionDraft, newsletter.EditionInReview, newsletter.EditionApproved,
	newsletter.EditionSending, newsletter.EditionPaused, newsletter.EditionSent, newsletter.EditionSkipped, newsletter.EditionMissed, newsletter.EditionCancelled}

func (d *door) editions(w http.ResponseWriter, r *http.Request) error {
	lists, err := d.myLists(r)
	if err != nil {
		return err
	}
	asked := r.URL.Query()
	q, page := newsletter.EditionQuery{}, editionsPage{Admin: desk.StaffOf(r).Has(newsletter.RoleAdmin)}
	for _, l := range lists {
		o := option{l.Name, titleOf(r, &l, l.Texts, l.Name), l.Name == asked.Get("list")}
		page.Lists = append(page.Lists, o)
		if o.Chosen || asked.Get("list") == "" {
			q.Lists = append(q.Lists, l.ID)
		}
	}
	for _, s := range shownStates {
		o := option{string(s), d.text(r, stateOf(s).Key, nil), string(s) == asked.Get("state")}
		page.States = append(page.States, o)
		if o.Chosen {
			q.States = append(q.States, s)
		}
	}
	page.All = asked.Get("list") == "" && asked.Get("state") == "" && asked.Get("after") == ""
	if after := asked.Get("after"); after != "" {
		if q.After, err = newsletter.ParsePublicID(after); err != nil {
			return err
		}
	}
	editions, more, err := d.Store.EditionsOf(r.Context(), q)
	if err != nil {
		return err
	}
	if page.Rows, err = d.editionLines(r, lists, editions); err != nil {
		return err
	}
	page.Pager = pagerOf(r, more, func() string { return editions[len(editions)-1].PublicID.String() })
	return d.Render(w, r, web.Page{Template: "editions.html", Data: page})
}

// pagerOf leads to the pages of a list that is paged by "after"; the filters stay.
func pagerOf(r *http.Request, more bool, last func() string) (p desk.Pager) {
	at := func(after string) string {
		q := r.URL.Query()
		q.Del("after")
		q.Del(desk.DoneField)
		if after != "" {
			q.Set("after", after)
		}
		return (&url.URL{Path: r.URL.Path, RawQuery: q.Encode()}).String()
	}
	if r.URL.Query().Get("after") != "" {
		p.Newest = at("")
	}
	if more {
		p.Older = at(last())
	}
	return p
}

// editionLines are editions as a list shows them.
func (d *door) editionLines(r *http.Request, lists []newsletter.List, editions []newsletter.Edition) ([]editionLine, error) {
	paces := map[int64]*newsletter.Schedule{}
	var lines []editionLine
	for i := range editions {
		e := &editions[i]
		at := slices.IndexFunc(lists, func(l newsletter.List) bool { return l.ID == e.ListID })
		if at < 0 {
			continue
		}
		if paces[e.ScheduleID] == nil {
			schedules, err := d.Store.Schedules(r.Context(), e.ListID)
			if err != nil {
				return nil, err
			}
			for j := range schedules {
				paces[schedules[j].ID] = &schedules[j]
			}
		}
		if c := paces[e.ScheduleID]; c != nil {
			lines = append(lines, editionLineOf(r, &lists[at], c, e))
		}
	}
	return lines, nil
}

// editionLineOf is an edition in a list.
func editionLineOf(r *http.Request, l *newsletter.List, c *newsletter.Schedule, e *newsletter.Edition) editionLine {
	at := e.ReleasedAt
	if at.IsZero() {
		at = leavesAt(e)
	}
	return editionLine{URL: editionURL(e.PublicID, ""), List: titleOf(r, l, l.Texts, l.Name), Pace: titleOf(r, l, c.Texts, c.Name), Subject: e.Subject,
		At: at, Zone: zoneOf(c), Extra: e.Kind == newsletter.EditionExtra, Correction: e.Kind == newsletter.EditionCorrection, Open: !e.State.Ended(), State: stateOf(e.State)}
}
