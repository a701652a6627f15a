package store

import (
	"context"
	"iter"
	"maps"
	"slices"
	"time"

	"bode.example/internal/newsletter"
)

// holds is the condition that a claim c holds a delivery. A delivery stands in the line of its edition, where the claim
// has its part, or apart and names it. Whatever takes a delivery away from a claim changes that: a claim that is
// gone, and one whose delivery is another's now, hold nothing.
func holds(delivery string) string {
	return `(` + delivery + `.claim_id = c.id OR ` + delivery + `.apart IS NULL AND ` + delivery + `.edition_id = c.edition_id
		AND ` + delivery + `.id > c.after_id AND ` + delivery + `.id <= c.through_id)`
}

// lease is a claim as its lease is about it.
type lease struct {
	ID        int64  `db:"id"`
	EditionID *int64 `db:"edition_id"`
	After     int64  `db:"after_id"`
	Through   int64  `db:"through_id"`
}

// byClaim gives the ids that are held by each claim, the oldest claim first.
func byClaim(held []newsletter.Held) iter.Seq2[int64, newsletter.IDs] {
	ids := map[int64][]int64{}
	for _, h := range held {
		ids[h.ClaimID] = append(ids[h.ClaimID], h.ID)
	}
	return func(yield func(int64, newsletter.IDs) bool) {
		for _, claim := range slices.Sorted(maps.Keys(ids)) {
			if !yield(claim, newsletter.NewIDs(ids[claim]...)) {
				return
			}
		}
	}
}

const leaseColumns = `id, edition_id, after_id, through_id`

// ExtendLeases moves the end of the leases of a living worker's claims, and says how many it still has. What nobody
// took over is still the worker's, also when its lease has run out: a database that was away took everybody's signs
// of life. A claim that the worker never heard of, because the answer was lost, is not among them and runs out.
func (s *Store) ExtendLeases(ctx context.Context, claims []int64, lease time.Time) (n int64, err error) {
	err = s.write(ctx, func(t *tx) (err error) {
		n, err = t.count(`UPDATE claim SET lease = $2 WHERE id `+t.dialect.among("$1"), newsletter.NewIDs(claims...), newsletter.At(lease))
		return err
	})
	return n, err
}

// Senders returns how many workers hold deliveries of editions under a lease.
func (s *Store) Senders(ctx context.Context, now time.Time) (n int, err error) {
	err = s.reader.GetContext(ctx, &n, `SELECT COUNT(DISTINCT worker) FROM claim WHERE edition_id IS NOT NULL AND lease > $1`, newsletter.At(now))
	return n, err
}

// Unclaim gives back what a worker claimed and did not begin to hand over, and says how many deliveries those are.
func (s *Store) Unclaim(ctx context.Context, worker string) (n int64, err error) {
	err = s.write(ctx, func(t *tx) error {
		n = 0
		var leases []lease
		if err := t.list(&leases, `SELECT `+leaseColumns+` FROM claim WHERE worker = $1 ORDER BY id`+t.dialect.forUpdate, worker); err != nil {
			return err
		}
		return t.unclaim(leases, &n)
	})
	return n, err
}

// EndClaims forgets claims of which a worker holds nothing any more. What should be left of them all the same is
// given back.
func (s *Store) EndClaims(ctx context.Context, claims []int64) error {
	return s.write(ctx, func(t *tx) error {
		var leases []lease
		if err := t.list(&leases, `SELECT `+leaseColumns+` FROM claim WHERE id `+t.dialect.among("$1")+` ORDER BY id`+t.dialect.forUpdate,
			newsletter.NewIDs(claims...)); err != nil {
			return err
		}
		var left int64
		return t.unclaim(leases, &left)
	})
}

// unclaim gives back what claims hold, adds how many those were to n, and ends the claims; but those stay of which
// something is being handed over, until it is recorded or the lease runs out.
func (t *tx) unclaim(leases []lease, n *int64) error {
	for i := range leases {
		l := &leases[i]
		back, err := t.giveUp(l, `apart = 'waiting', claim_id = NULL`, newsletter.DeliveryPending)
		if err != nil {
			return err
		}
		*n += back
		if err := t.exec(`
			DELETE FROM claim WHERE id = $5
			AND NOT EXISTS (SELECT 1 FROM delivery AS d WHERE `+linePart("d")+` AND d.state = $4)
			AND NOT EXISTS (SELECT 1 FROM delivery AS d WHERE d.apart = 'claimed' AND d.claim_id = $5)`,
			l.edition(), l.After, l.Through, newsletter.DeliveryHandingOver, l.ID); err != nil {
			return err
		}
	}
	return nil
}

