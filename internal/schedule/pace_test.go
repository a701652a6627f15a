package schedule_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"bode.example/internal/newsletter"
	"bode.example/internal/schedule"
)

func TestPaceSpec(t *testing.T) {
	for want, p := range map[string]schedule.Pace{
		"0 8 * * *":          {Kind: schedule.Daily, Hour: 8},
		"30 7 * * 1-5":       {Kind: schedule.Workdays, Hour: 7, Minute: 30},
		"0 8 * * 1,4":        {Kind: schedule.Weekly, Weekdays: []time.Weekday{4, 1, 4}, Hour: 8},
		"5 0 28 * *":         {Kind: schedule.Monthly, MonthDay: 28, Minute: 5},
		"0 9 1 1,4,7,10 *":   {Kind: schedule.Quarterly, MonthDay: 1, Hour: 9},
		"*/15 9-17 * * MON ": {Kind: schedule.Cron, Cron: "*/15 9-17 * * MON "},
	} {
		if got, err := p.Spec(); got != want || err != nil {
			t.Errorf("%+v is %q, %v; want %q", p, got, err, want)
		}
	}
	for field, p := range map[string]schedule.Pace{
		"kind": {}, "weekday": {Kind: schedule.Weekly}, "month_day": {Kind: schedule.Monthly, MonthDay: 29}, "time": {Kind: schedule.Daily, Hour: 24},
	} {
		_, err := p.Spec()
		var e *newsletter.Error
		if !errors.As(err, &e) || e.Field != field || e.Code != newsletter.Invalid {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// What the form makes, the form shows again.
func TestPaceComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := schedule.Pace{Kind: rapid.SampledFrom(schedule.Kinds()[:5]).Draw(t, "kind"),
			Hour: rapid.IntRange(0, 23).Draw(t, "hour"), Minute: rapid.IntRange(0, 59).Draw(t, "minute")}
		switch p.Kind {
		case schedule.Weekly:
			for day := range time.Weekday(7) {
				if rapid.Bool().Draw(t, day.String()) {
					p.Weekdays = append(p.Weekdays, day)
				}
			}
			if n := len(p.Weekdays); n == 0 || n == 7 || cmp.Equal(p.Weekdays, []time.Weekday{1, 2, 3, 4, 5}) {
				return // no day makes no line; every day and every workday have plainer words
			}
		case schedule.Monthly, schedule.Quarterly:
			p.MonthDay = rapid.IntRange(1, 28).Draw(t, "day")
		}
		spec, err := p.Spec()
		if err != nil {
			t.Fatal(err)
		}
		s, err := schedule.Parse(spec, "Europe/Amsterdam")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(p, schedule.PaceOf(s)); diff != "" {
			t.Errorf("%s: %s", spec, diff)
		}
	})
}

func TestPaceOfOtherLines(t *testing.T) {
	for _, spec := range []string{"*/15 8 * * *", "0 8 1 * MON", "0 8 29 * *", "0 8 1,15 * *", "0 8 * 1-3 *", "0 8,17 * * *"} {
		want := schedule.Pace{Kind: schedule.Cron, Cron: spec}
		if diff := cmp.Diff(want, schedule.PaceOf(parse(t, spec, "Europe/Amsterdam"))); diff != "" {
			t.Errorf("%s: %s", spec, diff)
		}
	}
	if got := schedule.PaceOf(parse(t, "0 8 * * 0-6", "UTC")); got.Kind != schedule.Daily {
		t.Errorf("%+v", got)
	}
}
