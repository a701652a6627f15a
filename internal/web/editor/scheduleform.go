package editor

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/richtext"
	"bode.example/internal/schedule"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

// schedulePage is the data of schedule.html.
type schedulePage struct {
	New              bool
	List, Title      string
	URL, Action      string
	Paused           bool
	TitleNL, TitleEN string
	Kind             string
	Kinds            []choice
	Weekdays         []choice
	MonthDay         string
	Time, Cron, Zone string
	Zones            []string
	Approval         bool
	Lead, Grace      string // whole hours
	Sends            bool   // also when nobody approved
	SendsEmpty       bool
	Staff            []choice
	Nobody           bool // waits for an approval, and nobody gets the proof
	Times            *timesView
}

// timesView is the data of the part "times": when editions leave, in words and by date.
type timesView struct {
	Words string
	Next  []newsletter.Time
	Zone  *time.Location
	Now   time.Time
	Fault string // why there are no times
}

// nextTimes is how many times the form lists.
const nextTimes = 5

// weekdayOrder begins where the week begins for our readers.
var weekdayOrder = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}

func (d *door) newSchedule(w http.ResponseWriter, r *http.Request) error {
	l, open, err := d.myList(r, r.URL.Query().Get("list"))
	if err != nil {
		return err
	}
	if l == nil {
		return d.Render(w, r, web.Page{Template: "schedule-list.html", Data: listChoices(r, open, "")})
	}
	c := &newsletter.Schedule{ListID: l.ID, Zone: d.Zone.String(), Review: newsletter.ReviewApproval, Unapproved: newsletter.UnapprovedHold,
		Empty: newsletter.EmptySkip, Lead: newsletter.Duration(24 * time.Hour), Grace: newsletter.Duration(6 * time.Hour),
		Reminded: newsletter.NewIDs(desk.StaffOf(r).ID)}
	page, err := d.schedulePage(r, c, schedule.Pace{Kind: schedule.Weekly, Weekdays: []time.Weekday{time.Monday}, Hour: 8}, l)
	if err != nil {
		return err
	}
	return d.renderSchedule(w, r, page)
}

func (d *door) schedule(w http.ResponseWriter, r *http.Request) error {
	c, err := d.scheduleByPath(r)
	if err != nil {
		return err
	}
	if !c.ArchivedAt.IsZero() {
		return web.Status(http.StatusNotFound)
	}
	l, err := d.Store.List(r.Context(), c.ListID)
	if err != nil {
		return err
	}
	pace := schedule.Pace{Kind: schedule.Cron, Cron: c.Cron}
	if times, err := schedule.Parse(c.Cron, c.Zone); err == nil {
		pace = schedule.PaceOf(times)
	}
	page, err := d.schedulePage(r, c, pace, l)
	if err != nil {
		return err
	}
	return d.renderSchedule(w, r, page)
}

func (d *door) renderSchedule(w http.ResponseWriter, r *http.Request, page *schedulePage, faults ...web.Fault) error {
	status := 0
	if len(faults) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return d.Render(w, r, web.Page{Template: "schedule.html", Status: status, Data: page, Faults: faults})
}

// schedulePage is the form of a schedule, stored or not.
func (d *door) schedulePage(r *http.Request, c *newsletter.Schedule, pace schedule.Pace, l *newsletter.List) (*schedulePage, error) {
	page := &schedulePage{New: c.ID == 0, List: titleOf(r, l, l.Texts, l.Name), Title: titleOf(r, l, c.Texts, c.Name),
		Action: "/desk/schedules?list=" + l.Name, Paused: c.State == newsletter.SchedulePaused,
		TitleNL: c.Texts[newsletter.Dutch].Title, TitleEN: c.Texts[newsletter.English].Title,
		Kind: string(pace.Kind), Time: fmt.Sprintf("%02d:%02d", pace.Hour, pace.Minute), Cron: pace.Cron, Zone: c.Zone,
		Zones:    []string{"Europe/Amsterdam", "Europe/Brussels", "America/Paramaribo", "America/Curacao", "UTC"},
		Approval: c.Review == newsletter.ReviewApproval, Lead: hours(c.Lead), Grace: hours(c.Grace),
		Sends: c.Unapproved == newsletter.UnapprovedSend, SendsEmpty: c.Empty == newsletter.EmptySend}
	if !page.New {
		page.URL = scheduleURL(c.ID)
		page.Action = page.URL
	}
	if pace.MonthDay > 0 {
		page.MonthDay = strconv.Itoa(pace.MonthDay)
	}
	for _, kind := range schedule.Kinds() {
		page.Kinds = append(page.Kinds, choice{Value: string(kind), Label: "pace_" + string(kind), Chosen: kind == pace.Kind})
	}
	for _, day := range weekdayOrder {
		page.Weekdays = append(page.Weekdays, choice{Value: strconv.Itoa(int(day)), Label: "weekday_" + strconv.Itoa(int(day)), Chosen: slices.Contains(pace.Weekdays, day)})
	}
	staff, err := d.Store.AllStaff(r.Context())
	for i := range staff {
		if m := &staff[i]; m.Disabled.IsZero() && m.Edits(l.ID) {
			page.Staff = append(page.Staff, choice{Value: strconv.FormatInt(m.ID, 10), Label: m.Name, Chosen: c.Reminded.Has(m.ID)})
		}
	}
	page.Nobody = !page.New && page.Approval && !slices.ContainsFunc(page.Staff, func(c choice) bool { return c.Chosen })
	page.Times = d.timesOf(r, pace, c.Zone)
	return page, err
}