// linePart is the condition that a delivery d stands in the part of the line of edition $1 that is after $2 and
// through $3.
func linePart(d string) string {
	return d + `.id > $2 AND ` + d + `.id <= $3 AND ` + d + `.edition_id + 0 = $1 AND ` + d + `.apart IS NULL`
}

// edition is the claim's edition, 0 for none.
func (l *lease) edition() int64 {
	if l.EditionID == nil {
		return 0
	}
	return *l.EditionID
}

// giveUp changes the deliveries of a claim that are in a state, and says how many. The columns that it sets must
// take them away from the claim: a gate that waits for these rows looks at them once more, and at nothing else.
func (t *tx) giveUp(l *lease, set string, state newsletter.DeliveryState) (n int64, err error) {
	if l.Through > l.After {
		if n, err = t.count(`UPDATE delivery SET `+set+` WHERE `+linePart("delivery")+` AND delivery.state = $4`,
			l.edition(), l.After, l.Through, state); err != nil {
			return n, err
		}
	}
	apart, err := t.count(`UPDATE delivery SET `+set+` WHERE apart = 'claimed' AND claim_id = $1 AND state = $2`, l.ID, state)
	return n + apart, err
}

// RecoverLeases takes over from workers that died: what they claimed waits again, and what
// they were handing over is uncertain. With repeat, what became uncertain for the first time is
// pending once more; it goes out with the same Message-ID. Mail that belongs to no edition always is.
func (s *Store) RecoverLeases(ctx context.Context, repeat bool, now time.Time) (pending, uncertain int64, err error) {
	err = s.write(ctx, func(t *tx) error {
		pending, uncertain = 0, 0
		at := newsletter.At(now)
		var dead []lease
		// What somebody is at this very moment is not a dead worker's.
		if err := t.list(&dead, `SELECT `+leaseColumns+` FROM claim WHERE lease <= $1 ORDER BY id`+t.dialect.skipLocked, at); err != nil {
			return err
		}
		for i := range dead {
			p, u, err := t.takeOver(&dead[i])
			if err != nil {
				return err
			}
			pending, uncertain = pending+p, uncertain+u
		}
		return t.repeatUncertain(repeat, at)
	})
	return pending, uncertain, err
}

// takeOver ends a dead worker's claim. First what waits, then what is being handed over, each as it is at that
// moment: a gate that is at work while the lease runs out has marked a row by then, or finds it taken away.
func (t *tx) takeOver(l *lease) (pending, uncertain int64, err error) {
	if pending, err = t.giveUp(l, `apart = 'waiting', claim_id = NULL`, newsletter.DeliveryPending); err != nil {
		return pending, 0, err
	}
	if uncertain, err = t.giveUp(l, `state = 'uncertain', apart = 'uncertain', claim_id = NULL, doubts = doubts + 1`, newsletter.DeliveryHandingOver); err != nil {
		return pending, uncertain, err
	}
	return pending, uncertain, t.exec(`DELETE FROM claim WHERE id = $1`, l.ID)
}

// repeatUncertain makes pending again what is uncertain for the first time. Mail that belongs to no
// edition goes twice rather than not at all: nobody sees it wait, and a second confirmation harms nobody.
// That of editions, only where they are to be repeated and have not ended: nobody would send it. The
// editions are locked, so that they don't end at this moment.
func (t *tx) repeatUncertain(editions bool, at newsletter.Time) error {
	if err := t.exec(`
		UPDATE delivery SET state = 'pending', apart = 'waiting', due_at = $1
		WHERE apart = 'uncertain' AND doubts = 1 AND edition_id IS NULL`, at); err != nil || !editions {
		return err
	}
	var open []int64
	if err := t.list(&open, `
		SELECT e.id FROM edition AS e WHERE e.state IN ('sending', 'paused') AND e.id IN (
			SELECT edition_id FROM delivery WHERE apart = 'uncertain' AND doubts = 1 AND edition_id IS NOT NULL)
		ORDER BY e.id`+t.dialect.forUpdate); err != nil || len(open) == 0 {
		return err
	}
	return t.exec(`
		UPDATE delivery SET state = 'pending', apart = 'waiting', due_at = $1 WHERE apart = 'uncertain' AND doubts = 1
		AND edition_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($2 AS TEXT)))`, at, newsletter.NewIDs(open...))
}
