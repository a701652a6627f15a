package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

// LapseRequests closes the requests of which nobody showed in time that they were theirs, at most limit, and
// says how many.
func (s *Store) LapseRequests(ctx context.Context, limit int, today newsletter.Day, by newsletter.Actor, now time.Time) (n int, err error) {
	err = s.write(ctx, func(t *tx) error {
		n = 0
		var ids []newsletter.PublicID
		if err := t.list(&ids, `
			SELECT public_id FROM data_request WHERE closed_at IS NULL AND state = 'identity_asked' AND asked_why = '' AND link_until <= $1
			ORDER BY id LIMIT $2`+t.dialect.skipLocked, newsletter.At(now), limit); err != nil {
			return err
		}
		for _, id := range ids {
			if _, err := t.stepRequest(id, newsletter.LapseRequest{}, nil, today, by, now); err != nil {
				return err
			}
			n++
		}
		if n == 0 {
			return nil
		}
		return t.audit(by, now, "request.lapse", object{"request", ""}, map[string]int{"lapsed": n})
	})
	return n, err
}

// RemindOfRequests queues a mail to each officer about every request whose reminder is due today, and says
// how many requests that were. Of two programs at once one reminds.
func (s *Store) RemindOfRequests(ctx context.Context, officers []newsletter.Officer, today newsletter.Day, by newsletter.Actor, now time.Time) (n int, err error) {
	if len(officers) == 0 {
		return 0, nil // nobody was reminded: who is appointed later will be
	}
	err = s.write(ctx, func(t *tx) error {
		n = 0
		var open []newsletter.DataRequest
		if err := t.list(&open, `
			SELECT `+requestColumns+` FROM data_request
			WHERE closed_at IS NULL AND due_on <= $1 AND (reminded_on IS NULL OR reminded_on < $2)
			ORDER BY due_on, id`+t.dialect.skipLocked, int64(today+newsletter.RemindWithin), today); err != nil {
			return err
		}
		for i := range open {
			r := &open[i]
			if r.Clock().Stands() || !newsletter.Remind(r.StrictOn, r.DueOn, r.RemindedOn, today) {
				continue
			}
			n++
			if err := t.exec(`UPDATE data_request SET reminded_on = $2 WHERE id = $1`, r.ID, today); err != nil {
				return err
			}
			for _, o := range officers {
				// One a day and officer: the key of a delivery is unique.
				key := newsletter.NewPublicID()
				if err := t.queue(&newsletter.Delivery{Kind: newsletter.DeliveryNotice, Template: newsletter.TemplateRequestReminder, Ref: &r.ID,
					Address: &o.Address, Language: o.Language, ExpiresAt: newsletter.At(now.Add(24 * time.Hour))}, o.Address, key, newsletter.At(now)); err != nil {
					return err
				}
			}
		}
		if n == 0 {
			return nil
		}
		return t.audit(by, now, "request.remind", object{"request", ""}, map[string]int{"requests": n, "officers": len(officers)})
	})
	return n, err
}
