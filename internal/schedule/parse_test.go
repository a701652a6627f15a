package schedule_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/schedule"
)

func parse(t testing.TB, spec, zone string) schedule.Schedule {
	t.Helper()
	s, err := schedule.Parse(spec, zone)
	if err != nil {
		t.Fatalf("Parse(%q, %q): %v", spec, zone, err)
	}
	return s
}

func TestParseRefuses(t *testing.T) {
	const zone = "Europe/Amsterdam"
	for spec, reason := range map[string]string{
		"":                                 "schedule_fields",
		"   ":                              "schedule_fields",
		"0 8 * *":                          "schedule_fields",
		"0 0 8 * * MON":                    "schedule_fields", // with seconds
		"TZ=Europe/Amsterdam":              "schedule_zone",
		"TZ=Europe/Amsterdam 0 8 * * *":    "schedule_zone",
		"CRON_TZ=Asia/Tokyo 0 8 * * *":     "schedule_zone",
		"@every 1h":                        "schedule_every",
		"@every -1s":                       "schedule_every",
		"@reboot":                          "schedule_reboot",
		"@fortnightly":                     "schedule_name",
		"@daily 5":                         "schedule_name",
		"0 8 30 2 *":                       "schedule_never",
		"0 8 31 4,6,9,11 *":                "schedule_never",
		"60 8 * * *":                       "schedule_field",
		"0 24 * * *":                       "schedule_field",
		"0 8 0 * *":                        "schedule_field",
		"0 8 * 13 *":                       "schedule_field",
		"0 8 * * 8":                        "schedule_field",
		"0 8 * * FRI-MON":                  "schedule_field",
		"0 8 * * MONDAY":                   "schedule_field",
		"0 8 L * *":                        "schedule_field",
		"0 8 * * 1#2":                      "schedule_field",
		"0 8 15W * *":                      "schedule_field",
		"0 8 ? * *":                        "schedule_field",
		"*-5 8 * * *":                      "schedule_field",
		", 8 * * *":                        "schedule_field",
		"1,,2 8 * * *":                     "schedule_field",
		"-1 8 * * *":                       "schedule_field",
		"1-2-3 8 * * *":                    "schedule_field",
		"*/0 8 * * *":                      "schedule_step",
		"*/90 * * * *":                     "schedule_step",
		"0 8 */2 * 1":                      "schedule_ambiguous",
		"0 8 1 * */2":                      "schedule_ambiguous",
		"0 8 1,* * 1":                      "schedule_ambiguous",
		strings.Repeat("1,", 9000) + "1 x": "schedule_fields",
	} {
		_, err := schedule.Parse(spec, zone)
		var e *newsletter.Error
		if !errors.As(err, &e) || e.Code != newsletter.Invalid || e.Reason != reason || e.Field != "cron" {
			t.Errorf("%.40q: got %v (%+v), want reason %s", spec, err, e, reason)
		} else if len(e.Message) > 300 {
			t.Errorf("%.40q: the sentence has %d characters", spec, len(e.Message))
		}
	}
}

func TestH1_ParseRefusesZones(t *testing.T) {
	for zone, reason := range map[string]string{
		"":                       "zone_missing",
		"Local":                  "zone_unknown",
		"localtime":              "zone_unknown",
		"right/Europe/Amsterdam": "zone_unknown",
		"posix/Europe/Amsterdam": "zone_unknown",
		"Europe/Bode":            "zone_unknown",
		"../Europe/Amsterdam":    "zone_unknown",
		"/etc/localtime":         "zone_unknown",
		"CEST":                   "zone_unknown",
	} {
		_, err := schedule.Parse("0 8 * * *", zone)
		var e *newsletter.Error
		if !errors.As(err, &e) || e.Code != newsletter.Invalid || e.Reason != reason || e.Field != "zone" {
			t.Errorf("%q: got %v, want reason %s", zone, err, reason)
		}
	}
}

func TestParseKeepsWhatWasGiven(t *testing.T) {
	s := parse(t, "  0  8 * *\tMON ", "Europe/Amsterdam")
	if s.Spec() != "0 8 * * MON" || s.Zone() != "Europe/Amsterdam" || s.String() != "0 8 * * MON Europe/Amsterdam" {
		t.Errorf("got %q in %q, %q", s.Spec(), s.Zone(), s)
	}
}

// Lines that mean the same have the same slots.
func TestParseSynonyms(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for a, b := range map[string]string{
		"0 8 * * 7":      "0 8 * * SUN",
		"0 8 * * 5-7":    "0 8 * * 0,5,6",
		"0 8 * * sun":    "0 8 * * 0",
		"0 8 * feb *":    "0 8 * 2 *",
		"5/20 8 * * *":   "5,25,45 8 * * *",
		"@daily":         "0 0 * * *",
		"@weekly":        "0 0 * * SUN",
		"@hourly":        "0 * * * *",
		"@monthly":       "0 0 1 * *",
		"@yearly":        "0 0 1 1 *",
		"0 8 */1 * *":    "0 8 * * *",
		"0 8 1-31 * MON": "0 8 * * *",
	} {
		x, y := parse(t, a, "Europe/Amsterdam"), parse(t, b, "Europe/Amsterdam")
		for i, at := range x.NextN(start, 50) {
			if other := y.NextN(start, 50)[i]; !at.Equal(other) {
				t.Errorf("%s and %s: slot %d is %v and %v", a, b, i, at, other)
				break
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, spec := range []string{"0 8 * * MON", "*/15 8-18 * * 1-5", "@weekly", "TZ=x", "@every 0s", "0 0 29 2 *", "0 8 1 * 7", "*-5 * * * *", "1/1 * * * *"} {
		f.Add(spec, "Europe/Amsterdam")
	}
	f.Add("0 8 * * *", "Local")
	start := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, spec, zone string) {
		s, err := schedule.Parse(spec, zone)
		if err != nil {
			if !newsletter.Is(err, newsletter.Invalid) {
				t.Errorf("%q, %q: error without a code: %v", spec, zone, err)
			}
			return
		}
		next := s.Next(start)
		if !next.After(start) || next.After(start.AddDate(9, 0, 0)) {
			t.Errorf("%q, %q: next is %v", spec, zone, next)
		}
		again, err := schedule.Parse(s.Spec(), s.Zone())
		if err != nil || !again.Next(start).Equal(next) {
			t.Errorf("%q, %q: read again it is another: %v", spec, zone, err)
		}
		for _, lang := range newsletter.Languages() {
			if words := s.Words(lang); words == "" || strings.Contains(words, "%!") {
				t.Errorf("%q: said as %q", spec, words)
			}
		}
	})
}
