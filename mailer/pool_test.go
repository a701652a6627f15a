package mailer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bode.example/mailer/mailertest"
)

const (
	testFrom = "b+token@bode.example"
	testTo   = "jan@ontvanger.example"
)

var testBody = []byte("From: <nieuws@bode.example>\r\nSubject: x\r\n\r\nHallo\r\n.punt\r\n..\r\n.\r\n")

// testPool is a pool for a peer, closed with the test.
func testPool(t testing.TB, peer *mailertest.Server, change ...func(*Config)) *Pool {
	t.Helper()
	cfg, err := ParseURL(peer.URL())
	if err != nil {
		t.Fatal(err)
	}
	cfg.RootCAs = peer.RootCAs()
	cfg.Connections = 1
	for _, f := range change {
		f(&cfg)
	}
	p, err := NewPool(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := p.Close(ctx); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return p
}

func send(t testing.TB, p *Pool, to string) (Receipt, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return p.Send(ctx, Envelope{From: testFrom, To: to}, testBody)
}

// failed asserts that err is a SendError, and returns it.
func failed(t testing.TB, err error) *SendError {
	t.Helper()
	var e *SendError
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want a *SendError", err)
	}
	return e
}

// both runs a test against a peer with PIPELINING and one without.
func both(t *testing.T, f func(t *testing.T, script mailertest.Script)) {
	t.Run("pipelined", func(t *testing.T) { f(t, mailertest.Script{}) })
	t.Run("plain", func(t *testing.T) { f(t, mailertest.Script{Without: []string{"PIPELINING"}}) })
}

func TestSendKeepsTheConnectionAndTheOctets(t *testing.T) {
	both(t, func(t *testing.T, script mailertest.Script) {
		peer := mailertest.New(t, script)
		p := testPool(t, peer)
		for range 3 {
			receipt, err := send(t, p, testTo)
			if err != nil || receipt.Code != 250 || receipt.Enhanced != "2.0.0" || !strings.HasPrefix(receipt.Reply, "queued as ") {
				t.Fatalf("%+v, %v", receipt, err)
			}
		}
		if n := peer.Connections(); n != 1 {
			t.Errorf("%d connections", n)
		}
		got := peer.Messages()
		if len(got) != 3 {
			t.Fatalf("%d messages", len(got))
		}
		for _, m := range got {
			if !bytes.Equal(m.Data, testBody) || m.From != testFrom || m.To != testTo {
				t.Errorf("received %+v", m)
			}
		}
	})
}

func TestC11_PipeliningOneWriteForTheEnvelope(t *testing.T) {
	peer := mailertest.New(t, mailertest.Script{})
	p := testPool(t, peer)
	if _, err := send(t, p, testTo); err != nil {
		t.Fatal(err)
	}
	for _, c := range peer.Commands() {
		if want := c.Step == mailertest.MAIL || c.Step == mailertest.RCPT; want && !c.Pipelined {
			t.Errorf("%s waited for its reply", c.Step)
		}
	}
}

func TestC7_RefusedRecipientLeavesTheConnectionUsable(t *testing.T) {
	both(t, func(t *testing.T, script mailertest.Script) {
		script.Answer = mailertest.Refuse("550 5.1.1 <PIET@ontvanger.example>: user piet unknown", "piet@ontvanger.example")
		peer := mailertest.New(t, script)
		p := testPool(t, peer)
		for range 2 {
			_, err := send(t, p, "piet@ontvanger.example")
			e := failed(t, err)
			if e.Kind != KindRecipient || e.Code != 550 || e.Enhanced != "5.1.1" || e.Stage != StageRcpt || e.Uncertain || e.Temporary() {
				t.Errorf("%+v", e)
			}
			if strings.Contains(strings.ToLower(e.Error()), "piet") || e.Reply != "<recipient>: user <recipient> unknown" {
				t.Errorf("the reply names the recipient: %q", e.Reply)
			}
			if _, err := send(t, p, testTo); err != nil {
				t.Error(err)
			}
		}
		if n := peer.Connections(); n != 1 {
			t.Errorf("%d connections", n)
		}
		if n := len(peer.Messages()); n != 2 {
			t.Errorf("%d messages", n)
		}
	})
}

