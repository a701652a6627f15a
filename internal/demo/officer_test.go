package demo

import (
	"testing"
	"time"

	"bode.example/internal/newsletter"
)

// On whatever day the demonstration is shown, one request has three days left, or as few more as the calendar
// allows, one is late and one is new.
func TestDemo_RequestsAreUrgentOnAnyDay(t *testing.T) {
	for today := newsletter.NewDay(2026, time.January, 1); today < newsletter.NewDay(2029, time.January, 1); today++ {
		all := asked(today)
		left := make([]newsletter.Day, len(all))
		for i, r := range all {
			if r.ReceivedOn > today {
				t.Fatalf("%v: request %d arrives on %v", today, i, r.ReceivedOn)
			}
			_, due := (newsletter.RequestClock{Received: r.ReceivedOn}).Due(today)
			left[i] = due - today
		}
		if left[0] < 3 || left[0] > 7 || left[1] >= 0 || left[1] < -8 || left[2] < 27 {
			t.Errorf("%v: %d days left", today, left)
		}
		if due := today + 3; due.Working() && due.Time().Day() <= 28 && left[0] != 3 {
			t.Errorf("%v: %d days left, where three can be", today, left[0])
		}
	}
}
