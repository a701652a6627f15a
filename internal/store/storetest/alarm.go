package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func alarmCases() []Case {
	return []Case{{"alarms", []string{"Alarms"}, testAlarms}}
}

func testAlarms(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	alarms := func(now time.Time) newsletter.Alarms {
		t.Helper()
		a, err := s.Alarms(t.Context(), now)
		w.check(err)
		return *a
	}
	w.check(s.SeeClock(t.Context(), Start))
	if diff := cmp.Diff(newsletter.Alarms{}, alarms(Start.Add(-time.Hour))); diff != "" {
		t.Errorf("all is well, and yet: %s", diff)
	}
	if got := alarms(Start.Add(-time.Hour - time.Second)); got.ClockSaw != newsletter.At(Start) {
		t.Errorf("the clock: %+v", got)
	}
	w.Do(`INSERT INTO throttle (domain, until, reason) VALUES ('druk.example', $1, '421 later')`, newsletter.At(Start.Add(time.Hour)))
	want := []newsletter.Throttled{{Domain: "druk.example", Until: newsletter.At(Start.Add(time.Hour)), Reason: "421 later"}}
	if diff := cmp.Diff(want, alarms(Start).Throttled); diff != "" {
		t.Error(diff)
	}
	if got := alarms(Start.Add(time.Hour)).Throttled; len(got) > 0 {
		t.Errorf("it is over: %v", got)
	}
	u := w.SignUp("jan@voorbeeld.nl", Start, w.All())
	w.Decide(u, Start)
	if got := alarms(Start.Add(9 * time.Minute)); got.Overdue != 0 {
		t.Errorf("soon: %+v", got)
	}
	if got := alarms(Start.Add(10 * time.Minute)); got.Overdue != 1 || got.Since != newsletter.At(Start) {
		t.Errorf("a confirmation waits: %+v", got)
	}
}
