package mailer

import (
	"context"
	"errors"
)

// Outgoing is a message that a Stream sends.
type Outgoing interface {
	// Append writes the message, complete and with CRLF line ends as Letter.Append and Signer.Sign
	// leave it, to the end of dst, and says whom it is from and to. Envelope.Priority isn't looked
	// at: a Stream has it or hasn't. An error ends the matter before the peer hears of it.
	Append(ctx context.Context, dst []byte) (Envelope, []byte, error)
	// Done is told what became of the message: once, and in the order in which the messages were
	// sent, but that one which can't be written or asked for may be done before the one ahead of it.
	// The error is Append's or a *SendError. Done must not call the Stream.
	Done(Receipt, error)
}

// Stream sends one message after another, each as soon as the one before has left: the end of a
// message and the envelope of the next go out in one write, and their replies come back in one read,
// where the peer offers PIPELINING (RFC 2920). Against a peer that is far away that is half the
// waiting, against one that is near half the work.
//
// So a message is written when the next one comes, or at Flush. Whoever has no next message calls
// Flush at once; then nothing waits for company.
//
// A Stream uses one connection at a time of its Pool, from Send until Flush. It replaces one that has
// served its time or turns out to be over, before anything of a message was written. A Stream is used
// by one goroutine; a Pool serves as many as it has connections, and others wait.
type Stream struct {
	pool     *Pool
	ctx      context.Context //nolint:containedctx // a Stream is one activity, as a request is
	priority bool

	// From the first Send until Flush.
	session context.Context //nolint:containedctx // ends with ctx or with the Pool
	leave   func()
	lane    *lane
	conn    *conn
	unwatch func() bool

	held  *transaction // allowed, not yet written
	spare [2]*transaction
}

// Stream begins a series of messages. When ctx ends, the dialogue is broken off there and then: a
// message whose final dot is written is uncertain. To stop without loss, send no more and Flush.
func (p *Pool) Stream(ctx context.Context, priority bool) *Stream {
	return &Stream{pool: p, ctx: ctx, priority: priority, spare: [2]*transaction{{}, {}}}
}

// Send takes one more message: it writes the message that came before, asks leave for this one, and
// returns when the peer has given it or has refused. It waits for a connection and for the rate.
func (s *Stream) Send(message Outgoing) {
	t := s.spare[0]
	err := t.begin(s.ctx, message)
	if err == nil {
		err = s.ask(t)
	}
	if err != nil {
		message.Done(Receipt{}, s.explain(err))
		return
	}
	s.hold(t)
	if !s.conn.ext.pipelining {
		s.hand()
	}
}

// Flush writes the message that is held, waits for the peer's word on it, and gives the connection
// back to the Pool.
func (s *Stream) Flush() {
	s.hand()
	s.release()
}

// hold keeps a message that the peer waits for until there is another to go with it.
func (s *Stream) hold(t *transaction) {
	t.finish()
	s.held, s.spare[0], s.spare[1] = t, s.spare[1], t
}

// ask gets leave to send t. The connection may be over, which shows at the first reply: then nothing
// has happened to t, and a new one is tried, once.
func (s *Stream) ask(t *transaction) error {
	if err := s.enter(); err != nil {
		return err
	}
	if err := s.wait(); err != nil {
		return err
	}
	served, err := s.connect(false)
	for again := false; err == nil; again = true {
		if err = t.fits(s.conn.ext); err != nil {
			return err
		}
		err = s.exchange(t)
		if err == nil || again || !served || !t.untouched(err) || s.session.Err() != nil {
			return err
		}
		t.replies = 0
		_, err = s.connect(true)
	}
	return err
}

// enter gets the right to use a connection.
func (s *Stream) enter() error {
	if s.lane != nil {
		return nil
	}
	var err error
	if s.session, s.leave, err = s.pool.enter(s.ctx); err != nil {
		return err
	}
	if s.lane, err = s.pool.acquire(s.session, s.priority); err != nil {
		s.leave()
		return err
	}
	return nil
}

// wait waits for the rate, without a message in hand.
func (s *Stream) wait() error {
	if s.pool.allow() {
		return nil
	}
	s.hand()
	return s.pool.wait(s.session, s.priority)
}

// connect makes sure of a connection, and says whether it has served before. With fresh it is a new one.
func (s *Stream) connect(fresh bool) (served bool, err error) {
	if s.conn != nil && s.pool.usable(s.conn) && !fresh {
		return s.conn.messages > 0, nil
	}
	s.hand()
	s.disconnect()
	if !fresh {
		s.conn = s.lane.take(s.pool.usable)
	}
	served = s.conn != nil
	if !served {
		if s.conn, err = dial(s.session, &s.pool.cfg); err != nil {
			return false, err
		}
	}
	c := s.conn
	s.unwatch = context.AfterFunc(s.session, func() { c.base.Close() })
	return served, nil
}

// disconnect gives the connection back, or closes one of which no more use can be made.
func (s *Stream) disconnect() {
	if s.conn == nil {
		return
	}
	if !s.unwatch() {
		s.conn.broken = true
	}
	s.pool.keep(s.lane, s.conn)
	s.conn = nil
}

// release gives all back that was the Stream's.
func (s *Stream) release() {
	if s.lane == nil {
		return
	}
	s.disconnect()
	s.lane.release()
	s.leave()
	s.lane = nil
}

// exchange writes the message that is held, if there is one, and the envelope of t. It tells the one
// its verdict, and returns whether the peer lets the other come.
func (s *Stream) exchange(t *transaction) error {
	c, h := s.conn, s.held
	defer c.patience.rest()
	s.held = nil
	c.messages++
	if !c.ext.pipelining {
		return c.stepwise(t)
	}
	out := c.buf[:0]
	whole := 0
	if h != nil {
		out = h.message
		whole = len(out)
	}
	group := c.group()
	for _, cmd := range group {
		out = cmd.append(out, t, c.ext)
	}
	given, err := c.write(out)
	if h == nil {
		c.buf = out
	} else {
		h.message = out
		s.tell(h, given >= whole, err)
	}
	switch {
	case err != nil && h == nil:
		return c.lost(StageMail, err)
	case c.broken: // by the verdict, or for want of one
		return &SendError{Kind: KindNetwork, Stage: StageMail, Err: errOver}
	}
	return c.replies(t, group)
}

// hand writes the message that is held by itself.
func (s *Stream) hand() {
	h := s.held
	if h == nil {
		return
	}
	s.held = nil
	given, err := s.conn.write(h.message)
	s.tell(h, given >= len(h.message), err)
	s.conn.patience.rest()
}

// tell reads the verdict on a message that was written, and passes it on.
func (s *Stream) tell(t *transaction, whole bool, writeErr error) {
	receipt, err := s.conn.verdict(t, whole, writeErr)
	t.outgoing.Done(receipt, s.explain(err))
	t.forget()
}

// explain says that a dialogue failed because its context ended, when that is why.
func (s *Stream) explain(err error) error {
	var e *SendError
	if err != nil && s.session != nil && s.session.Err() != nil && errors.As(err, &e) && e.Code == 0 && e.Kind == KindNetwork {
		e.Err = context.Cause(s.session)
	}
	return err
}

// single is the message of Pool.Send.
type single struct {
	envelope Envelope
	message  []byte
	receipt  Receipt
	err      error
}

func (m *single) Append(_ context.Context, dst []byte) (Envelope, []byte, error) {
	return m.envelope, append(dst, m.message...), nil
}

func (m *single) Done(receipt Receipt, err error) { m.receipt, m.err = receipt, err }
