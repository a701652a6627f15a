package digest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/schedule"
)

// Store is what the digester needs of the database; store.Store has it. See there for what each
// method promises.
type Store interface {
	SeeClock(ctx context.Context, now time.Time) error
	NextDue(ctx context.Context, now time.Time) (newsletter.Time, error)

	PublishDuePosts(ctx context.Context, limit int, now time.Time) ([]newsletter.Post, error)

	DueSchedules(ctx context.Context, now time.Time) ([]newsletter.Schedule, error)
	MakeEditions(ctx context.Context, slots *newsletter.Slots, now time.Time) ([]newsletter.Edition, error)

	DueEditions(ctx context.Context, now time.Time) ([]newsletter.DueEdition, error)
	MoveEdition(ctx context.Context, e *newsletter.Edition, to newsletter.EditionState, reason string, now time.Time) (bool, error)
	NoteEdition(ctx context.Context, e *newsletter.Edition, reason string, now time.Time) error
	ApproveEdition(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) (*newsletter.Edition, error)
	ApproveReviewed(ctx context.Context, id newsletter.PublicID, r newsletter.Reviewed, by newsletter.Actor, now time.Time) (*newsletter.Edition, error)
	HoldEdition(ctx context.Context, e *newsletter.Edition, flaws []string, by newsletter.Actor, now time.Time) (bool, error)
	RemindAgain(ctx context.Context, limit int, now time.Time) (reminded int, err error)

	Release(ctx context.Context, e *newsletter.Edition) (*newsletter.Release, error)
	ReleaseFor(ctx context.Context, e *newsletter.Edition, readers []newsletter.Combination) (*newsletter.Release, error)
	PrepareVariants(ctx context.Context, e *newsletter.Edition, variants []newsletter.Variant) (bool, error)
	ReleaseEdition(ctx context.Context, e *newsletter.Edition, variants []newsletter.Variant, assignments []newsletter.Assignment, now time.Time) (bool, error)
	AddVariants(ctx context.Context, e *newsletter.Edition, variants []newsletter.Variant, assignments []newsletter.Assignment) error

	FanningOut(ctx context.Context) ([]newsletter.Edition, error)
	FanOut(ctx context.Context, editionID int64, limit int, life time.Duration, now time.Time) (newsletter.FanOut, error)
	Stopping(ctx context.Context) ([]newsletter.Edition, error)
	StopDeliveries(ctx context.Context, editionID int64, limit int, now time.Time) (stopped int, done bool, err error)
	ForgetEditions(ctx context.Context, before time.Time, limit int, by newsletter.Actor, now time.Time) (int64, error)
	ForgetPictures(ctx context.Context, before time.Time, by newsletter.Actor, now time.Time) (int64, error)
	ForgetTestLetters(ctx context.Context, before time.Time, by newsletter.Actor, now time.Time) (int64, error)
	FinishEditions(ctx context.Context, now time.Time) ([]newsletter.Edition, error)
}

// Composer renders a variant of an edition: the letter as it is stored (a mailer.Letter in binary),
// its subject, and the version for the browser.
type Composer interface {
	Compose(ctx context.Context, d *newsletter.Digest) (letter []byte, subject, web string, err error)
}

// The settings that a zero Digester has.
const (
	DefaultLife       = 24 * time.Hour
	DefaultInterval   = 5 * time.Second
	DefaultChunk      = 5000
	DefaultKeep       = 90 * 24 * time.Hour
	DefaultLetterRoom = 512 << 10
)

// Digester makes editions and sends them on their way. Several may run on one database.
type Digester struct {
	Store    Store
	Composer Composer
	// Checker looks at editions that their slot approves; nil: nobody does.
	Checker Checker
	Now     func() time.Time
	Log     *slog.Logger
	// Life is how long a delivery of an edition is of use: afterwards it expires, and its posts
	// are owed again.
	Life time.Duration
	// Interval is the longest sleep: what staff or another process changed is seen after it.
	Interval time.Duration
	// Keep is how long editions are kept that were skipped or missed.
	Keep time.Duration
	// LetterRoom is how many octets of rendered letters are held before they are stored, one letter at least: so that
	// memory does not grow with the number of variants.
	LetterRoom int
	// Chunk is how many readers one transaction of the fan-out takes.
	Chunk int

	sawPictures time.Time // when texts were looked through for pictures
}

var actor = newsletter.System("digest")

// tidyEvery is how often the house is kept.
const tidyEvery = time.Hour

// sayAgain is how long trouble that goes on is not logged again.
const sayAgain = time.Minute

// Run works until ctx ends, and returns nil then. What goes wrong in a round is logged, once a minute
// while it lasts; the next round tries again.
func (d *Digester) Run(ctx context.Context) error {
	var said, tidied time.Time
	for {
		now := d.Now()
		err := d.Tick(ctx, now)
		// A clock that was set back must not keep the house untidy.
		if err == nil && now.Sub(tidied).Abs() >= tidyEvery {
			tidied = now
			err = newsletter.Unharmed(func() error { return d.Tidy(ctx, now) })
		}
		since := now.Sub(said)
		switch {
		case err == nil:
			said = time.Time{}
		case ctx.Err() == nil && (since < 0 || since >= sayAgain): // before: the clock was set back
			d.Log.ErrorContext(ctx, "not everything that is due could be done", "part", "digest", "error", err, newsletter.Stack(err))
			said = now
		}
		timer := time.NewTimer(d.rest(ctx, now))
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
	}
}

