package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

// SendTestMail queues a mail to one of the staff that says nothing but that it arrived.
func (s *Store) SendTestMail(ctx context.Context, m *newsletter.Staff, quotas []newsletter.Quota, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		if err := t.take(quotas, now); err != nil {
			return err
		}
		at, id := newsletter.At(now), newsletter.NewPublicID()
		mail := newsletter.Delivery{Kind: newsletter.DeliveryNotice, Template: newsletter.TemplateTestMail, Ref: &m.ID, Address: &m.Address,
			Language: m.Language, ExpiresAt: newsletter.At(now.Add(time.Hour))}
		if err := t.queue(&mail, m.Address, id, at); err != nil {
			return err
		}
		return t.audit(m.Actor(), now, "test_mail.send", staffObject(m), nil)
	})
}

// LastTestMail returns the test mail that was queued last for one of the staff; nil: none.
func (s *Store) LastTestMail(ctx context.Context, staffID int64) (*newsletter.Delivery, error) {
	var all []newsletter.Delivery
	err := s.reader.SelectContext(ctx, &all, `
		SELECT id, kind, state, due_at, code, status, reply, created_at, handed_over_at FROM delivery
		WHERE template = 'test_mail' AND ref = $1 ORDER BY id DESC LIMIT 1`, staffID)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}
