package delivery

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/mailer"
)

// lane is one stream of messages: a claimer, a gatekeeper (run), and a sender for each connection.
// docs/sending.md draws it.
type lane struct {
	worker   *Worker
	settings Settings
	held     *held
	name     string
	priority bool
	claim    claimFunc
	rest     time.Duration // between two looks for mail when there was none
	window   int
	senders  int

	claimed chan claims   // from the claimer; holds none
	jobs    chan *job     // granted; has room for the window
	results chan result   // from the senders; has room for the window
	bell    chan struct{} // a sender has nothing to do
	hungry  atomic.Int32  // how many have

	// The gatekeeper's own.
	waiting  []*job               // claimed, not yet through the gate
	outcomes []newsletter.Outcome // known, not yet recorded
	oldest   time.Time            // when the first of outcomes came
	inFlight int                  // through the gate, no outcome yet
	ids      []newsletter.Held
	next     []*job  // chosen of waiting for the next commit
	trouble  trouble // of the mail server
	pace     pace
	throttle int // answers in a row that said: too much, too fast
	uses     *uses
	domains  *domains // of all lanes
	stops    stops
	cutOff   bool // from the database
}

// linger is how long an outcome waits for others to be recorded with it.
const linger = 20 * time.Millisecond

// run works until ctx ends and all that is in flight has an outcome that is recorded.
func (l *lane) run(ctx context.Context) error {
	l.claimed, l.bell = make(chan claims), make(chan struct{}, 1)
	l.stops = newStops()
	l.jobs, l.results = make(chan *job, l.window), make(chan result, l.window)
	// What is in flight when ctx ends is finished, within the grace time.
	sending, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stopGrace := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(l.settings.Grace, cancel)
		context.AfterFunc(sending, func() { timer.Stop() })
	})
	defer stopGrace()
	defer cancel()
	var hands sync.WaitGroup
	defer hands.Wait()
	claiming, stopClaiming := context.WithCancel(ctx)
	defer stopClaiming()
	hands.Go(func() { l.keepClaimed(claiming) })
	for range l.senders {
		hands.Go(func() { l.send(sending) })
	}
	defer close(l.jobs)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		err := l.gather(ctx, timer)
		if err == nil {
			err = l.turn(ctx)
		}
		l.heed(ctx, err)
	}
	return l.finish(ctx)
}

// databasePause is how long a lane waits for a database that fails before it tries again.
const databasePause = time.Second

// heed waits when the database fails, and says once that it does and once that it is back. Nothing
// goes out meanwhile: without the database nothing is handed over.
func (l *lane) heed(ctx context.Context, err error) {
	switch {
	case ctx.Err() != nil:
	case err != nil:
		if !l.cutOff {
			l.worker.Log.Error("the database fails; deliveries wait", "lane", l.name, "err", err)
		}
		l.cutOff = true
		sleep(ctx, databasePause)
	case l.cutOff:
		l.cutOff = false
		l.worker.Log.Info("the database works again", "lane", l.name)
	}
}

