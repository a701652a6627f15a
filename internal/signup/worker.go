package signup

import (
	"context"
	"errors"
	"time"

	"bode.example/internal/newsletter"
)

// The worker's rhythm.
const (
	lookEvery = 400 * time.Millisecond // a mail is decided on within a second of its request
	// answerFirst is how long a fresh request waits: its answer is on its way by then, and how long that took tells nothing
	// about what is decided.
	answerFirst = 50 * time.Millisecond
	restAfter   = 5 * time.Second // after a fault, so that a database in trouble isn't pressed
	tidyEvery   = 10 * time.Minute
	batch       = 100
)

// Worker decides on requests, resumes pauses and keeps house. It works beside other processes that
// do the same.
type Worker struct {
	Service *Service
	Now     func() time.Time
}

// Run works until ctx ends.
func (w *Worker) Run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	var tidied time.Time
	var trouble string // what was said of it last
	var soon bool      // it looks after answerFirst
	for {
		fresh := w.Service.fresh
		if trouble != "" || soon {
			fresh = nil // a database in trouble isn't pressed
		}
		select {
		case <-ctx.Done():
			return
		case <-fresh:
			timer.Reset(answerFirst)
			soon = true
			continue
		case <-timer.C:
			soon = false
		}
		wait := lookEvery
		err := newsletter.Unharmed(func() error { return w.Service.Decide(ctx, w.Now()) })
		// A clock that was set back must not keep the house untidy.
		if now := w.Now(); err == nil && now.Sub(tidied).Abs() >= tidyEvery {
			tidied = now
			err = newsletter.Unharmed(func() error { return w.Service.Tidy(ctx, now) })
		}
		switch {
		case ctx.Err() != nil:
		case err != nil:
			wait = restAfter
			if trouble != err.Error() { // the same trouble is said once, not every few seconds
				trouble = err.Error()
				w.Service.log.ErrorContext(ctx, "signup: a request could not be decided on, or old ones not cleared away; they wait", "error", err, newsletter.Stack(err))
			}
		case trouble != "":
			trouble = ""
			w.Service.log.InfoContext(ctx, "signup: works again")
		}
		timer.Reset(wait)
	}
}

// Decide looks at all requests that nobody looked at yet, and queues the mails that they deserve,
// each in a transaction of its own. One that fails, or panics, holds up no other.
func (s *Service) Decide(ctx context.Context, now time.Time) error {
	return errors.Join(
		s.decideSignups(ctx, now),
		s.decideAccessLinks(ctx, now),
		s.decideAddressChanges(ctx, now),
	)
}

func (s *Service) decideSignups(ctx context.Context, now time.Time) error {
	undecided, err := s.store.UndecidedSignups(ctx, batch)
	for _, u := range undecided {
		err = errors.Join(err, newsletter.Unharmed(func() error {
			decision, err := s.store.DecideSignup(ctx, u.ID, s.suppression.All(u.Address), system, now)
			if err == nil && decision != "" {
				s.log.InfoContext(ctx, "signup: decided", "signup", u.ID, "decision", decision)
			}
			return err
		}))
	}
	return err
}

func (s *Service) decideAccessLinks(ctx context.Context, now time.Time) error {
	undecided, err := s.store.UndecidedAccessLinks(ctx, batch)
	for _, l := range undecided {
		err = errors.Join(err, newsletter.Unharmed(func() error {
			_, err := s.store.DecideAccessLink(ctx, l.ID, system, now)
			return err
		}))
	}
	return err
}

func (s *Service) decideAddressChanges(ctx context.Context, now time.Time) error {
	undecided, err := s.store.UndecidedAddressChanges(ctx, batch)
	for _, c := range undecided {
		err = errors.Join(err, newsletter.Unharmed(func() error {
			_, err := s.store.DecideAddressChange(ctx, c.ID, s.suppression.All(c.NewAddress), system, now)
			return err
		}))
	}
	return err
}

// Tidy ends pauses whose day has come, and forgets what is of no more use: sign-ups that nobody
// confirmed (STANDARDS D2), links that open nothing, changes of address that nobody can take back,
// from where people consented long ago (STANDARDS E3), counters that no limit looks at.
func (s *Service) Tidy(ctx context.Context, now time.Time) error {
	err := errors.Join(s.resume(ctx, now), s.forgetOrigins(ctx, now))
	for _, forget := range []func(context.Context, newsletter.Actor, time.Time) (int64, error){
		s.store.ForgetSignups, s.store.ForgetAccessLinks, s.store.ForgetAddressChanges, s.store.ForgetCounters,
	} {
		_, e := forget(ctx, system, now)
		err = errors.Join(err, e)
	}
	return errors.Join(err, s.store.TruncateLog(ctx))
}

func (s *Service) resume(ctx context.Context, now time.Time) error {
	for {
		n, err := s.store.ResumeSubscriptions(ctx, batch, system, now)
		if err != nil || n < batch {
			return err
		}
	}
}

func (s *Service) forgetOrigins(ctx context.Context, now time.Time) error {
	for {
		n, err := s.store.ForgetOrigins(ctx, now.Add(-s.config.OriginLife), batch, system, now)
		if err != nil || n < batch {
			return err
		}
	}
}
