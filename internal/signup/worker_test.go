package signup_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/signup"
	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
)

func TestWorkerDecidesWithinASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, storetest.SQLite(t))
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		begin := time.Now()
		worker := &signup.Worker{Service: d.Service, Now: func() time.Time { return storetest.Start.Add(time.Since(begin)) }}
		go func() {
			defer close(done)
			worker.Run(ctx)
		}()
		for n := range 3 {
			time.Sleep(time.Duration(n)*time.Minute + 123*time.Millisecond) // of the bubble's clock
			d.now = worker.Now()
			d.check(d.send(address(n)))
			time.Sleep(time.Second)
			synctest.Wait()
			if undecided, err := d.store.UndecidedSignups(t.Context(), 1); err != nil || len(undecided) != 0 {
				t.Errorf("after a second: %v, %v", undecided, err)
			}
		}
		// What nobody confirmed is gone, while nobody does anything.
		d.w.Do(`UPDATE signup SET expires_at = 1`)
		time.Sleep(11 * time.Minute)
		synctest.Wait()
		if rows := d.rows(); rows["signup"] != "0" {
			t.Errorf("%v", rows)
		}
		stop()
		<-done
	})
}

// A fresh request is not decided on while its answer is under way, and soon after.
func TestWorkerLetsTheAnswerGoFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, storetest.SQLite(t))
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		worker := &signup.Worker{Service: d.Service, Now: func() time.Time { return d.now }}
		go func() {
			defer close(done)
			worker.Run(ctx)
		}()
		undecided := func(want int, when string) {
			t.Helper()
			synctest.Wait()
			if left, err := d.store.UndecidedSignups(t.Context(), 10); err != nil || len(left) != want {
				t.Errorf("%s: %d undecided, %v; want %d", when, len(left), err, want)
			}
		}
		time.Sleep(time.Millisecond) // of the bubble's clock: it has looked around
		d.check(d.send(address(1)))
		time.Sleep(40 * time.Millisecond)
		undecided(1, "after 40 ms")
		d.check(d.send(address(2))) // doesn't put the first off
		time.Sleep(15 * time.Millisecond)
		undecided(0, "after 55 ms")
		stop()
		<-done
	})
}

// stumbling panics over one sign-up.
type stumbling struct {
	signup.Store
	over int64
}

func (s *stumbling) DecideSignup(ctx context.Context, id int64, hashes []token.Hash, by newsletter.Actor, now time.Time) (newsletter.SignupDecision, error) {
	if id == s.over {
		panic("stumbled")
	}
	return s.Store.DecideSignup(ctx, id, hashes, by, now)
}

func TestAPanicOverOneSignupHoldsUpNoOther(t *testing.T) {
	d := sqlite(t)
	for n := range 3 {
		d.check(d.send(address(n)))
	}
	waiting, err := d.store.UndecidedSignups(t.Context(), 10)
	d.check(err)
	d.open(&stumbling{d.store, waiting[0].ID}, d.secret)
	if err := d.Decide(t.Context(), d.now); newsletter.Stack(err).Key == "" {
		t.Errorf("%v", err)
	}
	left, err := d.store.UndecidedSignups(t.Context(), 10)
	if err != nil || len(left) != 1 || left[0].ID != waiting[0].ID {
		t.Errorf("%v waits, %v", left, err)
	}
}

// cutOff has no database for a while.
type cutOff struct {
	signup.Store
	until time.Time
}

func (s *cutOff) UndecidedSignups(ctx context.Context, limit int) ([]newsletter.Signup, error) {
	if time.Now().Before(s.until) {
		return nil, errors.New("the database is away")
	}
	return s.Store.UndecidedSignups(ctx, limit)
}

func TestTroubleIsSaidOnceAndSoIsItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, storetest.SQLite(t))
		begin := time.Now()
		d.open(&cutOff{d.store, begin.Add(time.Minute)}, d.secret)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		worker := &signup.Worker{Service: d.Service, Now: func() time.Time { return storetest.Start.Add(time.Since(begin)) }}
		go func() {
			defer close(done)
			worker.Run(ctx)
		}()
		time.Sleep(2 * time.Minute)
		stop()
		<-done
		said := d.logged.String()
		if strings.Count(said, "the database is away") != 1 || strings.Count(said, "works again") != 1 {
			t.Errorf("said:\n%s", said)
		}
	})
}

func TestTidyEndsPauses(t *testing.T) {
	d := sqlite(t)
	links := d.join("jan@voorbeeld.nl")
	d.check(d.SaveSettings(t.Context(), links.Preferences, d.settingsForm(links.Preferences, func(w *newsletter.Wish) {
		w.Paused, w.Until = true, newsletter.At(d.now.AddDate(0, 0, 7))
	}), d.now))
	state := func() newsletter.SubscriptionState {
		s, err := d.Settings(t.Context(), links.Preferences, d.now)
		d.check(err)
		return s.Standing[0].Subscription.State
	}
	for days, want := range map[int]newsletter.SubscriptionState{6: newsletter.SubscriptionPaused} {
		d.check(d.Tidy(t.Context(), d.now.AddDate(0, 0, days)))
		if got := state(); got != want {
			t.Errorf("after %d days: %s", days, got)
		}
	}
	d.check(d.Tidy(t.Context(), d.now.AddDate(0, 0, 7)))
	if got := state(); got != newsletter.SubscriptionActive {
		t.Errorf("after seven days: %s", got)
	}
}
