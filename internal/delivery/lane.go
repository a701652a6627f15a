package delivery

import (
	"context"
	"errors"
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
	ids      []int64
	trouble  trouble // of the mail server
	cutOff   bool    // from the database
}

// linger is how long an outcome waits for others to be recorded with it.
const linger = 20 * time.Millisecond

// run works until ctx ends and all that is in flight has an outcome that is recorded.
func (l *lane) run(ctx context.Context) error {
	l.claimed, l.bell = make(chan claims), make(chan struct{}, 1)
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
		if len(l.waiting) < l.window {
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

// patience says whether to commit now, or how long to wait at most for more to go with it. Half a window
// of outcomes is worth a commit: the connections work on the other half meanwhile. So is anything when a
// connection has nothing to do, and what lingered.
func (l *lane) patience() (wait time.Duration, now bool) {
	known, free := len(l.outcomes), l.free()
	switch {
	case known == 0 && free == 0:
		return l.settings.Idle, false
	case l.inFlight == 0, known >= l.group():
		return 0, true
	case free > 0 && l.hungry.Load() > 0 && len(l.jobs) == 0:
		return 0, true
	case known == 0:
		return l.settings.Idle, false
	}
	wait = linger - l.worker.Now().Sub(l.oldest)
	return wait, wait <= 0
}

// group is how many outcomes are worth a commit while connections are busy: half a window, or what is
// left of it beside the two messages that each connection has.
func (l *lane) group() int { return max(1, min(l.window/2, l.window-2*l.senders)) }

// free is how many of those that wait may go through the gate now.
func (l *lane) free() int {
	if len(l.waiting) == 0 || l.trouble.waits(l.worker.Now()) {
		return 0
	}
	window := l.window
	if l.trouble.on() {
		window = 1 // one message tries whether the server is back
	}
	return max(0, min(window-l.inFlight, len(l.waiting)))
}

func (l *lane) take(r result) {
	l.inFlight--
	if len(l.outcomes) == 0 {
		l.oldest = l.worker.Now()
	}
	l.outcomes = append(l.outcomes, r.outcome)
	l.watch(r)
}

// watch slows the lane down when the mail server fails, and says so once.
func (l *lane) watch(r result) {
	if r.err == nil || !aboutServer(r.err) {
		if r.err == nil && l.trouble.on() {
			l.worker.Log.Info("the mail server takes mail again", "lane", l.name)
			l.trouble.end()
		}
		return
	}
	if !l.trouble.on() {
		l.worker.Log.Error("the mail server does not take mail; deliveries wait", "lane", l.name, "err", r.err)
	}
	l.trouble.again(l.worker.Now())
}

// aboutServer reports whether a failure is about the way to the server and not about a message.
func aboutServer(err error) bool {
	var fault *mailer.SendError
	return errors.As(err, &fault) && !fault.AboutMessage()
}

// turn is one commit: it records the outcomes there are and lets the next messages through.
func (l *lane) turn(ctx context.Context) error {
	next := l.waiting[:l.free()]
	if len(next) == 0 && len(l.outcomes) == 0 {
		return nil
	}
	l.ids = l.ids[:0]
	for _, j := range next {
		l.ids = append(l.ids, j.claim.ID)
	}
	if l.cutOff {
		// Leases may have run out while nobody could extend them.
		if err := l.worker.extend(ctx, l.held, l.settings); err != nil {
			return err
		}
	}
	granted, err := l.worker.Store.HandOver(ctx, l.worker.Name, l.outcomes, l.ids, !l.settings.Hold, l.worker.Now())
	if err != nil {
		return err
	}
	l.held.forget(l.outcomes)
	clear(l.outcomes) // they hold what was said
	l.outcomes = l.outcomes[:0]
	l.waiting = l.waiting[len(next):]
	l.grant(next, granted)
	return nil
}

// grant gives those to the senders that the gate let through.
func (l *lane) grant(asked []*job, granted []int64) {
	through := newsletter.NewIDs(granted...)
	for _, j := range asked {
		if !through.Has(j.claim.ID) {
			l.held.remove(j.claim.ID) // turned away
			continue
		}
		l.inFlight++
		l.jobs <- j // never blocks: the channel holds the whole window
	}
}

// finish waits for what is in flight and records it.
func (l *lane) finish(ctx context.Context) error {
	for l.inFlight > 0 {
		l.take(<-l.results)
	}
	for _, j := range l.waiting {
		l.held.remove(j.claim.ID)
	}
	if len(l.outcomes) == 0 {
		return nil
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.settings.Grace)
	defer cancel()
	for {
		_, err := l.worker.Store.HandOver(end, l.worker.Name, l.outcomes, nil, !l.settings.Hold, l.worker.Now())
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
