package delivery

import "time"

// trouble is a mail server that does not take mail: how long to leave it alone. It doubles from one
// second to a minute.
type trouble struct {
	pause time.Duration
	until time.Time
}

const (
	firstPause   = time.Second
	longestPause = time.Minute
)

func (t *trouble) on() bool { return t.pause > 0 }

func (t *trouble) waits(now time.Time) bool { return t.on() && now.Before(t.until) }

// again notes one more failure. Failures of messages that were under way together count once.
func (t *trouble) again(now time.Time) {
	if t.waits(now) {
		return
	}
	t.pause = min(max(2*t.pause, firstPause), longestPause)
	t.until = now.Add(t.pause)
}

func (t *trouble) end() { *t = trouble{} }
