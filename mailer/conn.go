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

// conn is an open connection on which one message is sent after another. It knows the words of the
// dialogue; a Stream knows their order.
type conn struct {
	cfg  *Config
	base net.Conn // for closing only: reading and writing go through said and w, which may be TLS
	w    *bufio.Writer
	ext  extensions
	buf  []byte  // an envelope that goes out by itself
	said replies // what the peer said

	commands [4]command

	patience *patience
	age      *time.Timer // makes it old
	idle     *time.Timer // ends it when it has been idle for too long
	old      atomic.Bool
	messages int
	reset    bool // the peer may still be in a transaction: RSET comes first
	broken   bool // nothing more can be said here
}

func newConn(cfg *Config, base net.Conn, patience *patience, client *smtp.Client) *conn {
	c := &conn{cfg: cfg, base: base, patience: patience, said: replies{r: client.Text.R}, w: client.Text.W, ext: offered(client), commands: envelope(&cfg.Timeouts)}
	c.age = time.AfterFunc(cfg.MaxAge, func() { c.old.Store(true) })
	return c
}

// command is one line of an envelope.
type command struct {
	stage   Stage
	timeout time.Duration // for its reply
	rset    bool          // it ends the transaction before, and says nothing about this one
	append  func(dst []byte, t *transaction, ext extensions) []byte
}

// good reports whether a reply lets the envelope go on.
func (cmd *command) good(r reply) bool {
	if cmd.stage == StageData {
		return r.code == 354
	}
	return r.ok()
}

// envelope is the commands of every message; RSET comes first where the peer may still be in a
// transaction.
func envelope(t *Timeouts) [4]command {
	return [4]command{
		{StageMail, t.Command, true, func(dst []byte, _ *transaction, _ extensions) []byte { return append(dst, "RSET\r\n"...) }},
		{StageMail, t.Command, false, func(dst []byte, t *transaction, ext extensions) []byte { return t.appendMail(dst, ext) }},
		{StageRcpt, t.Command, false, func(dst []byte, t *transaction, ext extensions) []byte { return t.appendRcpt(dst, ext) }},
		{StageData, t.Data, false, func(dst []byte, _ *transaction, _ extensions) []byte { return append(dst, "DATA\r\n"...) }},
	}
}

// group is the commands that ask leave now.
func (c *conn) group() []command {
	if c.reset {
		return c.commands[:]
	}
	return c.commands[1:]
}

// stepwise asks leave to send t from a peer without PIPELINING: each command waits for the reply to
// the one before.
func (c *conn) stepwise(t *transaction) error {
	for _, cmd := range c.group() {
		c.buf = cmd.append(c.buf[:0], t, c.ext)
		if _, err := c.write(c.buf); err != nil {
			return c.lost(cmd.stage, err)
		}
		r, err := c.answer(t, &cmd)
		if err != nil {
			return err
		}
		if !cmd.good(r) {
			return c.refused(t, cmd.stage, r)
		}
	}
	return nil
}

// replies matches the replies to a group that was written, one by one (RFC 2920, 3.1). The first
// refusal is the reason; the replies after it are about commands that had lost their sense. If DATA
// is allowed all the same, the peer now waits for a message: it gets an empty one, which it has
// nobody to deliver to.
func (c *conn) replies(t *transaction, group []command) error {
	var refused error
	for _, cmd := range group {
		r, err := c.answer(t, &cmd)
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
	r, err := c.reply(t, StageData, c.cfg.Timeouts.Dot)
	c.broken = c.broken || err != nil || r.code == 421
	c.reset = false
}

// verdict reads what the peer says to a message. When the message couldn't be written to its end, the
// peer may have said why before it closed the connection; was the whole of it given to the operating
// system, it may be under way, or even accepted.
func (c *conn) verdict(t *transaction, whole bool, writeErr error) (Receipt, error) {
	if writeErr == nil {
		r, err := c.reply(t, StageDot, c.cfg.Timeouts.Dot)
		if err != nil {
			err.Uncertain = true
			return Receipt{}, err
		}
		return c.judge(t, StageDot, r)
	}
	lost := c.lost(StageData, writeErr)
	c.patience.give(c.cfg.Timeouts.Quit)
	r, err := c.said.read()
	switch {
	case err == nil && whole:
		return c.judge(t, StageDot, r)
	case err == nil && r.code >= 400:
		return c.judge(t, StageData, r)
	case whole:
		lost.Stage, lost.Uncertain = StageDot, true
	}
	return Receipt{}, lost
}

// judge turns the reply to a message into its outcome.
func (c *conn) judge(t *transaction, stage Stage, r reply) (Receipt, error) {
	if r.ok() {
		c.reset = false
		return Receipt{Code: r.code, Enhanced: r.enhanced, Reply: t.redact.text(r.text)}, nil
	}
	e := c.refused(t, stage, r)
	e.Uncertain = r.code < 400 // nonsense: it may mean anything
	c.reset = false
	return Receipt{}, e
}

// answer reads the reply to a command of an envelope.
func (c *conn) answer(t *transaction, cmd *command) (reply, *SendError) {
	r, err := c.reply(t, cmd.stage, cmd.timeout)
	if err == nil && cmd.rset {
		t.replies--
		c.reset = c.reset && !r.ok()
	}
	return r, err
}

// errOver is why nothing more is said on a connection that was lost or closed over the message before.
var errOver = errors.New("the connection ended with the message before")

// reply reads the reply to a command of a transaction.
func (c *conn) reply(t *transaction, stage Stage, timeout time.Duration) (reply, *SendError) {
	c.patience.give(timeout)
	r, err := c.said.read()
	if err != nil {
		return r, c.lost(stage, err)
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

// write writes b block by block, each within its time, and says how much of it was given to the
// operating system: at least, when it fails.
func (c *conn) write(b []byte) (given int, err error) {
	const block = 128 << 10
	for given < len(b) {
		c.patience.give(c.cfg.Timeouts.Block)
		n, err := c.w.Write(b[given:min(given+block, len(b))])
		if err == nil {
			err = c.w.Flush()
		}
		given += n
		if err != nil {
			return given - c.w.Buffered(), err
		}
	}
	return given, nil
}

// answers asks whether the peer is still there.
func (c *conn) answers(ctx context.Context) bool {
	stop := context.AfterFunc(ctx, func() { c.base.Close() })
	defer stop()
	_, err := c.write([]byte("NOOP\r\n"))
	if err == nil {
		c.patience.give(c.cfg.Timeouts.Command)
		var r reply
		r, err = c.said.read()
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
			c.said.read() //nolint:errcheck // it is polite to wait for it, no more
		}
	}
	c.broken = true
	c.patience.rest()
	c.age.Stop()
	c.base.Close()
}
