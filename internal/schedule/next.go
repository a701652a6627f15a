package schedule

import "time"

// A gap of the wall clock is a day long at most (Samoa left out 30 December 2011). So the slot of a
// calendar day falls on that day or the next, and no slot of a later day is earlier than one of the
// day before the last.
const gapDays = 1

// horizon is how many days may have no slot: from 29 February 2096 to that of 2104, and the margins.
const horizon = 8*366 + 2*gapDays + 1

// Next returns the least slot strictly after a time, in the schedule's zone. For a Schedule that
// Parse made there always is one.
func (s Schedule) Next(after time.Time) time.Time {
	var next time.Time
	year, month, day := after.In(s.Location()).Date()
	for i, last := -gapDays, horizon; i <= last; i++ {
		date := time.Date(year, month, day+i, 0, 0, 0, 0, time.UTC)
		slot := s.firstOn(date, after)
		if slot.IsZero() {
			continue
		}
		if next.IsZero() {
			last = i + gapDays
		}
		if next.IsZero() || slot.Before(next) {
			next = slot
		}
	}
	return next
}

// NextN returns the n slots after a time.
func (s Schedule) NextN(after time.Time, n int) []time.Time {
	var slots []time.Time
	for range n {
		if after = s.Next(after); after.IsZero() {
			break
		}
		slots = append(slots, after)
	}
	return slots
}

// firstOn returns the least slot after a time among those of one calendar day, or zero. It stops at
// the wall time that the slot really has: what comes later on the wall can't come before it.
func (s Schedule) firstOn(date, after time.Time) (first time.Time) {
	if !s.onDay(date) {
		return first
	}
	var really time.Time
	for hour := range s.hours.all() {
		for minute := range s.minutes.all() {
			wall := date.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
			if !first.IsZero() && !wall.Before(really) {
				return first
			}
			if slot := s.instant(wall); slot.After(after) && (first.IsZero() || slot.Before(first)) {
				first, really = slot, slot.UTC().Add(s.offset(slot))
			}
		}
	}
	return first
}

// onDay reports whether a calendar day is in the schedule.
func (s Schedule) onDay(date time.Time) bool {
	if !s.months.has(int(date.Month())) {
		return false
	}
	day, weekday := s.days.has(date.Day()), s.weekdays.has(int(date.Weekday()))
	if s.either {
		return day || weekday
	}
	return day && weekday
}

// instant returns the instant of a wall time, given as if it were UTC, by the rule of RFC 5545.
//
// No offset is as large as a day, so a change of the offset that touches this wall time lies between
// a day before it and a day after it. Trying the offset from before first takes the first of two
// occurrences; when neither fits, the wall time lies in a gap. (Time.ZoneBounds would name the change
// itself, but in Go 1.26 the period of 31 December of a leap year may end before that day.)
func (s Schedule) instant(wall time.Time) time.Time {
	before, after := s.offset(wall.Add(-24*time.Hour)), s.offset(wall.Add(24*time.Hour))
	first := wall.Add(-before)
	if before == after || s.offset(first) == before {
		return first.In(s.Location())
	}
	if second := wall.Add(-after); s.offset(second) == after {
		return second.In(s.Location())
	}
	return first.In(s.Location())
}

// offset returns how far the wall clock is ahead of UTC at an instant.
func (s Schedule) offset(at time.Time) time.Duration {
	_, seconds := at.In(s.Location()).Zone()
	return time.Duration(seconds) * time.Second
}
