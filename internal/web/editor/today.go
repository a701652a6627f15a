package editor

import (
	"context"
	"net/http"
	"slices"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

// todayStore is what the page Today reads.
type todayStore interface {
	Feeds(ctx context.Context, listID int64) ([]newsletter.Feed, error)
	Alarms(ctx context.Context, now time.Time) (*newsletter.Alarms, error)
}

func (d *door) todayRoutes() {
	d.Place(desk.Place{Key: "today", Path: desk.Home, Roles: desk.Everyone(), Order: 10})
	d.Handle(desk.Route{Pattern: "GET /desk/{$}", Roles: desk.Everyone()}, d.today)
}

// todayPage is the data of today.html.
type todayPage struct {
	Editor  bool // has lists to look at
	Alarms  []alarm
	Waiting []editionLine
	Next    []departure // the soonest first
	Recent  []sentLine
}

// departure is an edition that leaves next, or the slot of one that isn't made yet.
type departure struct {
	List, Pace string
	URL        string // of the edition; empty: there is none yet
	State      desk.State
	At         newsletter.Time // zero: an extra one, which leaves when its hold time is over
	Zone       *time.Location
	Readers    int64
	Posts      []string // the first of them
	More       int      // posts besides
	Counted    bool
}

// editionLine is an edition in a short list.
type editionLine struct {
	URL, List, Pace string
	Subject         string          // the editor's own; empty: it is made from the posts
	At              newsletter.Time // its slot, or when it was made
	Zone            *time.Location
	Extra           bool
	State           desk.State
}

// sentLine is an edition that has left, and how it went.
type sentLine struct {
	editionLine
	Total, Sent, Waiting, Failed int64
}

// alarm is something that somebody should look at.
type alarm struct {
	Kind string // of desk.State
	What string // the text
	Do   string // what to do about it
	Said string // a server's words
	URL  string // where; empty: not at the desk
	Link string
}

// How much of what Today shows.
const (
	soonest    = 6
	recent     = 5
	shownPosts = 3
	lately     = 7 * 24 * time.Hour // for how long what went wrong is told
)

func (d *door) today(w http.ResponseWriter, r *http.Request) error {
	lists, err := d.myLists(r)
	if err != nil {
		return err
	}
	lists = slices.DeleteFunc(lists, func(l newsletter.List) bool { return l.State == newsletter.ListArchived })
	page := todayPage{Editor: len(lists) > 0}
	if !page.Editor {
		return d.Render(w, r, web.Page{Template: "today.html", Data: page})
	}
	for _, fill := range []func(*http.Request, []newsletter.List, *todayPage) error{d.todayTrouble, d.todayEditions, d.todayNext} {
		if err := fill(r, lists, &page); err != nil {
			return err
		}
	}
	return d.Render(w, r, web.Page{Template: "today.html", Data: page})
}

// some are the editions of lists in some states, the newest slots first.
func (d *door) some(r *http.Request, lists []newsletter.List, limit int, states ...newsletter.EditionState) ([]newsletter.Edition, error) {
	q := newsletter.EditionQuery{States: states, Limit: limit}
	for _, l := range lists {
		q.Lists = append(q.Lists, l.ID)
	}
	editions, _, err := d.Store.EditionsOf(r.Context(), q)
	return editions, err
}

// todayEditions says what waits for approval, and what went out lately.
func (d *door) todayEditions(r *http.Request, lists []newsletter.List, page *todayPage) error {
	waiting, err := d.some(r, lists, 0, newsletter.EditionInReview)
	if err != nil {
		return err
	}
	if page.Waiting, err = d.editionLines(r, lists, waiting); err != nil {
		return err
	}
	slices.Reverse(page.Waiting) // the soonest first
	left, err := d.some(r, lists, recent, newsletter.EditionSending, newsletter.EditionPaused, newsletter.EditionSent)
	if err != nil {
		return err
	}
	lines, err := d.editionLines(r, lists, left)
	if err != nil {
		return err
	}
	for i := range lines {
		p, err := d.watch.Of(r.Context(), &left[i])
		if err != nil {
			return err
		}
		lines[i].At = left[i].ReleasedAt
		page.Recent = append(page.Recent, sentLine{lines[i], p.Total, p.Sent, p.Waiting + p.OnTheWay + p.Deferred, p.Failed})
	}
	return nil
}

// todayNext says what leaves next, with what and to how many: editions that are made, and slots to come.
func (d *door) todayNext(r *http.Request, lists []newsletter.List, page *todayPage) error {
	open, err := d.some(r, lists, 0, newsletter.EditionDraft, newsletter.EditionInReview, newsletter.EditionApproved)
	if err != nil {
		return err
	}
	now := newsletter.At(d.Now())
	type next struct {
		departure
		edition newsletter.Edition
	}
	var all []next
	for i := range lists {
		l := &lists[i]
		schedules, err := d.Store.Schedules(r.Context(), l.ID)
		if err != nil {
			return err
		}
		for j := range schedules {
			c := &schedules[j]
			one := next{departure: departure{List: titleOf(r, l, l.Texts, l.Name), Pace: titleOf(r, l, c.Texts, c.Name), Zone: zoneOf(c)}}
			if at := c.NextEdition(newsletter.Reading{}, now); !at.IsZero() && l.State == newsletter.ListActive {
				one.At = at
				one.edition = newsletter.Edition{ListID: l.ID, ScheduleID: c.ID, Kind: newsletter.EditionSlot, State: newsletter.EditionDraft, ScheduledFor: at}
				all = append(all, one)
			}
			for _, e := range open {
				if e.ScheduleID != c.ID || e.Kind == newsletter.EditionExtra && e.State != newsletter.EditionApproved {
					continue
				}
				made := one
				made.edition, made.At, made.URL, made.State = e, e.ScheduledFor, editionURL(e.PublicID, ""), stateOf(e.State)
				if e.HeldUntil.After(made.At.Time) {
					made.At = e.HeldUntil
				}
				// An edition that is made stands for its slot.
				if at := slices.IndexFunc(all, func(n next) bool { return n.URL == "" && n.edition.ScheduleID == c.ID && n.At == e.ScheduledFor }); at >= 0 {
					all[at] = made
				} else if e.State == newsletter.EditionApproved {
					all = append(all, made)
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b next) int { return a.At.Compare(b.At.Time) })
	for i := range all[:min(soonest, len(all))] {
		if err := d.count(r, &all[i].edition, &all[i].departure); err != nil {
			return err
		}
		page.Next = append(page.Next, all[i].departure)
	}
	return nil
}

// count says what an edition would bring, and to how many.
func (d *door) count(r *http.Request, e *newsletter.Edition, to *departure) error {
	readers, err := d.Audience.Readers(r.Context(), e.ScheduleID)
	if err != nil {
		return err
	}
	release, err := d.Store.Outlook(r.Context(), e, readers, d.Now())
	if err != nil {
		return err
	}
	to.Readers, to.Counted = release.Outlook().Readers, true
	for _, p := range release.Posts {
		switch {
		case p.Disposition != newsletter.PostIn:
		case len(to.Posts) < shownPosts:
			to.Posts = append(to.Posts, p.Title)
		default:
			to.More++
		}
	}
	return nil
}

// zoneOf is the zone of a schedule; it was parsed when the schedule was stored.
func zoneOf(c *newsletter.Schedule) *time.Location {
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// editionStates is how the states of editions look.
var editionStates = map[newsletter.EditionState]string{
	newsletter.EditionDraft: "waiting", newsletter.EditionInReview: "careful", newsletter.EditionApproved: "good",
	newsletter.EditionSending: "busy", newsletter.EditionPaused: "careful", newsletter.EditionSent: "good",
	newsletter.EditionSkipped: "over", newsletter.EditionMissed: "wrong", newsletter.EditionCancelled: "over",
}

// stateOf is the state of an edition as pages show it.
func stateOf(s newsletter.EditionState) desk.State {
	return desk.State{Kind: editionStates[s], Key: "edition_state_" + string(s)}
}
