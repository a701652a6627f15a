package mailer

import (
	"net"
	"os"
	"sync/atomic"
	"time"
)

// patience closes a connection on which a step takes too long. After a step that took too long a
// connection is of no use (a late reply would be taken for the reply to something else), so closing
// it loses nothing that a deadline would keep, and needs no clock.
type patience struct {
	conn  net.Conn
	timer *time.Timer
	over  atomic.Bool
}

func newPatience(conn net.Conn, first time.Duration) *patience {
	p := &patience{conn: conn}
	p.timer = time.AfterFunc(first, func() {
		p.over.Store(true)
		p.conn.Close()
	})
	return p
}

// give starts the time of a step; that of the step before is over.
func (p *patience) give(d time.Duration) { p.timer.Reset(d) }

// rest waits for nothing.
func (p *patience) rest() { p.timer.Stop() }

// cause is why a step failed: it took too long, or else err.
func (p *patience) cause(err error) error {
	if p.over.Load() {
		return os.ErrDeadlineExceeded
	}
	return err
}
