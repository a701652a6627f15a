package schedule_test

import (
	"testing"

	"bode.example/internal/newsletter"
)

func TestWords(t *testing.T) {
	for spec, want := range map[string][2]string{
		"0 8 * * MON":              {"elke maandag om 08:00", "every Monday at 08:00"},
		"0 8 * * *":                {"elke dag om 08:00", "every day at 08:00"},
		"30 7 * * 1-5":             {"elke werkdag om 07:30", "every weekday at 07:30"},
		"0 8 * * 6,0":              {"elke zaterdag en zondag om 08:00", "every Saturday and Sunday at 08:00"},
		"0 8 * * 0,3,1":            {"elke maandag, woensdag en zondag om 08:00", "every Monday, Wednesday and Sunday at 08:00"},
		"0 8 1 * *":                {"op de eerste dag van de maand om 08:00", "on the first day of the month at 08:00"},
		"0 8 1,15 * *":             {"op de 1e en 15e van de maand om 08:00", "on the 1st and 15th of the month at 08:00"},
		"0 8 1-7 * *":              {"op de 1e tot en met 7e van de maand om 08:00", "on the 1st through 7th of the month at 08:00"},
		"0 8 22,23 * *":            {"op de 22e en 23e van de maand om 08:00", "on the 22nd and 23rd of the month at 08:00"},
		"0 8 31 * *":               {"op de 31e van de maand (als de maand zo lang is) om 08:00", "on the 31st of the month (if the month is that long) at 08:00"},
		"0 8 31 1,3 *":             {"op de 31e van januari en maart om 08:00", "on the 31st of January and March at 08:00"},
		"0 8 29 2 *":               {"op de 29e van februari (als de maand zo lang is) om 08:00", "on the 29th of February (if the month is that long) at 08:00"},
		"0 8 1 1,4,7,10 *":         {"op de eerste dag van januari, april, juli en oktober om 08:00", "on the first day of January, April, July and October at 08:00"},
		"0 8 * 9-12 TUE":           {"elke dinsdag in september tot en met december om 08:00", "every Tuesday in September through December at 08:00"},
		"0 8 1 * MON":              {"elke maandag en op de eerste dag van de maand om 08:00", "every Monday and on the first day of the month at 08:00"},
		"0 8,12 * * MON":           {"elke maandag om 08:00 en 12:00", "every Monday at 08:00 and 12:00"},
		"0,30 8 * 7 *":             {"elke dag in juli om 08:00 en 08:30", "every day in July at 08:00 and 08:30"},
		"@weekly":                  {"elke zondag om 00:00", "every Sunday at 00:00"},
		"* * * * *":                {"elke minuut", "every minute"},
		"*/15 * * * *":             {"elke 15 minuten", "every 15 minutes"},
		"@hourly":                  {"elk uur", "every hour"},
		"15 * * * *":               {"elk uur op minuut 15", "every hour at minute 15"},
		"7,14,21 * * * *":          {"elk uur op minuut 7, 14 en 21", "every hour at minute 7, 14 and 21"},
		"10 */2 * * *":             {"elke 2 uur vanaf 00:10", "every 2 hours from 00:10"},
		"0 9-17 * * 1-5":           {"elke werkdag, elk uur van 09:00 tot en met 17:00", "every weekday, every hour from 09:00 through 17:00"},
		"*/20 8-18 * * SAT":        {"elke zaterdag, elke 20 minuten van 08:00 tot en met 18:40", "every Saturday, every 20 minutes from 08:00 through 18:40"},
		"*/15 8-18 * * *":          {"elke 15 minuten van 08:00 tot en met 18:45", "every 15 minutes from 08:00 through 18:45"},
		"3,10 8,10,12,20-23 * * *": {"op minuut 3 en 10 van de uren 8, 10, 12 en 20 tot en met 23", "at minute 3 and 10 of the hours 8, 10, 12 and 20 through 23"},
	} {
		s := parse(t, spec, "Europe/Amsterdam")
		for i, lang := range []newsletter.Language{newsletter.Dutch, newsletter.English} {
			if got := s.Words(lang); got != want[i]+" (Europe/Amsterdam)" {
				t.Errorf("%s: said as %q, want %q", spec, got, want[i])
			}
		}
	}
}

// Readers are told times as in a letter, and of the zone only when it isn't that of the site.
func TestPlain(t *testing.T) {
	for spec, want := range map[string][2]string{
		"0 8 * * MON":     {"elke maandag om 08.00 uur", "every Monday at 08:00"},
		"0 8,12 * * MON":  {"elke maandag om 08.00 en 12.00 uur", "every Monday at 08:00 and 12:00"},
		"10 */2 * * *":    {"elke 2 uur vanaf 00.10 uur", "every 2 hours from 00:10"},
		"*/15 8-18 * * *": {"elke 15 minuten van 08.00 tot en met 18.45 uur", "every 15 minutes from 08:00 through 18:45"},
	} {
		for i, lang := range []newsletter.Language{newsletter.Dutch, newsletter.English} {
			if got := parse(t, spec, "Europe/Amsterdam").Plain(lang, "Europe/Amsterdam"); got != want[i] {
				t.Errorf("%s: said as %q, want %q", spec, got, want[i])
			}
			elsewhere := [...]string{" (Nederlandse tijd)", " (Dutch time)"}[i]
			if got := parse(t, spec, "Europe/Amsterdam").Plain(lang, "Europe/Lisbon"); got != want[i]+elsewhere {
				t.Errorf("%s: said elsewhere as %q", spec, got)
			}
			if got := parse(t, spec, "Europe/Lisbon").Plain(lang, "Europe/Amsterdam"); got != want[i]+" (Europe/Lisbon)" {
				t.Errorf("%s: said of Lisbon as %q", spec, got)
			}
		}
	}
}
