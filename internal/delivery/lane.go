package delivery

import (
	"context"
	"errors"
	"sync"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/mailer"
)

type claimFunc func(ctx context.Context, worker string, lease, now time.Time, limit int) ([]newsletter.Claim, error)

// lane is one stream of messages: a goroutine that claims, opens the gate and records, and as many
// as there are connections that write and send.
type lane struct {
	worker   *Worker
	settings Settings
	held     *held
	name     string
	claim    claimFunc
	window   int
	senders  int

	waiting  []newsletter.Claim   // claimed, not yet through the gate
	outcomes []newsletter.Outcome // known, not yet recorded
	inFlight int                  // through the gate, no outcome yet
	trouble  trouble              // of the mail server
	cutOff   bool                 // from the database
}

// done is what a sender reports.
type done struct {
	outcome newsletter.Outcome
	err     error
}

// run works until ctx ends and all that is in flight has an outcome that is recorded.
func (l *lane) run(ctx context.Context) error {
	jobs, results := make(chan newsletter.Claim, l.window), make(chan done, l.window)
	// What is in flight when ctx ends is finished, within the grace time.
	sending, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stopGrace := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(l.settings.Grace, cancel)
		context.AfterFunc(sending, func() { timer.Stop() })
	})
	defer stopGrace()
	defer cancel()
	var senders sync.WaitGroup
	for range l.senders {
		senders.Go(func() {
			for c := range jobs {
				results <- l.send(sending, c)
			}
		})
	}
	defer senders.Wait()
	defer close(jobs)
	for ctx.Err() == nil {
		err := l.fill(ctx)
		if err == nil {
			l.await(ctx, results)
			err = l.turn(ctx, jobs)
		}
		l.heed(ctx, err)
	}
	return l.finish(ctx, results)
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

// fill claims a batch when nothing waits any more.
func (l *lane) fill(ctx context.Context) error {
	now := l.worker.Now()
	if len(l.waiting) > 0 || l.trouble.waits(now) {
		return nil
	}
	claims, err := l.claim(ctx, l.worker.Name, now.Add(l.settings.Lease), now, batch)
	if err != nil {
		return err
	}
	for i := range claims {
		l.held.add(claims[i].ID)
	}
	l.waiting = claims
	return nil
}

// await collects outcomes: at least one when there is nothing else to do, and all that are there.
func (l *lane) await(ctx context.Context, results <-chan done) {
	if len(l.outcomes) == 0 && l.free() == 0 {
		if l.inFlight == 0 {
			sleep(ctx, l.settings.Idle)
			return
		}
		select {
		case r := <-results:
			l.take(r)
		case <-ctx.Done():
			return
		}
	}
	for {
		select {
		case r := <-results:
			l.take(r)
		default:
			return
		}
	}
}

// free is how many of those that wait may go through the gate now.
func (l *lane) free() int {
	now := l.worker.Now()
	if l.trouble.waits(now) {
		return 0
	}
	window := l.window
	if l.trouble.on() {
		window = 1 // one message tries whether the server is back
	}
	return max(0, min(window-l.inFlight, len(l.waiting)))
}

func (l *lane) take(r done) {
	l.inFlight--
	l.outcomes = append(l.outcomes, r.outcome)
	l.watch(r)
}

// watch slows the lane down when the mail server fails, and says so once.
func (l *lane) watch(r done) {
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
func (l *lane) turn(ctx context.Context, jobs chan<- newsletter.Claim) error {
	next := l.waiting[:l.free()]
	if len(next) == 0 && len(l.outcomes) == 0 {
		return nil
	}
	ids := make([]int64, len(next))
	for i := range next {
		ids[i] = next[i].ID
	}
	if l.cutOff {
		// Leases may have run out while nobody could extend them.
		if err := l.worker.extend(ctx, l.held, l.settings); err != nil {
			return err
		}
	}
	granted, err := l.worker.Store.HandOver(ctx, l.worker.Name, l.outcomes, ids, !l.settings.Hold, l.worker.Now())
	if err != nil {
		return err
	}
	for _, o := range l.outcomes {
		l.held.remove(o.ID)
	}
	l.outcomes = l.outcomes[:0]
	l.waiting = l.waiting[len(next):]
	through := newsletter.NewIDs(granted...)
	for i := range next {
		if !through.Has(next[i].ID) {
			l.held.remove(next[i].ID) // turned away
			continue
		}
		l.inFlight++
		jobs <- next[i] // never blocks: the channel holds the whole window
	}
	return nil
}

// finish waits for what is in flight and records it.
func (l *lane) finish(ctx context.Context, results <-chan done) error {
	for l.inFlight > 0 {
		l.take(<-results)
	}
	for _, c := range l.waiting {
		l.held.remove(c.ID)
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

// send writes and sends one message.
func (l *lane) send(ctx context.Context, c newsletter.Claim) done {
	var receipt mailer.Receipt
	envelope, message, err := l.worker.Writer.Write(ctx, &c, l.worker.Now())
	if err == nil {
		receipt, err = l.worker.Sender.Send(ctx, envelope, message)
	} else {
		l.worker.Log.Error("a message could not be written", "delivery", c.ID, "kind", c.Kind, "err", err)
	}
	return done{Judge(&c, receipt, err, l.settings.Patience, l.worker.Now()), err}
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
