package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

// StopEdition pauses an edition that is being sent because its mail can't go on as it is, for a reason
// that people read. It does nothing, and says so, to one that isn't being sent (any more), or that was changed, say
// resumed, later than since: the reason is older then.
func (s *Store) StopEdition(ctx context.Context, editionID int64, reason string, since, now time.Time) (stopped bool, err error) {
	err = s.write(ctx, func(t *tx) error {
		stopped = false
		var all []newsletter.Edition
		if err := t.list(&all, `SELECT `+editionColumns+` FROM edition WHERE id = $1 AND state = 'sending' AND changed_at <= $2`+t.dialect.forUpdate,
			editionID, newsletter.At(since)); err != nil || len(all) == 0 {
			return err
		}
		stopped = true
		return t.moveEdition(&all[0], newsletter.EditionPaused, reason, now)
	})
	return stopped, err
}

// PutBack gives deliveries back that a worker claimed and can't hand over yet, because their domain takes
// no more for now: they are claimed again when they are due.
func (s *Store) PutBack(ctx context.Context, held []newsletter.Held, due time.Time) (n int64, err error) {
	err = s.write(ctx, func(t *tx) error {
		n = 0
		for claim, ids := range byClaim(held) {
			back, err := t.count(`
				UPDATE delivery SET apart = 'waiting', claim_id = NULL, due_at = $3
				WHERE id `+t.dialect.among("$1")+` AND state = 'pending' AND EXISTS (SELECT 1 FROM claim AS c WHERE c.id = $2 AND `+holds("delivery")+`)`,
				ids, claim, newsletter.At(due))
			if err != nil {
				return err
			}
			n += back
		}
		return nil
	})
	return n, err
}
