package declaration

import (
	"slices"
	"time"

	"bode.example/cmd/bode/tomlfile"
	"bode.example/internal/newsletter"
)

const (
	day           = 24 * time.Hour
	graceTime     = 12 * time.Hour
	mostGraceTime = 30 * day
	reviewLead    = day
	mostLead      = 14 * day
)

func (r *reader) schedule(t *tomlfile.Table, l *newsletter.DeclaredList) newsletter.DeclaredSchedule {
	var c newsletter.DeclaredSchedule
	c.Name = r.name(t, "schedule", l.Name)
	c.Texts = r.texts(t, l.Language)
	c.State = paused(t, newsletter.SchedulePaused, newsletter.ScheduleActive)
	c.Review = choice(t, "review", newsletter.ReviewAutomatic, newsletter.ReviewApproval)
	c.Unapproved = choice(t, "unapproved", newsletter.UnapprovedHold, newsletter.UnapprovedSend)
	c.Empty = choice(t, "empty", newsletter.EmptySkip, newsletter.EmptySend)
	lead := time.Duration(0)
	if c.Review == newsletter.ReviewApproval {
		lead = reviewLead
	}
	c.Lead = span(t, "lead", lead, 0, mostLead)
	c.Grace = span(t, "grace", graceTime, 0, mostGraceTime)
	if c.Review == newsletter.ReviewApproval && c.Lead == 0 {
		t.Faultf("lead", "an edition that needs approval needs time for it; write lead = \"1d\"")
	}
	r.slots(t, &c)
	return c
}

// slots reads when editions are due.
func (r *reader) slots(t *tomlfile.Table, c *newsletter.DeclaredSchedule) {
	c.Zone = r.Zone.String()
	if s := t.String("zone"); s != "" {
		if _, err := time.LoadLocation(s); err != nil || s == "Local" {
			t.Faultf("zone", "there is no time zone %q; write it as Europe/Amsterdam", s)
			return
		}
		c.Zone = s
	}
	if c.Cron = t.String("cron"); c.Cron == "" {
		t.Faultf("cron", "a schedule needs a cron line, such as cron = \"0 8 * * 1\" for Mondays at eight")
		return
	}
	next, err := r.Next(c.Cron, c.Zone, r.Now)
	if err != nil {
		t.Faultf("cron", "%s", err)
	}
	c.NextAt = newsletter.At(next)
}

// replaces reads whose subscriptions the schedule takes over: those of schedules that are gone.
func (r *reader) replaces(t *tomlfile.Table, l *newsletter.DeclaredList, i int) {
	for _, name := range t.Strings("replaces") {
		here := func(c newsletter.DeclaredSchedule) bool { return c.Name == name }
		taken := func(c newsletter.DeclaredSchedule) bool { return slices.Contains(c.Replaces, name) }
		switch {
		case slices.ContainsFunc(l.Schedules, here):
			t.Faultf("replaces", "the schedule %q is in this file, so nothing takes its place", name)
		case slices.ContainsFunc(l.Schedules[:i], taken):
			t.Faultf("replaces", "another schedule takes the place of %q already", name)
		}
		l.Schedules[i].Replaces = append(l.Schedules[i].Replaces, name)
	}
}
