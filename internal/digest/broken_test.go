package digest_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
)

// enough is how many histories it may take at most to see that a promise is broken.
const enough = 120

// Each promise broken on purpose, in several ways, to show that the test of the histories sees it.
// A fault stands between the digester and the real store.
func TestBrokenPromisesAreSeen(t *testing.T) {
	for _, c := range []struct {
		name, promise string
		fault         func(*store.Store, *theatre) backend
		first         int // the history that showed it when this was written, to save time: others follow
	}{
		{"a slot gets a second edition", "promise 1", func(s *store.Store, _ *theatre) backend { return &twice{Store: s} }, 0},
		{"a slot that was missed is not made good", "promise 1", func(s *store.Store, _ *theatre) backend { return &notMadeGood{Store: s} }, 0},
		{"readings don't move on", "promise 2", func(s *store.Store, _ *theatre) backend { return &forgetful{Store: s} }, 0},
		{"readings move on too far", "promise 2", func(s *store.Store, _ *theatre) backend { return &hasty{Store: s} }, 0},
		{"pushed and given-back posts are dropped", "promise 2", func(s *store.Store, _ *theatre) backend { return &dropping{Store: s} }, 0},
		{"who changes topics during the fan-out gets nothing", "promise 2", func(s *store.Store, _ *theatre) backend { return &deaf{Store: s} }, 0},
		{"who is left behind has read on", "promise 2", func(s *store.Store, _ *theatre) backend { return &careless{Store: s} }, 60},
		{"everybody gets everything", "promise 2", func(s *store.Store, _ *theatre) backend { return &generous{Store: s} }, 0},
		{"the gate stands open", "promise 4", func(s *store.Store, _ *theatre) backend { return &openGate{Store: s} }, 0},
		{"leaving does nothing", "promise 4", func(s *store.Store, _ *theatre) backend { return &sticky{Store: s} }, 0},
		{"signing up is enough", "promise 4", func(s *store.Store, th *theatre) backend { return &eager{Store: s, hashes: th.hashes} }, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				th := newTheatre(t, s)
				broken := c.fault(s, th)
				for n := range enough {
					seed := (c.first + n) % enough
					err := th.play(t.Context(), broken, histories.Example(seed))
					if err == nil {
						continue
					}
					if !strings.Contains(err.Error(), c.promise) {
						t.Fatalf("history %d broke something else than %s: %v", seed, c.promise, err)
					}
					t.Logf("seen in history %d: %v", seed, err)
					return
				}
				t.Errorf("%d histories did not show that %s is broken", enough, c.promise)
			})
		})
	}
}

// twice makes an extra edition beside that of a slot.
type twice struct{ *store.Store }

func (b *twice) MakeEditions(ctx context.Context, slots *newsletter.Slots, now time.Time) ([]newsletter.Edition, error) {
	made, err := b.Store.MakeEditions(ctx, slots, now)
	if err == nil && len(made) > 0 {
		_, err = b.AddExtraEdition(ctx, slots.Schedule.ID, by, now)
	}
	return made, err
}

// notMadeGood records every slot as missed that isn't looked at within minutes.
type notMadeGood struct{ *store.Store }

func (b *notMadeGood) MakeEditions(ctx context.Context, slots *newsletter.Slots, now time.Time) ([]newsletter.Edition, error) {
	if !slots.Make.IsZero() && now.Sub(slots.Make.Time) > 30*time.Minute {
		slots.Missed = append(slots.Missed, newsletter.MissedSlot{At: slots.Make, Reason: newsletter.ReasonPastGrace})
		slots.Make = newsletter.Time{}
	}
	return b.Store.MakeEditions(ctx, slots, now)
}

// assigning lets a fault change what a release decided.
func assigning(a []newsletter.Assignment, change func(*newsletter.Assignment)) []newsletter.Assignment {
	for i := range a {
		change(&a[i])
	}
	return a
}

// forgetful leaves the readings where they are.
type forgetful struct{ *store.Store }

