package main

import (
	"context"
	"log/slog"
	"time"

	"bode.example/internal/delivery"
	"bode.example/internal/newsletter"
	"bode.example/mailer"
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

// unharmedWriter puts a delivery off whose message can't be written by a fault of ours.
type unharmedWriter struct {
	delivery.Writer
	log *slog.Logger
}

func (w *unharmedWriter) Write(ctx context.Context, c *newsletter.Claim, now time.Time) (envelope mailer.Envelope, message []byte, err error) {
	err = newsletter.Unharmed(func() (err error) {
		envelope, message, err = w.Writer.Write(ctx, c, now)
		return err
	})
	logStack(ctx, w.log, err)
	return envelope, message, err
}

// unharmedSender makes a delivery uncertain during which the sender panicked: how far it came, nobody
// knows.
type unharmedSender struct {
	delivery.Sender
	log *slog.Logger
}

func (s *unharmedSender) Send(ctx context.Context, envelope mailer.Envelope, message []byte) (receipt mailer.Receipt, err error) {
	err = newsletter.Unharmed(func() (err error) {
		receipt, err = s.Sender.Send(ctx, envelope, message)
		return err
	})
	if logStack(ctx, s.log, err) {
		err = &mailer.SendError{Kind: mailer.KindNetwork, Stage: mailer.StageDot, Uncertain: true, Err: err}
	}
	return receipt, err
}

// logStack logs the stack of a panic, which the delivery's own line about the error doesn't have.
func logStack(ctx context.Context, log *slog.Logger, err error) bool {
	stack := newsletter.Stack(err)
	if stack.Key == "" {
		return false
	}
	log.ErrorContext(ctx, "a fault of Bode", "part", "delivery", "error", err, stack)
	return true
}
