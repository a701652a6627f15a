package store

import (
	"context"
	"encoding/json"
	"time"

	"bode.example/internal/newsletter"
)

const mailingsLimit = 50

// Deliveries shows how the mail does, the newest first. Without addresses it names nobody and leaves no
// trace; with them it is a look at persons, and audited when staff or an operator looks. Attempts count
// the one that succeeded.
func (s *Store) Deliveries(ctx context.Context, q newsletter.DeliveryQuery, by newsletter.Actor, now time.Time) (all []newsletter.Mailing, err error) {
	if q.Limit <= 0 {
		q.Limit = mailingsLimit
	}
	if !q.Addresses {
		err := s.read(ctx, func(t *tx) (err error) {
			all, err = t.mailings(q)
			return err
		})
		return all, err
	}
	err = s.write(ctx, func(t *tx) (err error) {
		if all, err = t.mailings(q); err != nil {
			return err
		}
		what := object{"delivery", ""}
		if !q.Edition.IsZero() {
			what = object{"edition", q.Edition.String()}
		}
		return t.audit(by, now, "delivery.view", what, map[string]int{"deliveries": len(all)})
	})
	return all, err
}

func (t *tx) mailings(q newsletter.DeliveryQuery) (all []newsletter.Mailing, err error) {
	states, err := json.Marshal(append([]newsletter.DeliveryState{}, q.States...))
	if err != nil {
		return nil, err
	}
	args := []any{string(states), len(q.States) == 0, q.Limit}
	to, where := `''`, ``
	if q.Addresses {
		to = `COALESCE(d.address, p.address, '')`
	}
	if !q.Edition.IsZero() {
		var id int64
		if err := t.get(&id, `SELECT id FROM edition WHERE public_id = $1`, q.Edition); err != nil {
			return nil, notFound(err, "edition", q.Edition)
		}
		where = ` AND d.edition_id = $4`
		args = append(args, id)
	}
	err = t.list(&all, `
		SELECT d.id, d.kind, d.language, d.template, d.domain, d.state, d.attempts + CASE d.state WHEN 'sent' THEN 1 ELSE 0 END AS attempts,
			d.doubts, d.due_at, d.expires_at, d.code, d.status, d.reply, d.created_at, d.handed_over_at, d.ended_at,
			COALESCE(e.public_id, '') AS edition, `+to+` AS to_address
		FROM delivery AS d
		LEFT JOIN edition AS e ON e.id = d.edition_id
		LEFT JOIN subscription AS s ON s.id = d.subscription_id
		LEFT JOIN subscriber AS p ON p.id = COALESCE(s.subscriber_id, d.subscriber_id)
		WHERE (CAST($2 AS BOOLEAN) OR d.state IN (SELECT value FROM json_each(CAST($1 AS TEXT))))`+where+`
		ORDER BY d.id DESC LIMIT $3`, args...)
	return all, err
}
