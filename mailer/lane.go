package mailer

import (
	"slices"
	"sync"
	"time"
)

// lane is a number of connections that may be open at once, and those of them that are idle.
type lane struct {
	slots chan struct{} // one for each connection in use

	mu   sync.Mutex
	idle []*conn // the one used last is taken first, so that those that aren't needed grow old
}

func newLane(connections int) *lane { return &lane{slots: make(chan struct{}, connections)} }

func (l *lane) release() { <-l.slots }

// take removes an idle connection, closing those that aren't usable any more. With a nil usable any
// will do; nil when there is none.
func (l *lane) take(usable func(*conn) bool) *conn {
	for {
		l.mu.Lock()
		n := len(l.idle)
		if n == 0 {
			l.mu.Unlock()
			return nil
		}
		c := l.idle[n-1]
		l.idle = l.idle[:n-1]
		c.idle.Stop()
		l.mu.Unlock()
		if usable == nil || usable(c) {
			return c
		}
		c.quit()
	}
}

// put adds an idle connection, which expires after a while.
func (l *lane) put(c *conn, after time.Duration, expire func(*lane, *conn)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.idle = append(l.idle, c)
	if c.idle == nil {
		c.idle = time.AfterFunc(after, func() { expire(l, c) })
	} else {
		c.idle.Reset(after)
	}
}

// remove takes out one connection, if it is idle still.
func (l *lane) remove(c *conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.Index(l.idle, c)
	if i < 0 {
		return false
	}
	l.idle = slices.Delete(l.idle, i, i+1)
	return true
}
