package editor

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/schedule"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

// scheduleStore is what the pages of schedules read and change.
type scheduleStore interface {
	ScheduleByID(ctx context.Context, id int64) (*newsletter.Schedule, error)
	ScheduleHolders(ctx context.Context, listID int64) (map[int64]int, error)
	AllStaff(ctx context.Context) ([]newsletter.Staff, error)
	CreateSchedule(ctx context.Context, s *newsletter.Schedule, by newsletter.Actor, now time.Time) error
	ChangeSchedule(ctx context.Context, c *newsletter.Schedule, by newsletter.Actor, now time.Time) error
	PauseSchedule(ctx context.Context, id int64, by newsletter.Actor, now time.Time) error
	ResumeSchedule(ctx context.Context, id int64, next newsletter.Time, by newsletter.Actor, now time.Time) error
	ArchiveSchedule(ctx context.Context, id, successor int64, by newsletter.Actor, now time.Time) error
}

func (d *door) scheduleRoutes() {
	d.Place(desk.Place{Key: "schedules", Path: "/desk/schedules", Roles: editors, Order: 50})
	d.Place(desk.Place{Key: "calendar", Path: "/desk/calendar", Roles: editors, Order: 25})
	d.Handle(desk.Route{Pattern: "GET /desk/calendar", Roles: editors}, d.calendar)
	d.Handle(desk.Route{Pattern: "GET /desk/schedules", Roles: editors}, d.schedules)
	d.Handle(desk.Route{Pattern: "GET /desk/schedules/new", Roles: editors}, d.newSchedule)
	d.Handle(desk.Route{Pattern: "POST /desk/schedules", Roles: editors, List: d.listByQuery}, d.addSchedule)
	of := func(pattern string, h web.Handler) {
		d.Handle(desk.Route{Pattern: pattern, Roles: editors, List: d.listOfSchedule}, h)
	}
	of("GET /desk/schedules/{schedule}", d.schedule)
	of("POST /desk/schedules/{schedule}", d.saveSchedule)
	of("POST /desk/schedules/{schedule}/pause", d.pauseSchedule)
	of("POST /desk/schedules/{schedule}/resume", d.resumeSchedule)
	of("GET /desk/schedules/{schedule}/archive", d.askArchiveSchedule)
	of("POST /desk/schedules/{schedule}/archive", d.archiveSchedule)
}

// rowID reads the id of a row from a path.
func rowID(r *http.Request, name string) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil {
		return 0, web.Status(http.StatusNotFound)
	}
	return id, nil
}

func (d *door) scheduleByPath(r *http.Request) (*newsletter.Schedule, error) {
	id, err := rowID(r, "schedule")
	if err != nil {
		return nil, err
	}
	return d.Store.ScheduleByID(r.Context(), id)
}

func (d *door) listOfSchedule(r *http.Request) (int64, error) {
	c, err := d.scheduleByPath(r)
	if err != nil {
		return 0, err
	}
	return c.ListID, nil
}

func scheduleURL(id int64) string { return "/desk/schedules/" + strconv.FormatInt(id, 10) }

// schedulesPage is the data of schedules.html.
type schedulesPage struct {
	Lists []scheduleList
}

// scheduleList is a list with its schedules.
type scheduleList struct {
	Title, Name string
	Schedules   []scheduleLine
}

type scheduleLine struct {
	URL, Title, Words string
	Paused, Approval  bool
	Next              newsletter.Time
	Zone              *time.Location
	People            int
}

func (d *door) schedules(w http.ResponseWriter, r *http.Request) error {
	lists, err := d.myLists(r)
	if err != nil {
		return err
	}
	var page schedulesPage
	for i := range lists {
		l := &lists[i]
		if l.State == newsletter.ListArchived {
			continue
		}
		schedules, err := d.Store.Schedules(r.Context(), l.ID)
		if err != nil {
			return err
		}
		holders, err := d.Store.ScheduleHolders(r.Context(), l.ID)
		if err != nil {
			return err
		}
		of := scheduleList{Title: titleOf(r, l, l.Texts, l.Name), Name: l.Name}
		for j := range schedules {
			c := &schedules[j]
			if !c.ArchivedAt.IsZero() {
				continue
			}
			of.Schedules = append(of.Schedules, scheduleLine{URL: scheduleURL(c.ID), Title: titleOf(r, l, c.Texts, c.Name), Words: d.wordsOf(r, c),
				Paused: c.State == newsletter.SchedulePaused, Approval: c.Review == newsletter.ReviewApproval,
				Next: c.NextEdition(newsletter.Reading{}, newsletter.At(d.Now())), Zone: zoneOf(c), People: holders[c.ID]})
		}
		page.Lists = append(page.Lists, of)
	}
	return d.Render(w, r, web.Page{Template: "schedules.html", Data: page})
}

