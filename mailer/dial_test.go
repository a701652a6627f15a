package mailer

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"bode.example/mailer/mailertest"
)

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
