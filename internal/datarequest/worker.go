package datarequest

import (
	"context"
	"errors"
	"time"

	"bode.example/internal/newsletter"
)

// The worker's rhythm.
const (
	lookEvery = 400 * time.Millisecond // a form is answered by mail within a second
	restAfter = 5 * time.Second        // after a fault, so that a database in trouble isn't pressed
	tidyEvery = 5 * time.Minute
	batch     = 100

	retainEvery = 24 * time.Hour
)

// Worker asks for identity, reminds officers and lets go of addresses. It works beside other processes that do
// the same.
type Worker struct {
	Service *Service
	// Officers are who is reminded, asked anew each time.
	Officers func(ctx context.Context) ([]newsletter.Officer, error)
	// Record writes what was erased to the replay list; nil: there is none.
	Record func(ctx context.Context, now time.Time) error
	// Retain carries out the terms of what is kept, and anchors the chains, once a day; nil: nobody does.
	Retain func(ctx context.Context, now time.Time) error
	Now    func() time.Time
}

// Run works until ctx ends.
func (w *Worker) Run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	var tidied, retained time.Time
	var trouble string // what was said of it last
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		wait := lookEvery
		err := newsletter.Unharmed(func() error { return w.look(ctx, w.Now()) })
		// A clock that was set back must not keep the house untidy.
		if now := w.Now(); err == nil && now.Sub(tidied).Abs() >= tidyEvery {
			tidied = now
			err = newsletter.Unharmed(func() error { return w.tidy(ctx, now) })
		}
		if now := w.Now(); err == nil && w.Retain != nil && now.Sub(retained).Abs() >= retainEvery {
			retained = now
			err = newsletter.Unharmed(func() error { return w.Retain(ctx, now) })
		}
		switch {
		case ctx.Err() != nil:
		case err != nil:
			wait = restAfter
			if trouble != err.Error() { // the same trouble is said once, not every few seconds
				trouble = err.Error()
				w.Service.log.ErrorContext(ctx, "datarequest: requests wait", "error", err, newsletter.Stack(err))
			}
		case trouble != "":
			trouble = ""
			w.Service.log.InfoContext(ctx, "datarequest: works again")
		}
		timer.Reset(wait)
	}
}

func (w *Worker) look(ctx context.Context, now time.Time) error {
	err := w.Service.Decide(ctx, now)
	if w.Record != nil {
		err = errors.Join(err, w.Record(ctx, now))
	}
	return err
}

func (w *Worker) tidy(ctx context.Context, now time.Time) error {
	officers, err := w.Officers(ctx)
	return errors.Join(err, w.Service.Tidy(ctx, officers, now))
}

// Decide asks whose the requests of the form are, each in a transaction of its own. One that fails, or panics,
// holds up no other.
func (s *Service) Decide(ctx context.Context, now time.Time) error {
	undecided, err := s.store.UndecidedRequests(ctx, batch)
	for _, r := range undecided {
		err = errors.Join(err, newsletter.Unharmed(func() error {
			_, err := s.store.StepRequest(ctx, r.PublicID, newsletter.AskIdentity{}, nil, s.Today(now), system, now)
			if newsletter.Is(err, newsletter.Conflict) {
				return nil // another worker was first
			}
			return err
		}))
	}
	return err
}

// Tidy reminds officers, ends what nobody answered, and lets go of what names people.
func (s *Service) Tidy(ctx context.Context, officers []newsletter.Officer, now time.Time) error {
	n, err := s.store.RemindOfRequests(ctx, officers, s.Today(now), system, now)
	if n > 0 {
		s.log.WarnContext(ctx, "datarequest: officers were reminded of requests whose last day is near or has passed", "requests", n, "officers", len(officers))
	}
	for err == nil {
		lapsed, errLapse := s.store.LapseRequests(ctx, batch, s.Today(now), system, now)
		if err = errLapse; lapsed < batch {
			break
		}
	}
	_, errExports := s.store.ForgetDataExports(ctx, system, now)
	_, errAddresses := s.store.LetGoOfAddresses(ctx, now.Add(-s.config.Keep), system, now)
	return errors.Join(err, errExports, errAddresses, s.store.TruncateLog(ctx))
}
