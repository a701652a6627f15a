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
	Lists(ctx context.Context) ([]newsletter.List, error)
	Schedules(ctx context.Context, listID int64) ([]newsletter.Schedule, error)
	Readers(ctx context.Context, scheduleID int64) ([]newsletter.Combination, error)
	// ReadingsMoved says when an edition last moved what a schedule's readers have had; zero: never.
	ReadingsMoved(ctx context.Context, scheduleID int64, now time.Time) (newsletter.Time, error)
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

// While nobody looks, readers are counted so often all the same; and what was counted so long ago is shown to who
// looks first, unless an edition has left since.
const (
	audienceIdle = 10 * time.Minute
	audienceOld  = 15 * time.Minute
)

// Audience keeps who reads a schedule: to count a hundred thousand takes most of a second, and a
// page must not. What is approved and sent goes by the database and never by this.
//
// Run counts in the background, oftener for as long as somebody looks; without it, the page counts that finds the
// last count older than a minute.
type Audience struct {
	store   audienceStore
	now     func() time.Time
	log     *slog.Logger
	mu      sync.Mutex
	of      map[int64]*crowd
	running bool // Run is
}

// crowd is who reads one schedule.
type crowd struct {
	counting sync.Mutex // one counts, others wait for it
	readers  []newsletter.Combination
	counted  time.Time
	looked   time.Time // zero: nobody did
}

// NewAudience knows nobody yet.
func NewAudience(store audienceStore, now func() time.Time, log *slog.Logger) *Audience {
	return &Audience{store: store, now: now, log: log, of: map[int64]*crowd{}}
}

// Readers returns the combinations of a schedule's readers, as they were a minute ago at most; to who looks first, as
// they were a quarter of an hour ago at most and after the last edition left.
func (a *Audience) Readers(ctx context.Context, scheduleID int64) ([]newsletter.Combination, error) {
	now := a.now()
	a.mu.Lock()
	c := a.crowd(scheduleID)
	first := now.Sub(c.looked) > audienceLooks
	c.looked = now
	readers, counted, running := c.readers, c.counted, a.running
	a.mu.Unlock()
	switch age := now.Sub(counted); {
	case age >= 0 && age < audienceOld && running && first: // also of a minute ago: an edition may have left since
		if moved, err := a.store.ReadingsMoved(ctx, scheduleID, now); err != nil || moved.Before(counted) {
			return readers, err
		}
	case age >= 0 && age < audienceGood:
		return readers, nil
	}
	return a.count(ctx, scheduleID, c, counted)
}

// crowd is what is kept of a schedule. The caller holds the lock.
func (a *Audience) crowd(scheduleID int64) *crowd {
	c := a.of[scheduleID]
	if c == nil {
		c = &crowd{}
		a.of[scheduleID] = c
	}
	return c
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

// Run counts anew what is looked at often, and all else now and then, until ctx ends.
func (a *Audience) Run(ctx context.Context) {
	a.mu.Lock()
	a.running = true
	a.mu.Unlock()
	defer func() {
		a.mu.Lock()
		a.running = false
		a.mu.Unlock()
	}()
	ticker := time.NewTicker(audienceAgain)
	defer ticker.Stop()
	for {
		if err := a.renew(ctx); err != nil && ctx.Err() == nil {
			a.log.WarnContext(ctx, "readers can't be counted; pages of the desk show an older number", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// renew counts the schedules that were looked at lately, and those of the others that were counted long ago.
func (a *Audience) renew(ctx context.Context) error {
	lists, err := a.store.Lists(ctx)
	if err != nil {
		return err
	}
	for _, l := range lists {
		if l.State == newsletter.ListArchived {
			continue
		}
		schedules, err := a.store.Schedules(ctx, l.ID)
		if err != nil {
			return err
		}
		for _, s := range schedules {
			if !s.ArchivedAt.IsZero() {
				continue
			}
			if err := a.recount(ctx, s.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// recount counts the readers of a schedule if it is time to.
func (a *Audience) recount(ctx context.Context, scheduleID int64) error {
	now := a.now()
	a.mu.Lock()
	c := a.crowd(scheduleID)
	counted, due := c.counted, now.Sub(c.counted) >= audienceIdle || now.Sub(c.looked) <= audienceLooks && now.Sub(c.counted) >= audienceAgain
	a.mu.Unlock()
	if !due {
		return nil
	}
	_, err := a.count(ctx, scheduleID, c, counted)
	return err
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