func (b *forgetful) ReleaseEdition(ctx context.Context, e *newsletter.Edition, v []newsletter.Variant, a []newsletter.Assignment, now time.Time) (bool, error) {
	return b.Store.ReleaseEdition(ctx, e, v, assigning(a, func(a *newsletter.Assignment) { a.Next = a.Reader.Reading }), now)
}

// hasty counts the next post as read.
type hasty struct{ *store.Store }

func (b *hasty) ReleaseEdition(ctx context.Context, e *newsletter.Edition, v []newsletter.Variant, a []newsletter.Assignment, now time.Time) (bool, error) {
	return b.Store.ReleaseEdition(ctx, e, v, assigning(a, func(a *newsletter.Assignment) { a.Next.ThroughSeq++; a.Next.ID = 0 }), now)
}

// dropping forgets what is owed by name.
type dropping struct{ *store.Store }

func (b *dropping) ReleaseEdition(ctx context.Context, e *newsletter.Edition, v []newsletter.Variant, a []newsletter.Assignment, now time.Time) (bool, error) {
	return b.Store.ReleaseEdition(ctx, e, v, assigning(a, func(a *newsletter.Assignment) { a.Next.OwedPosts = nil; a.Next.ID = 0 }), now)
}

// deaf decides that combinations which turn up during the fan-out get no mail.
type deaf struct{ *store.Store }

func (b *deaf) AddVariants(ctx context.Context, e *newsletter.Edition, v []newsletter.Variant, a []newsletter.Assignment) error {
	return b.Store.AddVariants(ctx, e, v, assigning(a, func(a *newsletter.Assignment) { a.Variant = "" }))
}

// careless counts the edition as read by those whom it left behind.
type careless struct{ *store.Store }

func (b *careless) ReleaseEdition(ctx context.Context, e *newsletter.Edition, v []newsletter.Variant, a []newsletter.Assignment, now time.Time) (bool, error) {
	return b.Store.ReleaseEdition(ctx, e, v, assigning(a, func(a *newsletter.Assignment) {
		if a.Failure != "" {
			a.Next.ThroughSeq, a.Next.ID = max(a.Next.ThroughSeq, e.ThroughSeq), 0
		}
	}), now)
}

// generous gives all readers what one of them gets.
type generous struct{ *store.Store }

func (b *generous) ReleaseEdition(ctx context.Context, e *newsletter.Edition, v []newsletter.Variant, a []newsletter.Assignment, now time.Time) (bool, error) {
	return b.Store.ReleaseEdition(ctx, e, v, assigning(a, func(a *newsletter.Assignment) { a.Variant = v[0].Key }), now)
}

// openGate lets everything through that was claimed.
type openGate struct{ *store.Store }

func (b *openGate) HandOver(ctx context.Context, outcomes []newsletter.Outcome, next []newsletter.Held, repeat bool, now time.Time) ([]int64, error) {
	_, err := b.Store.HandOver(ctx, outcomes, next, repeat, now)
	var all []int64
	for _, h := range next {
		all = append(all, h.ID)
	}
	return all, err
}

// sticky keeps who leaves.
type sticky struct{ *store.Store }

func (b *sticky) Unsubscribe(context.Context, newsletter.PublicID, bool, string, newsletter.Actor, time.Time) error {
	return nil
}

// eager confirms for people.
type eager struct {
	*store.Store
	hashes *token.Hashes
}

func (b *eager) CreateSignup(ctx context.Context, u *newsletter.Signup, quotas []newsletter.Quota, by newsletter.Actor, now time.Time) error {
	if err := b.Store.CreateSignup(ctx, u, quotas, by, now); err != nil {
		return err
	}
	again := *u
	if err := b.Store.CreateSignup(ctx, &again, quotas, by, now); err != nil {
		return err
	}
	if decision, err := b.DecideSignup(ctx, again.ID, b.hashes.All(u.Address), by, now); err != nil || decision != newsletter.SignupConfirm {
		return err
	}
	_, err := b.ConfirmSignup(ctx, again.PublicID, newsletter.Proof{}, b.hashes.All(u.Address), by, now)
	return err
}
