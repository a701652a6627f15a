package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

// SendSooner lets an approved edition leave before its slot comes, as soon as the hold time of its list is over, which
// begins anew. The slot is used by that: it has its edition, and gets no other. Taking the approval back takes this back
// too.
func (s *Store) SendSooner(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) (*newsletter.Edition, error) {
	var e *newsletter.Edition
	err := s.write(ctx, func(t *tx) (err error) {
		if e, err = t.lockEdition(id); err != nil {
			return err
		}
		if e.State != newsletter.EditionApproved || e.Kind != newsletter.EditionSlot || !e.ScheduledFor.After(now) || !e.SoonerAt.IsZero() {
			return editionState(e, "only an approved one that waits for its slot can leave sooner")
		}
		rule, err := t.approvalRule(e.ListID)
		if err != nil {
			return err
		}
		e.SoonerAt, e.HeldUntil = newsletter.At(now), newsletter.Time{}
		if by.Kind == newsletter.ByStaff && rule.Hold > 0 {
			e.HeldUntil = newsletter.At(now.Add(rule.Hold.D()))
		}
		e.ChangedAt = changedAfter(e, now)
		if err := t.exec(`DELETE FROM prepared_variant WHERE edition_id = $1`, e.ID); err != nil { // they bear another day
			return err
		}
		if err := t.exec(`UPDATE edition SET sooner_at = $2, held_until = $3, changed_at = $4 WHERE id = $1`, e.ID, e.SoonerAt, e.HeldUntil, e.ChangedAt); err != nil {
			return err
		}
		return t.audit(by, now, "edition.sooner", editionObject(e), editionDetail{State: e.State, Through: e.ThroughSeq})
	})
	if err != nil {
		return nil, err
	}
	return e, nil
}
