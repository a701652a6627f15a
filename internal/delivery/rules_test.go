package delivery_test

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bode.example/internal/delivery"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/mailer/mailertest"
)

// STANDARDS C7: a 5xx at the connection or MAIL, and one mail after another refused by policy, stop the edition,
// with an alarm; nobody is blamed, and when it is resumed everybody gets it.
func TestC7_RefusedAsASenderStopsTheEdition(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(mailertest.Command) string
		reason string
	}{
		"greeting":        {mailertest.At(mailertest.Greeting, "554 5.7.1 you are on a list"), "sender_refused: dial: 554 5.7.1 you are on a list"},
		"MAIL":            {mailertest.At(mailertest.MAIL, "550 5.7.1 sender denied"), "sender_refused: mail from: 550 5.7.1 sender denied"},
		"policy at RCPT":  {mailertest.At(mailertest.RCPT, "550 5.7.1 not from you"), "mail_refused: rcpt to: 550 5.7.1 not from you"},
		"policy at the .": {mailertest.At(mailertest.Message, "550 5.7.26 no DMARC"), "mail_refused: after the dot: 550 5.7.26 no DMARC"},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) { stopAndResume(t, s, c.answer, c.reason) })
		})
	}
}

func stopAndResume(t *testing.T, s *store.Store, answer func(mailertest.Command) string, reason string) {
	refuse := make(chan struct{}) // closed when the operator has put it right
	x := newScene(t, s, mailertest.Script{Answer: func(c mailertest.Command) string {
		select {
		case <-refuse:
			return ""
		default:
			return answer(c)
		}
	}})
	log := &listener{Handler: slog.DiscardHandler}
	x.worker.Log = slog.New(log)
	x.run(func() bool {
		e, err := s.Edition(t.Context(), x.e.PublicID)
		x.check(err)
		return e.State == newsletter.EditionPaused && x.progress()[newsletter.DeliveryPending] == readers && e.Reason == reason
	}, x.worker)
	if log.ever("an edition was stopped") != 1 {
		t.Error("there was no alarm")
	}
	close(refuse)
	_, err := s.ResumeEdition(t.Context(), x.e.PublicID, newsletter.System("test"), time.Now())
	x.check(err)
	x.run(func() bool {
		x.w.Do(`UPDATE delivery SET due_at = 0 WHERE state = 'pending'`)
		x.w.Do(`DELETE FROM throttle`)
		return x.progress()[newsletter.DeliverySent] == readers
	}, x.newWorker("w2"))
	for to, n := range x.got() {
		if n != 1 {
			t.Errorf("%s got it %d times", to, n)
		}
	}
}

// What was let through before an edition was resumed says nothing against it.
func TestC7_OldRefusalsDoNotStopAResumedEdition(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		asked, answer, accept := make(chan string, readers), make(chan struct{}), make(chan struct{})
		var early sync.Map // the recipients that were asked for before
		x := newScene(t, s, mailertest.Script{
			Before: func(c mailertest.Command) {
				if c.Step == mailertest.Message {
					<-accept
				}
				if c.Step != mailertest.RCPT {
					return
				}
				select {
				case <-answer:
				default:
					early.Store(c.To, true)
					asked <- c.To
					<-answer
				}
			},
			Answer: func(c mailertest.Command) string {
				if _, ok := early.Load(c.To); ok && c.Step == mailertest.RCPT {
					return "550 5.7.1 not from you"
				}
				return ""
			}})
		log := &listener{Handler: slog.DiscardHandler}
		x.worker.Settings.Connections, x.worker.Log = 3, slog.New(log)
		x.run(func() bool {
			for range 3 {
				<-asked
			}
			by := newsletter.System("test")
			_, err := s.PauseEdition(t.Context(), x.e.PublicID, by, time.Now())
			x.check(err)
			_, err = s.ResumeEdition(t.Context(), x.e.PublicID, by, time.Now())
			x.check(err)
			close(answer)
			x.wait(func() bool {
				var refused int
				x.w.Ask(&refused, `SELECT COUNT(*) FROM delivery WHERE code = 550`)
				return refused == 3
			})
			close(accept)
			x.wait(x.all(newsletter.DeliverySent, readers-3))
			return true
		}, x.worker)
		if log.ever("an edition was stopped") != 0 {
			t.Error("it was stopped again")
		}
	})
}

// One mailbox whose rules refuse us stops nothing, and its owner is not blamed.
func TestC7_PolicyOfOneMailboxStopsNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newScene(t, s, mailertest.Script{Answer: mailertest.Refuse("550 5.7.133 members only", "lezer03@lezer.voorbeeld.nl")})
		x.run(func() bool {
			p := x.progress()
			return p[newsletter.DeliverySent] == readers-1 && p[newsletter.DeliveryPending] == 1
		}, x.worker)
		e, err := s.Edition(t.Context(), x.e.PublicID)
		if x.check(err); e.State != newsletter.EditionSending {
			t.Errorf("the edition is %s: %s", e.State, e.Reason)
		}
	})
}

