package frontdoor_test

import (
	"fmt"
	"syscall"
	"testing"
	"time"
)

// Promise 3: a process that stalls for longer than its lease, and is not dead, meets that another one has
// taken over. What it had passed through the gate it may still send: at most its window comes twice, and with
// hold nothing, for nobody else sends that.
func TestC10_Stall(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{"sqlite", "postgres"} {
		for _, uncertain := range []string{"retry", "hold"} {
			t.Run(engine+", "+uncertain, func(t *testing.T) {
				t.Parallel()
				x := newSending(t, engine, 300, 64, "delivery.uncertain="+uncertain)
				f := x.fleet(2)
				x.next()
				stalls := f.stall()
				x.settle()
				c := x.count()
				bound := x.window * stalls
				if c.repeated > bound || c.doubts > bound || c.missing > 0 || uncertain == "hold" && c.repeated > 0 {
					t.Errorf("%+v", c)
				}
				if c.doubts == 0 {
					t.Error("nobody took over: the test looks at the wrong moment")
				}
				x.decide()
				x.settle()
				if after := x.count(); after.open > 0 || after.repeated != c.repeated {
					t.Errorf("before the editor decided: %+v; after: %+v", c, after)
				}
				t.Logf("%s, %d stalls: %+v", t.Name(), stalls, c)
			})
		}
	}
}

// stall stops a process in the middle of sending until another one has taken over and sent the rest, and
// lets it go on then. It returns how often it stopped one: where that holds a lock of the database, nobody
// can take over before it goes on, and it tries another moment.
func (f *fleet) stall() (times int) {
	f.t.Helper()
	const tries = 5
	for times < tries {
		open := f.await(1+f.random.IntN(150), true)
		p := f.sends()
		times++
		if p == nil { // on a slow machine a lease can run out by itself
			open()
			continue
		}
		f.idle()
		p.tell(syscall.SIGSTOP)
		open()
		held := fmt.Sprintf("%%/%d/%%", p.cmd.Process.Pid)
		for end := time.Now().Add(patience / 6); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
			if f.engine.ask(f.t, `SELECT COUNT(*) FROM claim WHERE worker LIKE $1`, held) != "0" {
				continue
			}
			f.settle() // by the other one
			p.tell(syscall.SIGCONT)
			p.stop() // it finishes what it had on its way
			return times
		}
		p.tell(syscall.SIGCONT)
	}
	f.t.Fatalf("nobody took over in %d stalls", tries)
	return times
}

// sends finds a process that has letters on their way; nil when there is none for a while.
func (f *fleet) sends() *service {
	f.t.Helper()
	for end := time.Now().Add(patience / 6); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		for _, p := range f.processes {
			if f.inDoubt(p) > 0 {
				return p
			}
		}
	}
	return nil
}

// idle waits, while the relay answers nobody, until no process is in the middle of a transaction, as far as the
// database can tell.
func (f *fleet) idle() {
	f.t.Helper()
	if f.engine.name != "postgres" {
		return
	}
	eventually(f.t, "no transaction", func() bool {
		return f.engine.ask(f.t, `SELECT COUNT(*) FROM pg_stat_activity
			WHERE datname = current_database() AND application_name = 'bode' AND xact_start IS NOT NULL`) == "0"
	})
}
