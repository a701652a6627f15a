package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

// proofLife is for how long a proof is of use to who is to approve an edition that waits for them.
const proofLife = 7 * 24 * time.Hour

// setReminded replaces those who are reminded of a schedule's editions.
func (t *tx) setReminded(c *newsletter.Schedule) error {
	if err := t.exec(`DELETE FROM schedule_reminder WHERE schedule_id = $1`, c.ID); err != nil || len(c.Reminded) == 0 {
		return err
	}
	return t.exec(`
		INSERT INTO schedule_reminder (schedule_id, staff_id)
		SELECT CAST($1 AS BIGINT), CAST(value AS BIGINT) FROM json_each(CAST($2 AS TEXT))`, c.ID, c.Reminded)
}

// shortLead is how much time to approve there must be for a second reminder.
const shortLead = 30 * time.Minute

// remindOfNew owes proofs of an edition that is made to wait for approval, in the transaction that makes it, and
// notes when to remind once more: when half of the time is over.
func (t *tx) remindOfNew(e *newsletter.Edition, now time.Time) error {
	if e.State != newsletter.EditionInReview {
		return nil
	}
	if left := e.ScheduledFor.Sub(now); left >= shortLead {
		if err := t.exec(`UPDATE edition SET remind_at = $2 WHERE id = $1`, e.ID, newsletter.At(now.Add(left/2))); err != nil {
			return err
		}
	}
	return t.remind(e, newsletter.TemplateEditionProof, now)
}

// RemindAgain owes a second proof of each edition that still waits for approval after half of its time, once, and
// says of how many, at most limit.
func (s *Store) RemindAgain(ctx context.Context, limit int, now time.Time) (n int, err error) {
	const due = openStates + ` AND state = 'in_review' AND remind_at <= $1`
	var ids []int64
	if err := s.reader.SelectContext(ctx, &ids, `SELECT id FROM edition WHERE `+due+` ORDER BY remind_at, id LIMIT $2`, newsletter.At(now), limit); err != nil || len(ids) == 0 {
		return 0, err // as nearly always: nothing is locked for it
	}
	err = s.write(ctx, func(t *tx) error {
		n = 0
		for _, id := range ids {
			var editions []newsletter.Edition
			if err := t.list(&editions, `UPDATE edition SET remind_at = NULL WHERE id = $2 AND `+due+` RETURNING `+editionColumns, newsletter.At(now), id); err != nil {
				return err
			}
			for i := range editions { // none, when another process was first
				n++
				if err := t.remind(&editions[i], newsletter.TemplateEditionReminder, now); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return n, err
}

// remind owes a proof of an edition to those who are reminded of its schedule's, while they may still approve it. Of
// one that is held, where nobody is reminded, all are told who may.
func (t *tx) remind(e *newsletter.Edition, template string, now time.Time) error {
	reminded, err := t.staffs(`WHERE disabled_at IS NULL AND id IN (SELECT staff_id FROM schedule_reminder WHERE schedule_id = $1)`, e.ScheduleID)
	if err != nil {
		return err
	}
	if len(reminded) == 0 && template == newsletter.TemplateEditionHeld {
		if reminded, err = t.staffs(`WHERE disabled_at IS NULL`); err != nil {
			return err
		}
	}
	for i := range reminded {
		m := &reminded[i]
		if !m.Edits(e.ListID) {
			continue
		}
		if err := t.queue(&newsletter.Delivery{Kind: newsletter.DeliveryNotice, Template: template, Ref: &e.ID, Address: &m.Address,
			Language: m.Language, ExpiresAt: newsletter.At(now.Add(proofLife))}, m.Address, newsletter.NewPublicID(), newsletter.At(now)); err != nil {
			return err
		}
	}
	return nil
}

// EditionByID returns the edition of a row, for what was made of it.
func (s *Store) EditionByID(ctx context.Context, id int64) (*newsletter.Edition, error) {
	var e newsletter.Edition
	err := s.reader.GetContext(ctx, &e, `SELECT `+editionColumns+` FROM edition WHERE id = $1`, id)
	return &e, notFound(err, "edition", id)
}
