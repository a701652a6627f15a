package bounce

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"bode.example/internal/newsletter"
)

// Mailbox fetches messages from an IMAP mailbox (RFC 3501). It deletes what is settled and moves all else to
// a folder, where a person finds it; nothing is ever deleted that was not understood. A message that can't be
// taken in now stays where it is. One process at a time looks at a mailbox, by the duty: two would pass letters
// on twice.
type Mailbox struct {
	Service *Service
	Duty    Duty
	Worker  string // unlike that of any other process
	Now     func() time.Time
	Log     *slog.Logger
	Server  MailboxServer
	// Every is how often it looks.
	Every time.Duration
	// MaxBytes bounds a message; a larger one is moved unread.
	MaxBytes int64
}

// Duty is what one worker at a time may have.
type Duty interface {
	// HoldDuty takes or keeps it until then, and reports whether it could; LeaveDuty gives it back.
	HoldDuty(ctx context.Context, duty, worker string, until, now time.Time) (bool, error)
	LeaveDuty(ctx context.Context, duty, worker string) error
}

// MailboxServer is where a mailbox is, and how it is opened.
type MailboxServer struct {
	Address        string // host:port
	User, Password string
	// Folder is looked at; Aside gets what is not deleted, and is made when it is missing.
	Folder, Aside string
	Security      Security
	TLS           *tls.Config // nil: the system's, with the host's name
}

// Security is how a connection is kept secret.
type Security int

// The kinds of security. Without any only for a server on this machine.
const (
	ImplicitTLS Security = iota
	StartTLS
	NoTLS
)

const (
	pollPatience = 5 * time.Minute // for one look, all of it: the library knows no contexts
	pollBatch    = 200             // messages of one look
	// dutyHeld is how long others leave the mailbox alone after a look began: longer than one may take.
	dutyHeld      = pollPatience + time.Minute
	leavePatience = 5 * time.Second
	// forwarded marks a letter that was passed on and not yet moved (RFC 5788).
	forwarded = imap.FlagForwarded
)

// duty is the name of what the mailbox's worker does: two mailboxes are two duties.
func (m *Mailbox) duty() string {
	return "mailbox " + m.Server.User + " " + m.Server.Address + " " + m.Server.Folder
}

// leave gives the duty back, so that the next process need not wait until it is sure that this one has ended.
func (m *Mailbox) leave(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leavePatience)
	defer cancel()
	if err := m.Duty.LeaveDuty(ctx, m.duty(), m.Worker); err != nil {
		m.Log.WarnContext(ctx, "bounce: the mailbox could not be left to others; they wait some minutes", "error", err)
	}
}

// Run looks until ctx ends.
func (m *Mailbox) Run(ctx context.Context) {
	defer m.leave(ctx)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		wait := m.Every
		switch n, err := m.Poll(ctx); {
		case err != nil && ctx.Err() == nil:
			m.Log.ErrorContext(ctx, "bounce: the mailbox could not be looked through; what is left waits", "server", m.Server.Address, "taken", n, "error", err)
		case n == pollBatch:
			wait = 0
		}
		timer.Reset(wait)
	}
}

// Poll looks once and says how many messages it dealt with: none where another process has the duty.
func (m *Mailbox) Poll(ctx context.Context) (n int, err error) {
	ctx, cancel := context.WithTimeout(ctx, pollPatience)
	defer cancel()
	now := m.Now()
	if held, err := m.Duty.HoldDuty(ctx, m.duty(), m.Worker, now.Add(dutyHeld), now); err != nil || !held {
		return 0, err
	}
	c, err := m.dial(ctx)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	// A server that is silent would keep us for ever.
	defer context.AfterFunc(ctx, func() { _ = c.Close() })()
	if err := c.Login(m.Server.User, m.Server.Password).Wait(); err != nil {
		return 0, fmt.Errorf("the login failed: %w", err)
	}
	if _, err := c.Select(m.Server.Folder, nil).Wait(); err != nil {
		return 0, fmt.Errorf("the folder %q can't be opened: %w", m.Server.Folder, err)
	}
	found, err := c.UIDSearch(&imap.SearchCriteria{NotFlag: []imap.Flag{imap.FlagDeleted}}, nil).Wait()
	if err != nil {
		return 0, err
	}
	uids := found.AllUIDs()
	slices.Sort(uids)
	for _, uid := range uids[:min(len(uids), pollBatch)] {
		if err := m.deal(ctx, c, uid); err != nil {
			return n, errors.Join(err, ctx.Err())
		}
		n++
	}
	return n, c.Logout().Wait()
}

