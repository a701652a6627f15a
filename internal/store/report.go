package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

// Bounces returns reports, the newest first, without their raw text.
func (s *Store) Bounces(ctx context.Context, f newsletter.BounceFilter) ([]newsletter.Bounce, error) {
	var all []newsletter.Bounce
	err := s.reader.SelectContext(ctx, &all, `
		SELECT `+bounceColumns+` FROM bounce
		WHERE ($1 = '' OR class = $1) AND ($2 = '' OR effect = $2)
		ORDER BY received_at DESC, id DESC LIMIT $3`, f.Class, f.Effect, f.Limit)
	return all, err
}

// Bounce returns a report with its raw text, as long as that is kept. When staff or an operator looks,
// that is audited: it holds an address.
func (s *Store) Bounce(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) (*newsletter.Bounce, error) {
	look := s.read
	if by.Audited() {
		look = s.write
	}
	var b newsletter.Bounce
	err := look(ctx, func(t *tx) error {
		if err := t.get(&b, `SELECT `+bounceColumns+`, raw FROM bounce WHERE public_id = $1`, id); err != nil {
			return notFound(err, "report", id)
		}
		return t.audit(by, now, "bounce.view", object{"bounce", id.String()}, nil)
	})
	if err != nil {
		return nil, err
	}
	return &b, nil
}

// ForgetReports drops the raw text of reports that came until raw, and reports and decided proposals
// that are older than rows; it says how many it touched. What somebody is at this very moment waits for
// the next time; what is about restricted people stays (GDPR art. 18).
func (s *Store) ForgetReports(ctx context.Context, raw, rows time.Time, by newsletter.Actor, now time.Time) (n int64, err error) {
	err = s.write(ctx, func(t *tx) error {
		n = 0
		const others = ` AND COALESCE(subscriber_id, 0) NOT IN (` + restrictedPeople + `)`
		for _, forget := range []struct {
			query  string
			before time.Time
		}{
			{`UPDATE bounce SET raw = NULL WHERE id IN (SELECT id FROM bounce WHERE received_at <= $1 AND raw IS NOT NULL` + others + t.dialect.skipLocked + `)`, raw},
			{`DELETE FROM bounce WHERE id IN (SELECT id FROM bounce WHERE received_at <= $1 AND decided_at IS NOT NULL` + others + t.dialect.skipLocked + `)`, rows},
			{`DELETE FROM leave_proposal WHERE id IN (SELECT id FROM leave_proposal WHERE decided_at <= $1` + others + t.dialect.skipLocked + `)`, rows},
		} {
			touched, err := t.count(forget.query, newsletter.At(forget.before))
			if err != nil {
				return err
			}
			n += touched
		}
		if n == 0 {
			return nil
		}
		return t.audit(by, now, "bounce.forget", object{"bounce", ""}, map[string]int64{"forgotten": n})
	})
	return n, err
}

// SubscriptionByID returns the subscription of a row, for a token that names it.
func (s *Store) SubscriptionByID(ctx context.Context, id int64) (*newsletter.Subscription, error) {
	return s.subscriptionWhere(ctx, `id = $1`, id)
}

// SubscriptionOfDelivery returns the subscription that a delivery was for: NotFound for mail that
// belongs to none, and after an erasure.
func (s *Store) SubscriptionOfDelivery(ctx context.Context, delivery int64) (*newsletter.Subscription, error) {
	return s.subscriptionWhere(ctx, `id = (SELECT subscription_id FROM delivery WHERE id = $1)`, delivery)
}

func (s *Store) subscriptionWhere(ctx context.Context, condition string, id int64) (*newsletter.Subscription, error) {
	var sub newsletter.Subscription
	err := s.reader.GetContext(ctx, &sub, `SELECT `+subscriptionColumns+` FROM subscription WHERE `+condition, id)
	return &sub, notFound(err, "subscription", id)
}
