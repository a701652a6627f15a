package schedule

import (
	"fmt"
	"strconv"
	"strings"

	"bode.example/internal/newsletter"
)

// Words says the schedule in a language, as a clause that fits behind "This list goes out":
// "every Monday at 08:00 (Europe/Amsterdam)". Different schedules are said in different words.
func (s Schedule) Words(lang newsletter.Language) string {
	g := &english
	if lang == newsletter.Dutch {
		g = &dutch
	}
	return g.clause(s) + " (" + s.Zone() + ")"
}

// Plain says the schedule to a reader, as dates are said to readers elsewhere: "elke maandag om 08.00
// uur". The zone isn't named if it is home, that of the site; Dutch time is called so.
func (s Schedule) Plain(lang newsletter.Language, home string) string {
	g := &english
	if lang == newsletter.Dutch {
		plain := dutchPlain()
		g = &plain
	}
	switch s.Zone() {
	case home:
		return g.clause(s)
	case "Europe/Amsterdam":
		return g.clause(s) + " (" + g.dutchTime + ")"
	}
	return g.clause(s) + " (" + s.Zone() + ")"
}

func (g *grammar) clause(s Schedule) string {
	said := g.times(s)
	switch when := g.dates(s); {
	case said.interval && when == g.everyDay:
		return said.text
	case said.interval:
		return when + ", " + said.text
	default:
		return when + " " + said.text
	}
}

// grammar holds what a language needs to say schedules. Phrases with verbs are for fmt.
type grammar struct {
	and           string
	through       string // between the ends of a range
	at            string // "at %s": times of day
	everyDay      string
	everyWorkday  string
	everyWeekday  string // "every %s"
	dayOf         string // "on the %s of %s": days, months
	firstDayOf    string // "on the first day of %s"
	ifLongEnough  string // behind a day that some of the months lack
	theMonth      string
	inMonths      string // "in %s"
	weekdays      [7]string
	months        [13]string
	ordinal       func(int) string
	everyMinute   string
	everyMinutes  string // "every %d minutes"
	everyHour     string
	everyHourAt   string // "every hour, at minute %s"
	everyHours    string // "every %d hours from %s"
	fromThrough   string // "%s from %s through %s": interval, first and last time
	minutesOfHour string // "at minutes %s of the hours %s"
	clock         string // of a time of day: hour and minute
	dutchTime     string
}

// said is a phrase about times of day. An interval ("every 15 minutes") stands by itself, times of
// day ("at 08:00") need a day before them.
type said struct {
	text     string
	interval bool
}

// mostTimes is how many times of day one still reads as a list.
const mostTimes = 6

func (g *grammar) times(s Schedule) said {
	if s.hours.len()*s.minutes.len() <= mostTimes {
		return said{text: fmt.Sprintf(g.at, g.list(g.clockTimes(s)))}
	}
	allHours := s.hours == all(fields[1])
	pace, even := g.pace(s.minutes)
	first, last := s.hours.min(), s.hours.max()
	step, steady := s.hours.step(24)
	switch {
	case even && allHours:
		return said{pace, true}
	case allHours:
		return said{fmt.Sprintf(g.everyHourAt, g.numbers(s.minutes)), true}
	case steady && s.minutes.len() == 1:
		return said{fmt.Sprintf(g.everyHours, step, g.time(0, s.minutes.min())), true}
	case s.hours == span(first, last) && s.minutes.len() == 1:
		return said{fmt.Sprintf(g.fromThrough, g.everyHour, g.time(first, s.minutes.min()), g.time(last, s.minutes.min())), true}
	case s.hours == span(first, last) && even:
		return said{fmt.Sprintf(g.fromThrough, pace, g.time(first, s.minutes.min()), g.time(last, s.minutes.max())), true}
	}
	return said{fmt.Sprintf(g.minutesOfHour, g.numbers(s.minutes), g.numbers(s.hours)), true}
}