func hours(of newsletter.Duration) string { return strconv.Itoa(int(of.D() / time.Hour)) }

// timesOf says a pace and lists its next times, or why there are none.
func (d *door) timesOf(r *http.Request, pace schedule.Pace, zone string) *timesView {
	view := &timesView{Now: d.Now()}
	spec, err := pace.Spec()
	if err == nil {
		var times schedule.Schedule
		if times, err = schedule.Parse(spec, zone); err == nil {
			view.Words, view.Zone = times.Plain(web.Language(r), d.Zone.String()), times.Location()
			for _, at := range times.NextN(d.Now(), nextTimes) {
				view.Next = append(view.Next, newsletter.At(at))
			}
			return view
		}
	}
	if faults := d.Faults(r, err); len(faults) > 0 {
		view.Fault = faults[0].Text
	}
	return view
}

// waitsForApproval reports whether no edition of a schedule leaves unless somebody approved it.
func waitsForApproval(c *newsletter.Schedule) bool {
	return c.Review == newsletter.ReviewApproval && c.Unapproved == newsletter.UnapprovedHold
}

// readSchedule reads the form into a schedule and says what is wrong with it.
func (d *door) readSchedule(r *http.Request, typed url.Values, c *newsletter.Schedule, l *newsletter.List) (schedule.Pace, error) {
	c.Texts = newsletter.Texts{}
	for _, lang := range newsletter.Languages() {
		text := newsletter.Text{Title: richtext.Line(typed.Get("title_" + string(lang)))}
		if text.Title != "" || lang == l.Language {
			c.Texts[lang] = text
		}
	}
	pace, faults := readPace(typed)
	c.Zone = strings.TrimSpace(typed.Get("zone"))
	held := c.ID == 0 || waitsForApproval(c)
	c.Review, c.Unapproved, c.Empty = newsletter.ReviewAutomatic, newsletter.UnapprovedHold, newsletter.EmptySkip
	if typed.Get("review") == string(newsletter.ReviewApproval) {
		c.Review = newsletter.ReviewApproval
	}
	if typed.Get("unapproved") == string(newsletter.UnapprovedSend) {
		c.Unapproved = newsletter.UnapprovedSend
	}
	if typed.Get("empty") == string(newsletter.EmptySend) {
		c.Empty = newsletter.EmptySend
	}
	if held && !waitsForApproval(c) && !desk.StaffOf(r).Has(newsletter.RoleAdmin) {
		rule, err := d.Store.ApprovalRule(r.Context(), l.ID)
		if err != nil {
			return pace, err
		}
		if rule.FourEyes {
			faults = append(faults, fieldError("review", "schedule_four_eyes", "two people approve the editions of this list: only an admin lets one leave without them"))
		}
	}
	for field, into := range map[string]*newsletter.Duration{"lead": &c.Lead, "grace": &c.Grace} {
		n, err := strconv.Atoi(typed.Get(field))
		if err != nil || n < 0 || n > 10_000 {
			faults = append(faults, fieldError(field, "schedule_hours", "write a whole number of hours"))
		}
		*into = newsletter.Duration(time.Duration(n) * time.Hour)
	}
	if c.Review == newsletter.ReviewAutomatic && typed.Get("lead") == "" {
		c.Lead = 0
	}
	reminded, err := d.readReminded(r, typed, l)
	if err != nil {
		return pace, err
	}
	c.Reminded = reminded
	spec, err := pace.Spec()
	if err == nil {
		var times schedule.Schedule
		if times, err = schedule.Parse(spec, c.Zone); err == nil {
			c.Cron, c.NextAt = times.Spec(), newsletter.At(times.Next(d.Now()))
			faults = append(faults, leadFault(c, times.NextN(d.Now(), leadSlots)))
		}
	}
	return pace, errors.Join(append(faults, err, titleFault(c.Check(), l))...)
}

// leadSlots is how many slots the lead time is held against: more than a week of the densest paces that are a newsletter's.
const leadSlots = 40

// clockChange is by how much a day may be shorter than others.
const clockChange = time.Hour