// Promise: pausing, resuming and cancelling an edition that is being sent take effect within two seconds;
// only what was handed over before comes through.
func TestPauseResumeAndCancelTakeEffectAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		slow := make(chan struct{}, 2*readers) // a token a message that the server takes
		x := newScene(t, s, mailertest.Script{Before: func(c mailertest.Command) {
			if c.Step == mailertest.Message {
				<-slow
			}
		}})
		x.worker.Settings.Window, x.worker.Settings.Connections = 6, 1
		by := newsletter.System("test")
		x.run(func() bool {
			slow <- struct{}{}
			x.wait(func() bool { return len(x.server.Messages()) == 1 })
			_, err := s.PauseEdition(t.Context(), x.e.PublicID, by, time.Now())
			x.check(err)
			for range readers {
				slow <- struct{}{}
			}
			x.wait(func() bool {
				p := x.progress()
				return p[newsletter.DeliveryHandingOver] == 0
			})
			out := len(x.server.Messages())
			if out == 0 || out > 6+1 {
				t.Errorf("%d messages are out; one was, and six may have been on their way", out)
			}
			_, err = s.ResumeEdition(t.Context(), x.e.PublicID, by, time.Now())
			x.check(err)
			resumed := time.Now()
			x.wait(func() bool { return len(x.server.Messages()) > out })
			if d := time.Since(resumed); d > 2*time.Second {
				t.Errorf("it took %v to go on", d)
			}
			_, err = s.CancelEdition(t.Context(), x.e.PublicID, by, time.Now())
			x.check(err)
			x.wait(func() bool {
				p := x.progress()
				return p[newsletter.DeliveryHandingOver] == 0
			})
			return true
		}, x.worker)
	})
}

// STANDARDS C11: a domain with a limit gets no more at once, and holds nobody else up.
func TestC11_ADomainThatIsLimited(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		free := make(chan struct{})
		release := sync.OnceFunc(func() { close(free) })
		x := newScene(t, s, mailertest.Script{Before: func(c mailertest.Command) {
			if c.Step == mailertest.Message && strings.HasSuffix(c.To, "@vol.voorbeeld.nl") {
				<-free
			}
		}})
		for i := range 6 {
			address := fmt.Sprintf("vol%d@vol.voorbeeld.nl", i)
			x.w.Do(fmt.Sprintf(`UPDATE subscriber SET address = '%s' WHERE address = 'lezer%02d@lezer.voorbeeld.nl'`, address, i))
		}
		x.w.Do(`UPDATE delivery SET domain = 'vol.voorbeeld.nl' WHERE subscription_id IN (
			SELECT s.id FROM subscription AS s JOIN subscriber AS p ON p.id = s.subscriber_id WHERE p.address LIKE 'vol%')`)
		x.worker.Settings.Connections = 3
		x.worker.Settings.Limits = delivery.Limits{"vol.voorbeeld.nl": {AtOnce: 1}}
		x.run(func() bool {
			// All others but the one that may be next on the connection that waits.
			x.wait(func() bool { return x.progress()[newsletter.DeliverySent] >= readers-6-1 })
			release()
			return x.all(newsletter.DeliverySent, readers)()
		}, x.worker)
	})
}

// STANDARDS C11: workers share the limit of a domain.
func TestC11_WorkersShareALimit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		free := make(chan struct{})
		release := sync.OnceFunc(func() { close(free) })
		var asked atomic.Int32
		x := newScene(t, s, mailertest.Script{Before: func(c mailertest.Command) {
			if c.Step == mailertest.Message {
				asked.Add(1)
				<-free
			}
		}})
		t.Cleanup(release)
		other, err := s.ClaimEdition(t.Context(), x.e.ID, "other", time.Now().Add(time.Hour), time.Now(), 1)
		if x.check(err); len(other) != 1 {
			t.Fatalf("another worker claimed %d", len(other))
		}
		x.worker.Settings.Connections = 3
		x.worker.Settings.Limits = delivery.Limits{"*": {AtOnce: 4}}
		x.run(func() bool {
			x.wait(func() bool { return asked.Load() >= 2 })
			if n := x.progress()[newsletter.DeliveryHandingOver]; n != 2 {
				t.Errorf("%d are under way; half of four is this worker's", n)
			}
			release()
			x.wait(x.all(newsletter.DeliverySent, readers-1))
			return true
		}, x.worker)
	})
}
