package digest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"bode.example/internal/digest"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

// faulty is a store that breaks off at the n-th call: before it reaches the database, or after.
type faulty struct {
	digest.Store
	left  int
	after bool
	broke bool
}

var errCrash = errors.New("crashed")

func (f *faulty) step(do func() error) error {
	f.left--
	if f.broke || f.left == 0 && !f.after {
		f.broke = true
		return errCrash
	}
	err := do()
	if f.left == 0 {
		f.broke = true
		return errCrash
	}
	return err
}

func (f *faulty) SeeClock(ctx context.Context, now time.Time) error {
	return f.step(func() error { return f.Store.SeeClock(ctx, now) })
}

func (f *faulty) DueSchedules(ctx context.Context, now time.Time) (c []newsletter.Schedule, err error) {
	err = f.step(func() error { c, err = f.Store.DueSchedules(ctx, now); return err })
	return c, err
}

func (f *faulty) MakeEditions(ctx context.Context, slots *newsletter.Slots, now time.Time) (e []newsletter.Edition, err error) {
	err = f.step(func() error { e, err = f.Store.MakeEditions(ctx, slots, now); return err })
	return e, err
}

func (f *faulty) DueEditions(ctx context.Context, now time.Time) (e []newsletter.DueEdition, err error) {
	err = f.step(func() error { e, err = f.Store.DueEditions(ctx, now); return err })
	return e, err
}

func (f *faulty) MoveEdition(ctx context.Context, e *newsletter.Edition, to newsletter.EditionState, reason string, now time.Time) (ok bool, err error) {
	err = f.step(func() error { ok, err = f.Store.MoveEdition(ctx, e, to, reason, now); return err })
	return ok, err
}

func (f *faulty) ApproveEdition(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) (e *newsletter.Edition, err error) {
	err = f.step(func() error { e, err = f.Store.ApproveEdition(ctx, id, by, now); return err })
	return e, err
}

func (f *faulty) Release(ctx context.Context, e *newsletter.Edition) (r *newsletter.Release, err error) {
	err = f.step(func() error { r, err = f.Store.Release(ctx, e); return err })
	return r, err
}

func (f *faulty) PrepareVariants(ctx context.Context, e *newsletter.Edition, v []newsletter.Variant) (ok bool, err error) {
	err = f.step(func() error { ok, err = f.Store.PrepareVariants(ctx, e, v); return err })
	return ok, err
}

func (f *faulty) ReleaseEdition(ctx context.Context, e *newsletter.Edition, v []newsletter.Variant, a []newsletter.Assignment, now time.Time) (ok bool, err error) {
	err = f.step(func() error { ok, err = f.Store.ReleaseEdition(ctx, e, v, a, now); return err })
	return ok, err
}

func (f *faulty) FanningOut(ctx context.Context) (e []newsletter.Edition, err error) {
	err = f.step(func() error { e, err = f.Store.FanningOut(ctx); return err })
	return e, err
}

func (f *faulty) FanOut(ctx context.Context, id int64, limit int, life time.Duration, now time.Time) (out newsletter.FanOut, err error) {
	err = f.step(func() error { out, err = f.Store.FanOut(ctx, id, limit, life, now); return err })
	return out, err
}

func (f *faulty) StopDeliveries(ctx context.Context, id int64, limit int, now time.Time) (n int, done bool, err error) {
	err = f.step(func() error { n, done, err = f.Store.StopDeliveries(ctx, id, limit, now); return err })
	return n, done, err
}

// Promise 3, as far as it is the digester's: after a crash at any of its steps, before or after the
// database did it, another round goes on, and every reader gets one mail.
func TestACrashAtAnyStepLosesAndRepeatsNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		o := newOffice(t, s)
		readers := []int64{o.Reader("a", o.Daily), o.Reader("b", o.Daily, o.Council), o.Reader("c", o.Daily), o.Reader("d", o.Daily), o.Reader("e", o.Daily)}
		now, day := o.Daily.NextAt.Time, 0
		for crash := 1; ; crash++ {
			reached := false
			for _, after := range []bool{false, true} {
				o.Post("Bericht", now, o.Council)
				o.Post("Voor anderen", now, o.Residents) // so that there are two variants, of which one is laid aside
				broken := digester(&faulty{Store: s, left: crash, after: after})
				broken.Chunk, broken.LetterRoom = 2, 1
				err := broken.Tick(t.Context(), now)
				reached = reached || errors.Is(err, errCrash)
				o.tick(now.Add(time.Second))
				day++
				for subscription, letters := range o.letters(now) {
					if len(letters) != day {
						t.Errorf("crash at step %d, after it %v: subscription %d has %d letters, want %d", crash, after, subscription, len(letters), day)
					}
				}
				if got := len(o.letters(now)); got != len(readers) {
					t.Fatalf("%d readers of %d were reached", got, len(readers))
				}
				now = now.AddDate(0, 0, 1)
			}
			if !reached {
				if crash < 10 {
					t.Errorf("a round has only %d steps", crash)
				}
				return
			}
		}
	})
}
