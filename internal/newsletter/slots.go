package newsletter

import (
	"fmt"
	"time"
)

// maxMissed is how many missed slots of one absence get a row of their own.
const maxMissed = 100

// maxSlots bounds the work for one absence: a schedule of every minute reaches it in a week.
// Longer ones are caught up in several steps.
const maxSlots = 10_000

// MissedSlot is a slot that passed without an edition, and why.
type MissedSlot struct {
	At     Time
	Reason string
}

// Slots is what to do about the slots of a schedule that became due since it was last looked at.
type Slots struct {
	Schedule Schedule // as it was read: if it was changed meanwhile, nothing is done
	Missed   []MissedSlot
	Make     Time // the slot to make an edition for; zero: none
	NextAt   Time // the next one to look at
}

// Slots counts the slots from NextAt on, of which at least one is due: the newest past one is made
// good within the grace time, the earlier ones are missed, and so it is when it is too old. The
// next one ahead gets its draft when its lead time has begun and no earlier slot is made now. next
// returns the first slot after an instant.
func (s *Schedule) Slots(next func(time.Time) time.Time, now Time) Slots {
	due := Slots{Schedule: *s}
	var past []Time // the newest maxMissed+1
	earlier, slot := 0, s.NextAt
	for range maxSlots {
		if slot.After(now.Time) {
			break
		}
		if past = append(past, slot); len(past) > maxMissed+1 {
			past, earlier = past[1:], earlier+1
		}
		slot = At(next(slot.Time))
	}
	due.NextAt = slot
	if n := len(past); n > 0 && slot.After(now.Time) && now.Before(s.MissedAt(past[n-1]).Time) {
		due.Make, past = past[n-1], past[:n-1]
	} else if n > maxMissed {
		past, earlier = past[1:], earlier+1
	}
	for _, at := range past {
		reason := ReasonNewerSlot
		if !now.Before(s.MissedAt(at).Time) {
			reason = ReasonPastGrace
		}
		due.Missed = append(due.Missed, MissedSlot{at, reason})
	}
	if earlier > 0 {
		due.Missed[0].Reason = fmt.Sprintf("%s: %d", ReasonEarlier, earlier)
	}
	if due.Make.IsZero() && len(past) == 0 {
		due.Make, due.NextAt = slot, At(next(slot.Time))
	}
	return due
}
