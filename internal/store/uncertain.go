package store

import (
	"context"
	"fmt"
	"time"

	"bode.example/internal/newsletter"
)

// Uncertain returns an edition's deliveries that were handed over and of which no answer came, in the
// order in which they were. Nobody sends them but by ReleaseUncertain, or once by itself where doubts are
// repeated. It shows addresses: that staff or an operator looked is audited.
func (s *Store) Uncertain(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) (all []newsletter.Uncertain, err error) {
	look := s.read
	if by.Audited() {
		look = s.write
	}
	err = look(ctx, func(t *tx) error {
		all = nil
		var e newsletter.Edition
		if err := t.get(&e, `SELECT `+editionColumns+` FROM edition WHERE public_id = $1`, id); err != nil {
			return notFound(err, "edition", id)
		}
		if err := t.list(&all, `
			SELECT d.id, d.kind, d.edition_id, d.variant_id, d.subscription_id, d.language, d.domain, d.state, d.attempts, d.doubts,
				d.due_at, d.expires_at, d.code, d.status, d.reply, d.created_at, d.handed_over_at, COALESCE(p.address, '') AS to_address
			FROM delivery AS d
			LEFT JOIN subscription AS s ON s.id = d.subscription_id
			LEFT JOIN subscriber AS p ON p.id = s.subscriber_id
			WHERE d.apart = 'uncertain' AND d.edition_id = $1 ORDER BY d.handed_over_at, d.id`, e.ID); err != nil {
			return err
		}
		return t.audit(by, now, "edition.view_uncertain", editionObject(&e), uncertainDetail{len(all)})
	})
	return all, err
}

// ReleaseUncertain lets uncertain deliveries of an edition go out once more, under the same Message-ID,
// because somebody says so: those named, or all without any. It says how many; one that is not uncertain
// any more is left alone. An edition that has been sent is being sent again, until they have ended; for
// one that was cancelled nothing can be sent (Conflict).
func (s *Store) ReleaseUncertain(ctx context.Context, id newsletter.PublicID, deliveries []int64, by newsletter.Actor, now time.Time) (n int, err error) {
	err = s.write(ctx, func(t *tx) error {
		e, err := t.lockEdition(id)
		if err != nil {
			return err
		}
		if e.State == newsletter.EditionCancelled {
			return editionState(e, "what is uncertain can be dropped, and no longer sent")
		}
		if n, err = t.decide(e, deliveries, `state = 'pending', apart = 'waiting', due_at = $2`, now); err != nil || n == 0 {
			return err
		}
		if e.State == newsletter.EditionSent {
			if err := t.moveEdition(e, newsletter.EditionSending, "", now); err != nil {
				return err
			}
		}
		return t.audit(by, now, "edition.release_uncertain", editionObject(e), uncertainDetail{n})
	})
	return n, err
}

// DropUncertain ends uncertain deliveries of an edition, because somebody says that they need not be sent
// again: those named, or all without any. It says how many. Their posts are not given back: their readers
// may have them.
func (s *Store) DropUncertain(ctx context.Context, id newsletter.PublicID, deliveries []int64, by newsletter.Actor, now time.Time) (n int, err error) {
	err = s.write(ctx, func(t *tx) error {
		e, err := t.lockEdition(id)
		if err != nil {
			return err
		}
		if n, err = t.decide(e, deliveries, `state = 'cancelled', apart = NULL, ended_at = $2`, now); err != nil || n == 0 {
			return err
		}
		return t.audit(by, now, "edition.drop_uncertain", editionObject(e), uncertainDetail{n})
	})
	return n, err
}

// decide moves an edition's uncertain deliveries. The edition is locked, as repeatUncertain does.
func (t *tx) decide(e *newsletter.Edition, deliveries []int64, set string, now time.Time) (int, error) {
	var moved []int64
	err := t.list(&moved, fmt.Sprintf(`
		UPDATE delivery SET %s WHERE edition_id = $1 AND apart = 'uncertain'
		AND ($3 OR id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($4 AS TEXT)))) RETURNING id`, set),
		e.ID, newsletter.At(now), len(deliveries) == 0, newsletter.NewIDs(deliveries...))
	return len(moved), err
}

// uncertainDetail is what the audit log keeps about a decision.
type uncertainDetail struct {
	Deliveries int `json:"deliveries"`
}
