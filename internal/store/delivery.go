package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

// Lanes returns the editions that have mail to hand over now, the one that waits longest first.
func (s *Store) Lanes(ctx context.Context, now time.Time) ([]int64, error) {
	var editions []int64
	err := s.reader.SelectContext(ctx, &editions, `
		SELECT e.id FROM edition AS e
		WHERE `+openEdition("e")+` AND e.state = 'sending' AND EXISTS (
			SELECT 1 FROM delivery AS d WHERE d.edition_id = e.id AND d.state = 'pending' AND d.due_at <= $1)
		ORDER BY e.released_at, e.id`, newsletter.At(now))
	return editions, err
}

// ClaimEdition gives a worker at most limit of an edition's deliveries until the lease ends. Domains
// that are throttled are left alone, and so is an edition that isn't sending.
func (s *Store) ClaimEdition(ctx context.Context, editionID int64, worker string, lease, now time.Time, limit int) ([]newsletter.Claim, error) {
	return s.claim(ctx, worker, lease, now, limit, editionLane, editionID)
}

// ClaimOther gives a worker at most limit of the deliveries that belong to no edition. They are asked for one by
// one and awaited, so no domain is left alone here: what was refused has a time of its own.
func (s *Store) ClaimOther(ctx context.Context, worker string, lease, now time.Time, limit int) ([]newsletter.Claim, error) {
	return s.claim(ctx, worker, lease, now, limit, otherLane)
}

// The lanes, as conditions.
const (
	editionLane = `edition_id = $3 AND domain NOT IN (SELECT domain FROM throttle WHERE until > $1)
			AND EXISTS (SELECT 1 FROM edition AS e WHERE e.id = $3 AND e.state = 'sending')`
	otherLane = `edition_id IS NULL`
)

// laneQuery locks what a lane has at the time $1, $2 at most.
func laneQuery(d dialect, lane string) string {
	return `
		SELECT id FROM delivery
		WHERE ` + lane + ` AND state = 'pending' AND due_at <= $1
		ORDER BY due_at, id LIMIT $2` + d.skipLocked
}

func (s *Store) claim(ctx context.Context, worker string, lease, now time.Time, limit int, lane string, laneArgs ...any) ([]newsletter.Claim, error) {
	var claims []newsletter.Claim
	err := s.write(ctx, func(t *tx) error {
		var ids newsletter.IDs
		if err := t.list((*[]int64)(&ids), laneQuery(t.dialect, lane), append([]any{newsletter.At(now), limit}, laneArgs...)...); err != nil {
			return err
		}
		claims = nil
		if len(ids) == 0 {
			return nil
		}
		// By their ids, and not in one statement: PostgreSQL would join all deliveries with these.
		if err := t.exec(`UPDATE delivery SET state = 'claimed', worker = $2, lease = $3 WHERE id `+t.dialect.among("$1"),
			ids, worker, newsletter.At(lease)); err != nil {
			return err
		}
		// The address is read here, from the subscriber, and nowhere earlier: who changed it gets
		// the mail at the new one.
		return t.list(&claims, `
			SELECT d.id, d.kind, d.edition_id, d.variant_id, d.subscription_id, d.subscriber_id, d.language, d.template,
				d.ref, d.domain, d.state, d.attempts, d.doubts, d.due_at, d.expires_at, d.lease, d.worker, d.created_at,
				COALESCE(d.address, p.address, '') AS to_address, COALESCE(p.name, '') AS to_name,
				COALESCE(p.layout, 'standard') AS to_layout, s.public_id AS subscription_key, p.public_id AS subscriber_key
			FROM delivery AS d
			LEFT JOIN subscription AS s ON s.id = d.subscription_id
			LEFT JOIN subscriber AS p ON p.id = COALESCE(s.subscriber_id, d.subscriber_id)
			WHERE d.id `+t.dialect.among("$1")+`
			ORDER BY d.due_at, d.id`, newsletter.NewIDs(ids...))
	})
	return claims, err
}

// heldByID is the condition that a worker has a delivery that is named by its id. Written as an expression,
// the state can't lead PostgreSQL to the index of what is leased: while a million move, its statistics
// say that few are, and it would look through all of them, dead versions too.
const heldByID = `state || '' IN ('claimed', 'handing_over')`

// ExtendLeases moves the end of the leases of deliveries that a living worker holds, and says how
// many it still has. What nobody took over is still the worker's, also when its lease has run out: a
// database that was away took everybody's signs of life.
func (s *Store) ExtendLeases(ctx context.Context, worker string, ids []int64, lease time.Time) (n int64, err error) {
	err = s.write(ctx, func(t *tx) (err error) {
		n, err = t.count(`
			UPDATE delivery SET lease = $3
			WHERE id `+t.dialect.among("$1")+` AND worker = $2 AND `+heldByID,
			newsletter.NewIDs(ids...), worker, newsletter.At(lease))
		return err
	})
	return n, err
}