// rest is how long to sleep after a round that began at now.
func (d *Digester) rest(ctx context.Context, now time.Time) time.Duration {
	interval := d.Interval
	if interval <= 0 {
		interval = DefaultInterval
	}
	next, err := d.Store.NextDue(ctx, now)
	if err != nil || next.IsZero() {
		return interval // whatever keeps the database from answering, the next round tells of it
	}
	return max(0, min(interval, next.Sub(d.Now())))
}

// Tick does all that is due at now. The error joins what went wrong with single schedules and
// editions; everything else is done.
func (d *Digester) Tick(ctx context.Context, now time.Time) error {
	if err := d.Store.SeeClock(ctx, now); err != nil {
		return err
	}
	var errs []error
	for _, step := range []func(context.Context, time.Time) error{d.posts, d.slots, d.remind, d.editions, d.fanOut, d.stop, d.finish} {
		if err := newsletter.Unharmed(func() error { return step(ctx, now) }); err != nil {
			errs = append(errs, err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(errs...)
}

// postsAtOnce is how many posts one round publishes: the next follows at once.
const postsAtOnce = 100

// posts publishes drafts whose hour has come, before anything else: what is to go out at eight is in the
// edition of eight.
func (d *Digester) posts(ctx context.Context, now time.Time) error {
	published, err := d.Store.PublishDuePosts(ctx, postsAtOnce, now)
	for i := range published {
		d.Log.InfoContext(ctx, "post published", "post", published[i].ID, "list", published[i].ListID)
	}
	return err
}

// slots makes the editions of due slots.
func (d *Digester) slots(ctx context.Context, now time.Time) error {
	due, err := d.Store.DueSchedules(ctx, now)
	errs := []error{err}
	for i := range due {
		if err := newsletter.Unharmed(func() error { return d.slot(ctx, &due[i], now) }); err != nil {
			errs = append(errs, fmt.Errorf("schedule %d: %w", due[i].ID, err))
		}
	}
	return errors.Join(errs...)
}

func (d *Digester) slot(ctx context.Context, c *newsletter.Schedule, now time.Time) error {
	times, err := schedule.Parse(c.Cron, c.Zone)
	if err != nil {
		return err
	}
	slots := c.Slots(times.Next, newsletter.At(now))
	made, err := d.Store.MakeEditions(ctx, &slots, now)
	for i := range made {
		e := &made[i]
		d.Log.InfoContext(ctx, "edition made", "edition", e.ID, "schedule", c.ID, "slot", e.ScheduledFor, "state", e.State, "reason", e.Reason)
	}
	return err
}

// remindersAtOnce is how many editions one round reminds of: the next follows at once.
const remindersAtOnce = 100

// remind tells those who are to approve an edition once more, when half of their time is over.
func (d *Digester) remind(ctx context.Context, now time.Time) error {
	n, err := d.Store.RemindAgain(ctx, remindersAtOnce, now)
	if n > 0 {
		d.Log.InfoContext(ctx, "reminded of editions that wait for approval", "editions", n)
	}
	return err
}

// editions approves, holds, misses and releases those whose time has come.
func (d *Digester) editions(ctx context.Context, now time.Time) error {
	due, err := d.Store.DueEditions(ctx, now)
	errs := []error{err}
	verdicts := d.check(ctx, due, now)
	for i := range due {
		if err := newsletter.Unharmed(func() error { return d.edition(ctx, &due[i], verdicts[due[i].Edition.ID], now) }); err != nil {
			errs = append(errs, fmt.Errorf("edition %d: %w", due[i].Edition.ID, err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(errs...)
}

func (d *Digester) edition(ctx context.Context, due *newsletter.DueEdition, v verdict, now time.Time) error {
	e := &due.Edition
	switch e.Step(&due.Schedule, newsletter.At(now)) {
	case newsletter.StepMiss:
		return d.move(ctx, e, newsletter.EditionMissed, missedReason(e), now)
	case newsletter.StepHold:
		return d.move(ctx, e, newsletter.EditionInReview, newsletter.ReasonUnapproved, now)
	case newsletter.StepApprove:
		return d.approve(ctx, e, v, now)
	case newsletter.StepRelease:
		return d.release(ctx, e, now)
	}
	return nil
}

// missedReason keeps the reason why an approved edition could not leave in time.
func missedReason(e *newsletter.Edition) string {
	if e.Reason == "" || e.Reason == newsletter.ReasonWithdrawn {
		return newsletter.ReasonPastGrace
	}
	return newsletter.ReasonPastGrace + ": " + e.Reason
}

func (d *Digester) move(ctx context.Context, e *newsletter.Edition, to newsletter.EditionState, reason string, now time.Time) error {
	moved, err := d.Store.MoveEdition(ctx, e, to, reason, now)
	if moved {
		d.Log.InfoContext(ctx, "edition moved", "edition", e.ID, "schedule", e.ScheduleID, "state", to, "reason", reason)
	}
	return err
}
