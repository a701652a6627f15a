package editor_test

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web/editor"
)

// counter counts how often readers are counted.
type counter struct {
	times map[int64]int
	moved newsletter.Time // when an edition last left
}

func (c *counter) Readers(_ context.Context, scheduleID int64) ([]newsletter.Combination, error) {
	c.times[scheduleID]++
	return []newsletter.Combination{{Readers: int64(c.times[scheduleID])}}, nil
}

func (*counter) Lists(context.Context) ([]newsletter.List, error) { return []newsletter.List{{}}, nil }

func (*counter) Schedules(context.Context, int64) ([]newsletter.Schedule, error) {
	return []newsletter.Schedule{{ID: 1}}, nil
}

func (c *counter) ReadingsMoved(context.Context, int64, time.Time) (newsletter.Time, error) {
	return c.moved, nil
}

func (*counter) EditionPosts(context.Context, *newsletter.Edition, time.Time) ([]newsletter.EditionPost, error) {
	return nil, nil
}

func (*counter) Rehearse(context.Context, *newsletter.Edition, []newsletter.Combination, time.Time) (*newsletter.Release, error) {
	return &newsletter.Release{}, nil
}

// Readers are counted once a minute, in the background for as long as somebody looks, and then no more.
func TestAudience_CountsForThoseWhoLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &counter{times: map[int64]int{}}
		a := editor.NewAudience(c, time.Now, slog.New(slog.DiscardHandler))
		look := func(want int) {
			t.Helper()
			if _, err := a.Readers(t.Context(), 1); err != nil || c.times[1] != want {
				t.Errorf("counted %d times, want %d (%v)", c.times[1], want, err)
			}
		}
		look(1)
		time.Sleep(59 * time.Second)
		look(1)
		time.Sleep(time.Second)
		look(2) // nobody else counts
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { a.Run(ctx); close(ended) }()
		time.Sleep(5*time.Minute + time.Second)
		look(12) // every half minute, and not for this look
		a.Forget(1)
		look(13)
		time.Sleep(time.Hour)
		idle := c.times[1]
		if idle < 40 || idle > 50 {
			t.Errorf("nobody looks, and readers were counted %d times", idle)
		}
		time.Sleep(3 * time.Minute)
		look(c.times[1]) // who looks first is shown what was counted minutes ago
		time.Sleep(20 * time.Minute)
		c.moved = newsletter.At(time.Now())
		time.Sleep(2 * time.Minute)
		look(c.times[1] + 1) // unless an edition has left since
		stop()
		<-ended
	})
}
