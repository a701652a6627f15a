package mailer

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"golang.org/x/time/rate"
)

// ErrClosed is the cause of a SendError from a Pool that has been closed.
var ErrClosed = errors.New("the pool is closed")

// Pool sends messages to one submission server over connections that it keeps. Its methods may be
// called by any number of goroutines; each Send waits for its own message. Whoever has many uses a
// Stream.
type Pool struct {
	cfg      Config
	normal   *lane
	reserved *lane

	limit *rate.Limiter
	turn  chan struct{} // held by the one normal message that waits for the limit

	ctx    context.Context // ends when Close loses patience
	cancel context.CancelFunc

	mu     sync.Mutex
	closed bool
	active sync.WaitGroup // sends and goodbyes under way
}

// NewPool makes a Pool. It connects when there is something to send; see Check. The error says which
// setting can't work.
func NewPool(cfg Config) (*Pool, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	p := &Pool{cfg: cfg, limit: rate.NewLimiter(rate.Inf, 1), turn: make(chan struct{}, 1)}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.normal, p.reserved = newLane(cfg.Connections), newLane(cfg.Reserved)
	p.SetRate(cfg.PerSecond)
	return p, nil
}

// SetRate changes Config.PerSecond; 0: no limit. It holds from the next message on.
func (p *Pool) SetRate(perSecond float64) {
	if perSecond <= 0 {
		p.limit.SetLimit(rate.Inf)
		return
	}
	p.limit.SetLimit(rate.Limit(perSecond))
	p.limit.SetBurst(max(1, int(perSecond/20))) // a timer's grain: 50 ms at once
}

// Send hands one message to the server and waits for its word. The message must be complete, with
// CRLF line ends, as Letter.Append and Signer.Sign leave it; it isn't changed and isn't kept.
//
// The error is a *SendError. When ctx ends, the dialogue is broken off there and then: after the
// final dot that makes the outcome uncertain. To stop without loss, stop calling Send and Close the
// Pool.
func (p *Pool) Send(ctx context.Context, e Envelope, message []byte) (Receipt, error) {
	m := single{envelope: e, message: message}
	s := p.Stream(ctx, e.Priority)
	s.Send(&m)
	s.Flush()
	return m.receipt, m.err
}

// Check connects and logs in, or uses a kept connection that still answers, and so proves that the
// settings work. Nothing is mailed.
func (p *Pool) Check(ctx context.Context) error {
	ctx, leave, err := p.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	lane, err := p.acquire(ctx, true)
	if err != nil {
		return err
	}
	defer lane.release()
	for c := lane.take(p.usable); c != nil; c = lane.take(p.usable) {
		answers := c.answers(ctx)
		p.keep(lane, c)
		if answers {
			return nil
		}
	}
	c, err := dial(ctx, &p.cfg)
	if err != nil {
		return err
	}
	p.keep(lane, c)
	return nil
}

// Close lets no new message in, waits for those that are under way, says goodbye on all connections
// and closes them. When ctx ends first, the messages under way are broken off (see Send) and Close
// returns the context's error; nothing of the Pool runs any more then either.
func (p *Pool) Close(ctx context.Context) error {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	done := make(chan struct{})
	go func() {
		p.active.Wait()
		close(done)
	}()
	var err error
	select {
	case <-done:
	case <-ctx.Done():
		err = context.Cause(ctx)
		p.cancel()
		<-done
	}
	p.cancel()
	for _, l := range [...]*lane{p.normal, p.reserved} {
		for c := l.take(nil); c != nil; c = l.take(nil) {
			if err != nil {
				c.broken = true // no time for goodbyes
			}
			c.quit()
		}
	}
	return err
}

// String is the URL of the server, without the password.
func (p *Pool) String() string { return p.cfg.String() }

// LogValue is the URL of the server, without the password.
func (p *Pool) LogValue() slog.Value { return p.cfg.LogValue() }

// enter counts something that is under way. Its context ends with the caller's or with the Pool's.
func (p *Pool) enter(ctx context.Context) (context.Context, func(), error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, nil, &SendError{Kind: KindNetwork, Stage: StageWait, Err: ErrClosed}
	}
	p.active.Add(1)
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(p.ctx, func() { cancel(ErrClosed) })
	return ctx, func() {
		stop()
		cancel(nil)
		p.active.Done()
	}, nil
}

// acquire waits for the right to use a connection.
func (p *Pool) acquire(ctx context.Context, priority bool) (*lane, error) {
	var reserved chan struct{} // nil: never ready
	if priority {
		reserved = p.reserved.slots
	}
	select {
	case reserved <- struct{}{}: // the lane of its own first
		return p.reserved, nil
	default:
	}
	select {
	case p.normal.slots <- struct{}{}:
		return p.normal, nil
	case reserved <- struct{}{}:
		return p.reserved, nil
	case <-ctx.Done():
		return nil, &SendError{Kind: KindNetwork, Stage: StageWait, Err: context.Cause(ctx)}
	}
}

// allow reports whether a message may go at once, as far as the rate is concerned.
func (p *Pool) allow() bool { return p.limit.Limit() == rate.Inf || p.limit.Allow() }

// wait waits for the rate limit. Of the normal messages one at a time may have a place in that queue,
// so a message of priority has one at most before it.
func (p *Pool) wait(ctx context.Context, priority bool) error {
	if !priority {
		select {
		case p.turn <- struct{}{}:
			defer func() { <-p.turn }()
		case <-ctx.Done():
			return &SendError{Kind: KindNetwork, Stage: StageWait, Err: context.Cause(ctx)}
		}
	}
	if err := p.limit.Wait(ctx); err != nil {
		return &SendError{Kind: KindNetwork, Stage: StageWait, Err: err}
	}
	return nil
}

// usable reports whether a kept connection may take another message.
func (p *Pool) usable(c *conn) bool {
	return !c.broken && !c.old.Load() && c.messages < p.cfg.MaxMessages
}

// keep puts a connection back, or closes it.
func (p *Pool) keep(l *lane, c *conn) {
	if !p.usable(c) {
		c.quit()
		return
	}
	l.put(c, p.cfg.IdleTimeout, p.expire)
}

// expire says goodbye on a connection that was idle for too long.
func (p *Pool) expire(l *lane, c *conn) {
	p.mu.Lock()
	if p.closed { // Close takes care of it
		p.mu.Unlock()
		return
	}
	p.active.Add(1)
	p.mu.Unlock()
	defer p.active.Done()
	if l.remove(c) {
		c.quit()
	}
}
