package main

import (
	"context"
	"log/slog"
	"time"

	"bode.example/internal/newsletter"
)

// restAfterPanic is how long a part of the service rests that panicked: what brought it on is most
// likely still there.
const restAfterPanic = time.Minute

// part runs a worker and, should it panic, again after a rest: a fault in one of them must not end
// the others. What panics over one row is caught closer to it, where the row can be put aside; this is
// for what is left.
func part(name string, log *slog.Logger, run func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		for {
			err := newsletter.Unharmed(func() error { return run(ctx) })
			stack := newsletter.Stack(err)
			if stack.Key == "" {
				return err
			}
			log.ErrorContext(ctx, "a part of the service failed by a fault of Bode; it rests and begins again", "part", name, "rest", restAfterPanic, "error", err, stack)
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(restAfterPanic):
			}
		}
	}
}
