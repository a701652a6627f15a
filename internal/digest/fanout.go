package digest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"bode.example/internal/newsletter"
)

// firstChunk is how many readers the first chunk takes; each that follows takes twice as many, up to Digester.Chunk. So the
// first letters leave at once, and most of the work is done in large steps.
const firstChunk = 500

// fanOut makes the deliveries of the editions that are being sent. They take turns, a chunk each, so
// that a small one does not wait for a large one.
func (d *Digester) fanOut(ctx context.Context, now time.Time) error {
	editions, err := d.Store.FanningOut(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for size := min(firstChunk, d.chunkSize()); len(editions) > 0 && ctx.Err() == nil; size = min(2*size, d.chunkSize()) {
		rest := editions[:0]
		for _, e := range editions {
			done := false
			err := newsletter.Unharmed(func() (err error) {
				done, err = d.chunk(ctx, &e, size, now)
				return err
			})
			if err != nil {
				errs = append(errs, fmt.Errorf("edition %d: %w", e.ID, err))
			}
			if !done && err == nil {
				rest = append(rest, e)
			}
		}
		editions = rest
	}
	return errors.Join(errs...)
}

// chunk makes the deliveries of one chunk. Readers who changed what they want since the release are
// decided about, and the chunk is tried again by the next turn.
func (d *Digester) chunk(ctx context.Context, e *newsletter.Edition, size int, now time.Time) (done bool, err error) {
	out, err := d.Store.FanOut(ctx, e.ID, size, d.life(), now)
	if err != nil {
		return false, err
	}
	if len(out.Missing) > 0 {
		return false, d.add(ctx, e, out.Missing)
	}
	if out.Deliveries > 0 {
		d.Log.DebugContext(ctx, "deliveries made", "edition", e.ID, "number", out.Deliveries)
	}
	return out.Done, nil
}

// add decides about readers who turned up during the fan-out.
func (d *Digester) add(ctx context.Context, e *newsletter.Edition, readers []newsletter.Combination) error {
	r, err := d.Store.ReleaseFor(ctx, e, readers)
	if err != nil {
		return err
	}
	rendered, err := d.render(ctx, r, func(variants []newsletter.Variant) error {
		return d.Store.AddVariants(ctx, e, variants, nil)
	})
	if err != nil {
		return err
	}
	if err := d.Store.AddVariants(ctx, e, rendered.variants, rendered.assignments); err != nil {
		return err
	}
	d.alarm(ctx, e, &rendered)
	return nil
}

// stop ends the deliveries of cancelled editions and gives back what they carried.
func (d *Digester) stop(ctx context.Context, now time.Time) error {
	editions, err := d.Store.Stopping(ctx)
	errs := []error{err}
	for i := range editions {
		for ctx.Err() == nil {
			stopped, _, err := d.Store.StopDeliveries(ctx, editions[i].ID, d.chunkSize(), now)
			if err != nil {
				errs = append(errs, fmt.Errorf("edition %d: %w", editions[i].ID, err))
			}
			if err != nil || stopped == 0 {
				break
			}
		}
	}
	return errors.Join(errs...)
}

func (d *Digester) finish(ctx context.Context, now time.Time) error {
	editions, err := d.Store.FinishEditions(ctx, now)
	for i := range editions {
		d.Log.InfoContext(ctx, "edition sent", "edition", editions[i].ID, "schedule", editions[i].ScheduleID)
	}
	return err
}

func (d *Digester) chunkSize() int {
	if d.Chunk <= 0 {
		return DefaultChunk
	}
	return d.Chunk
}

func (d *Digester) life() time.Duration {
	if d.Life <= 0 {
		return DefaultLife
	}
	return d.Life
}
