package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

// Stopping returns the cancelled editions that still have deliveries under way.
func (s *Store) Stopping(ctx context.Context) ([]newsletter.Edition, error) {
	var editions []newsletter.Edition
	err := s.reader.SelectContext(ctx, &editions, `
		SELECT `+editionColumns+` FROM edition WHERE state = 'cancelled' AND ended_at IS NULL ORDER BY id`)
	return editions, err
}

// StopDeliveries cancels up to limit deliveries of a cancelled edition that have not been handed over, and
// gives their posts back. When none is left under way, the edition has ended and done is true.
func (s *Store) StopDeliveries(ctx context.Context, editionID int64, limit int, now time.Time) (stopped int, done bool, err error) {
	err = s.write(ctx, func(t *tx) error {
		stopped, done = 0, false
		ids, err := t.stop(editionID, min(limit, MaxChunk), now)
		if err != nil {
			return err
		}
		if stopped = len(ids); stopped > 0 {
			return t.giveBack(newsletter.NewIDs(ids...))
		}
		ended, err := t.count(`
			UPDATE edition SET ended_at = $2 WHERE id = $1 AND state = 'cancelled' AND ended_at IS NULL AND NOT (`+underWay("edition")+`)`,
			editionID, newsletter.At(now))
		done = ended > 0
		return err
	})
	return stopped, done, err
}

// stop cancels deliveries of an edition that wait: those apart, those in its line, whose cursor it moves past them, and
// in the end those that workers hold there.
func (t *tx) stop(editionID int64, limit int, now time.Time) (stopped []int64, err error) {
	stopped, _, err = t.cancel(`d.apart IN ('waiting', 'claimed') AND d.edition_id = $1 AND d.state = 'pending' ORDER BY d.id LIMIT $2`, now, editionID, limit)
	if err != nil || len(stopped) > 0 {
		return stopped, err
	}
	stopped, last, err := t.cancel(unclaimed("$1")+` ORDER BY d.id LIMIT $2`, now, editionID, limit)
	if err == nil && last > 0 {
		err = t.exec(`UPDATE lane SET cursor = $2 WHERE edition_id = $1 AND cursor < $2`, editionID, last)
	}
	if err != nil || len(stopped) > 0 {
		return stopped, err
	}
	var leases []lease
	if err := t.list(&leases, `SELECT `+leaseColumns+` FROM claim WHERE edition_id = $1 ORDER BY id`, editionID); err != nil {
		return nil, err
	}
	for _, l := range leases {
		stopped, _, err = t.cancel(linePart("d")+` AND d.state = 'pending' ORDER BY d.id LIMIT $4`, now, editionID, l.After, l.Through, limit)
		if err != nil || len(stopped) > 0 {
			return stopped, err
		}
	}
	return nil, nil
}

// cancel cancels deliveries d that wait, those which a condition finds, and says which was the last found. Their
// readers are locked before them, as everywhere.
func (t *tx) cancel(which string, now time.Time, args ...any) (cancelled []int64, last int64, err error) {
	var ids []int64
	if err := t.list(&ids, `SELECT d.id FROM delivery AS d WHERE `+which, args...); err != nil || len(ids) == 0 {
		return nil, 0, err
	}
	if err := t.lockReaders(newsletter.NewIDs(ids...)); err != nil {
		return nil, 0, err
	}
	err = t.list(&cancelled, `
		UPDATE delivery SET state = 'cancelled', apart = NULL, claim_id = NULL, ended_at = $2
		WHERE id `+t.dialect.among("$1")+` AND state = 'pending' RETURNING id`,
		newsletter.NewIDs(ids...), newsletter.At(now))
	return cancelled, ids[len(ids)-1], err
}

// unclaimed is the condition that a delivery d stands in the line of an edition and nobody has claimed it.
func unclaimed(edition string) string {
	return `d.id > (SELECT l.cursor FROM lane AS l WHERE l.edition_id = ` + edition + `)
		AND d.id <= (SELECT x.last_delivery FROM edition AS x WHERE x.id = ` + edition + `) AND ` + inLine("d", edition)
}

// underWay is the condition that an edition has a delivery that waits or is on its way: apart, in the line, or in what a
// claim has of that. The last is counted for each claim, and not joined, which PostgreSQL would do by reading all
// deliveries.
func underWay(edition string) string {
	edition += `.id`
	return `EXISTS (SELECT 1 FROM delivery AS d WHERE d.apart IN ('waiting', 'claimed') AND d.edition_id = ` + edition + `)
		OR EXISTS (SELECT 1 FROM delivery AS d WHERE ` + unclaimed(edition) + `)
		OR EXISTS (SELECT 1 FROM claim AS c WHERE c.edition_id = ` + edition + ` AND 0 < (
			SELECT COUNT(*) FROM delivery AS d WHERE d.id > c.after_id AND d.id <= c.through_id AND d.edition_id + 0 = c.edition_id
			AND d.apart IS NULL AND d.state IN ('pending', 'handing_over')))`
}

// FinishEditions ends the editions of which every delivery has ended, and returns them. What is
// uncertain then stays so: nobody sends it any more.
func (s *Store) FinishEditions(ctx context.Context, now time.Time) ([]newsletter.Edition, error) {
	var editions []newsletter.Edition
	err := s.write(ctx, func(t *tx) error {
		editions = nil
		var ids []int64
		const over = `state = 'sending' AND fanned_out_at IS NOT NULL`
		if err := t.list(&ids, `SELECT id FROM edition WHERE `+over+` AND NOT (`+underWay("edition")+`) ORDER BY id`+t.dialect.forUpdate); err != nil || len(ids) == 0 {
			return err
		}
		// Looked at again under the lock that repeatUncertain takes too.
		return t.list(&editions, `
			UPDATE edition SET state = 'sent', ended_at = $1, changed_at = $1
			WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($3 AS TEXT)))
			AND state IN (SELECT value FROM json_each(CAST($2 AS TEXT))) AND `+over+`
			AND NOT (`+underWay("edition")+`) RETURNING `+editionColumns, newsletter.At(now), newsletter.EditionSent.Before(), newsletter.NewIDs(ids...))
	})
	return editions, err
}
