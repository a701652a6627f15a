package storetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bode.example/internal/store"
)

func dutyCases() []Case {
	return []Case{
		{"a duty is one worker's until it is left or its time has passed", []string{"HoldDuty", "LeaveDuty"}, testDuty},
		{"of many workers one has a duty", []string{"HoldDuty"}, testDutyRace},
	}
}

func testDuty(t *testing.T, s *store.Store) {
	hold := func(worker string, now time.Time, want bool) {
		t.Helper()
		if got, err := s.HoldDuty(t.Context(), "mailbox", worker, now.Add(time.Minute), now); err != nil || got != want {
			t.Errorf("%s at %s: %v, %v; want %v", worker, now.Format(time.TimeOnly), got, err, want)
		}
	}
	leave := func(worker string) {
		t.Helper()
		if err := s.LeaveDuty(t.Context(), "mailbox", worker); err != nil {
			t.Error(err)
		}
	}
	hold("a", Start, true)
	hold("b", Start, false)
	hold("a", Start.Add(30*time.Second), true) // longer
	hold("b", Start.Add(61*time.Second), false)
	leave("b") // it is not b's
	hold("b", Start.Add(62*time.Second), false)
	leave("a")
	hold("b", Start.Add(63*time.Second), true)
	hold("a", Start.Add(122*time.Second), false)
	hold("a", Start.Add(123*time.Second), true) // b said nothing more
	if got, err := s.HoldDuty(t.Context(), "another", "b", Start.Add(time.Hour), Start); err != nil || !got {
		t.Errorf("another duty: %v, %v", got, err)
	}
}

func testDutyRace(t *testing.T, s *store.Store) {
	var wg sync.WaitGroup
	var held atomic.Int32
	for n := range 8 {
		wg.Go(func() {
			got, err := s.HoldDuty(t.Context(), "mailbox", fmt.Sprint(n), Start.Add(time.Minute), Start)
			if err != nil {
				t.Error(err)
			}
			if got {
				held.Add(1)
			}
		})
	}
	wg.Wait()
	if held.Load() != 1 {
		t.Errorf("%d workers have it", held.Load())
	}
}