// leadFault refuses a lead time longer than the time between two slots: it can't be had, for an edition is made when the
// one before it has left.
func leadFault(c *newsletter.Schedule, slots []time.Time) error {
	if len(slots) < 2 {
		return nil
	}
	gap := slots[1].Sub(slots[0])
	for i := 2; i < len(slots); i++ {
		gap = min(gap, slots[i].Sub(slots[i-1]))
	}
	if c.Lead.D() <= gap+clockChange {
		return nil
	}
	err := newsletter.Errorf(newsletter.Invalid, "schedule_lead_gap", "the lead time is %s, and only %s lie between two slots", c.Lead.D(), gap)
	err.Field, err.Args = "lead", map[string]any{"Hours": int(gap / time.Hour)}
	return err
}

// titleFault points a fault of the title to the field of the list's own language.
func titleFault(err error, l *newsletter.List) error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return err
	}
	for _, one := range joined.Unwrap() {
		var e *newsletter.Error
		if errors.As(one, &e) && e.Field == "title" {
			e.Field = "title_" + string(l.Language)
		}
	}
	return err
}

func readPace(typed url.Values) (pace schedule.Pace, faults []error) {
	pace = schedule.Pace{Kind: schedule.PaceKind(typed.Get("kind")), Cron: strings.TrimSpace(typed.Get("cron"))}
	for _, day := range typed["weekday"] {
		if n, err := strconv.Atoi(day); err == nil && n >= 0 && n <= 6 {
			pace.Weekdays = append(pace.Weekdays, time.Weekday(n))
		}
	}
	pace.MonthDay, _ = strconv.Atoi(typed.Get("month_day"))
	if pace.Kind == schedule.Cron {
		return pace, nil
	}
	pace.Cron = ""
	at, err := time.Parse("15:04", typed.Get("time"))
	if err != nil {
		pace.Hour = -1 // its own fault says so
	} else {
		pace.Hour, pace.Minute = at.Hour(), at.Minute()
	}
	return pace, nil
}

// readReminded are the ticked ones of those who may approve.
func (d *door) readReminded(r *http.Request, typed url.Values, l *newsletter.List) (newsletter.IDs, error) {
	staff, err := d.Store.AllStaff(r.Context())
	var ids []int64
	for i := range staff {
		if m := &staff[i]; m.Edits(l.ID) && slices.Contains(typed["reminded"], strconv.FormatInt(m.ID, 10)) {
			ids = append(ids, m.ID)
		}
	}
	return newsletter.NewIDs(ids...), err
}

func (d *door) addSchedule(w http.ResponseWriter, r *http.Request) error {
	id, err := d.listByQuery(r)
	if err != nil {
		return err
	}
	return d.takeSchedule(w, r, &newsletter.Schedule{ListID: id})
}

func (d *door) saveSchedule(w http.ResponseWriter, r *http.Request) error {
	c, err := d.scheduleByPath(r)
	if err != nil {
		return err
	}
	return d.takeSchedule(w, r, c)
}

// takeSchedule saves what was typed, or, when it is only to be shown, says when editions would leave by it.
func (d *door) takeSchedule(w http.ResponseWriter, r *http.Request, c *newsletter.Schedule) error {
	typed, err := web.Form(r)
	if err != nil {
		return err
	}
	l, err := d.Store.List(r.Context(), c.ListID)
	if err != nil {
		return err
	}
	pace, wrong := d.readSchedule(r, typed, c, l)
	if wrong == nil && !typed.Has("show") {
		if wrong = d.storeSchedule(r, c, l); wrong == nil {
			return d.Done(w, r, scheduleURL(c.ID), "saved")
		}
	}
	page, err := d.schedulePage(r, c, pace, l)
	if err != nil {
		return err
	}
	page.Lead, page.Grace, page.Time = typed.Get("lead"), typed.Get("grace"), typed.Get("time")
	if typed.Has("show") {
		return d.renderSchedule(w, r, page)
	}
	faults := d.Faults(r, wrong)
	if len(faults) == 0 {
		return wrong
	}
	return d.renderSchedule(w, r, page, faults...)
}

func (d *door) storeSchedule(r *http.Request, c *newsletter.Schedule, l *newsletter.List) error {
	if c.ID != 0 {
		return d.Store.ChangeSchedule(r.Context(), c, d.actor(r), d.Now())
	}
	c.Name = newsletter.NameFrom(c.Texts.In(l.Language, l.Language).Title)
	if c.Name == "" {
		c.Name = "schema"
	}
	err := d.Store.CreateSchedule(r.Context(), c, d.actor(r), d.Now())
	var e *newsletter.Error
	if errors.As(err, &e) && e.Reason == "schedule_exists" {
		e.Field = "title_" + string(l.Language)
	}
	return err
}
