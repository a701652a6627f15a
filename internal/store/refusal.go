package store

import (
	"context"
	"strings"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

// noteRefusals leaves a row for each delivery that the mail server refused for good, or put off until it
// was too old: in the transaction that records it, so that no refusal goes by without being judged. What
// it means for the person is decided later (DecideRefusal); sending doesn't wait for that.
func (t *tx) noteRefusals(moved []movedDelivery, at newsletter.Time) error {
	var values strings.Builder
	args := []any{newsletter.WaySending, at}
	for _, d := range moved {
		if d.State != newsletter.DeliveryFailed && d.State != newsletter.DeliveryExpired {
			continue
		}
		if len(args) > 2 {
			values.WriteString(", ")
		}
		writeRow(&values, len(args), "TEXT", "BIGINT")
		args = append(args, newsletter.NewPublicID(), d.ID)
	}
	if len(args) == 2 {
		return nil
	}
	return t.exec(`
		INSERT INTO bounce (public_id, delivery_id, way, class, hash, received_at)
		SELECT v.column1, v.column2, CAST($1 AS TEXT), '', 'sending', CAST($2 AS BIGINT) FROM (VALUES `+values.String()+`) AS v WHERE TRUE
		ON CONFLICT (delivery_id, hash) DO NOTHING`, args...)
}

// UndecidedRefusals returns refusals while sending that nobody has decided on, oldest first.
func (s *Store) UndecidedRefusals(ctx context.Context, limit int) ([]newsletter.Refusal, error) {
	var all []newsletter.Refusal
	err := s.reader.SelectContext(ctx, &all, `
		SELECT b.id, b.delivery_id, COALESCE(d.state, 'failed') AS state, COALESCE(d.code, 0) AS code, COALESCE(d.status, '') AS status, COALESCE(d.reply, '') AS reply
		FROM bounce AS b LEFT JOIN delivery AS d ON d.id = b.delivery_id
		WHERE b.decided_at IS NULL ORDER BY b.id LIMIT $1`, limit)
	return all, err
}

// DecideRefusal says of what class a refusal is and does what the rule says; b comes back with the
// effect. What somebody else decided meanwhile stays as it is: then b.Reason is known.
func (s *Store) DecideRefusal(ctx context.Context, b *newsletter.Bounce, rule newsletter.BounceRule,
	hash func(newsletter.Address) token.Hash, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		at := newsletter.At(now)
		who, err := t.addressee(b.DeliveryID)
		if err != nil {
			return err
		}
		b.Effect, b.Reason = newsletter.EffectNone, newsletter.ReasonErased
		if who != nil {
			b.SubscriberID = who.subscriber()
		}
		if b.SubscriberID == nil {
			b.Diagnostic = ""
		}
		n, err := t.count(`
			UPDATE bounce SET class = $2, policy = $3, status = $4, diagnostic = $5, recognised = $6, subscriber_id = $7,
				decided_at = $8, effect = $9, reason = $10
			WHERE id = $1 AND decided_at IS NULL`,
			b.ID, b.Class, b.Policy, b.Status, b.Diagnostic, b.Recognised, b.SubscriberID, at, b.Effect, b.Reason)
		if err != nil {
			return err
		}
		if n == 0 {
			b.Reason = newsletter.ReasonKnown
			return nil
		}
		if who == nil {
			return nil
		}
		return t.settle(b, who, rule, hash, by, at)
	})
}