// pace says minutes that recur evenly through the hour from its start, such as every 15 minutes.
func (g *grammar) pace(minutes set) (text string, even bool) {
	step, even := minutes.step(60)
	switch {
	case minutes == span(0, 0):
		return g.everyHour, true
	case !even:
		return "", false
	case step == 1:
		return g.everyMinute, true
	}
	return fmt.Sprintf(g.everyMinutes, step), true
}

// step returns n where the set is 0, n, 2n, … and the next one would be size.
func (s set) step(size int) (n int, ok bool) {
	if s == 0 || size%s.len() != 0 || s.len() == 1 {
		return 0, false
	}
	n = size / s.len()
	for i := 0; i < size; i += n {
		if !s.has(i) {
			return 0, false
		}
	}
	return n, true
}

func (g *grammar) dates(s Schedule) string {
	allMonths := s.months == all(fields[3])
	switch {
	case s.either && (s.days == all(fields[dayOfMonth]) || s.weekdays == all(fields[dayOfWeek])), s.anyDay():
		return g.everyDay + g.during(s.months, allMonths)
	case s.either:
		return g.week(s.weekdays) + g.during(s.months, allMonths) + g.and + g.month(s.days, s.months, allMonths)
	case s.days == all(fields[dayOfMonth]):
		return g.week(s.weekdays) + g.during(s.months, allMonths)
	}
	return g.month(s.days, s.months, allMonths)
}

// anyDay reports whether no day of a month that it names is left out.
func (s Schedule) anyDay() bool {
	return s.days == all(fields[dayOfMonth]) && s.weekdays == all(fields[dayOfWeek])
}

// during names the months, or nothing when it is all of them.
func (g *grammar) during(months set, allMonths bool) string {
	if allMonths {
		return ""
	}
	return fmt.Sprintf(g.inMonths, g.names(months, g.months[:]))
}

// week says days of the week, from Monday on, where the week begins for our readers.
func (g *grammar) week(days set) string {
	switch days {
	case all(fields[dayOfWeek]):
		return g.everyDay
	case span(1, 5):
		return g.everyWorkday
	}
	fromMonday := days
	if days.has(0) {
		fromMonday = days&^1 | 1<<7
	}
	names := make([]string, 0, 7)
	for day := range fromMonday.all() {
		names = append(names, g.weekdays[day%7])
	}
	return fmt.Sprintf(g.everyWeekday, g.list(names))
}

// month says days of the month, and which of the months lack them.
func (g *grammar) month(days, months set, allMonths bool) string {
	of := g.theMonth
	if !allMonths {
		of = g.names(months, g.months[:])
	}
	if days == span(1, 1) {
		return fmt.Sprintf(g.firstDayOf, of)
	}
	var ordinals [32]string
	for day := 1; day <= 31; day++ {
		ordinals[day] = g.ordinal(day)
	}
	text := fmt.Sprintf(g.dayOf, g.names(days, ordinals[:]), of)
	for month := range months.all() {
		if days.max() > daysIn(month) || month == 2 && days.has(29) {
			return text + g.ifLongEnough
		}
	}
	return text
}

// numbers lists numbers, with three or more in a row as a range.
func (g *grammar) numbers(s set) string {
	var names [60]string
	for n := range names {
		names[n] = strconv.Itoa(n)
	}
	return g.names(s, names[:])
}

// names lists the members of a set by name, with three or more in a row as a range.
func (g *grammar) names(s set, names []string) string {
	var parts []string
	for s != 0 {
		first, last := s.min(), s.min()
		for s.has(last + 1) {
			last++
		}
		if last-first < 2 {
			last = first
			parts = append(parts, names[first])
		} else {
			parts = append(parts, names[first]+g.through+names[last])
		}
		s &^= span(first, last)
	}
	return g.list(parts)
}

// list joins with commas and an "and" before the last.
func (g *grammar) list(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:len(parts)-1], ", ") + g.and + parts[len(parts)-1]
}

func (g *grammar) clockTimes(s Schedule) (times []string) {
	for hour := range s.hours.all() {
		for minute := range s.minutes.all() {
			times = append(times, g.time(hour, minute))
		}
	}
	return times
}

func (g *grammar) time(hour, minute int) string { return fmt.Sprintf(g.clock, hour, minute) }
