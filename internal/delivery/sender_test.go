package delivery_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"bode.example/internal/delivery"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/mailer"
	"bode.example/mailer/mailertest"
)

// brokenWriter has a fault that one reader brings on.
type brokenWriter struct{ plain }

func (w brokenWriter) Write(ctx context.Context, dst []byte, c *newsletter.Claim, now time.Time) (mailer.Envelope, []byte, error) {
	if strings.HasPrefix(string(c.To), "lezer09") {
		panic(c.To)
	}
	return w.plain.Write(ctx, dst, c, now)
}

// brokenSender has a fault that comes up while the fifth message is under way.
type brokenSender struct {
	delivery.Sender
	sent int
}

func (s *brokenSender) Stream(ctx context.Context, priority bool) delivery.Stream {
	return &brokenStream{s.Sender.Stream(ctx, priority), s}
}

type brokenStream struct {
	delivery.Stream
	sender *brokenSender
}

func (s *brokenStream) Send(m mailer.Outgoing) {
	if s.sender.sent++; s.sender.sent == 5 {
		s.Flush()
		panic("lezer@voorbeeld.nl")
	}
	s.Stream.Send(m)
}

// A fault of ours over one message costs that message a while, or makes it uncertain; the others go out.
func TestAPanicOverOneDeliveryDisturbsNoOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newScene(t, s, mailertest.Script{})
		log := &listener{Handler: slog.DiscardHandler}
		x.worker.Log, x.worker.Writer = slog.New(log), brokenWriter{}
		x.worker.Settings.Hold, x.worker.Settings.Connections = true, 1
		x.worker.Sender = &brokenSender{Sender: x.worker.Sender}
		x.run(func() bool {
			p := x.progress()
			return p[newsletter.DeliverySent] == readers-2 && p[newsletter.DeliveryPending] == 1 && p[newsletter.DeliveryUncertain] == 1
		}, x.worker)
		if log.ever("stack=") != 2 || log.ever("lezer") != 0 {
			t.Errorf("the log says:\n%s", strings.Join(log.lines, "\n"))
		}
		for to, n := range x.got() {
			if n != 1 {
				t.Errorf("%s got it %d times", to, n)
			}
		}
	})
}
