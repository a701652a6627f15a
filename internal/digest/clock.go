package digest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/schedule"
)

// Clocks is what AcceptClock needs of the database; store.Store has it.
type Clocks interface {
	Lists(ctx context.Context) ([]newsletter.List, error)
	Schedules(ctx context.Context, listID int64) ([]newsletter.Schedule, error)
	AcceptClock(ctx context.Context, next map[int64]newsletter.Time, by newsletter.Actor, now time.Time) error
}

// AcceptClock takes now for the right time after the machine's clock had been ahead for a while. It
// sets every schedule back to its next slot from now on; slots that have an edition keep that one.
func AcceptClock(ctx context.Context, s Clocks, by newsletter.Actor, now time.Time) error {
	lists, err := s.Lists(ctx)
	if err != nil {
		return err
	}
	next := map[int64]newsletter.Time{}
	var errs []error
	for _, l := range lists {
		schedules, err := s.Schedules(ctx, l.ID)
		if err != nil {
			return err
		}
		for _, c := range schedules {
			times, err := schedule.Parse(c.Cron, c.Zone)
			if err != nil {
				errs = append(errs, fmt.Errorf("schedule %q of list %q: %w", c.Name, l.Name, err))
				continue
			}
			next[c.ID] = newsletter.At(times.Next(now))
		}
	}
	return errors.Join(append(errs, s.AcceptClock(ctx, next, by, now))...)
}
