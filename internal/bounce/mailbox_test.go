package bounce_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"bode.example/internal/bounce"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

// imapServer is the library's own, in memory, with one user and an inbox.
type imapServer struct {
	t       *testing.T
	address string
	user    *imapmemserver.User
}

func newIMAP(t *testing.T, caps imap.CapSet) *imapServer {
	t.Helper()
	return newIMAPOver(t, caps, nil, false)
}

// newIMAPOver speaks TLS from the start, or offers STARTTLS.
func newIMAPOver(t *testing.T, caps imap.CapSet, secure *tls.Config, fromTheStart bool) *imapServer {
	t.Helper()
	memory := imapmemserver.New()
	user := imapmemserver.NewUser("bounce", "geheim")
	if err := user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	memory.AddUser(user)
	options := &imapserver.Options{InsecureAuth: secure == nil, Caps: caps, Logger: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return memory.NewSession(), nil, nil
		}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if fromTheStart {
		l = tls.NewListener(l, secure)
	} else {
		options.TLSConfig = secure
	}
	server := imapserver.New(options)
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close(); <-done })
	return &imapServer{t, address, user}
}

// with runs something over a connection of its own.
func (s *imapServer) with(do func(*imapclient.Client)) {
	s.t.Helper()
	c, err := imapclient.DialInsecure(s.address, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login("bounce", "geheim").Wait(); err != nil {
		s.t.Fatal(err)
	}
	do(c)
}

func (s *imapServer) put(messages ...string) {
	s.t.Helper()
	s.with(func(c *imapclient.Client) {
		for _, m := range messages {
			m = strings.ReplaceAll(m, "\n", "\r\n")
			a := c.Append("INBOX", int64(len(m)), nil)
			if _, err := a.Write([]byte(m)); err != nil {
				s.t.Fatal(err)
			}
			if err := a.Close(); err != nil {
				s.t.Fatal(err)
			}
			if _, err := a.Wait(); err != nil {
				s.t.Fatal(err)
			}
		}
	})
}

// subjects are those of a folder's messages, in order; those marked as deleted are not counted.
func (s *imapServer) subjects(folder string) (all []string) {
	s.t.Helper()
	s.with(func(c *imapclient.Client) {
		if _, err := c.Select(folder, nil).Wait(); err != nil {
			return // there is no such folder
		}
		messages, err := c.Fetch(imap.SeqSet{{Start: 1, Stop: 0}}, &imap.FetchOptions{Envelope: true, Flags: true}).Collect()
		if err != nil {
			s.t.Fatal(err)
		}
		for _, m := range messages {
			if !slices.Contains(m.Flags, imap.FlagDeleted) {
				all = append(all, m.Envelope.Subject)
			}
		}
	})
	return all
}

func (s *imapServer) want(folder string, subjects ...string) {
	s.t.Helper()
	if got := s.subjects(folder); !slices.Equal(got, subjects) {
		s.t.Errorf("%s holds %q, want %q", folder, got, subjects)
	}
}

func (x *scene) mailbox(s *imapServer) *bounce.Mailbox {
	return &bounce.Mailbox{Service: x.service, Duty: x.store, Worker: "one", Now: func() time.Time { return x.now }, Log: slog.New(slog.DiscardHandler), Every: time.Minute, MaxBytes: 64 << 10,
		Server: bounce.MailboxServer{Address: s.address, User: "bounce", Password: "geheim", Folder: "INBOX", Aside: "Bode", Security: bounce.NoTLS}}
}

// Of several processes one looks at the mailbox; when it stops, or dies, another does.
func TestOneProcessLooksAtTheMailbox(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		x, s := newScene(t, db), newIMAP(t, imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapUIDPlus: {}})
		one, two := x.mailbox(s), x.mailbox(s)
		two.Worker = "two"
		look := func(m *bounce.Mailbox, want int) {
			t.Helper()
			s.put(letter("ria@example.org", "post@voorbeeld.nl", "Wat een mooi stuk!"))
			if n, err := m.Poll(t.Context()); err != nil || n != want {
				t.Errorf("%s dealt with %d, %v; want %d", m.Worker, n, err, want)
			}
		}
		look(one, 1)
		look(two, 0)
		look(one, 2)

		stopped, stop := context.WithCancel(t.Context())
		stop()
		one.Run(stopped) // it ends, and leaves the mailbox to others
		look(two, 1)
		look(one, 0)

		x.now = x.now.Add(7 * time.Minute) // nothing was heard of the other
		look(one, 2)
		if got := len(x.post.got); got != 6 {
			t.Errorf("%d letters were passed on, want 6", got)
		}
	})
}

