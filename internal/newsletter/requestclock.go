package newsletter

// RequestClock tells when a request about personal data must have been answered (GDPR art. 12(3)). Its days
// are those of the organisation's zone.
type RequestClock struct {
	Received Day // on which it arrived, whoever wrote it down when
	// Asked is when proof of identity was asked for, and Shown when it came. While it is awaited the clock
	// stands still, if it was asked without delay (EDPB guidelines 01/2022, 157); asked later, it doesn't.
	Asked, Shown Day
	Extended     bool // by two months, for which there must be a reason
}

// The terms of art. 12(3), in months, and the days within which proof is asked "without delay": a choice of
// ours (docs/decisions/0171-what-stops-the-clock.md).
const (
	answerMonths    = 1
	extensionMonths = 2
	withoutDelay    = 7
)

// Pauses reports whether asking for proof stops this clock.
func (c RequestClock) Pauses() bool { return c.Asked != 0 && c.Asked-c.Received <= withoutDelay }

// Stands reports whether it stands still: proof was asked without delay and has not come.
func (c RequestClock) Stands() bool { return c.Pauses() && c.Shown == 0 }

// paused counts the days that the clock has stood still until a day.
func (c RequestClock) paused(today Day) Day {
	switch {
	case !c.Pauses():
		return 0
	case c.Shown != 0:
		return max(0, c.Shown-c.Asked)
	default:
		return max(0, today-c.Asked)
	}
}

// Due returns the last day for an answer, as known today. strict is one calendar month after the day of
// arrival, which itself doesn't count, and last is what the law makes of it: the next working day
// (Regulation 1182/71, art. 3(1), (2)(c) and (4)). Who answers by strict is never late.
func (c RequestClock) Due(today Day) (strict, last Day) {
	months := answerMonths
	if c.Extended {
		months += extensionMonths
	}
	return c.after(months, today)
}

// ExtendUntil is the last day on which the person can be told that it takes longer: within the first month.
func (c RequestClock) ExtendUntil(today Day) Day {
	_, last := c.after(answerMonths, today)
	return last
}

func (c RequestClock) after(months int, today Day) (strict, last Day) {
	strict = c.Received.AddMonths(months) + c.paused(today)
	for last = strict; !last.Working(); last++ {
	}
	return strict, last
}

// reminders are how many days before the strict day officers are reminded.
var reminders = [...]Day{14, 7, 2}

// Remind reports whether officers are to be reminded today of a request: once for each of 14, 7 and 2 days
// before its strict day, also when that day itself was missed, and on each day that it is late. reminded is
// the day of the last reminder; none if there was none.
func Remind(strict, last, reminded, today Day) bool {
	if reminded >= today {
		return false
	}
	if today > last {
		return true
	}
	for _, before := range reminders {
		if at := strict - before; at > reminded && at <= today {
			return true
		}
	}
	return false
}

// RemindWithin is from how many days before its last day on a request may need a reminder: the first one, and
// the most days that holidays and weekends put between the strict day and the last.
const RemindWithin = 14 + 5

// Officer is where a reminder goes.
type Officer struct {
	Address  Address
	Language Language
}
