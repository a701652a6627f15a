package delivery_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/mailer/mailertest"
)

const held = "a domain refuses for now: its editions are held"

// One recipient who is greylisted holds nobody else of the domain back.
func TestC8_OneGreylistedAddressHoldsBackNobodyElse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newScene(t, s, mailertest.Script{Answer: mailertest.Refuse("451 4.7.1 Greylisted, try again later", "lezer03@lezer.voorbeeld.nl")})
		log := &listener{Handler: slog.DiscardHandler}
		x.worker.Log = slog.New(log)
		x.run(func() bool {
			p := x.progress()
			return p[newsletter.DeliverySent] == readers-1 && p[newsletter.DeliveryPending] == 1
		}, x.worker)
		if n := log.ever(held); n != 0 {
			t.Errorf("the domain was held %d times", n)
		}
		if rows := storetest.Query(t, s, `SELECT domain FROM throttle`); len(rows) != 0 {
			t.Errorf("left alone: %v", rows)
		}
	})
}

// A domain that refuses one recipient after another, or speaks of speed, is left alone, and that is said once; a
// confirmation to somebody there goes all the same.
func TestC8_ADomainThatRefusesManyIsHeld(t *testing.T) {
	for name, answer := range map[string]string{"many": "451 4.7.1 Greylisted, try again later", "speed": "451 4.7.650 temporarily rate limited"} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				x := newScene(t, s, mailertest.Script{Answer: func(c mailertest.Command) string {
					if c.Step == mailertest.RCPT && strings.Contains(c.Line, "<lezer") {
						return answer
					}
					return ""
				}})
				log := &listener{Handler: slog.DiscardHandler}
				x.worker.Log = slog.New(log)
				x.run(func() bool { return len(storetest.Query(t, s, `SELECT domain FROM throttle`)) == 1 }, x.worker)
				if p := x.progress(); p[newsletter.DeliveryPending] != readers {
					t.Errorf("%v", p)
				}
				if n := log.ever(held); n != 1 {
					t.Errorf("it was said %d times", n)
				}
				u := x.w.SignUp("nieuw@lezer.voorbeeld.nl", time.Now(), x.w.All())
				x.w.Decide(u, time.Now())
				x.run(func() bool { return x.got()["nieuw@lezer.voorbeeld.nl"] == 1 }, x.newWorker("w2"))
			})
		})
	}
}
