package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

// HoldDuty takes something upon a worker that only one at a time may do, such as to look through a
// mailbox, until the time it names, and reports whether it has it. Who has it holds it longer by
// asking again; others get it when it was left, or when that time has passed.
func (s *Store) HoldDuty(ctx context.Context, duty, worker string, until, now time.Time) (held bool, err error) {
	err = s.write(ctx, func(t *tx) error {
		n, err := t.count(`
			INSERT INTO duty (name, worker, until) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET worker = excluded.worker, until = excluded.until
			WHERE duty.worker = excluded.worker OR duty.until <= $4`,
			duty, worker, newsletter.At(until), newsletter.At(now))
		held = n > 0
		return err
	})
	return held, err
}

// LeaveDuty gives a duty back, if the worker has it.
func (s *Store) LeaveDuty(ctx context.Context, duty, worker string) error {
	return s.write(ctx, func(t *tx) error {
		return t.exec(`DELETE FROM duty WHERE name = $1 AND worker = $2`, duty, worker)
	})
}
