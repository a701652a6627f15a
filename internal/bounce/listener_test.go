package bounce_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"bode.example/internal/bounce"
	"bode.example/internal/store/storetest"
)

// listener serves what comes in on loopback until the test ends.
func (x *scene) listener(change func(*bounce.Listener)) (address string, stop func()) {
	x.t.Helper()
	l := &bounce.Listener{Service: x.service, Now: func() time.Time { return x.now }, Log: slog.New(slog.DiscardHandler), LMTP: true,
		Hostname: "nieuws.example.nl", MaxBytes: 64 << 10, MaxRecipients: 2, Timeout: 20 * time.Second}
	if change != nil {
		change(l)
	}
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	x.check(err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- l.Serve(ctx, socket) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			x.t.Error(err)
		}
	}
	x.t.Cleanup(stop)
	return socket.Addr().String(), stop
}

func (x *scene) connect(address string, lmtp bool) *smtp.Client {
	x.t.Helper()
	conn, err := net.Dial("tcp", address)
	x.check(err)
	c := smtp.NewClient(conn)
	if lmtp {
		c = smtp.NewClientLMTP(conn)
	}
	x.t.Cleanup(func() { _ = c.Close() })
	return c
}

// deliver brings one message and returns what the server says to it.
func deliver(c *smtp.Client, from string, to []string, raw string) error {
	if err := c.Mail(from, nil); err != nil {
		return err
	}
	for _, address := range to {
		if err := c.Rcpt(address, nil); err != nil {
			return errors.Join(err, c.Reset())
		}
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, strings.ReplaceAll(raw, "\n", "\r\n")); err != nil {
		return err
	}
	return w.Close()
}

func code(err error) int {
	var all smtp.LMTPDataError
	if errors.As(err, &all) {
		for _, one := range all {
			return one.Code
		}
	}
	var one *smtp.SMTPError
	if errors.As(err, &one) {
		return one.Code
	}
	return 0
}

func TestTheListenerTakesWhatIsOurs(t *testing.T) {
	for _, lmtp := range []bool{true, false} {
		x := newScene(t, storetest.SQLite(t))
		address, stop := x.listener(func(l *bounce.Listener) { l.LMTP = lmtp })
		c := x.connect(address, lmtp)
		// It relays nothing, and knows its own addresses.
		for _, to := range []string{"iemand@example.org", "bounce+" + strings.Repeat("a", 48) + "@nieuws.example.nl", "info@voorbeeld.nl"} {
			if err := deliver(c, "", []string{to}, dsn("5.1.1", "")); code(err) != 550 {
				t.Errorf("lmtp %v, %s: %v", lmtp, to, err)
			}
		}
		x.want("active, active")
		// A forged report is accepted and changes nothing: to refuse it now would make somebody write to its sender.
		if err := deliver(c, "evil@example.org", []string{mailbox.String()}, dsn("5.1.1", "x@example.org")); err != nil {
			t.Errorf("lmtp %v: %v", lmtp, err)
		}
		x.want("active, active")
		if err := deliver(c, "", []string{x.janMail}, dsn("5.1.1", "")); err != nil {
			t.Errorf("lmtp %v: %v", lmtp, err)
		}
		if err := deliver(c, "piet@lezer.voorbeeld.nl", []string{x.leave.Address(x.piet)}, letter("piet@lezer.voorbeeld.nl", "a", "")); err != nil {
			t.Errorf("lmtp %v: %v", lmtp, err)
		}
		x.want("active suppressed, unsubscribed")
		if err := deliver(c, "ria@example.org", []string{"post@voorbeeld.nl"}, letter("ria@example.org", "post@voorbeeld.nl", "Hallo")); err != nil || len(x.post.got) != 1 {
			t.Errorf("lmtp %v: %v, %q", lmtp, err, x.post.got)
		}
		// A relay that is away: the mail server in front keeps the letter.
		x.post.fails = errors.New("away")
		if err := deliver(c, "ria@example.org", []string{"post@voorbeeld.nl"}, letter("ria@example.org", "post@voorbeeld.nl", "Hallo")); code(err) != 451 {
			t.Errorf("lmtp %v: %v", lmtp, err)
		}
		x.post.fails = bounce.ErrNotForwarded
		if err := deliver(c, "ria@example.org", []string{"post@voorbeeld.nl"}, letter("ria@example.org", "post@voorbeeld.nl", "Hallo")); code(err) != 554 {
			t.Errorf("lmtp %v: %v", lmtp, err)
		}
		stop() // an idle connection does not hold it up
	}
}

func TestTheListenerHasLimits(t *testing.T) {
	x := newScene(t, storetest.SQLite(t))
	address, _ := x.listener(nil)
	c := x.connect(address, true)
	if err := deliver(c, "", []string{x.janMail}, dsn("5.1.1", "")+strings.Repeat("x\n", 64<<10)); code(err) != 552 {
		t.Errorf("too large: %v", err)
	}
	if err := deliver(c, "", []string{x.janMail, x.pietMail, mailbox.String()}, dsn("5.1.1", "")); code(err) != 452 {
		t.Errorf("too many recipients: %v", err)
	}
	x.want("active, active")
	slow, _ := x.listener(func(l *bounce.Listener) { l.Timeout = 50 * time.Millisecond })
	conn, err := net.Dial("tcp", slow)
	x.check(err)
	defer conn.Close()
	x.check(conn.SetReadDeadline(time.Now().Add(30 * time.Second)))
	said, err := io.ReadAll(conn) // says nothing, and is cut
	if err != nil || !strings.Contains(string(said), "\r\n421 ") {
		t.Errorf("%q, %v", said, err)
	}
}

func TestTheListenerTalksToItsNetworksOnly(t *testing.T) {
	x := newScene(t, storetest.SQLite(t))
	address, _ := x.listener(func(l *bounce.Listener) { l.Networks = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")} })
	if err := x.connect(address, true).Mail("", nil); err == nil {
		t.Error("a stranger is talked to")
	}
	address, _ = x.listener(func(l *bounce.Listener) { l.Networks = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	if err := x.connect(address, true).Mail("", nil); err != nil {
		t.Error(err)
	}
}

// A message that is being taken in when the program stops is finished: its sender hears that it was taken.
func TestTheListenerStopsInGoodOrder(t *testing.T) {
	x := newScene(t, storetest.SQLite(t))
	x.post.began, x.post.hold = make(chan bool), make(chan bool)
	address, stop := x.listener(nil)
	c := x.connect(address, true)
	answer, stopped := make(chan error, 1), make(chan bool)
	go func() {
		answer <- deliver(c, "ria@example.org", []string{"post@voorbeeld.nl"}, letter("ria@example.org", "post@voorbeeld.nl", "Hallo"))
	}()
	<-x.post.began
	go func() { stop(); close(stopped) }()
	select {
	case <-stopped:
		t.Fatal("it stopped with a message under way")
	case <-time.After(50 * time.Millisecond): // long enough for one that doesn't wait
	}
	x.post.hold <- true
	if err := <-answer; err != nil {
		t.Errorf("the message under way: %v", err)
	}
	<-stopped
}
