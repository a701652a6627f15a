package progress_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/progress"
)

// counter takes a second for each count; it is a Store.
type counter struct {
	mu     sync.Mutex
	counts int
	takes  time.Duration
	asked  newsletter.ProgressQuery
	fails  error
}

func (c *counter) EditionProgress(ctx context.Context, q newsletter.ProgressQuery) ([]newsletter.ProgressCount, error) {
	c.mu.Lock()
	c.counts++
	c.asked = q
	c.mu.Unlock()
	wait := time.NewTimer(c.takes)
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return []newsletter.ProgressCount{{State: newsletter.DeliverySent, Count: 3}, {State: newsletter.DeliveryFailed, Count: 1}}, c.fails
}

func (*counter) EditionTroubles(context.Context, int64, int) ([]newsletter.DomainTrouble, error) {
	return []newsletter.DomainTrouble{{Domain: "een.nl", Failed: 1}}, nil
}

func edition(id int64, released time.Time) *newsletter.Edition {
	return &newsletter.Edition{ID: id, State: newsletter.EditionSending, ReleasedAt: newsletter.At(released)}
}

// However many look, it is counted once; and the dearer the count, the longer the rest.
func TestWatch_SharesALook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		c := &counter{takes: 2 * time.Second}
		w := progress.New(c, time.Now)
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				p, err := w.Of(t.Context(), edition(1, began))
				if err != nil || p.Sent != 3 || len(p.Troubles) != 1 {
					t.Errorf("%+v, %v", p, err)
				}
			})
		}
		all.Wait()
		if c.counts != 1 || time.Since(began) != 2*time.Second {
			t.Errorf("counted %d times in %v", c.counts, time.Since(began))
		}
		look := func(after time.Duration, want int) {
			t.Helper()
			time.Sleep(after)
			if _, err := w.Of(t.Context(), edition(1, began)); err != nil || c.counts != want {
				t.Errorf("counted %d times, want %d; %v", c.counts, want, err)
			}
		}
		look(17*time.Second, 1)
		look(2*time.Second, 2)
		c.takes = time.Millisecond
		look(30*time.Second, 3)
		look(900*time.Millisecond, 3)
		look(200*time.Millisecond, 4)

		// What somebody did to it is seen at once, and an edition that rests is counted less often.
		paused := edition(1, began)
		paused.State = newsletter.EditionPaused
		if _, err := w.Of(t.Context(), paused); err != nil || c.counts != 5 {
			t.Errorf("counted %d times, %v", c.counts, err)
		}
		time.Sleep(9 * time.Second)
		if _, err := w.Of(t.Context(), paused); err != nil || c.counts != 5 {
			t.Errorf("counted %d times, %v", c.counts, err)
		}
	})
}

func TestWatch_WhoGoesAndWhatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		c := &counter{takes: time.Minute}
		w := progress.New(c, time.Now)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var all sync.WaitGroup
		for range 2 { // one counts, the other waits for it: neither longer than it wants to
			all.Go(func() {
				if _, err := w.Of(ctx, edition(1, began)); !errors.Is(err, context.DeadlineExceeded) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if time.Since(began) != time.Second {
			t.Errorf("it took %v", time.Since(began))
		}
		c.takes, c.fails = time.Millisecond, errors.New("the database is away")
		if _, err := w.Of(t.Context(), edition(1, began)); err == nil {
			t.Error("a failed count was told")
		}
		c.fails = nil
		if p, err := w.Of(t.Context(), edition(1, began)); err != nil || p.Total != 4 {
			t.Errorf("%+v, %v", p, err)
		}
		// An edition that has ended is drawn as long as it lasted.
		e := edition(2, began.Add(-48*time.Hour))
		e.EndedAt = newsletter.At(began.Add(-47 * time.Hour))
		time.Sleep(time.Hour)
		if _, err := w.Of(t.Context(), e); err != nil || c.asked.Width.D() != 5*time.Minute {
			t.Errorf("width %v, %v", c.asked.Width.D(), err)
		}
	})
}
