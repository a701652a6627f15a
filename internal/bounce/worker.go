package bounce

import (
	"context"
	"errors"
	"time"

	"bode.example/internal/newsletter"
)

// The worker's rhythm.
const (
	lookEvery = time.Second     // a refusal is decided on within a second of its record
	restAfter = 5 * time.Second // after a fault, so that a database in trouble isn't pressed
	tidyEvery = time.Hour
	batch     = 200
)

// Worker decides on refusals while sending, and forgets reports in time. It works beside other processes
// that do the same.
type Worker struct {
	Service *Service
	Now     func() time.Time
}

// Run works until ctx ends.
func (w *Worker) Run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	var tidied time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		wait := lookEvery
		n, err := w.Service.Decide(ctx, w.Now())
		// A clock that was set back must not keep reports for longer.
		if now := w.Now(); err == nil && now.Sub(tidied).Abs() >= tidyEvery {
			tidied = now
			err = w.Service.Tidy(ctx, now)
		}
		switch {
		case err != nil && ctx.Err() == nil:
			w.Service.log.ErrorContext(ctx, "bounce: refusals could not be decided on, or reports not forgotten; they wait", "error", err)
			wait = restAfter
		case n == batch:
			wait = 0
		}
		timer.Reset(wait)
	}
}

// Decide decides on refusals while sending, at most batch of them, each in a transaction of its own, and
// says how many. One that fails holds up no other.
func (s *Service) Decide(ctx context.Context, now time.Time) (n int, err error) {
	refusals, err := s.store.UndecidedRefusals(ctx, batch)
	ours := 0
	for i := range refusals {
		b := ofRefusal(&refusals[i])
		e := s.store.DecideRefusal(ctx, b, s.config.Rule, s.suppression.Current, system, now)
		if e == nil && b.Policy {
			ours++
		}
		err = errors.Join(err, e)
	}
	if ours > 0 {
		s.log.WarnContext(ctx, "bounce: mail servers refuse our mail for reasons of ours; see bode bounce list", "refusals", ours)
	}
	if err == nil && len(refusals) > 0 {
		s.log.InfoContext(ctx, "bounce: refusals decided on", "refusals", len(refusals), "policy", ours)
	}
	return len(refusals), err
}

// Tidy drops raw reports, and rows, whose time is over.
func (s *Service) Tidy(ctx context.Context, now time.Time) error {
	n, err := s.store.ForgetReports(ctx, now.Add(-s.config.KeepRaw), now.Add(-s.config.Keep), newsletter.System("retention"), now)
	if err == nil && n > 0 {
		s.log.InfoContext(ctx, "bounce: reports forgotten", "reports", n)
	}
	return err
}
