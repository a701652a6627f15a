package delivery_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/mail"
	"strings"
	"testing"
	"time"

	"bode.example/internal/delivery"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/mailer"
	"bode.example/mailer/mailertest"
)

// plain writes a message without a letter: what the worker does with it is the same.
type plain struct{}

func (plain) Write(_ context.Context, dst []byte, c *newsletter.Claim, now time.Time) (mailer.Envelope, []byte, error) {
	dst = fmt.Appendf(dst, "From: post@voorbeeld.nl\r\nTo: %s\r\nSubject: Nieuws\r\nMessage-ID: <%s>\r\nDate: %s\r\n\r\nDag.\r\n",
		c.To, c.MessageID("voorbeeld.nl"), now.Format(time.RFC1123Z))
	return mailer.Envelope{From: "bounce@voorbeeld.nl", To: string(c.To)}, dst, nil
}

// scene is an edition to twenty readers, a worker and an SMTP server.
type scene struct {
	t      *testing.T
	s      *store.Store
	w      *storetest.World
	server *mailertest.Server
	e      *newsletter.Edition
	worker *delivery.Worker
}

const readers = 20

func newScene(t *testing.T, s *store.Store, script mailertest.Script) *scene {
	t.Helper()
	x := &scene{t: t, s: s, w: storetest.NewWorld(t, s), server: mailertest.New(t, script)}
	for i := range readers {
		x.w.Reader(fmt.Sprintf("lezer%02d", i), x.w.Daily)
	}
	now := time.Now()
	x.w.Post("De raad luistert", now)
	x.e = x.w.Edition(x.w.Daily, now)
	x.w.Release(x.e, now)
	x.w.FanOut(x.e, 7, now)
	x.worker = x.newWorker("w1")
	return x
}

func (x *scene) newWorker(name string) *delivery.Worker {
	config, err := mailer.ParseURL(x.server.URL())
	x.check(err)
	config.Connections = 3
	pool, err := mailer.NewPool(config)
	x.check(err)
	x.t.Cleanup(func() {
		if err := pool.Close(context.Background()); err != nil {
			x.t.Error(err)
		}
	})
	return &delivery.Worker{Store: x.s, Writer: plain{}, Sender: delivery.Over(pool), Name: name, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Settings: delivery.Settings{Window: 10, Connections: 2, Idle: 10 * time.Millisecond, Lease: 3 * time.Second, Grace: 5 * time.Second}}
}

// run works until the condition holds, and then stops the workers.
func (x *scene) run(until func() bool, workers ...*delivery.Worker) {
	x.t.Helper()
	ctx, stop := context.WithCancel(x.t.Context())
	ended := make(chan error)
	for _, w := range workers {
		go func() { ended <- w.Run(ctx) }()
	}
	x.wait(until)
	stop()
	for range workers {
		x.check(<-ended)
	}
}

func (x *scene) wait(until func() bool) {
	x.t.Helper()
	for deadline := time.Now().Add(60 * time.Second); !until(); {
		if time.Now().After(deadline) {
			x.t.Fatalf("it did not come so far: %v", x.progress())
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (x *scene) progress() map[newsletter.DeliveryState]int {
	x.t.Helper()
	progress, err := x.s.Progress(x.t.Context(), x.e.ID)
	x.check(err)
	return progress
}

func (x *scene) all(state newsletter.DeliveryState, n int) func() bool {
	return func() bool { return x.progress()[state] == n }
}

// got counts the messages that the server took, by recipient, and fails when two of one recipient
// differ in their Message-ID.
func (x *scene) got() map[string]int {
	x.t.Helper()
	count, ids := map[string]int{}, map[string]string{}
	for _, r := range x.server.Messages() {
		count[r.To]++
		message, err := mail.ReadMessage(strings.NewReader(string(r.Data)))
		x.check(err)
		id := message.Header.Get("Message-ID")
		if ids[r.To] != "" && ids[r.To] != id {
			x.t.Error("a message that was repeated has another Message-ID")
		}
		ids[r.To] = id
	}
	return count
}

// dueNow lets the time pass that deliveries wait.
func (x *scene) dueNow() {
	x.t.Helper()
	x.w.Do(`UPDATE delivery SET due_at = 0 WHERE state = 'pending' AND attempts = 0`)
}

func (x *scene) check(err error) {
	x.t.Helper()
	if err != nil {
		x.t.Fatal(err)
	}
}

func TestEverybodyGetsItOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newScene(t, s, mailertest.Script{})
		x.run(x.all(newsletter.DeliverySent, readers), x.worker, x.newWorker("w2"), x.newWorker("w3"))
		got := x.got()
		for to, n := range got {
			if n != 1 {
				t.Errorf("%s got it %d times", to, n)
			}
		}
		if len(got) != readers {
			t.Errorf("%d of %d got it", len(got), readers)
		}
	})
}

func TestWhoIsRefusedFailsAndDisturbsNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newScene(t, s, mailertest.Script{Answer: mailertest.First(
			mailertest.Refuse("550 5.1.1 no mailbox lezer03@lezer.voorbeeld.nl here", "lezer03@lezer.voorbeeld.nl"),
			mailertest.Refuse("451 4.3.0 later", "lezer05@lezer.voorbeeld.nl"),
		)})
		x.run(func() bool {
			p := x.progress()
			return p[newsletter.DeliverySent] == readers-2 && p[newsletter.DeliveryFailed] == 1 && p[newsletter.DeliveryPending] == 1
		}, x.worker)
		var reply string
		x.w.Ask(&reply, `SELECT reply FROM delivery WHERE state = 'failed'`)
		if strings.Contains(reply, "lezer03") || !strings.Contains(reply, "no mailbox") {
			t.Errorf("stored reply %q", reply)
		}
		var attempts int
		x.w.Ask(&attempts, `SELECT attempts FROM delivery WHERE state = 'pending'`)
		if attempts != 1 {
			t.Errorf("%d attempts", attempts)
		}
	})
}