func to(address, raw string) string { return "Delivered-To: " + address + "\nReturn-Path: <>\n" + raw }

// The mailbox loses nothing: only what was understood is deleted.
func TestTheMailboxDeletesOnlyWhatItUnderstood(t *testing.T) {
	for name, caps := range map[string]imap.CapSet{
		"with UIDPLUS":    {imap.CapIMAP4rev1: {}, imap.CapUIDPlus: {}},
		"without UIDPLUS": {imap.CapIMAP4rev1: {}},
		"IMAP4rev2":       {imap.CapIMAP4rev1: {}, imap.CapIMAP4rev2: {}, imap.CapMove: {}, imap.CapUIDPlus: {}},
	} {
		t.Run(name, func(t *testing.T) {
			x, s := newScene(t, storetest.SQLite(t)), newIMAP(t, caps)
			m := x.mailbox(s)
			forged := strings.Replace(dsn("5.1.1", "x@y.example"), "Undelivered Mail Returned to Sender", "forged", 1)
			large := strings.Replace(letter("ria@example.org", "post@voorbeeld.nl", strings.Repeat("x\n", 64<<10)), "Re: Nieuws", "large", 1)
			s.put(
				to(x.janMail, dsn("5.1.1", "")),
				to(mailbox.String(), forged),
				letter("ria@example.org", "post@voorbeeld.nl", "Wat een mooi stuk!"),
				"From: ria@example.org\nSubject: Afwezig\nAuto-Submitted: auto-replied\n\nIk ben er niet.\n",
				"Delivered-To: "+x.leave.Address(x.piet)+"\nFrom: piet@lezer.voorbeeld.nl\nSubject: unsubscribe\n\n",
				large,
			)
			if n, err := m.Poll(t.Context()); err != nil || n != 6 {
				t.Fatalf("%d, %v", n, err)
			}
			s.want("INBOX")
			s.want("Bode", "forged", "Re: Nieuws", "large")
			x.want("active suppressed, unsubscribed")
			if len(x.post.got) != 1 || !strings.HasPrefix(x.post.got[0], "redactie@voorbeeld.nl: From: ria@") {
				t.Errorf("%q", x.post.got)
			}
			if n, err := m.Poll(t.Context()); err != nil || n != 0 {
				t.Errorf("again: %d, %v", n, err)
			}
			// While the relay is away a letter stays where it is.
			x.post.fails = errors.New("away")
			s.put(letter("ria@example.org", "post@voorbeeld.nl", "Nog iets"))
			if n, err := m.Poll(t.Context()); err == nil || n != 0 {
				t.Errorf("%d, %v", n, err)
			}
			s.want("INBOX", "Re: Nieuws")
			x.post.fails = nil
			if n, err := m.Poll(t.Context()); err != nil || n != 1 || len(x.post.got) != 2 {
				t.Errorf("%d, %v, %d letters", n, err, len(x.post.got))
			}
			s.want("INBOX")
		})
	}
}

