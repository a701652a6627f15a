package templates

import (
	"math"
	"testing"
	"time"
	_ "time/tzdata"

	"bode.example/internal/newsletter"
)

func amsterdam(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestDatesAndNumbersInDutchAndEnglish(t *testing.T) {
	at := time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC).In(amsterdam(t))
	for _, c := range []struct{ got, want string }{
		{Date("nl", at), "maandag 23 november 2026"},
		{DateTime("nl", at), "maandag 23 november 2026, 08.00 uur"},
		{DateTime("en", at), "Monday 23 November 2026, 08:00"},
		{Day("en", at), "23 November 2026"},
		{Clock("nl", at), "08.00 uur"},
		{Period("nl", at, at.Add(90*time.Minute)), "maandag 23 november 2026, 08.00 tot 09.30 uur"},
		{Period("en", at, at.Add(90*time.Minute)), "Monday 23 November 2026, 08:00 to 09:30"},
		{Period("nl", at, at.Add(24*time.Hour).UTC()), "maandag 23 november 2026, 08.00 uur tot dinsdag 24 november 2026, 08.00 uur"},
		{Period("nl", at, time.Time{}), "maandag 23 november 2026, 08.00 uur"},
		{Period("nl", at, at.Add(-time.Hour)), "maandag 23 november 2026, 08.00 uur"},
		{Number("nl", 0), "0"}, {Number("nl", 999), "999"}, {Number("nl", 1204), "1.204"},
		{Number("nl", -999), "-999"}, {Number("en", -1234567), "-1,234,567"},
		{Number("nl", math.MinInt64), "-9.223.372.036.854.775.808"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestRelative(t *testing.T) {
	s, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	for away, want := range map[time.Duration][2]string{
		30 * time.Second:  {"zo meteen", "in a moment"},
		-time.Second:      {"zojuist", "just now"},
		0:                 {"zojuist", "just now"},
		time.Minute:       {"over 1 minuut", "in 1 minute"},
		-45 * time.Minute: {"45 minuten geleden", "45 minutes ago"},
		3 * time.Hour:     {"over 3 uur", "in 3 hours"},
		-25 * time.Hour:   {"1 dag geleden", "1 day ago"},
		72 * time.Hour:    {"over 3 dagen", "in 3 days"},
	} {
		for i, lang := range newsletter.Languages() {
			got, err := s.Texts().Relative(lang, now.Add(away), now)
			if err != nil || got != want[i] {
				t.Errorf("%s from now in %s is %q, %v; want %q", away, lang, got, err, want[i])
			}
		}
	}
}

// A time without a zone would be shown in UTC, which nobody chose.
func TestTimesInTemplatesNeedAZone(t *testing.T) {
	at := time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	format := (&Set{}).funcs(&instance{lang: "nl"})["datetime"].(func(instant, *time.Location) (string, error))
	if got, err := format(at, amsterdam(t)); err != nil || got != "maandag 23 november 2026, 08.00 uur" {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := format(at, nil); err == nil {
		t.Errorf("without a zone it says %q", got)
	}
	if got, err := format(time.Time{}, time.UTC); err == nil {
		t.Errorf("the zero time is shown as %q", got)
	}
}
