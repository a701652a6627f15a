package delivery

import (
	"context"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"bode.example/internal/newsletter"
)

// Limit is how much mail one receiving domain gets. A field that is 0 sets no limit.
type Limit struct {
	AtOnce    int     // messages under way
	PerSecond float64 // messages a second
}

// Limits are the limits of receiving domains, by their names in lower case; that of "*" holds for every
// domain that isn't named. They hold for editions, for all workers together; other mail is rare, and awaited.
type Limits map[string]Limit

func (l Limits) of(domain string) Limit {
	if limit, ok := l[strings.ToLower(domain)]; ok {
		return limit
	}
	return l["*"]
}

// uses is what domains have of their limits. It forgets domains that have all of it.
type uses struct {
	limits Limits
	of     map[string]*use
	// relieved is when the lane put back what it can't send yet.
	relieved time.Time
	// senders is how many workers send editions, this one among them: each has as large a part of a limit.
	senders atomic.Int32
}

// limit is this worker's part of a domain's limit, but one message at once at least.
func (u *uses) limit(domain string) Limit {
	limit, senders := u.limits.of(domain), max(1, int(u.senders.Load()))
	if limit.AtOnce > 0 {
		limit.AtOnce = max(1, limit.AtOnce/senders)
	}
	limit.PerSecond /= float64(senders)
	return limit
}

// share learns how many workers there are to share limits with. If that can't be learnt, it stays as it was.
func (w *Worker) share(ctx context.Context, u *uses) {
	if u == nil {
		return
	}
	if n, err := w.Store.Senders(ctx, w.Now()); err == nil {
		u.senders.Store(int32(min(n, math.MaxInt32)))
	}
}

type use struct {
	underWay int
	next     time.Time // when the next message may go
}

// keptUses is how many domains are remembered before the unused ones are forgotten.
const keptUses = 1000

// limitBurst is for how long a domain may save up what it didn't use.
const limitBurst = 100 * time.Millisecond

func newUses(limits Limits) *uses {
	if len(limits) == 0 {
		return nil
	}
	return &uses{limits: limits, of: map[string]*use{}}
}

// pick chooses n at most of those that wait whose domains may have more, in their order.
func (u *uses) pick(picked, waiting []*job, n int, now time.Time) []*job {
	asked := map[string]int{}
	for _, j := range waiting {
		if len(picked) == n {
			break
		}
		domain := j.claim.Domain
		if asked[domain] < u.room(domain, now) {
			asked[domain]++
			picked = append(picked, j)
		}
	}
	return picked
}

// room is how many messages a domain may have now.
func (u *uses) room(domain string, now time.Time) int {
	limit, room := u.limit(domain), batch
	use := u.of[domain]
	if use == nil {
		use = &empty
	}
	if limit.AtOnce > 0 {
		room = limit.AtOnce - use.underWay
	}
	if limit.PerSecond > 0 {
		saved := min(now.Sub(use.next), limitBurst)
		if saved < 0 {
			return 0
		}
		room = min(room, 1+int(saved.Seconds()*limit.PerSecond))
	}
	return room
}

var empty use

// went notes that a message to the domain goes, and came that it is done.
func (u *uses) went(domain string, now time.Time) {
	if u == nil {
		return
	}
	limit := u.limit(domain)
	if limit == (Limit{}) {
		return
	}
	if len(u.of) >= keptUses {
		u.forget(now)
	}
	if u.of[domain] == nil {
		u.of[domain] = &use{}
	}
	use := u.of[domain]
	use.underWay++
	if limit.PerSecond > 0 {
		if earliest := now.Add(-limitBurst); use.next.Before(earliest) {
			use.next = earliest
		}
		use.next = use.next.Add(time.Duration(float64(time.Second) / limit.PerSecond))
	}
}

func (u *uses) came(domain string) {
	if u != nil && u.of[domain] != nil {
		u.of[domain].underWay--
	}
}

func (u *uses) forget(now time.Time) {
	for domain, use := range u.of {
		if use.underWay == 0 && use.next.Before(now) {
			delete(u.of, domain)
		}
	}
}

// backlog is how many that wait a lane keeps before it puts back those whose domains take no more.
const backlog = 4 * batch

// putBackFor is the least for which they are put back.
const putBackFor = 30 * time.Second

// excess chooses by domain which of those that wait to put back, and for how long: of a domain with a limit
// those that it won't have soon.
func (u *uses) excess(waiting []*job) (back map[string][]newsletter.Held, due map[string]time.Duration) {
	seen := map[string]int{}
	back, due = map[string][]newsletter.Held{}, map[string]time.Duration{}
	for _, j := range waiting {
		domain := j.claim.Domain
		limit := u.limit(domain)
		if limit == (Limit{}) {
			continue
		}
		keep := batch / 4
		if limit.PerSecond > 0 {
			keep = min(keep, int(limit.PerSecond*putBackFor.Seconds()))
		}
		if seen[domain]++; seen[domain] > keep {
			back[domain] = append(back[domain], j.claim.Held())
		}
	}
	for domain := range back {
		due[domain] = putBackFor
		if rate := u.limit(domain).PerSecond; rate > 0 {
			due[domain] = max(putBackFor, time.Duration(float64(len(back[domain]))/rate*float64(time.Second))/2)
		}
	}
	return back, due
}

// clogged reports whether so much waits for domains that take no more that others can't be claimed.
func (l *lane) clogged() bool {
	return l.uses != nil && len(l.waiting) >= backlog && l.worker.Now().Sub(l.uses.relieved) >= time.Second
}

// putBack gives back most of what waits for domains that take no more, when the lane is clogged by it.
func (l *lane) putBack(ctx context.Context) error {
	if !l.clogged() {
		return nil
	}
	now := l.worker.Now()
	l.uses.relieved = now
	back, due := l.uses.excess(l.waiting)
	for domain, some := range back {
		if _, err := l.worker.Store.PutBack(ctx, some, now.Add(due[domain])); err != nil {
			return err
		}
		gone := map[newsletter.Held]bool{}
		for _, one := range some {
			gone[one] = true
			l.held.remove(one.ClaimID)
		}
		l.waiting = slices.DeleteFunc(l.waiting, func(j *job) bool { return gone[j.claim.Held()] })
	}
	return nil
}
