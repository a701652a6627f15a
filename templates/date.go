package templates

import (
	"fmt"
	"time"

	"bode.example/internal/newsletter"
)

// A calendar holds a language's words for dates.
type calendar struct {
	weekdays [7]string
	months   [12]string
	clock    string // layout of a time of day
	after    string // word after a time of day, with the space before it
	until    string // between the two ends of a period
}

// calendarOf returns the words of a language. A language without a calendar of its own gets the
// English one; Load refuses such a language, so nobody meets it.
func calendarOf(lang newsletter.Language) *calendar {
	if lang == newsletter.Dutch {
		return &calendar{
			weekdays: [...]string{"zondag", "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag"},
			months: [...]string{"januari", "februari", "maart", "april", "mei", "juni",
				"juli", "augustus", "september", "oktober", "november", "december"},
			clock: "15.04", after: " uur", until: " tot ",
		}
	}
	return &calendar{
		weekdays: [...]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
		months: [...]string{"January", "February", "March", "April", "May", "June",
			"July", "August", "September", "October", "November", "December"},
		clock: "15:04", until: " to ",
	}
}

// Day writes the date of t, in t's own zone, without the weekday: 23 november 2026.
func Day(lang newsletter.Language, t time.Time) string {
	c := calendarOf(lang)
	return fmt.Sprintf("%d %s %d", t.Day(), c.months[t.Month()-1], t.Year())
}

// Date writes the date of t, in t's own zone: maandag 23 november 2026.
func Date(lang newsletter.Language, t time.Time) string {
	return calendarOf(lang).weekdays[t.Weekday()] + " " + Day(lang, t)
}

// Clock writes the time of day of t, in t's own zone: 08.00 uur.
func Clock(lang newsletter.Language, t time.Time) string {
	c := calendarOf(lang)
	return t.Format(c.clock) + c.after
}

// DateTime writes date and time of t, in t's own zone: maandag 23 november 2026, 08.00 uur.
func DateTime(lang newsletter.Language, t time.Time) string {
	return Date(lang, t) + ", " + Clock(lang, t)
}

// Period writes from when to when something lasts, in from's zone, and names the second date only
// if it is another. A zero or earlier end is left out.
func Period(lang newsletter.Language, from, to time.Time) string {
	if to.IsZero() || !to.After(from) {
		return DateTime(lang, from)
	}
	c := calendarOf(lang)
	to = to.In(from.Location())
	if from.Year() != to.Year() || from.YearDay() != to.YearDay() {
		return DateTime(lang, from) + c.until + DateTime(lang, to)
	}
	return Date(lang, from) + ", " + from.Format(c.clock) + c.until + Clock(lang, to)
}
