package schedule

import "fmt"

var dutch = grammar{
	and:           " en ",
	through:       " tot en met ",
	at:            "om %s",
	everyDay:      "elke dag",
	everyWorkday:  "elke werkdag",
	everyWeekday:  "elke %s",
	dayOf:         "op de %s van %s",
	firstDayOf:    "op de eerste dag van %s",
	ifLongEnough:  " (als de maand zo lang is)",
	theMonth:      "de maand",
	inMonths:      " in %s",
	weekdays:      [...]string{"zondag", "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag"},
	months:        [...]string{1: "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"},
	ordinal:       func(n int) string { return fmt.Sprintf("%de", n) },
	everyMinute:   "elke minuut",
	everyMinutes:  "elke %d minuten",
	everyHour:     "elk uur",
	everyHourAt:   "elk uur op minuut %s",
	everyHours:    "elke %d uur vanaf %s",
	fromThrough:   "%s van %s tot en met %s",
	minutesOfHour: "op minuut %s van de uren %s",
	clock:         "%02d:%02d",
	dutchTime:     "Nederlandse tijd",
}

// dutchPlain says times of day as letters and pages do: 08.00 uur.
func dutchPlain() grammar {
	g := dutch
	g.clock = "%02d.%02d"
	g.at += " uur"
	g.fromThrough += " uur"
	g.everyHours += " uur"
	return g
}

var english = grammar{
	and:           " and ",
	through:       " through ",
	at:            "at %s",
	everyDay:      "every day",
	everyWorkday:  "every weekday",
	everyWeekday:  "every %s",
	dayOf:         "on the %s of %s",
	firstDayOf:    "on the first day of %s",
	ifLongEnough:  " (if the month is that long)",
	theMonth:      "the month",
	inMonths:      " in %s",
	weekdays:      [...]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
	months:        [...]string{1: "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	ordinal:       englishOrdinal,
	everyMinute:   "every minute",
	everyMinutes:  "every %d minutes",
	everyHour:     "every hour",
	everyHourAt:   "every hour at minute %s",
	everyHours:    "every %d hours from %s",
	fromThrough:   "%s from %s through %s",
	minutesOfHour: "at minute %s of the hours %s",
	clock:         "%02d:%02d",
	dutchTime:     "Dutch time",
}

func englishOrdinal(n int) string {
	suffix := "th"
	switch {
	case n/10 == 1:
	case n%10 == 1:
		suffix = "st"
	case n%10 == 2:
		suffix = "nd"
	case n%10 == 3:
		suffix = "rd"
	}
	return fmt.Sprintf("%d%s", n, suffix)
}
