package delivery

import (
	"context"

	"bode.example/internal/newsletter"
	"bode.example/mailer"
)

// Stream takes one message after another. *mailer.Stream is one.
type Stream interface {
	// Send takes one more message, and may hold it until the next or until Flush.
	Send(message mailer.Outgoing)
	// Flush sends what is held, and returns when it is answered.
	Flush()
}

// Sender hands messages to the mail server. Over makes one of a *mailer.Pool.
type Sender interface {
	Stream(ctx context.Context, priority bool) Stream
}

// Over sends by the connections of a pool.
func Over(pool *mailer.Pool) Sender { return overPool{pool} }

type overPool struct{ *mailer.Pool }

func (p overPool) Stream(ctx context.Context, priority bool) Stream {
	return p.Pool.Stream(ctx, priority)
}

// sender is one connection's worth of sending.
type sender struct {
	lane   *lane
	stream Stream
	// out are the jobs whose outcome the stream has not told: the one that it holds, and the next.
	out []*job
}

// send sends what it is given until there is no more.
func (l *lane) send(ctx context.Context) {
	s := sender{lane: l, stream: l.worker.Sender.Stream(ctx, l.priority)}
	for {
		j, ok := s.next(ctx)
		if !ok {
			return
		}
		if len(s.out) > 0 && s.out[0].done {
			s.out = s.out[:copy(s.out, s.out[1:])]
		}
		s.out = append(s.out, j)
		s.unharmed(ctx, func() { s.stream.Send(j) })
	}
}

// next is the next job; ok is false when there will be none. When there is none yet, what is held is sent
// first: nothing waits for company.
func (s *sender) next(ctx context.Context) (j *job, ok bool) {
	select {
	case j, ok = <-s.lane.jobs:
		if ok {
			return j, true
		}
	default:
	}
	s.unharmed(ctx, s.stream.Flush)
	s.out = s.out[:0]
	s.lane.hungry.Add(1)
	defer s.lane.hungry.Add(-1)
	select {
	case s.lane.bell <- struct{}{}:
	default: // it rings already
	}
	j, ok = <-s.lane.jobs
	return j, ok
}

// unharmed sends. If that panics, how far the messages came nobody knows: they are uncertain.
func (s *sender) unharmed(ctx context.Context, send func()) {
	err := newsletter.Unharmed(func() error {
		send()
		return nil
	})
	if err == nil {
		return
	}
	s.lane.worker.Log.Error("a fault of Bode", "part", "delivery", "err", err, newsletter.Stack(err))
	for _, j := range s.out {
		if !j.done {
			j.Done(mailer.Receipt{}, &mailer.SendError{Kind: mailer.KindNetwork, Stage: mailer.StageDot, Uncertain: true, Err: err})
		}
	}
	s.out = s.out[:0]
	s.stream = s.lane.worker.Sender.Stream(ctx, s.lane.priority)
}
