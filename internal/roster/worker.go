package roster

import (
	"context"
	"log/slog"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

// The worker's rhythm.
const (
	lookEvery = time.Second
	restAfter = 10 * time.Second // after a fault
	tidyEvery = time.Hour
	chunk     = 250 // lines of a transaction: others write between two of them
	// Keep is for how long a file waits for somebody to run it; then its rows go.
	Keep = 7 * 24 * time.Hour
)

// actor is who makes readers of the people in a file. Who told it to stands in the audit log.
var actor = newsletter.System("import")

// Worker carries imports out. It works beside other processes that do the same.
type Worker struct {
	Store    Store
	Hashes   *token.Hashes // of the suppression list
	LinkLife time.Duration // of an invitation
	Zone     *time.Location
	Now      func() time.Time
	Log      *slog.Logger
}

// Run works until ctx ends.
func (w *Worker) Run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	var tidied time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		wait := lookEvery
		var worked bool
		err := newsletter.Unharmed(func() (err error) { worked, err = w.Step(ctx); return err })
		if now := w.Now(); err == nil && now.Sub(tidied).Abs() >= tidyEvery {
			tidied = now
			_, err = w.Store.ForgetImports(ctx, now.Add(-Keep), actor, now)
		}
		switch {
		case ctx.Err() != nil:
		case err != nil:
			wait = restAfter
			w.Log.ErrorContext(ctx, "import: a part of a file could not be handled; it is tried again", "error", err, newsletter.Stack(err))
		case worked:
			wait = 0
		}
		timer.Reset(wait)
	}
}

// Step handles the next lines of an import that is due, and reports whether there were any.
func (w *Worker) Step(ctx context.Context) (worked bool, err error) {
	now := w.Now()
	im, err := w.Store.DueImport(ctx, now)
	if newsletter.Is(err, newsletter.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	limit, next := pace(im, now)
	rows, err := w.Store.ImportRows(ctx, im.ID, im.Cursor, limit)
	if err != nil {
		return false, err
	}
	topics, err := w.Store.Topics(ctx, im.ListID)
	if err != nil {
		return false, err
	}
	schedules, err := w.Store.Schedules(ctx, im.ListID)
	if err != nil {
		return false, err
	}
	reading := NewReading(im.Plan, im.ListID, topics, schedules, w.Zone, now)
	lines := make([]newsletter.ImportLine, len(rows))
	for i, row := range rows {
		lines[i] = reading.Line(row)
	}
	err = w.Store.WorkImport(ctx, im, lines, next, w.LinkLife, w.Hashes.All, actor, now)
	if newsletter.Is(err, newsletter.Conflict) {
		return true, nil // another worker was there first, or somebody cancelled it
	}
	return true, err
}

// pace says how many lines come next, and when those after them. Invitations come at most so many an hour,
// and evenly.
func pace(im *newsletter.Import, now time.Time) (limit int, next time.Time) {
	if im.State != newsletter.ImportRunning || !im.Plan.Invite {
		return chunk, now
	}
	perHour := max(1, min(im.Plan.PerHour, newsletter.MaxPerHour))
	if perHour < 60 {
		return 1, now.Add(time.Hour / time.Duration(perHour))
	}
	return perHour / 60, now.Add(time.Minute)
}
