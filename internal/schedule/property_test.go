package schedule_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bode.example/internal/newsletter"
)

// zones are those that change their clocks in every way we know of: at midnight, at 23:00, by half
// an hour, by a whole day, for Ramadan, not at all.
var zones = []string{
	"Europe/Amsterdam", "Europe/London", "Europe/Dublin", "Europe/Chisinau", "Atlantic/Azores", "America/New_York",
	"America/St_Johns", "America/Santiago", "America/Asuncion", "America/Sao_Paulo", "America/Havana", "America/Nuuk", "America/Scoresbysund",
	"America/Caracas", "Africa/Cairo", "Africa/Casablanca", "Africa/El_Aaiun", "Asia/Beirut", "Asia/Gaza", "Asia/Amman", "Asia/Damascus",
	"Asia/Tehran", "Asia/Pyongyang", "Asia/Kathmandu", "Australia/Lord_Howe", "Australia/Adelaide", "Antarctica/Troll",
	"Pacific/Apia", "Pacific/Fakaofo", "Pacific/Chatham", "Pacific/Kiritimati", "UTC",
}

// Promise of the package: a daily schedule has one slot for every calendar day, in every zone.
func TestH2_DailySlotOnceEachDay(t *testing.T) {
	for _, zone := range zones {
		for _, wall := range []string{"0 0", "30 0", "0 2", "30 2", "0 3", "0 12", "30 23"} {
			s := parse(t, wall+" * * *", zone)
			from, to := time.Date(2024, 1, 1, 0, 0, 0, 0, s.Location()), time.Date(2034, 1, 1, 0, 0, 0, 0, s.Location())
			perDay := map[string]int{}
			for _, slot := range slots(s, from.Add(-1), to.Add(-1)) {
				perDay[slot.In(s.Location()).Format(time.DateOnly)]++
			}
			for day := time.Date(2024, 1, 1, 12, 0, 0, 0, time.UTC); day.Year() < 2034; day = day.AddDate(0, 0, 1) {
				date, tomorrow := day.Format(time.DateOnly), day.AddDate(0, 0, 1).Format(time.DateOnly)
				switch n := perDay[date]; {
				case n == 1:
				case n == 0 && wall == "30 23" && lastMinuteMissing(s.Location(), day) && perDay[tomorrow] == 2:
					perDay[tomorrow]-- // the gap reaches midnight: the evening's slot is on the next morning
				default:
					t.Fatalf("%s in %s: %d slots on %s", wall, zone, n, date)
				}
			}
		}
	}
}

// lastMinuteMissing reports whether 23:59 of a day does not exist.
func lastMinuteMissing(zone *time.Location, day time.Time) bool {
	year, month, d := day.Date()
	return time.Date(year, month, d, 23, 59, 0, 0, zone).Format("2 15:04") != fmt.Sprintf("%d 23:59", d)
}

// What Next says is what a scan of every minute of the wall clock finds.
func TestNextAgreesWithMinuteScan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := drawLine(t)
		zone := rapid.SampledFrom(zones).Draw(t, "zone")
		s, err := parseLine(line, zone)
		if err != nil {
			t.Fatalf("%s: %v", line.spec, err)
		}
		from := drawStart(t, s.Location())
		to := from.Add(3 * 24 * time.Hour)
		got, want := slots(s, from, to), scan(line, s.Location(), from, to)
		if !slices.EqualFunc(got, want, time.Time.Equal) {
			t.Fatalf("%s after %v:\ngot  %v\nwant %v", s, from, got, want)
		}
	})
}

func TestNextIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := drawLine(t)
		s, err := parseLine(line, rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatalf("%s: %v", line.spec, err)
		}
		a := drawStart(t, s.Location())
		b := a.Add(time.Duration(rapid.Int64Range(0, int64(72*time.Hour)).Draw(t, "later")))
		next, later := s.Next(a), s.Next(b)
		if !next.After(a) || later.Before(next) {
			t.Fatalf("%s: %v after %v, but %v after %v", s, next, a, later, b)
		}
		if again := s.Next(next.Add(-1)); !again.Equal(next) {
			t.Fatalf("%s: %v is the slot after %v, but not after the instant before itself: %v", s, next, a, again)
		}
		if next.Second() != 0 || next.Nanosecond() != 0 {
			t.Fatalf("%s: %v is not on a minute", s, next)
		}
	})
}

