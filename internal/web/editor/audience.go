package editor

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"bode.example/internal/newsletter"
)

// audienceStore is what an Audience reads.
type audienceStore interface {
	Readers(ctx context.Context, scheduleID int64) ([]newsletter.Combination, error)
	EditionPosts(ctx context.Context, e *newsletter.Edition, now time.Time) ([]newsletter.EditionPost, error)
	Rehearse(ctx context.Context, e *newsletter.Edition, readers []newsletter.Combination, now time.Time) (*newsletter.Release, error)
}

// How long what was counted is shown, how often it is counted anew while somebody looks, and for how long
// after the last look that goes on.
const (
	audienceGood  = time.Minute
	audienceAgain = 30 * time.Second
	audienceLooks = 15 * time.Minute
)

// Audience keeps who reads a schedule, for a minute: to count a hundred thousand takes most of a second, and a
// page must not. What is approved and sent goes by the database and never by this.
//
// Run counts anew in the background for as long as somebody looks; without it, the page counts that finds the
// last count too old.
type Audience struct {
	store audienceStore
	now   func() time.Time
	log   *slog.Logger
	mu    sync.Mutex
	of    map[int64]*crowd
}

// crowd is who reads one schedule.
type crowd struct {
	counting sync.Mutex // one counts, others wait for it
	readers  []newsletter.Combination
	counted  time.Time
	looked   time.Time
}

// NewAudience knows nobody yet.
func NewAudience(store audienceStore, now func() time.Time, log *slog.Logger) *Audience {
	return &Audience{store: store, now: now, log: log, of: map[int64]*crowd{}}
}

// Readers returns the combinations of a schedule's readers, as they were a minute ago at most.
func (a *Audience) Readers(ctx context.Context, scheduleID int64) ([]newsletter.Combination, error) {
	now := a.now()
	a.mu.Lock()
	c := a.of[scheduleID]
	if c == nil {
		c = &crowd{}
		a.of[scheduleID] = c
	}
	c.looked = now
	readers, counted := c.readers, c.counted
	a.mu.Unlock()
	if age := now.Sub(counted); age >= 0 && age < audienceGood {
		return readers, nil
	}
	return a.count(ctx, scheduleID, c, counted)
}

// count counts, unless somebody did since a time.
func (a *Audience) count(ctx context.Context, scheduleID int64, c *crowd, since time.Time) ([]newsletter.Combination, error) {
	c.counting.Lock()
	defer c.counting.Unlock()
	a.mu.Lock()
	readers, counted := c.readers, c.counted
	a.mu.Unlock()
	if !counted.Equal(since) {
		return readers, nil
	}
	readers, err := a.store.Readers(ctx, scheduleID)
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	c.readers, c.counted = readers, a.now()
	return readers, nil
}

// Forget has the readers of a schedule counted anew when they are asked for next.
func (a *Audience) Forget(scheduleID int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.of, scheduleID)
}

// Run counts anew what is looked at, until ctx ends.
func (a *Audience) Run(ctx context.Context) {
	ticker := time.NewTicker(audienceAgain)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			a.renew(ctx)
		}
	}
}

// renew counts the schedules that were looked at lately, and forgets the others.
func (a *Audience) renew(ctx context.Context) {
	type due struct {
		id    int64
		crowd *crowd
		since time.Time
	}
	var all []due
	now := a.now()
	a.mu.Lock()
	for id, c := range a.of {
		if now.Sub(c.looked) > audienceLooks {
			delete(a.of, id)
			continue
		}
		all = append(all, due{id, c, c.counted})
	}
	a.mu.Unlock()
	for _, d := range all {
		if _, err := a.count(ctx, d.id, d.crowd, d.since); err != nil && ctx.Err() == nil {
			a.log.WarnContext(ctx, "readers can't be counted; pages of the desk show an older number", "schedule", d.id, "error", err)
			return
		}
	}
}

// EditionPosts are the posts of an edition as pages show them; see store.EditionPosts.
func (a *Audience) EditionPosts(ctx context.Context, e *newsletter.Edition, now time.Time) ([]newsletter.EditionPost, error) {
	if !e.State.Follows() {
		return a.store.EditionPosts(ctx, e, now)
	}
	readers, err := a.Readers(ctx, e.ScheduleID)
	if err != nil {
		return nil, err
	}
	release, err := a.store.Rehearse(ctx, e, readers, now)
	if err != nil {
		return nil, err
	}
	return release.Posts, nil
}
