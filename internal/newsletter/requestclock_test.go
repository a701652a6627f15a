package newsletter_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"bode.example/internal/newsletter"
)

func day(t testing.TB, typed string) newsletter.Day {
	t.Helper()
	d, err := newsletter.ParseDay(typed)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestE8_OneCalendarMonth(t *testing.T) {
	for _, c := range []struct {
		name, received, asked, shown string
		extended                     bool
		strict, last                 string
	}{
		{"no such day: the last of the month, a Saturday", "2026-01-31", "", "", false, "2026-02-28", "2026-03-02"},
		{"extended", "2026-01-31", "", "", true, "2026-04-30", "2026-04-30"},
		{"a leap year", "2028-01-31", "", "", false, "2028-02-29", "2028-02-29"},
		{"over the year's end", "2026-12-15", "", "", false, "2027-01-15", "2027-01-15"},
		{"into Easter, from Good Friday on", "2026-03-03", "", "", false, "2026-04-03", "2026-04-07"},
		{"King's Day", "2026-03-27", "", "", false, "2026-04-27", "2026-04-28"},
		{"Christmas of 2026, with a weekend behind it", "2026-11-25", "", "", false, "2026-12-25", "2026-12-28"},
		{"proof asked at once: the clock stands", "2026-06-01", "2026-06-02", "2026-06-12", false, "2026-07-11", "2026-07-13"},
		{"proof asked late: it doesn't", "2026-06-01", "2026-06-15", "2026-06-20", false, "2026-07-01", "2026-07-01"},
	} {
		clock := newsletter.RequestClock{Received: day(t, c.received), Extended: c.extended}
		if c.asked != "" {
			clock.Asked, clock.Shown = day(t, c.asked), day(t, c.shown)
		}
		if strict, last := clock.Due(clock.Received); strict.String() != c.strict || last.String() != c.last {
			t.Errorf("%s: %v, %v; want %s, %s", c.name, strict, last, c.strict, c.last)
		}
	}
}

func TestE8_Holidays(t *testing.T) {
	for year, want := range map[int]string{2008: "2008-03-23", 2024: "2024-03-31", 2025: "2025-04-20", 2026: "2026-04-05", 2027: "2027-03-28", 2038: "2038-04-25", 2285: "2285-03-22"} {
		if got := newsletter.Easter(year).String(); got != want {
			t.Errorf("Easter of %d: %s, want %s", year, got, want)
		}
	}
	var got []string
	for d := day(t, "2026-01-01"); d <= day(t, "2026-12-31"); d++ {
		if d.Holiday() {
			got = append(got, d.String()[5:])
		}
	}
	want := []string{"01-01", "04-03", "04-06", "04-27", "05-05", "05-14", "05-25", "12-25", "12-26"}
	if len(got) != len(want) {
		t.Fatalf("%v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%v, want %v", got, want)
		}
	}
	if !day(t, "2025-04-26").Holiday() || day(t, "2025-04-27").Holiday() {
		t.Error("King's Day of 2025, when the 27th was a Sunday, was on the 26th")
	}
}

// What the law says of the last day, told once more in another way and compared on any day.
func TestE8_LastDayByAnyRoad(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first, end := newsletter.NewDay(2018, time.May, 25), newsletter.NewDay(2099, time.December, 31)
		c := newsletter.RequestClock{Received: newsletter.Day(rapid.IntRange(int(first), int(end)).Draw(t, "received")), Extended: rapid.Bool().Draw(t, "extended")}
		months := 1
		if c.Extended {
			months = 3
		}
		strict, last := c.Due(c.Received)
		// Walk day by day: as many first days of months as months, and then no further than the same number.
		y, m, number := c.Received.Time().Date()
		walk := c.Received
		for turned := 0; ; walk++ {
			next := (walk + 1).Time()
			if next.Day() == 1 {
				if turned == months {
					break
				}
				turned++
			}
			if turned == months && next.Day() > number {
				break
			}
		}
		if strict != walk {
			t.Fatalf("%d-%d-%d and %d months: %v, want %v", y, m, number, months, strict, walk)
		}
		if last < strict || !last.Working() || last-strict > 4 {
			t.Fatalf("strict %v, last %v", strict, last)
		}
		for d := strict; d < last; d++ {
			if d.Working() {
				t.Fatalf("%v is a working day before %v", d, last)
			}
		}
		later := c
		later.Received++
		if s, l := later.Due(later.Received); s < strict || l < last {
			t.Fatalf("a day later ends earlier: %v, %v after %v, %v", s, l, strict, last)
		}
		if until := c.ExtendUntil(c.Received); until > last {
			t.Fatalf("can be extended until %v, after its end %v", until, last)
		}
	})
}

func TestE9_ProofStopsTheClock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		received := newsletter.Day(rapid.IntRange(20000, 40000).Draw(t, "received"))
		asked := received + newsletter.Day(rapid.IntRange(0, 20).Draw(t, "asked after"))
		waited := newsletter.Day(rapid.IntRange(0, 40).Draw(t, "waited"))
		plain, _ := newsletter.RequestClock{Received: received}.Due(received)
		waiting := newsletter.RequestClock{Received: received, Asked: asked}
		shown := newsletter.RequestClock{Received: received, Asked: asked, Shown: asked + waited}
		strict, _ := shown.Due(asked + waited + 100)
		sofar, _ := waiting.Due(asked + waited)
		want := plain
		if asked-received <= 7 {
			want += waited
		}
		if strict != want || sofar != want || waiting.Stands() != (asked-received <= 7) || shown.Stands() {
			t.Fatalf("shown: %v, waiting: %v, want %v", strict, sofar, want)
		}
	})
}

func TestE8_Reminders(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		strict := newsletter.Day(rapid.IntRange(20000, 40000).Draw(t, "strict"))
		last := strict
		for !last.Working() {
			last++
		}
		asleep := map[newsletter.Day]bool{} // days on which the program was down
		for range rapid.IntRange(0, 10).Draw(t, "days down") {
			asleep[strict-newsletter.Day(rapid.IntRange(-5, 35).Draw(t, "down"))] = true
		}
		var reminded newsletter.Day
		var on []newsletter.Day
		for today := strict - 30; today <= last+5; today++ {
			if asleep[today] {
				continue
			}
			if newsletter.Remind(strict, last, reminded, today) {
				reminded = today
				on = append(on, today)
			}
			if newsletter.Remind(strict, last, reminded, today) {
				t.Fatal("twice on one day")
			}
		}
		for _, before := range []newsletter.Day{14, 7, 2} {
			found := false
			for _, d := range on {
				found = found || d >= strict-before
			}
			if !found {
				t.Fatalf("nobody was reminded after %d days before", before)
			}
		}
		if len(asleep) == 0 && len(on) != 3+5 {
			t.Fatalf("reminded on %v", on)
		}
	})
}