func (m *Mailbox) dial(ctx context.Context) (*imapclient.Client, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", m.Server.Address)
	if err != nil {
		return nil, err
	}
	config := m.Server.TLS
	if config == nil {
		host, _, _ := net.SplitHostPort(m.Server.Address)
		config = &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	switch m.Server.Security {
	case NoTLS:
		return imapclient.New(conn, nil), nil
	case StartTLS:
		c, err := imapclient.NewStartTLS(conn, &imapclient.Options{TLSConfig: config})
		if err != nil {
			_ = conn.Close()
		}
		return c, err
	}
	secure := tls.Client(conn, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return imapclient.New(secure, nil), nil
}

// deal takes one message in, and then deletes or moves it.
func (m *Mailbox) deal(ctx context.Context, c *imapclient.Client, uid imap.UID) error {
	set := imap.UIDSetNum(uid)
	about, err := c.Fetch(set, &imap.FetchOptions{UID: true, Flags: true, RFC822Size: true}).Collect()
	if err != nil || len(about) == 0 {
		return err // somebody else took it
	}
	if about[0].RFC822Size > m.MaxBytes || slices.Contains(about[0].Flags, forwarded) {
		return m.setAside(c, set)
	}
	whole := &imap.FetchItemBodySection{Peek: true}
	messages, err := c.Fetch(set, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{whole}}).Collect()
	if err != nil || len(messages) == 0 {
		return err
	}
	result, err := m.Service.Take(ctx, Message{Way: newsletter.WayMailbox, Raw: messages[0].FindBodySection(whole)}, m.Now())
	if err != nil {
		return err
	}
	if result.Settled {
		return m.delete(c, set)
	}
	if result.Effect == effectForwarded {
		if err := m.flag(c, set, forwarded); err != nil {
			return err
		}
	}
	return m.setAside(c, set)
}

func (m *Mailbox) flag(c *imapclient.Client, set imap.UIDSet, flag imap.Flag) error {
	return c.Store(set, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{flag}}, nil).Close()
}

// delete takes a message out. A server without UIDPLUS can only expunge all that anybody has marked: there
// the mark is all, and whoever tidies the mailbox does the rest.
func (m *Mailbox) delete(c *imapclient.Client, set imap.UIDSet) error {
	if err := m.flag(c, set, imap.FlagDeleted); err != nil || !c.Caps().Has(imap.CapUIDPlus) {
		return err
	}
	return c.UIDExpunge(set).Close()
}

// setAside moves a message to the folder where a person finds it. It is deleted here only when the copy is
// there: the library's own fallback for servers without MOVE doesn't wait for that.
func (m *Mailbox) setAside(c *imapclient.Client, set imap.UIDSet) error {
	copied := func() error {
		_, err := c.Copy(set, m.Server.Aside).Wait()
		return err
	}
	err := copied()
	if failed := new(imap.Error); errors.As(err, &failed) {
		if err := c.Create(m.Server.Aside, nil).Wait(); err != nil && !exists(err) {
			return fmt.Errorf("the folder %q can't be made: %w", m.Server.Aside, err)
		}
		err = copied()
	}
	if err != nil {
		return fmt.Errorf("a message can't be moved to %q: %w", m.Server.Aside, err)
	}
	return m.delete(c, set)
}

func exists(err error) bool {
	var failed *imap.Error
	return errors.As(err, &failed) && failed.Code == imap.ResponseCodeAlreadyExists
}