// wordsOf says the times of a schedule; it was parsed when it was stored.
func (d *door) wordsOf(r *http.Request, c *newsletter.Schedule) string {
	times, err := schedule.Parse(c.Cron, c.Zone)
	if err != nil {
		return c.Cron + " " + c.Zone
	}
	return times.Plain(web.Language(r), d.Zone.String())
}

func (d *door) pauseSchedule(w http.ResponseWriter, r *http.Request) error {
	c, err := d.scheduleByPath(r)
	if err != nil {
		return err
	}
	if err := d.Store.PauseSchedule(r.Context(), c.ID, d.actor(r), d.Now()); err != nil {
		return err
	}
	return d.Done(w, r, scheduleURL(c.ID), "schedule_paused")
}

func (d *door) resumeSchedule(w http.ResponseWriter, r *http.Request) error {
	c, err := d.scheduleByPath(r)
	if err != nil {
		return err
	}
	times, err := schedule.Parse(c.Cron, c.Zone)
	if err != nil {
		return err
	}
	if err := d.Store.ResumeSchedule(r.Context(), c.ID, newsletter.At(times.Next(d.Now())), d.actor(r), d.Now()); err != nil {
		return err
	}
	return d.Done(w, r, scheduleURL(c.ID), "schedule_resumed")
}

// archivePage is the data of schedule-archive.html.
type archivePage struct {
	URL, Title string
	People     int
	Successors []choice
}

// archiving is what must be known to end a schedule.
func (d *door) archiving(r *http.Request) (*archivePage, *newsletter.Schedule, error) {
	c, err := d.scheduleByPath(r)
	if err != nil {
		return nil, nil, err
	}
	l, err := d.Store.List(r.Context(), c.ListID)
	if err != nil {
		return nil, nil, err
	}
	holders, err := d.Store.ScheduleHolders(r.Context(), l.ID)
	if err != nil {
		return nil, nil, err
	}
	all, err := d.Store.Schedules(r.Context(), l.ID)
	if err != nil {
		return nil, nil, err
	}
	page := &archivePage{URL: scheduleURL(c.ID), Title: titleOf(r, l, c.Texts, c.Name), People: holders[c.ID]}
	for i := range all {
		if o := &all[i]; o.ID != c.ID && o.ArchivedAt.IsZero() {
			page.Successors = append(page.Successors, choice{Value: strconv.FormatInt(o.ID, 10), Label: titleOf(r, l, o.Texts, o.Name)})
		}
	}
	return page, c, nil
}

func (d *door) askArchiveSchedule(w http.ResponseWriter, r *http.Request) error {
	page, _, err := d.archiving(r)
	if err != nil {
		return err
	}
	return d.Render(w, r, web.Page{Template: "schedule-archive.html", Data: page})
}

func (d *door) archiveSchedule(w http.ResponseWriter, r *http.Request) error {
	page, c, err := d.archiving(r)
	if err != nil {
		return err
	}
	typed, err := web.Form(r)
	if err != nil {
		return err
	}
	successor, _ := strconv.ParseInt(typed.Get("successor"), 10, 64) // 0: nobody
	err = d.Store.ArchiveSchedule(r.Context(), c.ID, successor, d.actor(r), d.Now())
	if err == nil {
		return d.Done(w, r, "/desk/schedules", "schedule_archived")
	}
	faults := d.Faults(r, err)
	if len(faults) == 0 {
		return err
	}
	return d.Render(w, r, web.Page{Template: "schedule-archive.html", Status: http.StatusUnprocessableEntity, Data: page, Faults: faults})
}
