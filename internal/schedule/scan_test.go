package schedule_test

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"bode.example/internal/schedule"
)

func parseLine(l line, zone string) (schedule.Schedule, error) { return schedule.Parse(l.spec, zone) }

// drawStart draws an instant from 2005 to 2060, mostly from the days before a change of the clock.
func drawStart(t *rapid.T, zone *time.Location) time.Time {
	hours := rapid.IntRange(0, 365*24).Draw(t, "hour of the year")
	start := time.Date(rapid.SampledFrom([]int{2005, 2011, 2016, 2019, 2024, 2026, 2027, 2033, 2040, 2060}).Draw(t, "year"), 1, 1, hours, 0, 0, 0, time.UTC)
	if changes := changesAfter(zone, start); len(changes) > 0 && rapid.IntRange(0, 3).Draw(t, "near a change") > 0 {
		change := rapid.SampledFrom(changes).Draw(t, "change")
		start = change.Add(-time.Duration(rapid.IntRange(0, 48*60).Draw(t, "minutes before")) * time.Minute)
	}
	return start.Add(time.Duration(rapid.IntRange(0, 59).Draw(t, "seconds")) * time.Second)
}

// changesAfter returns the hours within a year in which a zone's offset changes.
func changesAfter(zone *time.Location, start time.Time) (changes []time.Time) {
	_, before := start.In(zone).Zone()
	for at := start; at.Before(start.AddDate(1, 0, 0)); at = at.Add(time.Hour) {
		if _, offset := at.In(zone).Zone(); offset != before {
			changes, before = append(changes, at), offset
		}
	}
	return changes
}

// scan finds the slots in (from, to] by looking at every minute: on a clock that stands on the wall,
// and, where that jumps, at the minutes that it left out.
func scan(l line, zone *time.Location, from, to time.Time) (found []time.Time) {
	const margin = 50 * time.Hour // what a jump of the wall clock can span, and more
	seen := map[time.Time]bool{}  // wall minutes that have had their first time
	add := func(wall, slot time.Time) {
		if !seen[wall] && l.on(wall) && l.hours[wall.Hour()] && l.minutes[wall.Minute()] && slot.After(from) && !slot.After(to) {
			found = append(found, slot)
		}
		seen[wall] = true
	}
	start := from.Truncate(time.Minute).Add(-margin)
	last := wallOf(start, zone).Add(-time.Minute)
	for at := start; at.Before(to.Add(margin)); at = at.Add(time.Minute) {
		wall := wallOf(at, zone)
		for missing := last.Add(time.Minute); missing.Before(wall); missing = missing.Add(time.Minute) {
			// The offset before the gap: as long after the last minute before it as the wall says.
			add(missing, at.Add(missing.Sub(last)-time.Minute))
		}
		add(wall, at)
		last = wall
	}
	slices.SortFunc(found, time.Time.Compare)
	return slices.CompactFunc(found, time.Time.Equal)
}

// wallOf returns what the wall clock shows, as if it were UTC.
func wallOf(at time.Time, zone *time.Location) time.Time {
	at = at.In(zone)
	return time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), 0, 0, time.UTC)
}
