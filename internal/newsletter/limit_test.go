package newsletter_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"bode.example/internal/newsletter"
)

// Whatever the times of the requests: no window of a limit's length, wherever it begins, holds more
// than the limit allows, and nothing is refused that it does allow.
func TestD3_LimitHoldsInEveryWindow(t *testing.T) {
	begin := time.Date(2026, 11, 2, 7, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		limits := []newsletter.Limit{
			{Most: rapid.IntRange(1, 3).Draw(t, "most"), Per: 10 * time.Minute},
			{Most: rapid.IntRange(1, 6).Draw(t, "most of a day"), Per: 24 * time.Hour},
		}
		var tally newsletter.Tally
		var taken []time.Time
		now := begin
		for range rapid.IntRange(1, 60).Draw(t, "requests") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(3*time.Hour/time.Microsecond)).Draw(t, "later")) * time.Microsecond)
			free := true
			for _, limit := range limits {
				free = free && within(taken, now, limit.Per) < limit.Most
			}
			next, again := tally.Take(limits, now)
			if free != again.IsZero() {
				t.Fatalf("at %v: free %v, told to come again at %v", now, free, again)
			}
			if free {
				taken = append(taken, now)
				tally = next
				continue
			}
			if _, early := tally.Take(limits, again.Add(-time.Microsecond)); early.IsZero() {
				t.Fatalf("told to wait until %v, and it was free before", again)
			}
			if _, later := tally.Take(limits, again); !later.IsZero() {
				t.Fatalf("told to come again at %v, and then at %v", again, later)
			}
		}
	})
}

// within counts what lies in the window of length per that ends at now.
func within(taken []time.Time, now time.Time, per time.Duration) (n int) {
	for _, at := range taken {
		if at.After(now.Add(-per)) {
			n++
		}
	}
	return n
}

// A limit with a high number keeps few marks, and errs by refusing, never by letting more through.
func TestLimitThinsOut(t *testing.T) {
	limit := newsletter.Limit{Most: 1000, Per: time.Hour}
	now := time.Date(2026, 11, 2, 7, 0, 0, 0, time.UTC)
	var tally newsletter.Tally
	var taken []time.Time
	for range 5000 {
		now = now.Add(time.Second)
		next, again := tally.Take([]newsletter.Limit{limit}, now)
		if !again.IsZero() {
			if !again.After(now) || again.After(now.Add(time.Hour)) {
				t.Fatalf("told to come again at %v", again)
			}
			continue
		}
		tally, taken = next, append(taken, now)
		if n := within(taken, now, limit.Per); n > limit.Most {
			t.Fatalf("%d in an hour", n)
		}
		if len(tally) > 256 {
			t.Fatalf("%d marks", len(tally))
		}
	}
	if len(taken) < 1200 {
		t.Errorf("only %d in 83 minutes", len(taken))
	}
	if _, again := tally.Take([]newsletter.Limit{{Most: 0, Per: time.Hour}}, now); again.IsZero() {
		t.Error("a limit of none lets one through")
	}
}

func TestTooManyUntil(t *testing.T) {
	now := time.Date(2026, 11, 2, 7, 0, 0, 0, time.UTC)
	for wait, want := range map[time.Duration]struct {
		count  int
		reason string
	}{
		time.Millisecond:             {1, "limit"},
		time.Minute:                  {1, "limit"},
		time.Minute + time.Second:    {2, "limit"},
		2 * time.Hour:                {120, "limit"},
		2*time.Hour + time.Second:    {3, "limit_hours"},
		23*time.Hour + time.Second:   {24, "limit_hours"},
		-5 * time.Minute:             {1, "limit"},
		10*time.Minute - time.Second: {10, "limit"},
	} {
		e := newsletter.TooManyUntil("limit", now.Add(wait), now)
		if e.Code != newsletter.TooMany || e.Reason != want.reason || e.Args["Count"] != want.count {
			t.Errorf("%v: %+v", wait, e)
		}
	}
}
