package frontdoor_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"bode.example/mailer/mailertest"
)

var (
	kills    = flag.Int("kills", 3, "how many processes are killed for each engine, number of processes and setting")
	killSeed = flag.Uint64("kill-seed", 0, "seed of the moments; 0: by the clock")
)

// C10, promise 3: processes are killed at random moments while they send, and start again. Nobody is left
// out; what comes twice is no more than the window for each kill, and all of it shows. With hold nothing
// comes twice: the editor decides.
func TestC10_Kill(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{"sqlite", "postgres"} {
		for _, processes := range []int{1, 3} {
			for _, with := range []struct {
				uncertain string
				window    int
			}{{"retry", 64}, {"hold", 8}} {
				t.Run(fmt.Sprintf("%s, %d, %s", engine, processes, with.uncertain), func(t *testing.T) {
					t.Parallel()
					// Three on one file, and the test that looks in: now and then somebody reads for long.
					x := newSending(t, engine, max(300, min(60, 2*with.window)**kills), with.window, "delivery.uncertain="+with.uncertain)
					x.expects = []string{"a reader holds the write-ahead log up; it is emptied later"}
					f := x.fleet(processes)
					f.run(*kills)
					x.afterKills(f, with.uncertain == "hold")
				})
			}
		}
	}
}

// C10: whoever is told to stop finishes what is on its way. Nothing is lost, repeated or in doubt.
func TestC10_Terminate(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			x := newSending(t, engine, 300, 64)
			f := x.fleet(2)
			f.gentle = true
			f.run(*kills)
			if c := x.count(); c.missing+c.repeated+c.doubts > 0 {
				t.Errorf("after %d signals: %+v", f.ended, c)
			} else {
				t.Logf("%s: %d processes told to stop: %+v", engine, f.ended, c)
			}
		})
	}
}

// afterKills counts, decides as the editor, and counts again.
func (x *sending) afterKills(f *fleet, hold bool) {
	x.t.Helper()
	before := x.count()
	bound := x.window * f.ended
	if before.repeated > bound || before.doubts > bound {
		x.t.Errorf("%d repeated and %d doubts after %d kills with a window of %d", before.repeated, before.doubts, f.ended, x.window)
	}
	if before.doubts == 0 {
		x.t.Error("nothing was ever in doubt: the test looks at the wrong moments")
	}
	if hold && before.repeated > 0 {
		x.t.Errorf("%d repeated although they are held", before.repeated)
	}
	x.decide()
	x.settle()
	after := x.count()
	if after.missing+after.open > 0 || after.repeated != before.repeated {
		x.t.Errorf("before the editor decided: %+v; after: %+v", before, after)
	}
	x.t.Logf("%s: %d kills, W %d, at most %d in doubt by one: %d letters in %d editions, lost %d, repeated %d, doubts %d, left to the editor %d",
		x.t.Name(), f.ended, x.window, f.most, after.letters, len(x.editions), after.lost, after.repeated, after.doubts, before.open)
}

// fleet is several processes at work on one database, which end at random moments and start again.
type fleet struct {
	*sending
	random    *rand.Rand
	processes []*service
	args      [][]string
	gentle    bool // told to stop, not killed
	ended     int
	most      int // rows that one process left in doubt
}

// fleet starts one serve and, beside it, workers; on SQLite, where a worker has no place, more of serve.
func (x *sending) fleet(processes int) *fleet {
	x.t.Helper()
	seed := *killSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano()) //nolint:gosec // only the bits matter
	}
	x.t.Logf("-kill-seed=%d", seed)
	f := &fleet{sending: x, random: rand.New(rand.NewPCG(seed, 0))}
	for i := range processes {
		command := "serve"
		if i > 0 && x.engine.name == "postgres" {
			command = "worker"
		}
		f.args = append(f.args, append([]string{command}, x.settings...))
		f.processes = append(f.processes, x.program.start(x.t, f.args[i]...))
	}
	x.gateway.serve(x.host, f.processes[0].listen)
	return f
}

