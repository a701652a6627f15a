package editor

import (
	"cmp"
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
	Waiting []departure // for somebody's approval; the soonest first
	Next    []departure // what else leaves; the soonest first
	Recent  []sentLine
}

// departure is an edition that waits or leaves next, or the slot of one that isn't made yet.
type departure struct {
	List, Pace string
	URL        string // of the edition, or of the schedule whose slot it is
	Subject    string // the editor's own; empty: it is made from the posts
	Made       bool   // there is an edition
	Approved   bool   // and it can still be stopped
	Kind       newsletter.EditionKind
	State      desk.State
	At         newsletter.Time // zero: it leaves when it is approved
	Zone       *time.Location
	Readers    int64
	Posts      []postLink // the first of them
	More       int        // posts besides
	Counted    bool
}

// editionLine is an edition in a short list.
type editionLine struct {
	URL, List, Pace string
	Subject         string          // the editor's own; empty: it is made from the posts
	At              newsletter.Time // when it left or leaves; zero: it has no moment
	Zone            *time.Location
	Extra           bool
	Correction      bool
	Open            bool // something is still to come of it
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
	q := newsletter.EditionQuery{States: states, Limit: limit, Lists: idsOf(lists)}
	editions, _, err := d.Store.EditionsOf(r.Context(), q)
	return editions, err
}

// todayEditions says what waits for approval, and what went out lately.
func (d *door) todayEditions(r *http.Request, lists []newsletter.List, page *todayPage) error {
	waiting, err := d.waiting(r, lists)
	if err != nil {
		return err
	}
	if page.Waiting, err = d.departures(r, lists, waiting); err != nil {
		return err
	}
	// What runs or rests is told whenever it began; beside it, the last that went out.
	running, err := d.left(r, lists, 0, newsletter.EditionSending, newsletter.EditionPaused)
	if err != nil {
		return err
	}
	sent, err := d.left(r, lists, recent, newsletter.EditionSent, newsletter.EditionCancelled)
	if err != nil {
		return err
	}
	left := append(running, sent...)
	lines, err := d.editionLines(r, lists, left)
	if err != nil {
		return err
	}
	for i := range lines {
		p, err := d.watch.Of(r.Context(), &left[i])
		if err != nil {
			return err
		}
		page.Recent = append(page.Recent, sentLine{lines[i], p.Total, p.Sent, p.Waiting + p.OnTheWay + p.Deferred, p.Failed})
	}
	return nil
}

// left are editions that went out, in some states, the last first.
func (d *door) left(r *http.Request, lists []newsletter.List, limit int, states ...newsletter.EditionState) ([]newsletter.Edition, error) {
	q := newsletter.EditionQuery{States: states, Limit: limit, Left: true, Lists: idsOf(lists)}
	editions, _, err := d.Store.EditionsOf(r.Context(), q)
	return editions, err
}

// waiting are the editions that leave when somebody approves them: those in review, and drafts that no slot
// approves. The soonest comes first.
func (d *door) waiting(r *http.Request, lists []newsletter.List) ([]newsletter.Edition, error) {
	all, err := d.some(r, lists, 0, newsletter.EditionInReview)
	if err != nil {
		return nil, err
	}
	drafts, _, err := d.Store.EditionsOf(r.Context(), newsletter.EditionQuery{Lists: idsOf(lists), States: []newsletter.EditionState{newsletter.EditionDraft},
		Kinds: []newsletter.EditionKind{newsletter.EditionExtra, newsletter.EditionCorrection}})
	if err != nil {
		return nil, err
	}
	all = append(all, drafts...)
	slices.SortStableFunc(all, func(a, b newsletter.Edition) int {
		if a.ScheduledFor.IsZero() != b.ScheduledFor.IsZero() { // what has a slot presses more
			if b.ScheduledFor.IsZero() {
				return -1
			}
			return 1
		}
		return cmp.Or(a.ScheduledFor.Compare(b.ScheduledFor.Time), a.CreatedAt.Compare(b.CreatedAt.Time))
	})
	return all, nil
}

// departures says of editions what they bring and to how many; of the first ones only, where there are many.
func (d *door) departures(r *http.Request, lists []newsletter.List, editions []newsletter.Edition) ([]departure, error) {
	var all []departure
	for i := range editions {
		e := &editions[i]
		at := slices.IndexFunc(lists, func(l newsletter.List) bool { return l.ID == e.ListID })
		if at < 0 {
			continue
		}
		c, err := d.scheduleOf(r, e)
		if err != nil {
			return nil, err
		}
		one := departureOf(r, &lists[at], c, e)
		if len(all) < soonest {
			if err := d.count(r, e, &one); err != nil {
				return nil, err
			}
		}
		all = append(all, one)
	}
	return all, nil
}

// departureOf is an edition that is made and has not left.
func departureOf(r *http.Request, l *newsletter.List, c *newsletter.Schedule, e *newsletter.Edition) departure {
	return departure{List: titleOf(r, l, l.Texts, l.Name), Pace: titleOf(r, l, c.Texts, c.Name), Zone: zoneOf(c), URL: editionURL(e.PublicID, ""),
		Subject: e.Subject, Made: true, Approved: e.State == newsletter.EditionApproved, Kind: e.Kind, State: stateOf(e.State), At: leavesAt(e)}
}

// leavesAt is before when an edition doesn't leave; zero: it waits for an approval alone.
func leavesAt(e *newsletter.Edition) newsletter.Time {
	at := e.Dated()
	for _, later := range []newsletter.Time{e.HeldUntil, e.ApprovedAt} {
		if later.After(at.Time) {
			at = later
		}
	}
	return at
}

// todayNext says what leaves next without anybody's doing, with what and to how many: editions that are made, and
// slots to come. A slot whose edition waits for approval is told there.
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
			slot := c.NextEdition(newsletter.Reading{}, now)
			for k := range open {
				e := &open[k]
				if e.ScheduleID != c.ID {
					continue
				}
				if e.ScheduledFor == slot { // an edition that is made stands for its slot
					slot = newsletter.Time{}
				}
				if e.State == newsletter.EditionApproved || e.State == newsletter.EditionDraft && e.Kind == newsletter.EditionSlot {
					all = append(all, next{departureOf(r, l, c, e), *e})
				}
			}
			if !slot.IsZero() && l.State == newsletter.ListActive {
				e := newsletter.Edition{ListID: l.ID, ScheduleID: c.ID, Kind: newsletter.EditionSlot, State: newsletter.EditionDraft, ScheduledFor: slot}
				one := departureOf(r, l, c, &e)
				one.URL, one.Made = scheduleURL(c.ID), false
				all = append(all, next{one, e})
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

// idsOf are the ids of lists.
func idsOf(lists []newsletter.List) (ids []int64) {
	for _, l := range lists {
		ids = append(ids, l.ID)
	}
	return ids
}

// count says what an edition would bring, and to how many.
func (d *door) count(r *http.Request, e *newsletter.Edition, to *departure) (err error) {
	if e.Kind == newsletter.EditionCorrection {
		to.Counted = true
		to.Readers, err = d.Store.CorrectionReaders(r.Context(), e)
		return err
	}
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
			to.Posts = append(to.Posts, postLink{postURL(p.PublicID), p.Title})
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
