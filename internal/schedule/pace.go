package schedule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Pace is a schedule as somebody chooses it who knows no cron line: a kind of day and one time.
type Pace struct {
	Kind     PaceKind
	Weekdays []time.Weekday // weekly: at least one
	MonthDay int            // monthly and quarterly: 1 to 28, so that every month has it
	Hour     int
	Minute   int
	Cron     string // of the kind cron: the line itself
}

// PaceKind is how often.
type PaceKind string

// The kinds of pace.
const (
	Daily     PaceKind = "daily"
	Workdays  PaceKind = "workdays" // Monday to Friday
	Weekly    PaceKind = "weekly"
	Monthly   PaceKind = "monthly"
	Quarterly PaceKind = "quarterly" // January, April, July and October
	Cron      PaceKind = "cron"      // a line of its own
)

// Kinds are all kinds of pace, in the order of a choice.
func Kinds() []PaceKind { return []PaceKind{Daily, Workdays, Weekly, Monthly, Quarterly, Cron} }

// lastMonthDay is the last day that every month has.
const lastMonthDay = 28

// Spec is the cron line of a pace. What makes none is an Error with the field of the form: "kind",
// "weekday", "month_day" or "time". A line of its own is given back as it is: Parse looks at it.
func (p Pace) Spec() (string, error) {
	if p.Kind == Cron {
		return p.Cron, nil
	}
	if p.Hour < 0 || p.Hour > 23 || p.Minute < 0 || p.Minute > 59 {
		return "", invalid("time", "pace_time", "the time must be one of the clock, such as 08:00")
	}
	at := fmt.Sprintf("%d %d ", p.Minute, p.Hour)
	switch p.Kind {
	case Daily:
		return at + "* * *", nil
	case Workdays:
		return at + "* * 1-5", nil
	case Weekly:
		if len(p.Weekdays) == 0 {
			return "", invalid("weekday", "pace_weekday", "choose at least one day of the week")
		}
		return at + "* * " + weekdays(p.Weekdays), nil
	case Monthly, Quarterly:
		if p.MonthDay < 1 || p.MonthDay > lastMonthDay {
			return "", invalid("month_day", "pace_month_day", "choose a day from 1 to 28: not every month has the ones after it")
		}
		if p.Kind == Quarterly {
			return at + strconv.Itoa(p.MonthDay) + " 1,4,7,10 *", nil
		}
		return at + strconv.Itoa(p.MonthDay) + " * *", nil
	}
	return "", invalid("kind", "pace_kind", "choose how often")
}

// weekdays lists days as a cron line does, each once.
func weekdays(days []time.Weekday) string {
	sorted := slices.Sorted(slices.Values(days))
	var numbers []string
	for _, day := range slices.Compact(sorted) {
		numbers = append(numbers, strconv.Itoa(int(day)))
	}
	return strings.Join(numbers, ",")
}

// PaceOf is the pace that makes a schedule, in the plainest words that fit: one of the kind cron when no
// other does. It has the zone's own clock, not the zone.
func PaceOf(s Schedule) Pace {
	p := Pace{Kind: Cron, Cron: s.Spec()}
	if s.hours.len() != 1 || s.minutes.len() != 1 || s.either {
		return p
	}
	p.Hour, p.Minute = s.hours.min(), s.minutes.min()
	everyMonth, quarters := s.months == all(fields[3]), s.months == 1<<1|1<<4|1<<7|1<<10
	everyDay, everyWeekday := s.days == all(fields[dayOfMonth]), s.weekdays == all(fields[dayOfWeek])
	switch {
	case everyMonth && everyDay && everyWeekday:
		p.Kind = Daily
	case everyMonth && everyDay && s.weekdays == span(1, 5):
		p.Kind = Workdays
	case everyMonth && everyDay:
		p.Kind = Weekly
		for day := range s.weekdays.all() {
			p.Weekdays = append(p.Weekdays, time.Weekday(day))
		}
	case everyWeekday && s.days.len() == 1 && s.days.min() <= lastMonthDay && (everyMonth || quarters):
		p.Kind, p.MonthDay = Monthly, s.days.min()
		if quarters {
			p.Kind = Quarterly
		}
	default:
		p.Hour, p.Minute = 0, 0
		return p
	}
	p.Cron = ""
	return p
}
