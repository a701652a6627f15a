package mailer

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"bode.example/mailer/mailertest"
)

// What comes after the first refusal of a group doesn't change the reason, and the dialogue is in a
// known state afterwards.
func TestPipelinedGroupsThatGoWrongTwice(t *testing.T) {
	refuse := mailertest.At(mailertest.RCPT, "550 5.1.1 no")
	for name, answer := range map[string]func(mailertest.Command) string{
		"421 at DATA":           mailertest.First(refuse, mailertest.At(mailertest.DATA, "421 4.3.2 bye")),
		"dropped at DATA":       mailertest.First(refuse, mailertest.At(mailertest.DATA, mailertest.Drop)),
		"354, then dropped":     mailertest.First(refuse, mailertest.At(mailertest.DATA, "354 go"), mailertest.At(mailertest.Message, mailertest.Drop)),
		"354, then 421":         mailertest.First(refuse, mailertest.At(mailertest.DATA, "354 go"), mailertest.At(mailertest.Message, "421 4.3.2 bye")),
		"354, then 250":         mailertest.First(refuse, mailertest.At(mailertest.DATA, "354 go"), mailertest.At(mailertest.Message, "250 ok")),
		"DATA refused by a 4xx": mailertest.First(refuse, mailertest.At(mailertest.DATA, "451 4.3.0 later")),
	} {
		t.Run(name, func(t *testing.T) {
			var over atomic.Bool
			peer := mailertest.New(t, mailertest.Script{Answer: func(c mailertest.Command) string {
				if over.Load() {
					return ""
				}
				return answer(c)
			}})
			p := testPool(t, peer)
			_, err := send(t, p, "piet@ontvanger.example")
			if e := failed(t, err); e.Kind != KindRecipient || e.Stage != StageRcpt || e.Uncertain {
				t.Errorf("%+v", e)
			}
			over.Store(true)
			if _, err := send(t, p, testTo); err != nil {
				t.Error(err)
			}
			if got := peer.Messages(); len(got) != 1 || got[0].To != testTo {
				t.Errorf("%+v", got)
			}
		})
	}
}

// A kept connection is replaced without a word only while the peer has said nothing to this message.
func TestKeptConnectionLostInTheMiddleIsAnError(t *testing.T) {
	both(t, func(t *testing.T, script mailertest.Script) {
		script.Answer = func(c mailertest.Command) string {
			if c.Step == mailertest.RCPT && c.Accepted == 1 {
				return mailertest.Drop
			}
			return ""
		}
		peer := mailertest.New(t, script)
		p := testPool(t, peer)
		if _, err := send(t, p, testTo); err != nil {
			t.Fatal(err)
		}
		_, err := send(t, p, testTo)
		if e := failed(t, err); e.Kind != KindNetwork || e.Stage != StageRcpt || e.Uncertain {
			t.Errorf("%+v", e)
		}
	})
}

func TestRepliesThatArentSMTP(t *testing.T) {
	for step, want := range map[mailertest.Step]bool{mailertest.MAIL: false, mailertest.RCPT: false, mailertest.Message: true} {
		peer := mailertest.New(t, mailertest.Script{Answer: mailertest.Times(1, mailertest.At(step, "250-"+strings.Repeat("x", 5000)+"\n250 ok"))})
		p := testPool(t, peer)
		_, err := send(t, p, testTo)
		if e := failed(t, err); e.Kind != KindServer || e.Uncertain != want {
			t.Errorf("%s: %+v", step, e)
		}
		if _, err := send(t, p, testTo); err != nil {
			t.Error(err)
		}
	}
}

func TestCheckUsesAKeptConnectionThatAnswers(t *testing.T) {
	peer := mailertest.New(t, mailertest.Script{Answer: mailertest.Times(1, mailertest.At(mailertest.NOOP, "421 4.3.2 bye"))})
	p := testPool(t, peer)
	for i, want := range []int{1, 2, 2} {
		if err := p.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := peer.Connections(); n != want {
			t.Errorf("after check %d: %d connections, want %d", i+1, n, want)
		}
	}
	peer.Close()
	if e := failed(t, p.Check(t.Context())); e.Kind != KindNetwork {
		t.Errorf("%+v", e)
	}
}

// A 4xx storm: every message is answered, none is lost or sent twice.
func TestC7_StormOfTemporaryRefusals(t *testing.T) {
	both(t, func(t *testing.T, script mailertest.Script) {
		script.Answer = mailertest.Times(30, func(c mailertest.Command) string {
			if c.Step == mailertest.RCPT {
				return "450 4.7.1 greylisted, " + c.To
			}
			return ""
		})
		peer := mailertest.New(t, script)
		p := testPool(t, peer)
		for i := range 40 {
			_, err := send(t, p, fmt.Sprintf("p%d@ontvanger.example", i))
			if i >= 30 {
				if err != nil {
					t.Error(err)
				}
				continue
			}
			if e := failed(t, err); e.Kind != KindThrottled || e.RetryAfter != greylistDelay || !e.Temporary() || e.Reply != "greylisted, <recipient>" {
				t.Errorf("%+v", e)
			}
		}
		if n := len(peer.Messages()); n != 10 || peer.Connections() != 1 {
			t.Errorf("%d messages over %d connections", n, peer.Connections())
		}
	})
}

func TestErrorsRead(t *testing.T) {
	for want, e := range map[string]*SendError{
		"mailer: rcpt to failed (recipient): 550 5.1.1 no such user":                      {Kind: KindRecipient, Stage: StageRcpt, Code: 550, Enhanced: "5.1.1", Reply: "no such user"},
		"mailer: after the dot failed (network): EOF; the message may have been accepted": {Kind: KindNetwork, Stage: StageDot, Err: fmt.Errorf("EOF"), Uncertain: true},
		"mailer: dial failed (unknown)":                                                   {Stage: StageDial, Kind: 99},
	} {
		if got := e.Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func BenchmarkSend(b *testing.B) {
	for name, script := range map[string]mailertest.Script{"pipelined": {}, "plain": {Without: []string{"PIPELINING"}}} {
		b.Run(name, func(b *testing.B) {
			peer := mailertest.New(b, script)
			p := testPool(b, peer)
			l, r := digest(b)
			msg, err := l.Append(nil, r)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Send(b.Context(), Envelope{From: testFrom, To: testTo}, msg); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
