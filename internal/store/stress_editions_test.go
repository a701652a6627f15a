package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store/storetest"
)

// What editors and workers do in TestEverythingAtOnce.

func (x *crowd) schedule(r *rand.Rand) int64 {
	return []int64{x.Daily.ID, x.Daily.ID, x.Weekly.ID, x.other.Schedules[0].ID}[r.IntN(4)]
}

func (x *crowd) edition(ctx context.Context, r *rand.Rand, _ string) error {
	e, err := x.s.AddExtraEdition(ctx, x.schedule(r), storetest.By, x.now())
	if err != nil {
		return err
	}
	_, err = x.s.ApproveEdition(ctx, e.PublicID, storetest.Worker, x.now())
	return err
}

func (x *crowd) slot(ctx context.Context, r *rand.Rand, _ string) error {
	schedules, err := x.s.Schedules(ctx, []int64{x.List.ID, x.other.ID}[r.IntN(2)])
	if err != nil {
		return err
	}
	c := schedules[r.IntN(len(schedules))]
	_, err = x.s.MakeEditions(ctx, &newsletter.Slots{Schedule: c, Make: c.NextAt, NextAt: newsletter.At(c.NextAt.Add(time.Hour))}, x.now())
	return err
}

// release approves and releases whatever can be.
func (x *crowd) release(ctx context.Context, _ *rand.Rand, _ string) error {
	due, err := x.s.DueEditions(ctx, x.now().AddDate(1, 0, 0))
	if err != nil {
		return err
	}
	for _, d := range due {
		e := &d.Edition
		if e.State != newsletter.EditionApproved {
			_, err := x.s.ApproveEdition(ctx, e.PublicID, storetest.Worker, x.now())
			if newsletter.CodeOf(err) == newsletter.Internal && err != nil {
				return err
			}
			continue
		}
		r, err := x.s.Release(ctx, e)
		if err != nil {
			return err
		}
		variants, assignments := storetest.Decide(r)
		if len(variants) == 0 {
			_, err = x.s.MoveEdition(ctx, e, newsletter.EditionSkipped, newsletter.ReasonNobody, x.now())
		} else {
			_, err = x.s.ReleaseEdition(ctx, e, variants, assignments, x.now())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// steer pauses, resumes and cancels.
func (x *crowd) steer(ctx context.Context, r *rand.Rand, _ string) error {
	editions, err := x.s.Editions(ctx, []int64{x.List.ID, x.other.ID}[r.IntN(2)], 5)
	if err != nil || len(editions) == 0 {
		return err
	}
	id := editions[r.IntN(len(editions))].PublicID
	switch r.IntN(5) {
	case 0:
		_, err = x.s.CancelEdition(ctx, id, storetest.By, x.now())
	case 1:
		_, err = x.s.ReviewEdition(ctx, id, storetest.By, x.now())
	default:
		if _, err = x.s.PauseEdition(ctx, id, storetest.By, x.now()); err == nil {
			_, err = x.s.ResumeEdition(ctx, id, storetest.By, x.now())
		}
	}
	return err
}

func (x *crowd) fanOut(ctx context.Context, r *rand.Rand, _ string) error {
	editions, err := x.s.FanningOut(ctx)
	if err != nil {
		return err
	}
	for i := range editions {
		e := &editions[i]
		out, err := x.s.FanOut(ctx, e.ID, 1+r.IntN(6), time.Hour, x.now())
		if err != nil {
			return err
		}
		if len(out.Missing) == 0 {
			continue
		}
		more, err := x.s.ReleaseFor(ctx, e, out.Missing)
		if err != nil {
			return err
		}
		variants, assignments := storetest.Decide(more)
		if err := x.s.AddVariants(ctx, e, variants, assignments); err != nil {
			return err
		}
	}
	return nil
}

// handOver is a worker, who sometimes dies. Like the real one it takes one lane after the other.
func (x *crowd) handOver(ctx context.Context, r *rand.Rand, worker string) error {
	worker = fmt.Sprintf("%s-%d", worker, x.clock.Load())
	lanes, err := x.s.Lanes(ctx, x.now())
	if err != nil {
		return err
	}
	for _, lane := range append(lanes, 0) {
		now := x.now()
		lease := now.Add(400 * time.Second) // a sixth of all that happens
		var claims []newsletter.Claim
		if lane == 0 {
			claims, err = x.s.ClaimOther(ctx, worker, lease, now, 6)
		} else {
			claims, err = x.s.ClaimEdition(ctx, lane, worker, lease, now, 6)
		}
		if err == nil {
			err = x.send(ctx, r, claims)
		}
		if err != nil {
			return err
		}
	}
	_, err = x.s.Unclaim(ctx, worker)
	return err
}

// send hands over what was claimed, unless the worker dies.
func (x *crowd) send(ctx context.Context, r *rand.Rand, claims []newsletter.Claim) error {
	granted, err := x.s.HandOver(ctx, nil, storetest.Held(claims), true, x.now())
	if err != nil || r.IntN(8) == 0 {
		return err
	}
	var outcomes []newsletter.Outcome
	for i := range claims {
		if slices.Contains(granted, claims[i].ID) {
			outcomes = append(outcomes, x.outcome(r, claims[i].Held()))
		}
	}
	_, err = x.s.HandOver(ctx, outcomes, nil, r.IntN(2) == 0, x.now())
	return err
}

func (x *crowd) outcome(r *rand.Rand, held newsletter.Held) newsletter.Outcome {
	switch r.IntN(8) {
	case 0:
		return newsletter.Outcome{Held: held, State: newsletter.DeliveryPending, Refused: true, Code: 451, DueAt: newsletter.At(x.now()),
			Throttle: newsletter.At(x.now().Add(time.Second)), Domain: fmt.Sprintf("d%d.voorbeeld.nl", r.IntN(2))}
	case 1:
		return newsletter.Outcome{Held: held, State: newsletter.DeliveryFailed, Refused: true, Code: 550}
	case 2:
		return newsletter.Outcome{Held: held, State: newsletter.DeliveryExpired, Refused: true, Code: 451}
	case 3:
		return newsletter.Outcome{Held: held, State: newsletter.DeliveryUncertain}
	}
	return newsletter.Outcome{Held: held, State: newsletter.DeliverySent, Code: 250}
}

func (x *crowd) finish(ctx context.Context, r *rand.Rand, _ string) error {
	if _, _, err := x.s.RecoverLeases(ctx, r.IntN(2) == 0, x.now()); err != nil {
		return err
	}
	stopping, err := x.s.Stopping(ctx)
	if err != nil {
		return err
	}
	for _, e := range stopping {
		if _, _, err := x.s.StopDeliveries(ctx, e.ID, 1+r.IntN(5), x.now()); err != nil {
			return err
		}
	}
	if _, err := x.s.ResumeSubscriptions(ctx, 5, storetest.Worker, x.now()); err != nil {
		return err
	}
	_, err = x.s.FinishEditions(ctx, x.now())
	return err
}

func (x *crowd) forget(ctx context.Context, _ *rand.Rand, _ string) error {
	now := x.now()
	_, a := x.s.ForgetSignups(ctx, storetest.Worker, now.Add(storetest.LinkLife/2))
	_, b := x.s.ForgetAccessLinks(ctx, storetest.Worker, now)
	_, c := x.s.ForgetAddressChanges(ctx, storetest.Worker, now)
	_, d := x.s.ForgetCounters(ctx, storetest.Worker, now)
	return errors.Join(a, b, c, d)
}