// run ends processes, so many, one after the other, and waits until all letters have ended.
func (f *fleet) run(ends int) {
	f.t.Helper()
	f.next()
	for f.ended < ends {
		open := f.await(1+f.random.IntN(150), f.random.IntN(2) == 0 || f.most == 0)
		time.Sleep(time.Duration(f.random.IntN(20)) * time.Millisecond) // any moment will do
		victims := f.victims()
		for _, victim := range victims {
			if f.gentle {
				f.processes[victim].signal()
			} else {
				f.kill(f.processes[victim])
			}
		}
		open()
		for _, victim := range victims {
			if f.gentle {
				f.processes[victim].wait()
			}
			f.ended++
			f.restart(victim)
		}
	}
	f.settle()
}

// victims are mostly one process that has letters on their way; now and then any, and now and then all at
// once: the power goes.
func (f *fleet) victims() []int {
	f.t.Helper()
	switch chance := f.random.IntN(8); {
	case chance == 0:
		return f.random.Perm(len(f.processes))
	case chance < 6 || f.most == 0: // at least one leaves something in doubt
		for _, i := range f.random.Perm(len(f.processes)) {
			if f.inDoubt(f.processes[i]) > 0 {
				return []int{i}
			}
		}
	}
	return []int{f.random.IntN(len(f.processes))}
}

// restart starts a process again. Now and then one is killed when it has hardly begun.
func (f *fleet) restart(i int) {
	f.t.Helper()
	f.processes[i] = f.program.launch(f.t, f.args[i]...)
	for !f.gentle && f.random.IntN(5) == 0 {
		time.Sleep(time.Duration(f.random.IntN(500)) * time.Millisecond)
		f.kill(f.processes[i])
		f.ended++
		f.processes[i] = f.program.launch(f.t, f.args[i]...)
	}
	f.processes[i].ready()
}

// await waits until the relay has heard n commands, and then, with hold, keeps it from answering until
// open is called. When there is nothing more to send it releases another edition.
func (f *fleet) await(n int, hold bool) (open func()) {
	f.t.Helper()
	var mu sync.Mutex
	heard, gate, once := 0, make(chan struct{}), sync.Once{}
	open = func() {
		once.Do(func() {
			f.relay.slow(nil)
			close(gate)
		})
	}
	f.t.Cleanup(open) // else a test that fails meanwhile would wait for the relay for ever
	f.relay.slow(func(mailertest.Command) {
		mu.Lock()
		heard++
		shut := hold && heard >= n
		mu.Unlock()
		if shut {
			<-gate
		}
	})
	eventually(f.t, "the relay to hear more", func() bool {
		mu.Lock()
		enough := heard >= n
		mu.Unlock()
		if !enough && !f.underWay() {
			f.next()
		}
		return enough
	})
	return open
}

// kill ends a process without a word, and looks at what it leaves: at most a window of rows in doubt.
func (f *fleet) kill(p *service) {
	f.t.Helper()
	p.kill()
	left := f.inDoubt(p)
	if f.most = max(f.most, left); left > f.window {
		f.t.Errorf("a process left %d in doubt, with a window of %d", left, f.window)
	}
}

// inDoubt is how many rows say that a process is handing them over.
func (f *fleet) inDoubt(p *service) (n int) {
	f.t.Helper()
	for _, name := range f.engine.rows(f.t, `
		SELECT c.worker FROM delivery AS d JOIN claim AS c ON d.claim_id = c.id
			OR d.apart IS NULL AND d.edition_id = c.edition_id AND d.id > c.after_id AND d.id <= c.through_id
		WHERE d.state = 'handing_over'`) {
		if strings.Contains(name, fmt.Sprintf("/%d/", p.cmd.Process.Pid)) {
			n++
		}
	}
	return n
}
