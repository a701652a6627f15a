package editor

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/schedule"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

// calendarPage is the data of calendar.html: the coming weeks, each of seven days from Monday on.
type calendarPage struct {
	Weeks [][]calendarDay
	Any   bool // something is to come
	Many  bool // so much that not all of it stands here
}

type calendarDay struct {
	At      newsletter.Time // its noon, on the clock of the desk
	Past    bool
	Today   bool
	Entries []calendarEntry
}

// calendarEntry is a slot, and its edition if that is made.
type calendarEntry struct {
	At         newsletter.Time
	List, Pace string
	URL        string
	State      desk.State // zero: the edition is not made yet
	Approval   bool       // it will wait for approval
}

const (
	calendarWeeks = 6
	// calendarSlots bounds what one schedule puts into the calendar: one of every minute has sixty thousand.
	calendarSlots = 100
)

func (d *door) calendar(w http.ResponseWriter, r *http.Request) error {
	lists, err := d.myLists(r)
	if err != nil {
		return err
	}
	now := d.Now().In(d.Zone)
	monday := time.Date(now.Year(), now.Month(), now.Day()-(int(now.Weekday())+6)%7, 12, 0, 0, 0, d.Zone)
	page := calendarPage{}
	days := map[string]*calendarDay{}
	for week := range calendarWeeks {
		page.Weeks = append(page.Weeks, make([]calendarDay, 7))
		for i := range 7 {
			noon := time.Date(monday.Year(), monday.Month(), monday.Day()+7*week+i, 12, 0, 0, 0, d.Zone)
			day := &page.Weeks[week][i]
			day.At, day.Today, day.Past = newsletter.At(noon), sameDay(noon, now), noon.Before(now) && !sameDay(noon, now)
			days[noon.Format(time.DateOnly)] = day
		}
	}
	until := monday.AddDate(0, 0, 7*calendarWeeks)
	for i := range lists {
		if lists[i].State == newsletter.ListActive {
			if err := d.enter(r, &lists[i], until, days, &page); err != nil {
				return err
			}
		}
	}
	for _, day := range days {
		slices.SortStableFunc(day.Entries, func(a, b calendarEntry) int {
			return cmp.Or(a.At.Compare(b.At.Time), cmp.Compare(a.List, b.List))
		})
	}
	return d.Render(w, r, web.Page{Template: "calendar.html", Data: page})
}

func sameDay(a, b time.Time) bool { return a.Format(time.DateOnly) == b.Format(time.DateOnly) }

// enter puts the slots of a list's schedules into the days.
func (d *door) enter(r *http.Request, l *newsletter.List, until time.Time, days map[string]*calendarDay, page *calendarPage) error {
	schedules, err := d.Store.Schedules(r.Context(), l.ID)
	if err != nil {
		return err
	}
	editions, err := d.Store.Editions(r.Context(), l.ID, 200)
	if err != nil {
		return err
	}
	for i := range schedules {
		c := &schedules[i]
		times, err := schedule.Parse(c.Cron, c.Zone)
		if err != nil || !c.Works() {
			continue
		}
		add := func(at newsletter.Time, e calendarEntry) {
			if day := days[at.In(d.Zone).Format(time.DateOnly)]; day != nil {
				e.At, e.List, e.Pace, e.Approval = at, titleOf(r, l, l.Texts, l.Name), titleOf(r, l, c.Texts, c.Name), c.Review == newsletter.ReviewApproval
				day.Entries, page.Any = append(day.Entries, e), true
			}
		}
		for _, e := range editions {
			if e.ScheduleID == c.ID && e.ScheduledFor.After(d.Now()) && !e.State.Ended() {
				add(e.ScheduledFor, calendarEntry{URL: "/desk/editions/" + e.PublicID.String(), State: stateOf(e.State)})
			}
		}
		slot := c.NextAt.Time
		for n := 0; slot.Before(until); n++ {
			if n == calendarSlots {
				page.Many = true
				break
			}
			if slot.After(d.Now()) {
				add(newsletter.At(slot), calendarEntry{URL: scheduleURL(c.ID)})
			}
			slot = times.Next(slot)
		}
	}
	return nil
}
