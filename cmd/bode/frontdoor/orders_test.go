package frontdoor_test

import (
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
)

// slowly is a rate at which an order comes in the middle of a send.
const slowly = "smtp.rate=60"

// Pause, resume and cancel from the command line, in the middle of a send: after the command has returned, the
// relay gets no more than had passed the gate.
func TestPauseResumeCancel(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			x := newSending(t, engine, 900, 16, slowly)
			x.fleet(1)
			e := x.next()
			x.progress(50)
			x.halt("pause", e)
			waiting := len(x.readers) - len(x.arrived())

			x.program.run(t, "edition", "resume", e.id)
			asked, before := time.Now(), len(x.relay.Messages())
			x.progress(before + 1)
			t.Logf("%s: resumed, the next letter comes after %v", engine, time.Since(asked).Round(time.Millisecond))

			x.progress(before + 50)
			x.halt("cancel", e)
			x.settle()
			arrived := x.arrived()
			for key, is := range x.database() {
				want := newsletter.DeliveryCancelled
				if len(arrived[key]) > 0 {
					want = newsletter.DeliverySent
				}
				if is.state != want {
					t.Errorf("%v, which came %d times, is %s", key, len(arrived[key]), is.state)
				}
			}
			if len(arrived) >= len(x.readers) || waiting == 0 {
				t.Errorf("%d letters of %d had left: the orders came too late to show anything", len(arrived), len(x.readers))
			}
		})
	}
}

// progress waits until so many letters have come.
func (x *sending) progress(n int) {
	x.t.Helper()
	eventually(x.t, "letters to come", func() bool { return len(x.relay.Messages()) >= n })
}

// halt gives an order that stops an edition, and counts what the relay gets after the command has returned:
// at most a window. That nothing more comes shows when other mail of the same process has come later.
func (x *sending) halt(order string, e sentEdition) {
	x.t.Helper()
	x.program.run(x.t, "edition", order, e.id)
	returned, at := time.Now(), len(x.relay.Messages())
	last, after := returned, at
	eventually(x.t, "what had passed the gate to end", func() bool {
		if n := len(x.relay.Messages()); n > after {
			last, after = time.Now(), n
		}
		return x.engine.ask(x.t, `SELECT COUNT(*) FROM delivery WHERE state = 'handing_over'`) == "0"
	})
	after = len(x.relay.Messages())
	if after-at > x.window {
		x.t.Errorf("%d letters came after %s had returned, with a window of %d", after-at, order, x.window)
	}
	notice := x.person("bezoek-" + order)
	visitor := x.stranger("")
	visitor.post("/signup", visitor.signupForm("zorg", notice)).is(200)
	x.letter(notice)
	if more := len(x.arrived()) - 1; order == "pause" && more != after {
		x.t.Errorf("%d letters came after the last one that had passed the gate", more-after)
	}
	x.t.Logf("%s, %s: %d letters came after the command had returned, the last within %v", x.t.Name(), order, after-at, last.Sub(returned).Round(time.Millisecond))
}

// B6: who leaves while an edition is being sent, and has not got it, does not get it.
func TestB6_LeavingDuringASend(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			x := newSending(t, engine, 300, 16)
			f := x.fleet(1)
			x.next()
			x.settle()
			var links []string
			leavers := x.readers[len(x.readers)-5:] // late in the order
			for _, address := range leavers {
				l := x.letter(address)
				links = append(links, strings.Trim(l.header.Get("List-Unsubscribe"), "<>"))
			}
			before := len(x.relay.Messages())
			f.processes[0].stop()
			x.settings = append(x.settings, "--set", slowly)
			x.fleet(1)
			e := x.next()
			x.progress(before + 20)
			for i, link := range links {
				x.stranger("").ask("POST", link, urlencoded, oneClickForm).is(200)
				if n := x.relay.unread(leavers[i]); n > 0 {
					t.Errorf("%s had the letter already: the test looks at the wrong moment", leavers[i])
				}
			}
			x.settle()
			database, arrived := x.database(), x.arrived()
			for i, address := range x.readers {
				key := letterKey{e.title, address}
				left := i >= len(x.readers)-len(leavers)
				if n := len(arrived[key]); left && n != 0 || !left && n != 1 {
					t.Errorf("%s (left: %v) got it %d times", address, left, n)
				}
				if left && database[key].state != newsletter.DeliveryCancelled {
					t.Errorf("of %s, who left, it is %s", address, database[key].state)
				}
			}
			t.Logf("%s: %d left during the send of %d, and got nothing", engine, len(leavers), len(x.readers))
		})
	}
}
