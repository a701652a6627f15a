package schedule_test

import (
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/schedule"
)

// slots returns the slots of a schedule in (from, to], in UTC, as far as they go on.
func slots(s schedule.Schedule, from, to time.Time) (all []time.Time) {
	for {
		at := s.Next(from)
		if !at.After(from) || at.After(to) {
			return all
		}
		all = append(all, at.UTC())
		from = at
	}
}

func utc(year, month, day, hour, minute int) time.Time {
	return time.Date(year, time.Month(month), day, hour, minute, 0, 0, time.UTC)
}

func TestH2_ClockChanges(t *testing.T) {
	for name, tt := range map[string]struct {
		spec, zone string
		from, to   time.Time
		want       []time.Time
	}{
		"spring: a time in the gap takes the offset from before": {
			"30 2 * * *", "Europe/Amsterdam", utc(2026, 3, 28, 0, 0), utc(2026, 3, 31, 0, 0),
			[]time.Time{utc(2026, 3, 28, 1, 30), utc(2026, 3, 29, 1, 30), utc(2026, 3, 30, 0, 30)},
		},
		"autumn: a time that comes twice is its first": {
			"30 2 * * *", "Europe/Amsterdam", utc(2026, 10, 24, 0, 0), utc(2026, 10, 27, 0, 0),
			[]time.Time{utc(2026, 10, 24, 0, 30), utc(2026, 10, 25, 0, 30), utc(2026, 10, 26, 1, 30)},
		},
		"spring: times that fall together are one slot": {
			"0 2,3 29 3 *", "Europe/Amsterdam", utc(2026, 3, 28, 0, 0), utc(2026, 3, 31, 0, 0),
			[]time.Time{utc(2026, 3, 29, 1, 0)},
		},
		"spring: a weekly slot in the gap does not lose its week": {
			"30 2 * * SUN", "Europe/Amsterdam", utc(2026, 3, 22, 12, 0), utc(2026, 4, 5, 12, 0),
			[]time.Time{utc(2026, 3, 29, 1, 30), utc(2026, 4, 5, 0, 30)},
		},
		"spring: a later wall time comes before the one in the gap": {
			"10,30 2,3 29 3 *", "Europe/Amsterdam", utc(2026, 3, 28, 0, 0), utc(2026, 3, 31, 0, 0),
			[]time.Time{utc(2026, 3, 29, 1, 10), utc(2026, 3, 29, 1, 30)},
		},
		"autumn: an hourly schedule rests in the second pass": {
			"0 * * * *", "Europe/Amsterdam", utc(2026, 10, 24, 23, 0), utc(2026, 10, 25, 3, 0),
			[]time.Time{utc(2026, 10, 25, 0, 0), utc(2026, 10, 25, 2, 0), utc(2026, 10, 25, 3, 0)},
		},
		"midnight in the gap (Santiago)": {
			"0 0 * * *", "America/Santiago", utc(2025, 9, 6, 12, 0), utc(2025, 9, 8, 12, 0),
			[]time.Time{utc(2025, 9, 7, 4, 0), utc(2025, 9, 8, 3, 0)},
		},
		"the day that Samoa left out": {
			"0 10 * * *", "Pacific/Apia", utc(2011, 12, 28, 22, 0), utc(2012, 1, 1, 0, 0),
			[]time.Time{utc(2011, 12, 29, 20, 0), utc(2011, 12, 30, 20, 0), utc(2011, 12, 31, 20, 0)},
		},
		"a gap that reaches midnight: the evening's slot is on the next morning (Nuuk)": {
			"30 23 * * *", "America/Nuuk", utc(2025, 3, 29, 12, 0), utc(2025, 3, 31, 12, 0),
			[]time.Time{utc(2025, 3, 30, 1, 30), utc(2025, 3, 31, 0, 30)},
		},
		"that morning, the slot of the evening before is still to come": {
			"30 23 29 3 *", "America/Nuuk", utc(2025, 3, 30, 1, 10), utc(2025, 4, 1, 0, 0),
			[]time.Time{utc(2025, 3, 30, 1, 30)},
		},
		"after the day that Samoa left out, its evening is still to come": {
			"0 22 30 12 *", "Pacific/Apia", utc(2011, 12, 30, 22, 0), utc(2012, 1, 1, 0, 0),
			[]time.Time{utc(2011, 12, 31, 8, 0)},
		},
		"half an hour (Lord Howe)": {
			"15 2 * * *", "Australia/Lord_Howe", utc(2025, 10, 4, 0, 0), utc(2025, 10, 6, 0, 0),
			[]time.Time{utc(2025, 10, 4, 15, 45), utc(2025, 10, 5, 15, 15)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := slots(parse(t, tt.spec, tt.zone), tt.from, tt.to)
			if len(got) != len(tt.want) {
				t.Fatalf("got %v, want %v", got, tt.want)
			}
			for i, want := range tt.want {
				if !got[i].Equal(want) {
					t.Errorf("slot %d: got %v, want %v", i, got[i], want)
				}
			}
		})
	}
}

func TestNextIsStrictlyAfter(t *testing.T) {
	s := parse(t, "0 8 * * MON", "Europe/Amsterdam")
	monday := utc(2026, 11, 23, 7, 0)
	for after, want := range map[time.Time]time.Time{
		monday.Add(-1): monday,
		monday:         monday.AddDate(0, 0, 7),
		monday.Add(1):  monday.AddDate(0, 0, 7),
	} {
		got := s.Next(after)
		if !got.Equal(want) {
			t.Errorf("after %v: got %v, want %v", after, got, want)
		}
		if got.Location().String() != "Europe/Amsterdam" || got.Hour() != 8 {
			t.Errorf("after %v: %v is not on the wall clock of the schedule", after, got)
		}
	}
}

func TestH5_LeapDayWaitsLongest(t *testing.T) {
	s := parse(t, "0 8 29 2 *", "Europe/Amsterdam")
	if got, want := s.Next(utc(2096, 3, 1, 0, 0)), utc(2104, 2, 29, 7, 0); !got.Equal(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestNextN(t *testing.T) {
	got := parse(t, "0 8 1 * *", "Europe/Amsterdam").NextN(utc(2026, 11, 23, 0, 0), 3)
	want := []time.Time{utc(2026, 12, 1, 7, 0), utc(2027, 1, 1, 7, 0), utc(2027, 2, 1, 7, 0)}
	for i := range want {
		if len(got) != len(want) || !got[i].Equal(want[i]) {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}

func TestZeroScheduleIsNone(t *testing.T) {
	var s schedule.Schedule
	if next := s.Next(utc(2026, 11, 23, 0, 0)); !next.IsZero() {
		t.Errorf("next is %v", next)
	}
	_ = s.Words(newsletter.English) // must not panic: a page may show it
}

func BenchmarkNextEveryMinute(b *testing.B) {
	s := parse(b, "* * * * *", "Europe/Amsterdam")
	at := utc(2026, 11, 23, 8, 0)
	for b.Loop() {
		s.Next(at)
	}
}
