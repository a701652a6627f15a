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
	Editions(ctx context.Context, listID int64, limit int) ([]newsletter.Edition, error)
	Feeds(ctx context.Context, listID int64) ([]newsletter.Feed, error)
}

func (d *door) todayRoutes() {
	d.Place(desk.Place{Key: "today", Path: desk.Home, Roles: desk.Everyone(), Order: 10})
	d.Handle(desk.Route{Pattern: "GET /desk/{$}", Roles: desk.Everyone()}, d.today)
}

// todayPage is the data of today.html.
type todayPage struct {
	Editor  bool        // may see editions
	Next    []departure // the soonest first
	Waiting []editionLine
	Recent  []editionLine
	Feeds   []feedLine
}

// departure is a slot to come.
type departure struct {
	List, Pace string
	At         newsletter.Time
	Zone       *time.Location
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

// feedLine is a feed that doesn't work.
type feedLine struct {
	List, Name, Error string
	Since             newsletter.Time
}

// recent is how many editions Today looks back upon.
const recent = 5

func (d *door) today(w http.ResponseWriter, r *http.Request) error {
	lists, err := d.myLists(r)
	if err != nil {
		return err
	}
	page := todayPage{Editor: desk.StaffOf(r).Has(editors...)}
	for i := range lists {
		if lists[i].State != newsletter.ListArchived {
			if err := d.todayOf(r, &lists[i], &page); err != nil {
				return err
			}
		}
	}
	slices.SortStableFunc(page.Next, func(a, b departure) int { return a.At.Compare(b.At.Time) })
	slices.SortStableFunc(page.Recent, func(a, b editionLine) int { return b.At.Compare(a.At.Time) })
	page.Recent = page.Recent[:min(recent, len(page.Recent))]
	return d.Render(w, r, web.Page{Template: "today.html", Data: page})
}

// todayOf adds what is to say about one list.
func (d *door) todayOf(r *http.Request, l *newsletter.List, page *todayPage) error {
	schedules, err := d.Store.Schedules(r.Context(), l.ID)
	if err != nil {
		return err
	}
	list, paces := titleOf(r, l, l.Texts, l.Name), map[int64]*newsletter.Schedule{}
	for i := range schedules {
		c := &schedules[i]
		paces[c.ID] = c
		if at := c.NextEdition(newsletter.Reading{}, newsletter.At(d.Now())); !at.IsZero() && l.State == newsletter.ListActive {
			page.Next = append(page.Next, departure{List: list, Pace: titleOf(r, l, c.Texts, c.Name), At: at, Zone: zoneOf(c)})
		}
	}
	editions, err := d.Store.Editions(r.Context(), l.ID, 20)
	if err != nil {
		return err
	}
	for _, e := range editions {
		line := editionLineOf(r, l, paces[e.ScheduleID], &e)
		switch {
		case e.State == newsletter.EditionInReview:
			page.Waiting = append(page.Waiting, line)
		case !e.ReleasedAt.IsZero():
			page.Recent = append(page.Recent, line)
		}
	}
	feeds, err := d.Store.Feeds(r.Context(), l.ID)
	for _, f := range feeds {
		if f.State != newsletter.FeedOK && f.ArchivedAt.IsZero() {
			page.Feeds = append(page.Feeds, feedLine{List: list, Name: f.Name, Error: f.LastError, Since: f.FetchedAt})
		}
	}
	return err
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