// A letter that was passed on when the connection broke, before it was moved, is not passed on twice.
func TestTheMailboxPassesALetterOnOnce(t *testing.T) {
	x, s := newScene(t, storetest.SQLite(t)), newIMAP(t, imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapUIDPlus: {}})
	m := x.mailbox(s)
	s.put(letter("ria@example.org", "post@voorbeeld.nl", "Hallo"))
	poll := func() {
		t.Helper()
		if n, err := m.Poll(t.Context()); err != nil || n != 1 || len(x.post.got) != 1 {
			t.Errorf("%d, %v, %d letters", n, err, len(x.post.got))
		}
		s.want("INBOX")
		s.want("Bode", "Re: Nieuws")
	}
	poll()
	s.with(func(c *imapclient.Client) { // back to where it was, with its mark
		if _, err := c.Select("Bode", nil).Wait(); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Copy(imap.SeqSetNum(1), "INBOX").Wait(); err != nil {
			t.Fatal(err)
		}
		if err := c.Store(imap.SeqSetNum(1), &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close(); err != nil {
			t.Fatal(err)
		}
		if err := c.Expunge().Close(); err != nil {
			t.Fatal(err)
		}
	})
	s.want("INBOX", "Re: Nieuws")
	poll()
}

// The library knows no contexts: a server that says nothing must not keep the program from stopping.
func TestASilentMailServerHoldsNobodyUp(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithCancel(t.Context())
	held := make(chan net.Conn, 1)
	go func() {
		if c, err := l.Accept(); err == nil {
			held <- c
			cancel()
		}
	}()
	x := newScene(t, storetest.SQLite(t))
	m := x.mailbox(&imapServer{address: l.Addr().String()})
	done := make(chan struct{})
	go func() { defer close(done); m.Run(ctx) }()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Fatal("it does not stop")
	}
	_ = (<-held).Close()
}

func TestTheMailboxSaysWhatIsWrong(t *testing.T) {
	x, s := newScene(t, storetest.SQLite(t)), newIMAP(t, imap.CapSet{imap.CapIMAP4rev1: {}})
	m := x.mailbox(s)
	m.Server.Password = "verkeerd"
	if _, err := m.Poll(t.Context()); err == nil || !strings.Contains(err.Error(), "the login failed") || strings.Contains(err.Error(), "verkeerd") {
		t.Errorf("%v", err)
	}
	m = x.mailbox(s)
	m.Server.Folder = "Nergens"
	if _, err := m.Poll(t.Context()); err == nil || !strings.Contains(err.Error(), `the folder "Nergens" can't be opened`) {
		t.Errorf("%v", err)
	}
}

// The password goes to nobody but a server that proves its name (RFC 8314).
func TestTheMailboxIsOpenedOverTLSOnly(t *testing.T) {
	web := httptest.NewTLSServer(http.NotFoundHandler()) // for its certificate, of 127.0.0.1
	defer web.Close()
	roots := x509.NewCertPool()
	roots.AddCert(web.Certificate())
	certificate := &tls.Config{Certificates: web.TLS.Certificates}
	for security, fromTheStart := range map[bounce.Security]bool{bounce.ImplicitTLS: true, bounce.StartTLS: false} {
		x, s := newScene(t, storetest.SQLite(t)), newIMAPOver(t, imap.CapSet{imap.CapIMAP4rev1: {}}, certificate, fromTheStart)
		m := x.mailbox(s)
		m.Server.Security = security
		if _, err := m.Poll(t.Context()); err == nil || !strings.Contains(err.Error(), "certificate") {
			t.Errorf("a certificate that nobody vouches for: %v", err)
		}
		m.Server.TLS = &tls.Config{RootCAs: roots, ServerName: "127.0.0.1", MinVersion: tls.VersionTLS12}
		if n, err := m.Poll(t.Context()); err != nil || n != 0 {
			t.Errorf("security %d: %d, %v", security, n, err)
		}
		m.Server.Security = bounce.NoTLS
		if _, err := m.Poll(t.Context()); err == nil {
			t.Error("without TLS")
		}
	}
	// A server without STARTTLS gets no password.
	x, plain := newScene(t, storetest.SQLite(t)), newIMAP(t, imap.CapSet{imap.CapIMAP4rev1: {}})
	m := x.mailbox(plain)
	m.Server.Security = bounce.StartTLS
	if _, err := m.Poll(t.Context()); err == nil {
		t.Error("STARTTLS was required")
	}
}
