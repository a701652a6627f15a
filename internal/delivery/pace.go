package delivery

import "time"

// pace slows a lane down that was told so: too much, too fast (421, 4.7). It halves the speed, and lets it
// recover by a quarter each half minute until it is well above what was too fast; then there is no limit any more.
type pace struct {
	perSecond float64 // 0: no limit
	ceiling   float64 // the speed that was too fast
	changed   time.Time
	next      time.Time // when the next message may go

	accepted int // since began: how fast it goes
	began    time.Time
}

const (
	slowest       = 1.0              // messages a second
	settles       = 5 * time.Second  // answers to what was under way when it slowed down
	recovers      = 30 * time.Second // between steps up
	paceBurst     = 100 * time.Millisecond
	speedMeasured = 10 * time.Second
)

// took notes a message that was accepted.
func (p *pace) took(now time.Time) {
	if now.Sub(p.began) > speedMeasured {
		p.began, p.accepted = now, 0
	}
	p.accepted++
}

// slow notes that it went too fast.
func (p *pace) slow(now time.Time) {
	if p.perSecond > 0 && now.Sub(p.changed) < settles {
		return
	}
	if p.perSecond == 0 {
		if p.accepted == 0 {
			return // it takes nothing at all: that is trouble, and no matter of speed
		}
		p.perSecond = float64(p.accepted) / max(1, now.Sub(p.began).Seconds())
		p.ceiling = p.perSecond
	}
	p.perSecond = max(slowest, p.perSecond/2)
	p.changed, p.next = now, now
}

// room is how many messages may go now, and when the next may if none.
func (p *pace) room(now time.Time) (n int, wait time.Duration) {
	for p.perSecond > 0 && now.Sub(p.changed) >= recovers {
		p.perSecond *= 1.25
		if p.changed = p.changed.Add(recovers); p.perSecond > max(1, 2*p.ceiling) {
			p.perSecond = 0
		}
	}
	if p.perSecond == 0 {
		return int(^uint(0) >> 1), 0
	}
	if wait = p.next.Sub(now); wait > 0 {
		return 0, wait
	}
	return 1 + int(min(-wait, paceBurst).Seconds()*p.perSecond), 0
}

// went notes that n messages go.
func (p *pace) went(n int, now time.Time) {
	if p.perSecond == 0 {
		return
	}
	if earliest := now.Add(-paceBurst); p.next.Before(earliest) {
		p.next = earliest
	}
	p.next = p.next.Add(time.Duration(float64(n) / p.perSecond * float64(time.Second)))
}