// Unclaim gives back what a worker claimed and did not begin to hand over.
func (s *Store) Unclaim(ctx context.Context, worker string) (n int64, err error) {
	err = s.write(ctx, func(t *tx) (err error) {
		n, err = t.count(`UPDATE delivery SET state = 'pending', worker = '', lease = NULL WHERE worker = $1 AND state = 'claimed'`, worker)
		return err
	})
	return n, err
}

// RecoverLeases takes over from workers that died: what they claimed is pending again, and what
// they were handing over is uncertain. With repeat, what became uncertain for the first time is
// pending once more; it goes out with the same Message-ID. Mail that belongs to no edition always is.
func (s *Store) RecoverLeases(ctx context.Context, repeat bool, now time.Time) (pending, uncertain int64, err error) {
	err = s.write(ctx, func(t *tx) (err error) {
		at := newsletter.At(now)
		// What somebody is at this very moment is not a dead worker's. The first condition is that of the
		// index.
		dead := deadQuery(t.dialect)
		if pending, err = t.count(`
			UPDATE delivery SET state = 'pending', worker = '', lease = NULL
			WHERE id IN (`+dead+`) AND state = 'claimed'`, at, newsletter.DeliveryClaimed); err != nil {
			return err
		}
		if uncertain, err = t.count(`
			UPDATE delivery SET state = 'uncertain', doubts = doubts + 1, worker = '', lease = NULL
			WHERE id IN (`+dead+`) AND state = 'handing_over'`, at, newsletter.DeliveryHandingOver); err != nil {
			return err
		}
		return t.repeatUncertain(repeat, at)
	})
	return pending, uncertain, err
}

// deadQuery finds what is in a state ($2) under a lease that has run out.
func deadQuery(d dialect) string {
	return `SELECT id FROM delivery WHERE state IN ('claimed', 'handing_over') AND state = $2 AND lease <= $1` + d.skipLocked
}

// repeatUncertain makes pending again what is uncertain for the first time. Mail that belongs to no
// edition goes twice rather than not at all: nobody sees it wait, and a second confirmation harms nobody.
// That of editions, only where they are to be repeated and have not ended: nobody would send it. The
// editions are locked, so that they don't end at this moment.
func (t *tx) repeatUncertain(editions bool, at newsletter.Time) error {
	if err := t.exec(`
		UPDATE delivery SET state = 'pending', due_at = $1 WHERE state = 'uncertain' AND doubts = 1 AND edition_id IS NULL`, at); err != nil || !editions {
		return err
	}
	var open []int64
	if err := t.list(&open, `
		SELECT e.id FROM edition AS e WHERE e.state IN ('sending', 'paused') AND e.id IN (
			SELECT edition_id FROM delivery WHERE state = 'uncertain' AND doubts = 1 AND edition_id IS NOT NULL)
		ORDER BY e.id`+t.dialect.forUpdate); err != nil || len(open) == 0 {
		return err
	}
	return t.exec(`
		UPDATE delivery SET state = 'pending', due_at = $1 WHERE state = 'uncertain' AND doubts = 1
		AND edition_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($2 AS TEXT)))`, at, newsletter.NewIDs(open...))
}

// endWaiting are the columns of a delivery that an UPDATE sets to end it in a state, at a time, if it
// waits; one that is being handed over is left to its worker.
func endWaiting(state, at string) string {
	const waits = `CASE WHEN state IN ('pending', 'claimed') THEN `
	return `state = ` + waits + `'` + state + `' ELSE state END, worker = ` + waits + `'' ELSE worker END,
		lease = ` + waits + `NULL ELSE lease END, ended_at = ` + waits + `CAST(` + at + ` AS BIGINT) ELSE ended_at END`
}

// Progress counts an edition's deliveries by state.
func (s *Store) Progress(ctx context.Context, editionID int64) (map[newsletter.DeliveryState]int, error) {
	var rows []struct {
		State newsletter.DeliveryState `db:"state"`
		Count int                      `db:"count"`
	}
	err := s.reader.SelectContext(ctx, &rows, `SELECT state, COUNT(*) AS count FROM delivery WHERE edition_id = $1 GROUP BY state`, editionID)
	progress := map[newsletter.DeliveryState]int{}
	for _, row := range rows {
		progress[row.State] = row.Count
	}
	return progress, err
}

// Letter returns the compiled letter of a variant.
func (s *Store) Letter(ctx context.Context, variantID int64) ([]byte, error) {
	var letter []byte
	err := s.reader.GetContext(ctx, &letter, `SELECT letter FROM variant WHERE id = $1`, variantID)
	return letter, notFound(err, "variant", variantID)
}
