package mailer

import (
	"bufio"
	"context"
	"errors"
	"net"
	"sync/atomic"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// maxKeptBuffer is how much write buffer a connection keeps between messages.
const maxKeptBuffer = 1 << 20

// conn is an open connection on which one message is sent after another.
//
// A message takes two steps, each of which ends with a known state of the dialogue: envelope asks
// leave (MAIL, RCPT, DATA), body hands the message over and hears the verdict. They are apart so that
// what is written in one and read in the other can be arranged otherwise, as RFC 2920 allows: the end
// of one message and the envelope of the next in one write.
type conn struct {
	cfg  *Config
	base net.Conn // for closing only: reading and writing go through r and w, which may be TLS
	r    *bufio.Reader
	w    *bufio.Writer
	ext  extensions
	buf  []byte

	patience *patience
	age      *time.Timer // makes it old
	idle     *time.Timer // ends it when it has been idle for too long
	old      atomic.Bool
	messages int
	reset    bool // the peer may still be in a transaction: RSET comes first
	broken   bool // nothing more can be said here
}

func newConn(cfg *Config, base net.Conn, patience *patience, client *smtp.Client) *conn {
	c := &conn{cfg: cfg, base: base, patience: patience, r: client.Text.R, w: client.Text.W, ext: offered(client)}
	c.age = time.AfterFunc(cfg.MaxAge, func() { c.old.Store(true) })
	return c
}

// send sends one message. Whatever happens, the connection is broken afterwards or ready for the next.
// A context that ends breaks it.
func (c *conn) send(ctx context.Context, t *transaction) (Receipt, error) {
	if err := t.fits(c.ext); err != nil {
		return Receipt{}, err
	}
	stop := context.AfterFunc(ctx, func() { c.base.Close() })
	err := c.envelope(t)
	var receipt Receipt
	if err == nil {
		receipt, err = c.body(t)
	}
	c.patience.rest()
	if !stop() {
		c.broken = true
		var e *SendError
		if errors.As(err, &e) && e.Code == 0 {
			e.Err = context.Cause(ctx)
		}
	}
	c.messages++
	return receipt, err
}

// command is one line of a group and the reply that it needs.
type command struct {
	stage   Stage
	timeout time.Duration
	good    func(reply) bool
}

// envelope asks leave to send the message. With PIPELINING the commands go out in one write, and
// their replies are matched one by one (RFC 2920, 3.1); else each waits for the one before.
func (c *conn) envelope(t *transaction) error {
	c.buf = c.buf[:0]
	var group []command
	var ends []int
	add := func(stage Stage, timeout time.Duration, good func(reply) bool) {
		group, ends = append(group, command{stage, timeout, good}), append(ends, len(c.buf))
	}
	if c.reset {
		c.buf = append(c.buf, "RSET\r\n"...)
		add(StageMail, c.cfg.Timeouts.Command, reply.ok)
	}
	c.buf = t.appendMail(c.buf, c.ext)
	add(StageMail, c.cfg.Timeouts.Command, reply.ok)
	c.buf = t.appendRcpt(c.buf, c.ext)
	add(StageRcpt, c.cfg.Timeouts.Command, reply.ok)
	c.buf = append(c.buf, "DATA\r\n"...)
	add(StageData, c.cfg.Timeouts.Data, func(r reply) bool { return r.code == 354 })

	if c.ext.pipelining {
		return c.pipelined(t, group)
	}
	start := 0
	for i, cmd := range group {
		if _, err := c.write(c.buf[start:ends[i]]); err != nil {
			return c.lost(cmd.stage, err)
		}
		start = ends[i]
		r, err := c.reply(t, cmd)
		if err != nil {
			return err
		}
		if !cmd.good(r) {
			return c.refused(t, cmd.stage, r)
		}
	}
	return nil
}

// pipelined sends the whole group and reads all its replies. The first refusal is the reason; the
// replies after it are about commands that had lost their sense. If DATA is allowed all the same, the
// peer now waits for a message: it gets an empty one, which it has nobody to deliver to.
func (c *conn) pipelined(t *transaction, group []command) error {
	if _, err := c.write(c.buf); err != nil {
		return c.lost(group[0].stage, err)
	}
	var refused error
	for _, cmd := range group {
		r, err := c.reply(t, cmd)
		switch {
		case err != nil && refused != nil:
			return refused // what the peer said first still stands
		case err != nil:
			return err
		case refused == nil && !cmd.good(r):
			if refused = c.refused(t, cmd.stage, r); c.broken {
				return refused
			}
		case r.code == 421:
			c.broken = true
			return refused
		}
		if cmd.stage == StageData && r.code == 354 && refused != nil {
			c.abandon(t)
		}
	}
	return refused
}

// abandon ends a DATA that shouldn't have been allowed.
func (c *conn) abandon(t *transaction) {
	if _, err := c.write([]byte(".\r\n")); err != nil {
		c.broken = true
		return
	}
	r, err := c.reply(t, command{stage: StageData, timeout: c.cfg.Timeouts.Dot})
	c.broken = c.broken || err != nil || r.code == 421
	c.reset = false
}

// body hands over the message and reads the verdict.
func (c *conn) body(t *transaction) (Receipt, error) {
	c.buf = appendStuffed(c.buf[:0], t.message, t.shape.dots)
	whole, err := c.write(c.buf)
	if cap(c.buf) > maxKeptBuffer {
		c.buf = nil
	}
	if err != nil {
		return Receipt{}, c.cutOff(t, whole, err)
	}
	r, err := c.reply(t, command{stage: StageDot, timeout: c.cfg.Timeouts.Dot})
	if err != nil {
		var e *SendError
		if errors.As(err, &e) {
			e.Uncertain = true
		}
		return Receipt{}, err
	}
	if !r.ok() {
		e := c.refused(t, StageDot, r)
		e.Uncertain = r.code < 400 // nonsense: it may mean anything
		c.reset = false
		return Receipt{}, e
	}
	c.reset = false
	return Receipt{Code: r.code, Enhanced: r.enhanced, Reply: t.redact.text(r.text)}, nil
}

// cutOff is a message that couldn't be written to its end. The peer may have said why before it
// closed the connection. Was the whole message given to the operating system, it may be under way.
func (c *conn) cutOff(t *transaction, whole bool, err error) *SendError {
	e := c.lost(StageData, err)
	e.Uncertain = whole
	c.patience.give(c.cfg.Timeouts.Quit)
	if r, err := readReply(c.r); err == nil && r.code >= 400 {
		e = refusal(StageData, r, t.redact)
	}
	return e
}

// reply reads the reply to a command of a transaction.
func (c *conn) reply(t *transaction, cmd command) (reply, error) {
	c.patience.give(cmd.timeout)
	r, err := readReply(c.r)
	if err != nil {
		return r, c.lost(cmd.stage, err)
	}
	t.replies++
	return r, nil
}

// refused is a reply that says no. A 421 closes the connection, and a positive reply where it makes
// no sense means that the two sides no longer agree on where they are.
func (c *conn) refused(t *transaction, stage Stage, r reply) *SendError {
	c.broken = c.broken || r.code == 421 || r.code < 400
	c.reset = true
	return refusal(stage, r, t.redact)
}

// lost is a connection that failed, or whose time was up.
func (c *conn) lost(stage Stage, err error) *SendError {
	c.broken = true
	kind := KindNetwork
	if errors.Is(err, errBadReply) {
		kind = KindServer
	}
	return &SendError{Kind: kind, Stage: stage, Err: c.patience.cause(err)}
}

// write writes b block by block, each within its time. When it fails it tells whether all of b had
// been given to the operating system by then.
func (c *conn) write(b []byte) (whole bool, err error) {
	const block = 128 << 10
	for len(b) > 0 {
		c.patience.give(c.cfg.Timeouts.Block)
		n := min(block, len(b))
		written, err := c.w.Write(b[:n])
		if err == nil {
			err = c.w.Flush()
		}
		if err != nil {
			return n == len(b) && written == n && c.w.Buffered() == 0, err
		}
		b = b[n:]
	}
	return true, nil
}

// answers asks whether the peer is still there.
func (c *conn) answers(ctx context.Context) bool {
	stop := context.AfterFunc(ctx, func() { c.base.Close() })
	defer stop()
	_, err := c.write([]byte("NOOP\r\n"))
	if err == nil {
		c.patience.give(c.cfg.Timeouts.Command)
		var r reply
		r, err = readReply(c.r)
		c.broken = c.broken || !r.ok()
	}
	c.patience.rest()
	c.broken = c.broken || err != nil
	return !c.broken
}

// quit says goodbye and closes.
func (c *conn) quit() {
	if !c.broken {
		c.patience.give(c.cfg.Timeouts.Quit)
		if _, err := c.w.WriteString("QUIT\r\n"); err == nil && c.w.Flush() == nil {
			readReply(c.r) //nolint:errcheck // it is polite to wait for it, no more
		}
	}
	c.broken = true
	c.patience.rest()
	c.age.Stop()
	c.base.Close()
}

// appendStuffed writes the message as DATA wants it: a dot before each line that begins with one, and
// the line with a single dot that ends it (RFC 5321, 4.5.2).
func appendStuffed(dst, message []byte, dots bool) []byte {
	if !dots {
		return append(append(dst, message...), ".\r\n"...)
	}
	lineStart := true
	for _, b := range message {
		if lineStart && b == '.' {
			dst = append(dst, '.')
		}
		dst = append(dst, b)
		lineStart = b == '\n'
	}
	return append(dst, ".\r\n"...)
}