// Words say the schedule: two that differ are not said alike.
func TestWordsTellSchedulesApart(t *testing.T) {
	said := map[string]line{}
	rapid.Check(t, func(t *rapid.T) {
		line := drawLine(t)
		s, err := parseLine(line, "Europe/Amsterdam")
		if err != nil {
			t.Fatalf("%s: %v", line.spec, err)
		}
		for _, lang := range newsletter.Languages() {
			words := s.Words(lang)
			if other, ok := said[words]; ok && !line.same(other) {
				t.Fatalf("%s and %s are both said as %q", line.spec, other.spec, words)
			}
			if strings.Contains(words, "%!") || strings.Contains(words, "  ") || strings.Contains(words, ",,") || !strings.HasSuffix(words, "(Europe/Amsterdam)") {
				t.Fatalf("%s is said as %q", line.spec, words)
			}
			said[words] = line
		}
	})
}

// line is a cron line together with what it means, found without the parser.
type line struct {
	spec                                   string
	minutes, hours, days, months, weekdays map[int]bool
	either                                 bool
}

// on reports whether a calendar day is in the line.
func (l line) on(day time.Time) bool {
	inMonth, inWeek := l.days[day.Day()], l.weekdays[int(day.Weekday())]
	return l.months[int(day.Month())] && (inMonth && inWeek || l.either && (inMonth || inWeek))
}

// same reports whether two lines mean the same times on all days of four years.
func (l line) same(other line) bool {
	if !maps.Equal(l.minutes, other.minutes) || !maps.Equal(l.hours, other.hours) {
		return false
	}
	for day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2028; day = day.AddDate(0, 0, 1) {
		if l.on(day) != other.on(day) {
			return false
		}
	}
	return true
}

func drawLine(t *rapid.T) line {
	var l line
	var text [5]string
	text[0], l.minutes = drawField(t, "minute", 0, 59)
	text[1], l.hours = drawField(t, "hour", 0, 23)
	text[2], l.days = drawField(t, "day", 1, 31)
	text[3], l.months = drawField(t, "month", 1, 12)
	text[4], l.weekdays = drawField(t, "weekday", 0, 6)
	if text[2] != "*" && text[4] != "*" {
		if strings.Contains(text[2]+text[4], "*") { // refused, rightly: see TestParseRefuses
			text[4], l.weekdays = "*", numbers(0, 6, 1)
		} else {
			l.either = true
		}
	}
	if !l.either && !l.days[28] { // a month may lack the days of a line: keep lines that have one
		l.months, text[3] = numbers(1, 12, 1), "*"
	}
	l.spec = strings.Join(text[:], " ")
	return l
}

// drawField draws the text of a field and the numbers that it stands for.
func drawField(t *rapid.T, name string, low, high int) (string, map[int]bool) {
	number := rapid.IntRange(low, high)
	switch kind := rapid.SampledFrom([]string{"star", "star", "step", "values", "range", "stepped range"}).Draw(t, name); kind {
	case "step":
		step := rapid.IntRange(2, high-low).Draw(t, name+" step")
		return fmt.Sprintf("*/%d", step), numbers(low, high, step)
	case "values":
		values := map[int]bool{}
		var parts []string
		for _, n := range rapid.SliceOfNDistinct(number, 1, 5, rapid.ID).Draw(t, name+" values") {
			values[n] = true
			parts = append(parts, fmt.Sprint(n))
		}
		return strings.Join(parts, ","), values
	case "range", "stepped range":
		a, b := number.Draw(t, name+" from"), number.Draw(t, name+" to")
		a, b = min(a, b), max(a, b)
		if kind == "range" {
			return fmt.Sprintf("%d-%d", a, b), numbers(a, b, 1)
		}
		step := rapid.IntRange(1, high-low).Draw(t, name+" step")
		return fmt.Sprintf("%d-%d/%d", a, b, step), numbers(a, b, step)
	}
	return "*", numbers(low, high, 1)
}

func numbers(low, high, step int) map[int]bool {
	set := map[int]bool{}
	for n := low; n <= high; n += step {
		set[n] = true
	}
	return set
}
