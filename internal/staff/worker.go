package staff

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

// The worker's rhythm.
const (
	lookEvery = 400 * time.Millisecond // a mail is decided on within a second of its request
	restAfter = 5 * time.Second        // after a fault, so that a database in trouble isn't pressed
	tidyEvery = 10 * time.Minute
)

// Worker decides on requests for links and keeps house. It works beside other processes that do the same.
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
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
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
				w.Service.log.ErrorContext(ctx, "staff: a request to sign in could not be decided on, or old ones not cleared away; they wait", "error", err, newsletter.Stack(err))
			}
		case trouble != "":
			trouble = ""
			w.Service.log.InfoContext(ctx, "staff: works again")
		}
		timer.Reset(wait)
	}
}