// A server that closes its connections, or can't be reached, costs no delivery anything: they wait.
func TestAServerThatFailsCostsNobodyAnything(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newScene(t, s, mailertest.Script{Answer: mailertest.Times(4, mailertest.At(mailertest.MAIL, "421 4.3.2 shutting down"))})
		x.run(func() bool {
			x.dueNow()
			return x.progress()[newsletter.DeliverySent] == readers
		}, x.worker)
		var attempts int
		x.w.Ask(&attempts, `SELECT SUM(attempts) FROM delivery`)
		if got := len(x.got()); attempts != 0 || got != readers {
			t.Errorf("%d attempts were counted, %d of %d got it", attempts, got, readers)
		}
	})
}

// Promise 3: an answer that never came is a doubt, which is shown, and repeated once with the same
// Message-ID, or held.
func TestC10_LostAnswerIsUncertain(t *testing.T) {
	for _, hold := range []bool{false, true} {
		t.Run(fmt.Sprintf("hold=%t", hold), func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) { loseOneAnswer(t, s, hold) })
		})
	}
}

func loseOneAnswer(t *testing.T, s *store.Store, hold bool) {
	lost := mailertest.Times(1, mailertest.At(mailertest.Message, mailertest.AcceptAndDrop))
	x := newScene(t, s, mailertest.Script{Answer: lost})
	x.worker.Settings.Hold = hold
	want := readers
	if hold {
		want--
	}
	x.run(func() bool {
		x.dueNow()
		return x.progress()[newsletter.DeliverySent] == want
	}, x.worker)
	repeated := 0
	for _, n := range x.got() {
		repeated += n - 1
	}
	var doubts int
	x.w.Ask(&doubts, `SELECT SUM(doubts) FROM delivery`)
	switch {
	case doubts != 1:
		t.Errorf("%d doubts are shown", doubts)
	case hold && (repeated != 0 || x.progress()[newsletter.DeliveryUncertain] != 1):
		t.Errorf("held, but repeated %d, states %v", repeated, x.progress())
	case !hold && repeated != 1:
		t.Errorf("repeated %d", repeated)
	}
}

// A worker that stops finishes what is in flight and gives back the rest: nothing lost, nothing twice.
func TestStoppingLosesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begun := make(chan struct{}, readers)
		x := newScene(t, s, mailertest.Script{Before: func(c mailertest.Command) {
			if c.Step == mailertest.Message {
				begun <- struct{}{}
			}
		}})
		x.run(func() bool { return len(begun) > 3 }, x.worker)
		p := x.progress()
		if p[newsletter.DeliverySent]+p[newsletter.DeliveryPending] != readers || p[newsletter.DeliverySent] != len(x.server.Messages()) {
			t.Errorf("states %v, the server took %d", p, len(x.server.Messages()))
		}
		x.run(x.all(newsletter.DeliverySent, readers), x.newWorker("w2"))
		for to, n := range x.got() {
			if n != 1 {
				t.Errorf("%s got it %d times", to, n)
			}
		}
	})
}

// A worker that dies holds its rows until its lease ends; then another one takes over.
func TestAnotherWorkerTakesOver(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newScene(t, s, mailertest.Script{})
		now := time.Now()
		claims, err := s.ClaimEdition(t.Context(), x.e.ID, "dood", now.Add(time.Second), now, readers)
		x.check(err)
		if _, err := s.HandOver(t.Context(), nil, storetest.Held(claims[:2]), true, now); err != nil {
			t.Fatal(err)
		}
		x.run(x.all(newsletter.DeliverySent, readers), x.worker)
		var doubts int
		x.w.Ask(&doubts, `SELECT COUNT(*) FROM delivery WHERE doubts = 1`)
		if doubts != 2 {
			t.Errorf("%d are shown as doubtful", doubts)
		}
	})
}

// STANDARDS B6: who leaves while the edition goes out gets no mail after that moment.
func TestB6_LeavingDuringASend(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newScene(t, s, mailertest.Script{})
		x.w.Do(`UPDATE subscription SET state = 'unsubscribed'
			WHERE subscriber_id = (SELECT id FROM subscriber WHERE address = 'lezer19@lezer.voorbeeld.nl')`)
		x.run(x.all(newsletter.DeliverySent, readers-1), x.worker)
		if n := x.got()["lezer19@lezer.voorbeeld.nl"]; n != 0 {
			t.Errorf("who left got it %d times", n)
		}
	})
}

// A confirmation overtakes an edition: it has a lane and a connection of its own.
func TestOtherMailOvertakesAnEdition(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		free := make(chan struct{})
		x := newScene(t, s, mailertest.Script{Before: func(c mailertest.Command) {
			if c.Step == mailertest.Message && strings.HasPrefix(c.To, "lezer") {
				<-free // the editions' connections all wait
			}
		}})
		x.w.Do(`INSERT INTO delivery (kind, address, language, template, domain, state, apart, due_at, expires_at, created_at)
			VALUES ('notice', 'nieuw@voorbeeld.nl', 'nl', 'welcome', 'voorbeeld.nl', 'pending', 'waiting', 0, 0, 0)`)
		x.run(func() bool {
			if x.got()["nieuw@voorbeeld.nl"] != 1 {
				return false
			}
			close(free)
			return true
		}, x.worker)
	})
}