// A server may answer 354 although it has refused the recipient: RFC 2920, 3.1.
func TestC7_DataAllowedWithoutRecipient(t *testing.T) {
	peer := mailertest.New(t, mailertest.Script{Answer: mailertest.First(
		mailertest.Refuse("550 5.1.1 no", "piet@ontvanger.example"),
		func(c mailertest.Command) string {
			if c.Step == mailertest.DATA && c.To == "piet@ontvanger.example" {
				return "354 go ahead"
			}
			return ""
		},
	)})
	p := testPool(t, peer)
	for range 2 {
		_, err := send(t, p, "piet@ontvanger.example")
		if e := failed(t, err); e.Kind != KindRecipient || e.Stage != StageRcpt {
			t.Errorf("%+v", e)
		}
		if _, err := send(t, p, testTo); err != nil {
			t.Error(err)
		}
	}
	if n := len(peer.Messages()); n != 2 || peer.Connections() != 1 {
		t.Errorf("%d messages over %d connections", n, peer.Connections())
	}
}

func TestC7_KindsOfRefusal(t *testing.T) {
	for _, test := range []struct {
		step  mailertest.Step
		reply string
		kind  Kind
	}{
		{mailertest.Greeting, "554 no service", KindConfiguration},
		{mailertest.Greeting, "421 4.3.2 busy", KindThrottled},
		{mailertest.EHLO, "421 4.3.2 busy", KindThrottled},
		{mailertest.MAIL, "421 4.7.0 slow down", KindThrottled},
		{mailertest.MAIL, "450 4.7.1 slow down", KindThrottled},
		{mailertest.MAIL, "452 4.3.1 disk full", KindServer},
		{mailertest.MAIL, "530 5.7.0 authenticate", KindAuthentication},
		{mailertest.MAIL, "550 5.7.1 sender denied", KindAuthentication},
		{mailertest.MAIL, "553 5.1.8 bad sender", KindConfiguration},
		{mailertest.MAIL, "552 5.3.4 too big", KindContent},
		{mailertest.RCPT, "550 no such user", KindRecipient},
		{mailertest.RCPT, "550 5.1.10 null MX", KindRecipient},
		{mailertest.RCPT, "550 5.7.1 policy", KindContent},
		{mailertest.RCPT, "450 4.2.1 mailbox busy", KindServer},
		{mailertest.RCPT, "451 4.7.1 greylisted", KindThrottled},
		{mailertest.RCPT, "452 4.2.2 mailbox full", KindServer},
		{mailertest.RCPT, "552 5.2.2 mailbox full", KindServer},
		{mailertest.RCPT, "552 full", KindServer},
		{mailertest.RCPT, "421 4.3.2 going down", KindThrottled},
		{mailertest.DATA, "451 4.3.0 try later", KindServer},
		{mailertest.DATA, "554 5.5.1 no", KindContent},
		{mailertest.DATA, "250 what?", KindServer},
		{mailertest.Message, "554 5.7.1 spam", KindContent},
		{mailertest.Message, "552 5.3.4 too big", KindContent},
		{mailertest.Message, "550 5.1.1 no such user", KindRecipient},
		{mailertest.Message, "451 4.3.0 try later", KindServer},
		{mailertest.Message, "421 4.3.2 going down", KindThrottled},
	} {
		for _, without := range [][]string{nil, {"PIPELINING"}} {
			t.Run(fmt.Sprintf("%s %s %v", test.step, test.reply, without), func(t *testing.T) {
				peer := mailertest.New(t, mailertest.Script{Without: without, Answer: mailertest.Times(1, mailertest.At(test.step, test.reply))})
				p := testPool(t, peer)
				_, err := send(t, p, testTo)
				e := failed(t, err)
				if e.Kind != test.kind || e.Uncertain || e.Code == 0 || !strings.HasPrefix(test.reply, fmt.Sprint(e.Code)) {
					t.Errorf("%+v; want %s", e, test.kind)
				}
				if e.AboutMessage() != aboutMessage(test.step, e) {
					t.Errorf("about the message: %v", e.AboutMessage())
				}
				if _, err := send(t, p, testTo); err != nil {
					t.Errorf("the next message: %v", err)
				}
				if n := len(peer.Messages()); n != 1 {
					t.Errorf("%d messages", n)
				}
			})
		}
	}
}

