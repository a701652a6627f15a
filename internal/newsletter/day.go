package newsletter

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Day is a date of the calendar, without a time and a zone: the number of days since 1 January 1970. Days
// compare and subtract as numbers. The zero Day is none. In the database it is a BIGINT, NULL for none; in
// JSON "2026-11-23", "" for none.
type Day int

// DayOf returns the day that an instant is on in a zone; none for the zero time.
func DayOf(t time.Time, zone *time.Location) Day {
	if t.IsZero() {
		return 0
	}
	return NewDay(t.In(zone).Date())
}

// NewDay returns a day of the calendar. What doesn't exist flows over, as with time.Date.
func NewDay(year int, month time.Month, day int) Day {
	return Day(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / secondsOfDay)
}

const secondsOfDay = 24 * 60 * 60

// ParseDay reads 2026-11-23.
func ParseDay(typed string) (Day, error) {
	t, err := time.Parse(time.DateOnly, typed)
	if err != nil {
		return 0, &Error{Code: Invalid, Reason: "day_unknown", Field: "day", Message: fmt.Sprintf("%q is no day: write it as 2026-11-23", typed)}
	}
	return DayOf(t, time.UTC), nil
}

// Time is noon of the day in UTC: for words of a calendar, which are the same in the zones of eleven hours around.
func (d Day) Time() time.Time {
	if d == 0 {
		return time.Time{}
	}
	return time.Unix(int64(d)*secondsOfDay+secondsOfDay/2, 0).UTC()
}

// IsZero reports whether this is no day.
func (d Day) IsZero() bool { return d == 0 }

// In is the instant at which the day begins in a zone.
func (d Day) In(zone *time.Location) time.Time {
	y, m, day := d.Time().Date()
	return time.Date(y, m, day, 0, 0, 0, 0, zone)
}

// AddMonths returns the day of the same number n months on, or the last day of that month where it has no
// such number: 31 January and one month is the last day of February (Regulation 1182/71, art. 3(2)(c)).
// time.AddDate would give a day in March.
func (d Day) AddMonths(n int) Day {
	y, m, day := d.Time().Date()
	last := NewDay(y, m+time.Month(n)+1, 0)
	return min(NewDay(y, m+time.Month(n), day), last)
}

// Working reports whether a day is no Saturday, Sunday or public holiday of the Netherlands.
func (d Day) Working() bool {
	w := d.Time().Weekday()
	return w != time.Saturday && w != time.Sunday && !d.Holiday()
}

// Holiday reports whether a day is one of the days that the Algemene termijnenwet names or puts on a level
// with them (art. 3(1) and (2)): New Year's Day, Good Friday, Easter Monday, King's Day, 5 May, Ascension Day,
// Whit Monday and both days of Christmas.
func (d Day) Holiday() bool {
	y, m, day := d.Time().Date()
	switch m {
	case time.January:
		return day == 1
	case time.December:
		return day == 25 || day == 26
	case time.May:
		if day == 5 {
			return true
		}
	case time.April:
		if d == kingsDay(y) {
			return true
		}
	}
	switch d - Easter(y) {
	case -2, 1, 39, 50:
		return true
	}
	return false
}

// kingsDay is 27 April, or the day before when that is a Sunday.
func kingsDay(year int) Day {
	d := NewDay(year, time.April, 27)
	if d.Time().Weekday() == time.Sunday {
		return d - 1
	}
	return d
}

// Easter is the Sunday of Easter in the Gregorian calendar, by the anonymous algorithm that Meeus gives
// (Astronomical Algorithms, chapter 8).
func Easter(year int) Day {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	f := (b + 8) / 25
	g := (b - f + 1) / 3
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return NewDay(year, time.Month(n/31), n%31+1)
}

// String is 2026-11-23, or nothing.
func (d Day) String() string {
	if d == 0 {
		return ""
	}
	return d.Time().Format(time.DateOnly)
}

// MarshalText gives the same text as String.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the text of MarshalText.
func (d *Day) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*d = 0
		return nil
	}
	*d, err = ParseDay(string(b))
	return err
}

// Value gives the database a number, or NULL.
func (d Day) Value() (driver.Value, error) {
	if d == 0 {
		return nil, nil
	}
	return int64(d), nil
}

// Scan reads a number, or NULL.
func (d *Day) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = 0
	case int64:
		*d = Day(v)
	default:
		return fmt.Errorf("newsletter.Day: cannot scan %T", src)
	}
	return nil
}
