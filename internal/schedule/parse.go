package schedule

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/robfig/cron/v3"
)

// field is one of the five, in their order.
type field struct {
	name     string
	min, max int
}

var fields = [...]field{
	{"minute", 0, 59}, {"hour", 0, 23}, {"day of the month", 1, 31}, {"month", 1, 12}, {"day of the week", 0, 6},
}

// The places of the fields that matter by themselves.
const (
	dayOfMonth = 2
	dayOfWeek  = 4
)

// element is one part of a list: a star, a value or a range, and perhaps a step.
var element = regexp.MustCompile(`^(\*|[0-9A-Za-z]{1,3}(?:-[0-9A-Za-z]{1,3})?)(?:/([0-9]{1,3}))?$`)

// names are the lines that have a name. The parser knows them too, but then there are no fields to
// check; "@every" is left out for the reason that the package documentation gives.
var names = map[string]string{
	"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
	"@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
}

// parser has neither seconds nor descriptors.
var parser = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)

func parseSpec(spec string) (Schedule, error) {
	parts, err := splitSpec(spec)
	if err != nil {
		return Schedule{}, err
	}
	for i, part := range parts {
		if err := checkField(fields[i], part); err != nil {
			return Schedule{}, err
		}
	}
	either, err := eitherDay(parts[dayOfMonth], parts[dayOfWeek])
	if err != nil {
		return Schedule{}, err
	}
	parts[dayOfWeek] = sundayAsZero(parts[dayOfWeek])
	parsed, err := parser.Parse(strings.Join(parts, " "))
	if err != nil {
		return Schedule{}, invalid("cron", "schedule_field", "the schedule %q can't be read: %w", spec, err)
	}
	bits := parsed.(*cron.SpecSchedule) // what the parser makes of five fields
	s := Schedule{
		minutes: set(bits.Minute) & all(fields[0]), hours: set(bits.Hour) & all(fields[1]),
		days: set(bits.Dom) & all(fields[2]), months: set(bits.Month) & all(fields[3]), weekdays: set(bits.Dow) & all(fields[4]),
		either: either,
	}
	if !s.possible() {
		return Schedule{}, invalid("cron", "schedule_never", "the schedule %q has no day: no month that it names is that long", spec)
	}
	return s, nil
}

// splitSpec returns the five fields.
func splitSpec(spec string) ([]string, error) {
	parts := strings.Fields(spec)
	if len(parts) == 0 {
		return nil, invalid("cron", "schedule_fields", "the schedule is empty: give five fields such as 0 8 * * MON")
	}
	switch first := strings.ToUpper(parts[0]); {
	case strings.HasPrefix(first, "TZ="), strings.HasPrefix(first, "CRON_TZ="):
		return nil, invalid("cron", "schedule_zone", "the time zone stands in a field of its own: leave %.40q out of the schedule", parts[0])
	case first == "@EVERY":
		return nil, invalid("cron", "schedule_every", "@every says how long to wait, not when: use a step such as */15 * * * *")
	case first == "@REBOOT":
		return nil, invalid("cron", "schedule_reboot", "@reboot is no time: give five fields such as 0 8 * * MON")
	case first[0] == '@':
		line, ok := names[parts[0]]
		if !ok || len(parts) > 1 {
			return nil, invalid("cron", "schedule_name", "%.40q is none of @hourly, @daily, @weekly, @monthly and @yearly", spec)
		}
		return strings.Fields(line), nil
	}
	if len(parts) != len(fields) {
		return nil, invalid("cron", "schedule_fields", "the schedule has %d fields; it needs five: minute, hour, day of the month, month, day of the week", len(parts))
	}
	return parts, nil
}

// checkField refuses what the parser would take for something else.
func checkField(f field, text string) error {
	for part := range strings.SplitSeq(text, ",") {
		m := element.FindStringSubmatch(part)
		if m == nil {
			return invalid("cron", "schedule_field", "the %s %.40q can't be read: write values, ranges and steps such as 1,3 or 1-5 or */2", f.name, text)
		}
		if step, _ := strconv.Atoi(m[2]); m[2] != "" && (step < 1 || step > f.max-f.min) {
			return invalid("cron", "schedule_step", "the step in the %s %.40q must be between 1 and %d", f.name, text, f.max-f.min)
		}
	}
	return nil
}

// eitherDay says whether one of the two kinds of day is enough: when both are restricted. Programs
// disagree whether "*/2" restricts, so it may only stand beside a plain star.
func eitherDay(month, week string) (bool, error) {
	if month == "*" || week == "*" {
		return false, nil
	}
	if strings.Contains(month+week, "*") {
		return false, invalid("cron", "schedule_ambiguous",
			"a step over all days beside the other kind of day (%.40s and %.40s) means different things to different programs: write the days out", month, week)
	}
	return true, nil
}

// sundayAsZero lets 7 mean Sunday, as most people expect and the parser does not. A range that ends
// in 7 is one to 6 and Sunday beside it.
func sundayAsZero(text string) string {
	parts := strings.Split(text, ",")
	for i, part := range parts {
		if part == "7" {
			parts[i] = "0"
		} else if start, ok := strings.CutSuffix(part, "-7"); ok {
			parts[i] = start + "-6,0"
		}
	}
	return strings.Join(parts, ",")
}

// possible says whether there is a day in the sets, in a leap year.
func (s Schedule) possible() bool {
	if s.either {
		return true // every month has every day of the week
	}
	for month := range s.months.all() {
		if s.days.min() <= daysIn(month) {
			return true
		}
	}
	return false
}

// daysIn returns the number of days of a month in a leap year.
func daysIn(month int) int {
	switch month {
	case 2:
		return 29
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}