// aboutMessage: a refusal of the message or its recipient is; what is said about the connection, the
// sender or us is not, nor is a reply that makes no sense.
func aboutMessage(step mailertest.Step, e *SendError) bool {
	if e.Kind == KindContent {
		return true
	}
	late := step == mailertest.RCPT || step == mailertest.DATA || step == mailertest.Message
	return late && e.Code != 421 && e.Code >= 400
}

func TestC10_LostAfterTheDotIsUncertain(t *testing.T) {
	both(t, func(t *testing.T, script mailertest.Script) {
		script.Answer = mailertest.Times(1, mailertest.At(mailertest.Message, mailertest.AcceptAndDrop))
		peer := mailertest.New(t, script)
		p := testPool(t, peer)
		_, err := send(t, p, testTo)
		e := failed(t, err)
		if !e.Uncertain || e.Kind != KindNetwork || e.Stage != StageDot {
			t.Errorf("%+v", e)
		}
		if n := len(peer.Messages()); n != 1 {
			t.Errorf("%d messages: an uncertain one must not be sent again by itself", n)
		}
	})
}

func TestC10_LostBeforeTheDotIsNot(t *testing.T) {
	for _, step := range []mailertest.Step{mailertest.Greeting, mailertest.EHLO, mailertest.MAIL, mailertest.RCPT, mailertest.DATA} {
		both(t, func(t *testing.T, script mailertest.Script) {
			script.Answer = mailertest.At(step, mailertest.Drop)
			peer := mailertest.New(t, script)
			_, err := send(t, testPool(t, peer), testTo)
			if e := failed(t, err); e.Uncertain || e.Kind != KindNetwork {
				t.Errorf("%s: %+v", step, e)
			}
		})
	}
}

// The peer goes away in the middle of a message that is larger than all buffers on the way.
func TestC10_LostInTheMiddleOfTheMessage(t *testing.T) {
	peer := mailertest.New(t, mailertest.Script{Size: 1 << 30, Answer: mailertest.At(mailertest.Body, mailertest.Drop)})
	p := testPool(t, peer)
	big := append(bytes.Clone(testBody), bytes.Repeat([]byte(strings.Repeat("x", 76)+"\r\n"), 400_000)...)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_, err := p.Send(ctx, Envelope{From: testFrom, To: testTo}, big)
	if e := failed(t, err); e.Uncertain || e.Kind != KindNetwork || e.Stage != StageData {
		t.Errorf("%+v", e)
	}
	if n := len(peer.Messages()); n != 0 {
		t.Errorf("%d messages", n)
	}
}

