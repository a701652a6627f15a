package newsletter

import (
	"database/sql/driver"
	"slices"
	"time"
)

// Limit allows something Most times in any period of length Per, wherever the period begins.
type Limit struct {
	Most int
	Per  time.Duration
}

// Quota is the limits on one counter: of an address (a keyed hash), a network, or everybody.
type Quota struct {
	Counter string // what is counted, such as "signup_address"
	Key     string // whose it is
	Limits  []Limit
	Reason  string // of the Error that says that there were too many
}

// Tally is when something happened lately, oldest first: what limits count. It holds no more than
// the limits need.
type Tally []Mark

// Mark is an instant, in microseconds since 1970, and how often something happened at it.
type Mark [2]int64

// fineMarks is how many marks a tally keeps apart. A longer one is thinned out: two neighbours
// become one at the later time, so that nothing is forgotten too early.
const fineMarks = 128

// Take counts one more at now, unless a limit forbids it: then again is when it may be, and the
// tally is returned as it was.
func (t Tally) Take(limits []Limit, now time.Time) (next Tally, again time.Time) {
	var longest time.Duration
	for _, limit := range limits {
		longest = max(longest, limit.Per)
		if at := t.free(limit, now); at.After(again) {
			again = at
		}
	}
	if !again.IsZero() {
		return t, again
	}
	next = slices.DeleteFunc(slices.Clone(t), func(m Mark) bool { return m[0] <= now.Add(-longest).UnixMicro() })
	next = append(next, Mark{now.UnixMicro(), 1})
	if len(next) > fineMarks {
		next = next.thinned()
	}
	return next, again
}

// free is when the limit allows one more; zero: at once.
func (t Tally) free(limit Limit, now time.Time) time.Time {
	begin := now.Add(-limit.Per).UnixMicro()
	count := int64(0)
	for _, m := range t {
		if m[0] > begin {
			count += m[1]
		}
	}
	for _, m := range t {
		if count < int64(limit.Most) {
			return time.Time{}
		}
		if m[0] <= begin {
			continue
		}
		if count -= m[1]; count < int64(limit.Most) {
			return time.UnixMicro(m[0]).Add(limit.Per).UTC()
		}
	}
	if limit.Most > 0 {
		return time.Time{}
	}
	return now.Add(limit.Per) // it allows nothing at all
}

func (t Tally) thinned() Tally {
	var thin Tally
	for pair := range slices.Chunk(t, 2) {
		m := pair[len(pair)-1]
		if len(pair) == 2 {
			m[1] += pair[0][1]
		}
		thin = append(thin, m)
	}
	return thin
}

// Value writes the tally as JSON.
func (t Tally) Value() (driver.Value, error) {
	if t == nil {
		return "[]", nil
	}
	return jsonValue([]Mark(t))
}

// Scan reads JSON.
func (t *Tally) Scan(src any) error {
	*t = nil
	return scanJSON(src, (*[]Mark)(t))
}

// TooManyUntil is the error that a limit is reached. "Count" of its Args is the whole minutes to
// wait, at least one; from two hours on the reason ends in _hours, and it is hours.
func TooManyUntil(reason string, again, now time.Time) *Error {
	unit, name, wait := time.Minute, "minutes", again.Sub(now)
	if wait > 2*time.Hour {
		unit, name, reason = time.Hour, "hours", reason+"_hours"
	}
	count := max(1, int((wait+unit-1)/unit))
	e := Errorf(TooMany, reason, "there were too many requests: try again in %d %s", count, name)
	e.Args = map[string]any{"Count": count}
	return e
}
