package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

// overdueAfter is how long a mail that somebody waits for may be due before it is an alarm. A mail server
// that greylists lets it wait longer, but then it is due later.
const overdueAfter = 10 * time.Minute

// mostThrottled is how many domains an alarm names.
const mostThrottled = 20

// Alarms returns what is wrong with the service itself. It changes nothing.
func (s *Store) Alarms(ctx context.Context, now time.Time) (*newsletter.Alarms, error) {
	a := &newsletter.Alarms{}
	newest, err := s.newestInstant(ctx)
	if err != nil {
		return nil, err
	}
	if newest.Sub(now) > maxClockError {
		a.ClockSaw = newest
	}
	err = s.read(ctx, func(t *tx) error {
		a.Throttled = nil
		if err := t.list(&a.Throttled, `SELECT domain, until, reason FROM throttle WHERE until > $1 ORDER BY until DESC, domain LIMIT $2`,
			newsletter.At(now), mostThrottled); err != nil {
			return err
		}
		var waiting struct {
			Count int64           `db:"waiting"`
			Since newsletter.Time `db:"since"`
		}
		if err := t.get(&waiting, `
			SELECT COUNT(*) AS waiting, MIN(due_at) AS since FROM delivery
			WHERE apart = 'waiting' AND edition_id IS NULL AND due_at <= $1`, newsletter.At(now.Add(-overdueAfter))); err != nil {
			return err
		}
		a.Overdue, a.Since = waiting.Count, waiting.Since
		return nil
	})
	return a, err
}