func TestIdleConnectionThatThePeerClosedIsReplaced(t *testing.T) {
	both(t, func(t *testing.T, script mailertest.Script) {
		script.Answer = mailertest.CloseAfter(1)
		peer := mailertest.New(t, script)
		p := testPool(t, peer)
		for range 3 {
			if _, err := send(t, p, testTo); err != nil {
				t.Fatal(err)
			}
		}
		if n := peer.Connections(); n != 3 {
			t.Errorf("%d connections", n)
		}
	})
	t.Run("dropped", func(t *testing.T) {
		peer := mailertest.New(t, mailertest.Script{Answer: func(c mailertest.Command) string {
			if c.Step == mailertest.MAIL && c.Accepted == 1 {
				return mailertest.Drop
			}
			return ""
		}})
		p := testPool(t, peer)
		for range 3 {
			if _, err := send(t, p, testTo); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestConnectionsAreReplacedByNumberAndAge(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*Config)
		want   int
	}{
		"number":  {func(c *Config) { c.MaxMessages = 2 }, 2},
		"age":     {func(c *Config) { c.MaxAge = time.Nanosecond }, 4},
		"neither": {func(*Config) {}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			peer := mailertest.New(t, mailertest.Script{})
			p := testPool(t, peer, test.change)
			for range 4 {
				if _, err := send(t, p, testTo); err != nil {
					t.Fatal(err)
				}
				for p.cfg.MaxAge == time.Nanosecond && !idleIsOld(p) {
					time.Sleep(time.Millisecond) // until the timer has run
				}
			}
			if n := peer.Connections(); n != test.want {
				t.Errorf("%d connections, want %d", n, test.want)
			}
		})
	}
}

func idleIsOld(p *Pool) bool {
	p.normal.mu.Lock()
	defer p.normal.mu.Unlock()
	return len(p.normal.idle) == 0 || p.normal.idle[0].old.Load()
}

func TestC6_TLSWithAuthentication(t *testing.T) {
	for name, script := range map[string]mailertest.Script{
		"implicit": {ImplicitTLS: true}, "STARTTLS": {StartTLS: true}, "LOGIN": {StartTLS: true, Without: []string{"PLAIN"}}, "loopback": {},
	} {
		t.Run(name, func(t *testing.T) {
			script.User, script.Password = "bode@bode.example", "geheim"
			peer := mailertest.New(t, script)
			auth := func(c *Config) { c.User, c.Password = script.User, script.Password }
			p := testPool(t, peer, auth)
			for range 2 {
				if _, err := send(t, p, testTo); err != nil {
					t.Fatal(err)
				}
			}
			for _, m := range peer.Messages() {
				if m.TLS != (name != "loopback") || m.User != script.User {
					t.Errorf("%+v", m)
				}
			}
			_, err := send(t, testPool(t, peer, auth, func(c *Config) { c.Password = "fout" }), testTo)
			if e := failed(t, err); e.Kind != KindAuthentication || e.Code != 535 || e.Stage != StageAuth {
				t.Errorf("%+v", e)
			}
			err = testPool(t, peer, auth).Check(t.Context())
			if err != nil {
				t.Errorf("Check: %v", err)
			}
		})
	}
}

func TestC6_NothingIsSaidWithoutTrustedTLS(t *testing.T) {
	for name, test := range map[string]struct {
		script mailertest.Script
		url    string
	}{
		"STARTTLS missing":       {mailertest.Script{}, "smtp://"},
		"STARTTLS refused":       {mailertest.Script{StartTLS: true, Answer: mailertest.At(mailertest.STARTTLS, "501 no")}, "smtp://"},
		"untrusted":              {mailertest.Script{StartTLS: true, Untrusted: true}, "smtp://"},
		"untrusted implicit":     {mailertest.Script{ImplicitTLS: true, Untrusted: true}, "smtps://"},
		"another name":           {mailertest.Script{StartTLS: true, Names: []string{"other.example"}}, "smtp://"},
		"another name implicit":  {mailertest.Script{ImplicitTLS: true, Names: []string{"other.example"}}, "smtps://"},
		"TLS 1.1":                {mailertest.Script{StartTLS: true, MaxTLS: 0x0302}, "smtp://"},
		"TLS 1.1 implicit":       {mailertest.Script{ImplicitTLS: true, MaxTLS: 0x0302}, "smtps://"},
		"no TLS on the TLS port": {mailertest.Script{}, "smtps://"},
	} {
		t.Run(name, func(t *testing.T) {
			test.script.User, test.script.Password = "bode", "geheim"
			peer, err := mailertest.Start(test.script)
			if err != nil {
				t.Fatal(err)
			}
			defer peer.Close()
			cfg, err := ParseURL(test.url + peer.Addr())
			if err != nil {
				t.Fatal(err)
			}
			cfg.RootCAs, cfg.User, cfg.Password = peer.RootCAs(), "bode", "geheim"
			p, err := NewPool(cfg)
			if err != nil {
				t.Fatal(err)
			}
			_, err = send(t, p, testTo)
			if e := failed(t, err); e.Kind != KindConfiguration || e.Stage != StageTLS {
				t.Errorf("%+v", e)
			}
			for _, c := range peer.Commands() {
				if c.Step == mailertest.AUTH || c.Step == mailertest.MAIL {
					t.Errorf("%s was sent", c.Step)
				}
			}
			if err := p.Close(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAuthWithoutAKnownMechanism(t *testing.T) {
	peer := mailertest.New(t, mailertest.Script{StartTLS: true})
	_, err := send(t, testPool(t, peer, func(c *Config) { c.User, c.Password = "bode", "geheim" }), testTo)
	if e := failed(t, err); e.Kind != KindConfiguration || e.Stage != StageAuth {
		t.Errorf("%+v", e)
	}
}

func TestA7_SMTPUTF8OnlyWhereNeededAndOffered(t *testing.T) {
	peer := mailertest.New(t, mailertest.Script{})
	p := testPool(t, peer)
	for to, want := range map[string]bool{"用户@例子.example": true, "jan@例子.example": false} {
		if _, err := send(t, p, to); err != nil {
			t.Fatal(err)
		}
		got := peer.Messages()
		last := got[len(got)-1]
		if utf8 := strings.Contains(last.MailParams, "SMTPUTF8"); utf8 != want || !strings.HasSuffix(last.To, "@xn--fsqu00a.example") {
			t.Errorf("%s: %+v", to, last)
		}
	}
	old := testPool(t, mailertest.New(t, mailertest.Script{Without: []string{"SMTPUTF8"}}))
	_, err := send(t, old, "用户@例子.example")
	if e := failed(t, err); e.Kind != KindRecipient || e.Temporary() {
		t.Errorf("%+v", e)
	}
	if _, err := send(t, old, "jan@例子.example"); err != nil {
		t.Error(err)
	}
}

func TestC11_SizeAnd8BitMIME(t *testing.T) {
	peer := mailertest.New(t, mailertest.Script{Size: 200})
	p := testPool(t, peer)
	ctx := t.Context()
	e := Envelope{From: testFrom, To: testTo}
	if _, err := p.Send(ctx, e, append(bytes.Clone(testBody), "één\r\n"...)); err != nil {
		t.Fatal(err)
	}
	if got := peer.Messages()[0].MailParams; !strings.Contains(got, "BODY=8BITMIME") || !strings.Contains(got, fmt.Sprintf("SIZE=%d", len(testBody)+7)) {
		t.Errorf("MAIL parameters %q", got)
	}
	_, err := p.Send(ctx, e, append(bytes.Clone(testBody), strings.Repeat("x", 300)+"\r\n"...))
	if e := failed(t, err); e.Kind != KindContent || e.Stage != StageEnvelope {
		t.Errorf("%+v", e)
	}
	old := testPool(t, mailertest.New(t, mailertest.Script{Without: []string{"8BITMIME", "SIZE"}}))
	_, err = old.Send(ctx, e, append(bytes.Clone(testBody), "één\r\n"...))
	if e := failed(t, err); e.Kind != KindContent {
		t.Errorf("%+v", e)
	}
}

func TestC13_DSNOnlyWhereOffered(t *testing.T) {
	dsn := DSN{Notify: NotifyFailure | NotifyDelay, HeadersOnly: true, EnvelopeID: "a+b=c d"}
	for _, without := range [][]string{nil, {"DSN"}} {
		peer := mailertest.New(t, mailertest.Script{Without: without})
		if _, err := testPool(t, peer).Send(t.Context(), Envelope{From: testFrom, To: testTo, DSN: dsn}, testBody); err != nil {
			t.Fatal(err)
		}
		m := peer.Messages()[0]
		offered := without == nil
		if strings.Contains(m.MailParams, "RET=HDRS ENVID=a+2Bb+3Dc+20d") != offered || (m.RcptParams == "NOTIFY=FAILURE,DELAY") != offered {
			t.Errorf("offered %v: %q %q", offered, m.MailParams, m.RcptParams)
		}
	}
	for _, bad := range []DSN{{Notify: NotifyNever | NotifyDelay}, {EnvelopeID: "é"}, {EnvelopeID: "a\r\nb"}, {Notify: 16}} {
		_, err := testPool(t, mailertest.New(t, mailertest.Script{})).Send(t.Context(), Envelope{From: testFrom, To: testTo, DSN: bad}, testBody)
		if e := failed(t, err); e.Kind != KindConfiguration {
			t.Errorf("%+v", e)
		}
	}
}

func TestA1_MessagesThatCouldSmuggleAreRefused(t *testing.T) {
	peer := mailertest.New(t, mailertest.Script{})
	p := testPool(t, peer)
	for name, body := range map[string]string{
		"bare LF": "a\n.\nMAIL FROM:<x@y.example>\r\n", "bare CR": "a\r.\r\n", "LF dot CRLF": "a\n.\r\n", "CR CR LF": "a\r\r\n",
		"no CRLF at the end": "a", "NUL": "a\x00\r\n", "long line": strings.Repeat("x", 999) + "\r\n", "LF CR": "a\n\r\n",
	} {
		_, err := p.Send(t.Context(), Envelope{From: testFrom, To: testTo}, []byte("From: <a@b.example>\r\n\r\n"+body))
		if e := failed(t, err); e.Kind != KindContent || e.Stage != StageEnvelope {
			t.Errorf("%s: %+v", name, e)
		}
	}
	for _, body := range []string{"", "\r\n", "no header\r\n"} {
		if _, err := p.Send(t.Context(), Envelope{From: testFrom, To: testTo}, []byte(body)); err == nil {
			t.Errorf("%q: sent", body)
		}
	}
	if peer.Connections() != 0 {
		t.Error("a connection was made")
	}
}

func TestEnvelopeAddressesAreChecked(t *testing.T) {
	peer := mailertest.New(t, mailertest.Script{})
	p := testPool(t, peer)
	if _, err := p.Send(t.Context(), Envelope{From: "", To: testTo}, testBody); err != nil {
		t.Error(err)
	}
	_, err := p.Send(t.Context(), Envelope{From: testFrom, To: "a@b.example>\r\nRCPT TO:<c@d.example"}, testBody)
	if e := failed(t, err); e.Kind != KindRecipient {
		t.Errorf("%+v", e)
	}
	_, err = p.Send(t.Context(), Envelope{From: "bode", To: testTo}, testBody)
	if e := failed(t, err); e.Kind != KindConfiguration {
		t.Errorf("%+v", e)
	}
	if got := peer.Messages(); len(got) != 1 || got[0].From != "" {
		t.Errorf("%+v", got)
	}
}

func TestManySendersShareAFewConnections(t *testing.T) {
	peer := mailertest.New(t, mailertest.Script{Answer: mailertest.First(
		mailertest.CloseAfter(7), mailertest.Refuse("550 5.1.1 no", "p13@ontvanger.example"),
	)})
	p := testPool(t, peer, func(c *Config) { c.Connections, c.Reserved = 3, 1 })
	var wg sync.WaitGroup
	for i := range 120 {
		wg.Go(func() {
			to := fmt.Sprintf("p%d@ontvanger.example", i%20)
			_, err := p.Send(t.Context(), Envelope{From: testFrom, To: to, Priority: i%10 == 0}, testBody)
			if (err != nil) != (i%20 == 13) {
				t.Errorf("%s: %v", to, err)
			}
		})
	}
	wg.Wait()
	if n := len(peer.Messages()); n != 114 {
		t.Errorf("%d messages", n)
	}
}

// With the only normal connection stuck in a slow server, a message of priority has its own.
func TestPriorityHasAConnectionOfItsOwn(t *testing.T) {
	stuck, free := make(chan struct{}), make(chan struct{})
	var once sync.Once
	peer := mailertest.New(t, mailertest.Script{Before: func(c mailertest.Command) {
		if c.Step == mailertest.Message && c.To == "traag@ontvanger.example" {
			once.Do(func() { close(stuck) })
			<-free
		}
	}})
	p := testPool(t, peer, func(c *Config) { c.Reserved = 1 })
	done := make(chan error)
	go func() {
		_, err := p.Send(context.Background(), Envelope{From: testFrom, To: "traag@ontvanger.example"}, testBody)
		done <- err
	}()
	<-stuck
	if _, err := p.Send(t.Context(), Envelope{From: testFrom, To: testTo, Priority: true}, testBody); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := p.Send(ctx, Envelope{From: testFrom, To: testTo}, testBody)
	if e := failed(t, err); e.Stage != StageWait || !errors.Is(e, context.Canceled) {
		t.Errorf("%+v", e)
	}
	close(free)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// A context ends every wait for the peer, also those in which go-mail looks at none.
func TestContextEndsEveryWait(t *testing.T) {
	for _, step := range []mailertest.Step{mailertest.Greeting, mailertest.EHLO, mailertest.STARTTLS, mailertest.AUTH, mailertest.MAIL, mailertest.RCPT, mailertest.DATA, mailertest.Message} {
		t.Run(string(step), func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(context.Background())
			free := make(chan struct{})
			peer := mailertest.New(t, mailertest.Script{StartTLS: true, User: "bode", Password: "geheim", Before: func(c mailertest.Command) {
				if c.Step == step {
					cancel(errors.New("enough"))
					<-free
				}
			}})
			t.Cleanup(func() { close(free) })
			p := testPool(t, peer, func(c *Config) { c.User, c.Password = "bode", "geheim" })
			_, err := p.Send(ctx, Envelope{From: testFrom, To: testTo}, testBody)
			e := failed(t, err)
			if e.Kind != KindNetwork || e.Err == nil || e.Err.Error() != "enough" || e.Uncertain != (step == mailertest.Message) {
				t.Errorf("%+v", e)
			}
		})
	}
}

func TestC9_SilentPeerTimesOut(t *testing.T) {
	for _, step := range []mailertest.Step{mailertest.Greeting, mailertest.EHLO, mailertest.MAIL, mailertest.DATA, mailertest.Message} {
		t.Run(string(step), func(t *testing.T) {
			free := make(chan struct{})
			peer := mailertest.New(t, mailertest.Script{Before: func(c mailertest.Command) {
				if c.Step == step {
					<-free
				}
			}})
			t.Cleanup(func() { close(free) })
			short := 30 * time.Millisecond
			p := testPool(t, peer, func(c *Config) {
				c.Timeouts = Timeouts{Greeting: short, Command: short, Data: short, Dot: short, Quit: short}
			})
			_, err := send(t, p, testTo)
			e := failed(t, err)
			var timeout net.Error
			if !errors.As(e, &timeout) || !timeout.Timeout() || e.Kind != KindNetwork || e.Uncertain != (step == mailertest.Message) {
				t.Errorf("%+v", e)
			}
			if n := peer.Connections(); n != 1 {
				t.Errorf("%d connections: a slow peer must not be asked again at once", n)
			}
		})
	}
}

func TestCloseWaitsForWhatIsUnderWay(t *testing.T) {
	reached, free := make(chan struct{}), make(chan struct{})
	var once sync.Once
	peer := mailertest.New(t, mailertest.Script{Before: func(c mailertest.Command) {
		if c.Step == mailertest.Message {
			once.Do(func() { close(reached) })
			<-free
		}
	}})
	p := testPool(t, peer)
	sent := make(chan error, 1)
	go func() {
		_, err := p.Send(context.Background(), Envelope{From: testFrom, To: testTo}, testBody)
		sent <- err
	}()
	<-reached
	closed := make(chan error, 1)
	go func() { closed <- p.Close(context.Background()) }()
	for { // until Close has begun
		if _, err := p.Send(cancelled(), Envelope{From: testFrom, To: testTo}, testBody); errors.Is(err, ErrClosed) {
			break
		}
	}
	select {
	case err := <-closed:
		t.Fatalf("Close returned (%v) with a message under way", err)
	default:
	}
	close(free)
	if err := <-sent; err != nil {
		t.Error(err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	last := peer.Commands()[len(peer.Commands())-1]
	if last.Step != mailertest.QUIT {
		t.Errorf("the last thing said was %s", last.Step)
	}
}

func TestCloseThatLosesPatienceBreaksOff(t *testing.T) {
	reached, free := make(chan struct{}), make(chan struct{})
	peer := mailertest.New(t, mailertest.Script{Before: func(c mailertest.Command) {
		if c.Step == mailertest.Message {
			close(reached)
			<-free
		}
	}})
	t.Cleanup(func() { close(free) })
	cfg, _ := ParseURL(peer.URL())
	p, err := NewPool(cfg)
	if err != nil {
		t.Fatal(err)
	}
	sent := make(chan error, 1)
	go func() {
		_, err := p.Send(context.Background(), Envelope{From: testFrom, To: testTo}, testBody)
		sent <- err
	}()
	<-reached
	if err := p.Close(cancelled()); !errors.Is(err, context.Canceled) {
		t.Errorf("Close: %v", err)
	}
	if e := failed(t, <-sent); !e.Uncertain || !errors.Is(e, ErrClosed) {
		t.Errorf("%+v", e)
	}
}

func cancelled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

func TestIdleConnectionsExpire(t *testing.T) {
	quit := make(chan struct{})
	peer := mailertest.New(t, mailertest.Script{Before: func(c mailertest.Command) {
		if c.Step == mailertest.QUIT {
			close(quit)
		}
	}})
	p := testPool(t, peer, func(c *Config) { c.IdleTimeout = time.Millisecond })
	if _, err := send(t, p, testTo); err != nil {
		t.Fatal(err)
	}
	select {
	case <-quit:
	case <-time.After(10 * time.Second):
		t.Error("the idle connection is still open")
	}
}

func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	cfg, _ := ParseURL("smtp://" + addr + "?tls=none")
	p, err := NewPool(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close(context.Background())
	_, err = send(t, p, testTo)
	if e := failed(t, err); e.Kind != KindNetwork || e.Stage != StageDial || !e.Temporary() {
		t.Errorf("%+v", e)
	}
}

func TestCommandsOfOneMessage(t *testing.T) {
	peer := mailertest.New(t, mailertest.Script{})
	p := testPool(t, peer, func(c *Config) { c.LocalName = "bode.example" })
	if _, err := send(t, p, testTo); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, c := range peer.Commands() {
		if c.Line != "" {
			lines = append(lines, c.Line)
		}
	}
	want := []string{"EHLO bode.example", fmt.Sprintf("MAIL FROM:<%s> SIZE=%d", testFrom, len(testBody)), "RCPT TO:<" + testTo + ">", "DATA"}
	if !slices.Equal(lines, want) {
		t.Errorf("%q", lines)
	}
}
