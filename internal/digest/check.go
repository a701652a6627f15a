package digest

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"bode.example/internal/newsletter"
)

// Checker looks at an edition that its slot is about to approve; review.Desk does. Flaws are what must not
// leave as it is, each in one word, and print is the newsletter.Fingerprint of what was looked at.
type Checker interface {
	Flaws(ctx context.Context, id newsletter.PublicID, now time.Time) (flaws []string, print string, err error)
}

// checksAtOnce is how many editions are looked at together: the sites that they link to answer slowly.
const checksAtOnce = 8

// verdict is what was found in an edition.
type verdict struct {
	flaws []string
	print string
	err   error
}

// check looks at those editions that their slot approves, all of them before the first is, so that one with slow
// links keeps no other waiting for long. Without a Checker nothing is found.
func (d *Digester) check(ctx context.Context, due []newsletter.DueEdition, now time.Time) map[int64]verdict {
	verdicts := map[int64]verdict{}
	if d.Checker == nil {
		return verdicts
	}
	var mu sync.Mutex
	var group errgroup.Group
	group.SetLimit(checksAtOnce)
	for i := range due {
		e := &due[i].Edition
		if e.Step(&due[i].Schedule, newsletter.At(now)) != newsletter.StepApprove {
			continue
		}
		group.Go(func() error {
			var v verdict
			v.err = newsletter.Unharmed(func() (err error) {
				v.flaws, v.print, err = d.Checker.Flaws(ctx, e.PublicID, now)
				return err
			})
			mu.Lock()
			defer mu.Unlock()
			verdicts[e.ID] = v
			return nil
		})
	}
	_ = group.Wait() // what goes wrong is told with the edition
	return verdicts
}

// approve freezes an edition whose slot is approval enough, and releases it; one with flaws is held instead.
func (d *Digester) approve(ctx context.Context, e *newsletter.Edition, v verdict, now time.Time) error {
	if v.err != nil {
		return v.err
	}
	if len(v.flaws) > 0 {
		held, err := d.Store.HoldEdition(ctx, e, v.flaws, actor, now)
		if held {
			d.Log.WarnContext(ctx, "edition held: it waits for an editor", "edition", e.ID, "schedule", e.ScheduleID, "flaws", v.flaws)
		}
		return err
	}
	var approved *newsletter.Edition
	var err error
	if v.print == "" {
		approved, err = d.Store.ApproveEdition(ctx, e.PublicID, actor, now)
	} else {
		approved, err = d.Store.ApproveReviewed(ctx, e.PublicID, newsletter.Reviewed{Print: v.print}, actor, now)
	}
	if newsletter.Is(err, newsletter.Conflict) {
		return nil // another process was first, somebody cancelled it, or it was changed: the next round looks again
	}
	if err != nil {
		return err
	}
	d.Log.InfoContext(ctx, "edition moved", "edition", e.ID, "schedule", e.ScheduleID, "state", approved.State, "reason", approved.Reason)
	if approved.State != newsletter.EditionApproved {
		return nil
	}
	return d.release(ctx, approved, now)
}
