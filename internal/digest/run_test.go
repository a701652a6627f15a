package digest_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/store/storetest"
)

func TestRunSleepsUntilTheNextSlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(storetest.Start))
		s := storetest.SQLite(t)
		o := newOffice(t, s)
		o.Reader("jan", o.Daily)
		o.Post("Bericht", storetest.Start)
		o.Now, o.Interval, o.Log = time.Now, time.Hour, slog.New(slog.DiscardHandler)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- o.Run(ctx) }()
		time.Sleep(time.Until(o.Daily.NextAt.Time) - time.Millisecond)
		synctest.Wait()
		if states := o.states(); len(states) != 0 {
			t.Errorf("a millisecond before the slot: %v", states)
		}
		time.Sleep(2 * time.Millisecond)
		synctest.Wait()
		if diff := cmp.Diff([]string{"sending"}, o.states()); diff != "" {
			t.Errorf("a millisecond after the slot: %s", diff)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestRunTellsOfTroubleOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(storetest.Start))
		s := storetest.SQLite(t)
		o := newOffice(t, s)
		o.Do(`UPDATE schedule SET cron = 'x', next_at = 1 WHERE id = $1`, o.Daily.ID)
		var log strings.Builder
		o.Now, o.Interval, o.Log = time.Now, time.Second, slog.New(slog.NewTextHandler(&log, nil))
		ctx, cancel := context.WithTimeout(t.Context(), 150*time.Second)
		defer cancel()
		if err := o.Run(ctx); err != nil {
			t.Error(err)
		}
		if n := strings.Count(log.String(), "level=ERROR"); n != 3 {
			t.Errorf("told %d times in two and a half minutes:\n%s", n, log.String())
		}
	})
}

// A schedule of every hour that has nothing to say for ten days keeps the rows of one.
func TestRunForgetsEmptyEditions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(storetest.Start))
		s := storetest.SQLite(t)
		o := newOffice(t, s)
		o.World.Schedule("elk uur", "Elk uur", "Every hour", "0 * * * *", storetest.Start.Add(time.Hour))
		o.Now, o.Interval, o.Keep, o.Log = time.Now, 24*time.Hour, 24*time.Hour, slog.New(slog.DiscardHandler)
		ctx, cancel := context.WithTimeout(t.Context(), 10*24*time.Hour)
		defer cancel()
		if err := o.Run(ctx); err != nil {
			t.Error(err)
		}
		if n := len(o.Rows(`SELECT id FROM edition WHERE reason = 'empty' AND schedule_id = (SELECT MAX(id) FROM schedule)`)); n < 24 || n > 26 {
			t.Errorf("%d editions of the last day are left", n)
		}
	})
}
