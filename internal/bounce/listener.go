package bounce

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
	"golang.org/x/net/netutil"

	"bode.example/internal/newsletter"
)

// Listener takes messages from a mail server in front, by LMTP (RFC 2033) or SMTP. It is no relay: mail to
// anybody but us is refused at RCPT, and who doesn't come from one of the networks is not talked to.
type Listener struct {
	Service *Service
	Now     func() time.Time
	Log     *slog.Logger
	// LMTP speaks that; otherwise SMTP.
	LMTP bool
	// Hostname is the name that it greets with.
	Hostname string
	// Networks may connect; none: this machine alone.
	Networks []netip.Prefix
	// MaxBytes and MaxRecipients bound a message, Timeout a command and the text of a message.
	MaxBytes      int64
	MaxRecipients int
	Timeout       time.Duration
}

// The bounds that nobody needs to set.
const (
	maxConnections = 8                // a mail server in front needs no more
	maxSession     = 30 * time.Minute // of one connection, whatever it does
	stopGrace      = 10 * time.Second // for messages that are being taken in when the program stops
)

// Serve takes messages on l until ctx ends, then lets those under way finish. Serve closes l.
func (l *Listener) Serve(ctx context.Context, listener net.Listener) error {
	work, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	b := &backend{Listener: l, ctx: work}
	server := smtp.NewServer(b)
	server.LMTP, server.Domain = l.LMTP, l.Hostname
	server.MaxMessageBytes, server.MaxRecipients = l.MaxBytes, l.MaxRecipients
	server.ReadTimeout, server.WriteTimeout = l.Timeout, l.Timeout
	server.ErrorLog = slog.NewLogLogger(l.Log.Handler(), slog.LevelDebug) // strangers' broken dialogues
	failed := make(chan error, 1)
	conns := &mortal{Listener: listener, open: map[*mortalConn]bool{}}
	go func() { failed <- server.Serve(netutil.LimitListener(conns, maxConnections)) }()
	select {
	case err := <-failed:
		return errors.Join(err, server.Close())
	case <-ctx.Done():
	}
	grace := time.AfterFunc(stopGrace, cut)
	defer grace.Stop()
	b.stopping.Lock() // waits for messages under way; the next ones are told to come again
	b.stopped = true
	b.stopping.Unlock()
	conns.hurry()
	waiting, give := context.WithTimeout(context.WithoutCancel(ctx), stopGrace)
	defer give()
	err := server.Shutdown(waiting)
	if err != nil {
		err = fmt.Errorf("bounce: connections were still open: %w", err)
	}
	conns.cut()
	<-failed
	return err
}

// mortal ends each connection after a while: a client that sends an octet now and then holds no place for
// ever. And it knows them all, to end the idle ones when the program stops.
type mortal struct {
	net.Listener
	mu       sync.Mutex
	open     map[*mortalConn]bool
	hurrying bool
}

func (m *mortal) Accept() (net.Conn, error) {
	c, err := m.Listener.Accept()
	if err != nil {
		return nil, err
	}
	conn := &mortalConn{Conn: c, all: m, end: time.AfterFunc(maxSession, func() { _ = c.Close() })}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.open[conn] = true
	return conn, nil
}

// past is a deadline that is over.
var past = time.Unix(1, 0)

// hurry lets every connection write what it has to say, and read nothing more.
func (m *mortal) hurry() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.hurrying = true
	for c := range m.open {
		_ = c.Conn.SetReadDeadline(past) // one that is closed already needs none
	}
}

// cut closes what is left.
func (m *mortal) cut() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for c := range m.open {
		_ = c.Conn.Close()
	}
}

type mortalConn struct {
	net.Conn
	all *mortal
	end *time.Timer
}

func (c *mortalConn) SetReadDeadline(t time.Time) error {
	c.all.mu.Lock()
	defer c.all.mu.Unlock()
	if c.all.hurrying {
		t = past
	}
	return c.Conn.SetReadDeadline(t)
}

func (c *mortalConn) Close() error {
	c.end.Stop()
	c.all.mu.Lock()
	delete(c.all.open, c)
	c.all.mu.Unlock()
	return c.Conn.Close()
}

type backend struct {
	*Listener
	ctx      context.Context
	stopping sync.RWMutex
	stopped  bool
}

func (b *backend) NewSession(c *smtp.Conn) (smtp.Session, error) {
	if !b.allowed(c.Conn().RemoteAddr()) {
		b.Log.Warn("bounce: a connection from a network that may not connect", "from", c.Conn().RemoteAddr().String())
		return nil, &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "not from here"}
	}
	return &session{backend: b}, nil
}

func (l *Listener) allowed(from net.Addr) bool {
	if _, local := from.(*net.UnixAddr); local {
		return true
	}
	ap, err := netip.ParseAddrPort(from.String())
	if err != nil {
		return false
	}
	a := ap.Addr().Unmap()
	if len(l.Networks) == 0 {
		return a.IsLoopback()
	}
	return slices.ContainsFunc(l.Networks, func(p netip.Prefix) bool { return p.Contains(a) })
}

// session is one connection: a message after the other.
type session struct {
	*backend
	sender string
	to     []string
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.sender = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	ctx, cancel := context.WithTimeout(s.ctx, s.Timeout)
	defer cancel()
	ok, err := s.Service.Accepts(ctx, to, s.Now())
	switch {
	case err != nil:
		s.Log.ErrorContext(ctx, "bounce: a recipient could not be looked up; the mail server is to try again", "error", err)
		return later()
	case !ok:
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "nobody of ours has this address"}
	}
	s.to = append(s.to, to)
	return nil
}

// Data takes the message in. What is understood, and what proves nothing, is accepted: to refuse it would
// make the mail server in front write to whoever was forged as its sender.
func (s *session) Data(r io.Reader) error {
	s.stopping.RLock()
	defer s.stopping.RUnlock()
	raw, err := io.ReadAll(r)
	if err != nil {
		return err // too large, too slow, or gone
	}
	if s.stopped {
		return later()
	}
	ctx, cancel := context.WithTimeout(s.ctx, s.Timeout)
	defer cancel()
	result, err := s.Service.Take(ctx, Message{Way: newsletter.WayListener, To: s.to, Sender: &s.sender, Raw: raw}, s.Now())
	if err != nil {
		s.Log.ErrorContext(ctx, "bounce: a message could not be taken in; the mail server is to try again", "error", err)
		return later()
	}
	if result.Reason == reasonNotForwarded {
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "a letter of this form can't be passed on"}
	}
	return nil
}

func later() error {
	return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "not now: try again later"}
}

func (s *session) Reset()        { s.sender, s.to = "", nil }
func (s *session) Logout() error { return nil }
