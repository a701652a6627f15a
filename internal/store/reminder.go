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

// remind owes a proof of an edition that waits for approval to those who are reminded of it, while they may
// still approve it. It belongs into the transaction that makes the edition.
func (t *tx) remind(e *newsletter.Edition, now time.Time) error {
	if e.State != newsletter.EditionInReview {
		return nil
	}
	reminded, err := t.staffs(`WHERE disabled_at IS NULL AND id IN (SELECT staff_id FROM schedule_reminder WHERE schedule_id = $1)`, e.ScheduleID)
	if err != nil {
		return err
	}
	for i := range reminded {
		m := &reminded[i]
		if !m.Edits(e.ListID) {
			continue
		}
		if err := t.queue(&newsletter.Delivery{Kind: newsletter.DeliveryNotice, Template: newsletter.TemplateEditionProof, Ref: &e.ID, Address: &m.Address,
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