// gather collects claims and outcomes until a commit is worth its while.
func (l *lane) gather(ctx context.Context, timer *time.Timer) error {
	for {
		l.collect()
		wait, now := l.patience()
		if now {
			return nil
		}
		timer.Reset(wait)
		var more chan claims
		if len(l.waiting) < l.window || l.uses != nil && len(l.waiting) < backlog {
			more = l.claimed
		}
		select {
		case r := <-l.results:
			l.take(r)
		case got := <-more:
			if got.err != nil {
				return got.err
			}
			l.waiting = append(l.waiting, got.jobs...)
		case <-l.bell:
		case <-timer.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// collect takes the outcomes that are there.
func (l *lane) collect() {
	for {
		select {
		case r := <-l.results:
			l.take(r)
		default:
			return
		}
	}
}

// patience says whether to commit now, or how long to wait at most for more to go with it. A group of
// outcomes is worth a commit; so is anything when a connection has nothing to do, and what lingered.
func (l *lane) patience() (wait time.Duration, now bool) {
	known, wait := len(l.outcomes), l.settings.Idle
	if known > 0 && (l.inFlight == 0 || known >= l.group()) {
		return 0, true
	}
	if l.inFlight == 0 || l.hungry.Load() > 0 && len(l.jobs) == 0 {
		if wait = l.choose(l.worker.Now()); len(l.next) > 0 || l.clogged() {
			return 0, true
		}
	}
	if known > 0 {
		wait = min(wait, linger-l.worker.Now().Sub(l.oldest))
	}
	return wait, wait <= 0
}

// group is how many outcomes are worth a commit while connections are busy: half of what is left of the
// window beside the two messages that each connection has. The other half waits for connections meanwhile,
// so that each finds its next message as soon as it looks, and overlaps it.
func (l *lane) group() int { return max(1, (l.window-2*l.senders)/2) }

// choose sets next to those of waiting that may go through the gate now. If there are none, wait is when
// there may be.
func (l *lane) choose(now time.Time) (wait time.Duration) {
	l.next, wait = l.next[:0], l.settings.Idle
	if len(l.waiting) == 0 {
		return wait
	}
	if l.trouble.waits(now) {
		return min(wait, l.trouble.until.Sub(now))
	}
	window := l.window
	if l.trouble.on() {
		window = 1 // one message tries whether the server is back
	}
	room, until := l.pace.room(now)
	n := max(0, min(window-l.inFlight, len(l.waiting), room))
	switch {
	case room == 0:
		wait = min(wait, until)
	case l.uses == nil:
		l.next = append(l.next, l.waiting[:n]...)
	default:
		l.next = l.uses.pick(l.next, l.waiting, n, now)
		wait = min(wait, linger)
	}
	return wait
}

func (l *lane) take(r result) {
	l.inFlight--
	if len(l.outcomes) == 0 {
		l.oldest = l.worker.Now()
	}
	l.domains.watch(&r.outcome, r.err, l.worker.Now())
	l.outcomes = append(l.outcomes, r.outcome)
	l.uses.came(r.job.claim.Domain)
	if o := &r.outcome; o.Refused {
		level := slog.LevelInfo // it will be tried again
		if o.State.Ended() {
			level = slog.LevelWarn
		}
		l.worker.Log.Log(context.Background(), level, "the mail server refused a message", "delivery", o.ID, "state", o.State, "code", o.Code, "status", o.Status)
	}
	l.stops.watch(r.job, r.err)
	l.watch(r)
}

// throttledInARow is how many refusals in a row for speed are about us and not about one receiving domain.
const throttledInARow = 3

// watch slows the lane down when the mail server fails or wants less, and says so once.
func (l *lane) watch(r result) {
	now := l.worker.Now()
	if r.err == nil {
		l.pace.took(now)
		if l.throttle = 0; l.trouble.on() {
			l.worker.Log.Info("the mail server takes mail again", "lane", l.name)
			l.trouble.end()
		}
		return
	}
	var fault *mailer.SendError
	if !errors.As(r.err, &fault) {
		return
	}
	if fault.Kind == mailer.KindThrottled && fault.Code > 0 {
		if l.throttle++; !fault.AboutMessage() || l.throttle >= throttledInARow {
			l.pace.slow(now)
		}
	}
	if fault.AboutMessage() {
		return
	}
	if !l.trouble.on() {
		l.worker.Log.Error("the mail server does not take mail; deliveries wait", "lane", l.name, "err", r.err)
	}
	l.trouble.again(now)
}

// turn is one commit: it records the outcomes there are and lets the next messages through.
func (l *lane) turn(ctx context.Context) error {
	if err := errors.Join(l.stop(ctx), l.putBack(ctx)); err != nil {
		return err
	}
	now := l.worker.Now()
	l.choose(now)
	if len(l.next) == 0 && len(l.outcomes) == 0 {
		return nil
	}
	l.ids = l.ids[:0]
	for _, j := range l.next {
		l.ids = append(l.ids, j.claim.Held())
	}
	if l.cutOff {
		// Leases may have run out while nobody could extend them.
		if err := l.worker.extend(ctx, l.held, l.settings); err != nil {
			return err
		}
	}
	granted, err := l.worker.Store.HandOver(ctx, l.outcomes, l.ids, !l.settings.Hold, now)
	if err != nil {
		return err
	}
	l.held.forget(l.outcomes)
	clear(l.outcomes) // they hold what was said
	l.outcomes = l.outcomes[:0]
	l.grant(granted, now)
	return nil
}

// grant gives those to the senders that the gate let through.
func (l *lane) grant(granted []int64, now time.Time) {
	through := newsletter.NewIDs(granted...)
	for _, j := range l.next {
		if !through.Has(j.claim.ID) {
			l.held.remove(j.claim.ClaimID) // turned away
			continue
		}
		l.inFlight++
		j.granted = now
		l.uses.went(j.claim.Domain, now)
		l.jobs <- j // never blocks: the channel holds the whole window
	}
	l.pace.went(len(granted), now)
	l.waiting = without(l.waiting, l.next)
}

// without removes from waiting those that were chosen, which stand in the same order.
func without(waiting, chosen []*job) []*job {
	kept := waiting[:0]
	for _, j := range waiting {
		if len(chosen) > 0 && chosen[0] == j {
			chosen = chosen[1:]
		} else {
			kept = append(kept, j)
		}
	}
	clear(waiting[len(kept):])
	return kept
}

// finish waits for what is in flight and records it.
func (l *lane) finish(ctx context.Context) error {
	for l.inFlight > 0 {
		l.take(<-l.results)
	}
	for _, j := range l.waiting {
		l.held.remove(j.claim.ClaimID)
	}
	if len(l.outcomes) == 0 {
		return nil
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.settings.Grace)
	defer cancel()
	for {
		_, err := l.worker.Store.HandOver(end, l.outcomes, nil, !l.settings.Hold, l.worker.Now())
		if err == nil || end.Err() != nil {
			return err
		}
		sleep(end, time.Second)
	}
}

// sleep waits, but not past the end of ctx.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
