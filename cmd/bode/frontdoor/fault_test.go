package frontdoor_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"bode.example/mailer/mailertest"
)

const (
	relayFails = "the mail server does not take mail; deliveries wait"
	stopped    = "an edition was stopped: the mail server refuses its mail; put that right, then resume it"
)

// C7, C8, promise 3: what a mail server may do wrong costs nobody a letter, and blames no reader.
func TestC7_RelayFaults(t *testing.T) {
	t.Parallel()
	for _, fault := range []struct {
		name    string
		readers int
		fault   func(x *sending)
		doubts  int                             // at most so many, and as many copies
		log     bool                            // it must say that the mail server fails
		during  func(x *sending, e sentEdition) // what people do meanwhile, or time
	}{
		{"connections break between the dot and the reply", 200, breaks, 20, false, nil},
		{"connections break before anything is taken", 200, drops, 20, true, nil},
		{"700 ms before every reply", 16, latency, 0, false, nil},
		{"421 after five letters on a connection", 200, func(x *sending) { x.relay.says(mailertest.CloseAfter(5)) }, 0, false, nil},
		{"a storm of 4xx", 100, storm, 0, false, (*sending).passTime},
		{"5xx for the sender", 50, forbids(mailertest.MAIL, "550 5.7.1 this sender is not welcome"), 0, true, (*sending).mend},
		{"5xx for the login", 50, forbids(mailertest.AUTH, "535 5.7.8 no such account"), 0, true, (*sending).mend},
		{"a greeting that says no", 50, forbids(mailertest.Greeting, "554 5.3.2 no service here"), 0, true, (*sending).mend},
	} {
		t.Run(fault.name, func(t *testing.T) {
			t.Parallel()
			for _, engine := range []string{"sqlite", "postgres"} {
				t.Run(engine, func(t *testing.T) {
					t.Parallel()
					x := newSending(t, engine, fault.readers, 64)
					x.expects = []string{relayFails, stopped}
					fault.fault(x)
					e := x.next()
					x.fleet(1)
					if fault.during != nil {
						fault.during(x, e)
					}
					x.settle()
					c := x.count()
					if c.missing+c.open > 0 || c.repeated > fault.doubts || c.doubts > fault.doubts {
						t.Errorf("%+v", c)
					}
					t.Logf("%s, %s: %+v", fault.name, engine, c)
					if failed := x.engine.ask(t, `SELECT COUNT(*) FROM delivery WHERE state = 'failed'`); failed != "0" {
						t.Errorf("%s readers were blamed", failed)
					}
					if fault.log && len(x.program.log.find(relayFails)) == 0 {
						t.Error("the log does not say that the mail server fails")
					}
				})
			}
		})
	}
}

// breaks takes every tenth letter, ten times, and hangs up without a reply.
func breaks(x *sending) {
	var taken atomic.Int64
	x.relay.says(mailertest.Times(10, func(c mailertest.Command) string {
		if c.Step == mailertest.Message && taken.Add(1)%10 == 0 {
			return mailertest.AcceptAndDrop
		}
		return ""
	}))
}

// drops hangs up at every step of the dialogue in turn.
func drops(x *sending) {
	var heard atomic.Int64
	x.relay.says(mailertest.Times(20, func(mailertest.Command) string {
		if heard.Add(1)%17 == 0 {
			return mailertest.Drop
		}
		return ""
	}))
}

func latency(x *sending) {
	x.relay.slow(func(mailertest.Command) { <-time.After(700 * time.Millisecond) })
}

// storm refuses most of what it hears for a while.
func storm(x *sending) {
	replies := map[mailertest.Step]string{mailertest.MAIL: "450 4.3.2 not now", mailertest.RCPT: "451 4.7.1 greylisted",
		mailertest.DATA: "421 4.7.0 too fast", mailertest.Message: "452 4.3.1 no room"}
	var heard atomic.Int64
	x.relay.says(mailertest.Times(80, func(c mailertest.Command) string {
		if heard.Add(1)%3 == 0 {
			return ""
		}
		return replies[c.Step]
	}))
}

// forbids says no to everybody.
func forbids(step mailertest.Step, reply string) func(*sending) {
	return func(x *sending) { x.relay.says(mailertest.At(step, reply)) }
}

// mend is the operator who finds the edition stopped, and why, puts the mail server right and lets it go on.
func (x *sending) mend(e sentEdition) {
	x.t.Helper()
	eventually(x.t, "the edition to be stopped", func() bool { // and the last answer to have come that would stop it
		return x.engine.ask(x.t, `SELECT state FROM edition WHERE public_id = $1`, e.id) == "paused" &&
			x.engine.ask(x.t, `SELECT COUNT(*) FROM delivery WHERE state = 'handing_over'`) == "0"
	})
	if shown := x.program.run(x.t, "edition", "show", e.id); !strings.Contains(shown, "sender_refused") {
		x.t.Errorf("the edition does not say why it was stopped:\n%s", shown)
	}
	x.relay.says(nil)
	x.program.run(x.t, "edition", "resume", e.id)
}

// passTime lets the pauses pass that refusals ask for, until all letters have ended.
func (x *sending) passTime(sentEdition) {
	x.t.Helper()
	eventually(x.t, "every letter to end", func() bool {
		x.engine.do(x.t, `UPDATE delivery SET due_at = 1 WHERE state = 'pending' AND due_at > 1`)
		x.engine.do(x.t, `DELETE FROM throttle`)
		return !x.underWay()
	})
}

// C6: a mail server that can't prove who it is, or offers no STARTTLS, hears neither letter nor login. When it is
// as it should be, everything arrives, and nothing was counted against anybody.
func TestC6_RelayThatCantBeTrusted(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]mailertest.Script{
		"a certificate of another authority": {StartTLS: true, User: relayUser, Password: relayPassword},
		"a certificate for another name":     {StartTLS: true, User: relayUser, Password: relayPassword, Names: []string{"mail.elders.example"}},
		"no STARTTLS":                        {User: relayUser, Password: relayPassword},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, engine := range []string{"sqlite", "postgres"} {
				t.Run(engine, func(t *testing.T) {
					t.Parallel()
					x := newSending(t, engine, 50, 64)
					x.expects = []string{relayFails}
					wrong := mailertest.New(t, script)
					x.next()
					url := "smtp.url=smtp://" + relayUser + "@" + wrong.Addr()
					p := x.program.start(t, append([]string{"serve", "--set", url}, x.settings...)...)
					eventually(t, "the program to notice", func() bool { return len(p.log.find(relayFails)) > 0 })
					p.stop()
					for _, c := range wrong.Commands() {
						if c.Step != mailertest.Greeting && c.Step != mailertest.EHLO && c.Step != mailertest.STARTTLS && c.Step != mailertest.QUIT {
							t.Errorf("the wrong server hears %s %s", c.Step, strings.Fields(c.Line + " ")[0])
						}
					}
					if tried := x.engine.ask(t, `SELECT COALESCE(SUM(attempts), 0) + COALESCE(SUM(doubts), 0) FROM delivery`); tried != "0" {
						t.Errorf("%s attempts and doubts", tried)
					}
					x.fleet(1)
					x.settle()
					c := x.count()
					if c.missing+c.repeated+c.doubts+c.open > 0 {
						t.Errorf("%+v", c)
					}
					t.Logf("%s, %s: %+v", name, engine, c)
				})
			}
		})
	}
}
