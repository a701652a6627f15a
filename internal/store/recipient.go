package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"bode.example/internal/newsletter"
)

const recipientsLimit = 50

// Recipients returns who an edition was made for, and how they fared. It is a look at persons, and
// audited as one: at one person where an address is asked for, and else with their number.
func (s *Store) Recipients(ctx context.Context, q newsletter.RecipientQuery, by newsletter.Actor, now time.Time) (all []newsletter.Recipient, err error) {
	if q.Limit <= 0 {
		q.Limit = recipientsLimit
	}
	err = s.write(ctx, func(t *tx) error {
		e, err := t.edition(q.Edition)
		if err != nil {
			return err
		}
		all = nil
		if q.Address != "" {
			return t.recipientBy(e, q, &all, by, now)
		}
		if err := t.list(&all, recipientQuery(q), recipientArgs(e.ID, q)...); err != nil {
			return err
		}
		return t.audit(by, now, "edition.view_recipients", editionObject(e), recipientDetail{Kind: q.Kind, Domain: q.Domain, Deliveries: len(all)})
	})
	return all, err
}

// recipientBy finds one person's delivery by the address.
func (t *tx) recipientBy(e *newsletter.Edition, q newsletter.RecipientQuery, all *[]newsletter.Recipient, by newsletter.Actor, now time.Time) error {
	var who []newsletter.PublicID
	if err := t.list(&who, `SELECT public_id FROM subscriber WHERE address_key = $1`, q.Address.Key()); err != nil {
		return err
	}
	person := ""
	if len(who) > 0 {
		person = who[0].String()
		if err := t.list(all, `
			SELECT `+recipientColumns+` FROM subscriber AS p JOIN subscription AS s ON s.subscriber_id = p.id
			JOIN delivery AS d ON d.subscription_id = s.id
			WHERE p.address_key = $2 AND d.edition_id = $1 ORDER BY d.id`, e.ID, q.Address.Key()); err != nil {
			return err
		}
	}
	return t.audit(by, now, "subscriber.look", object{"subscriber", person}, map[string]any{"edition": e.PublicID})
}

// exportPage is how many recipients of an export are read at a time.
const exportPage = 2000

// ExportRecipients gives row all recipients that a query means, one after the other, whatever its After and
// Limit, and says how many there were. The export is audited before it begins.
func (s *Store) ExportRecipients(ctx context.Context, q newsletter.RecipientQuery, row func(*newsletter.Recipient) error, by newsletter.Actor, now time.Time) (n int, err error) {
	var e *newsletter.Edition
	if err := s.write(ctx, func(t *tx) (err error) {
		if e, err = t.edition(q.Edition); err != nil {
			return err
		}
		return t.audit(by, now, "edition.export_recipients", editionObject(e), recipientDetail{Kind: q.Kind, Domain: q.Domain})
	}); err != nil {
		return 0, err
	}
	q.After, q.Limit = 0, exportPage
	for {
		var page []newsletter.Recipient
		if err := s.reader.SelectContext(ctx, &page, recipientQuery(q), recipientArgs(e.ID, q)...); err != nil {
			return n, err
		}
		for i := range page {
			if err := row(&page[i]); err != nil {
				return n, err
			}
			n++
		}
		if len(page) < q.Limit {
			return n, nil
		}
		q.After = page[len(page)-1].ID
	}
}

// edition reads an edition within a transaction.
func (t *tx) edition(id newsletter.PublicID) (*newsletter.Edition, error) {
	var e newsletter.Edition
	err := t.get(&e, `SELECT `+editionColumns+` FROM edition WHERE public_id = $1`, id)
	return &e, notFound(err, "edition", id)
}

const recipientColumns = `d.id, d.state, d.domain, d.language, d.attempts, d.doubts, d.due_at, d.code, d.status, d.reply, d.handed_over_at, d.ended_at,
	COALESCE(p.address, '') AS to_address`

// recipientKinds are the conditions of the kinds.
var recipientKinds = map[newsletter.RecipientKind]string{
	newsletter.RecipientSent:      `d.state = 'sent'`,
	newsletter.RecipientFailed:    `d.state IN ('failed', 'expired')`,
	newsletter.RecipientUncertain: `d.state = 'uncertain'`,
	newsletter.RecipientStopped:   `d.state IN ('suppressed', 'cancelled')`,
	newsletter.RecipientDeferred:  `d.state = 'pending' AND d.attempts > 0`,
	newsletter.RecipientWaiting:   `d.state NOT IN ('sent', 'failed', 'expired', 'uncertain', 'suppressed', 'cancelled') AND NOT (d.state = 'pending' AND d.attempts > 0)`,
}

// recipientQuery reads a page of an edition's deliveries by their ids, and then whom they are to. The sum
// keeps PostgreSQL from walking through all deliveries there ever were in the order of their ids.
func recipientQuery(q newsletter.RecipientQuery) string {
	var where strings.Builder
	if q.Kind != "" {
		where.WriteString(` AND ` + recipientKinds[q.Kind])
	}
	if q.Domain != "" {
		where.WriteString(` AND d.domain = $4`)
	}
	return fmt.Sprintf(`
		SELECT `+recipientColumns+` FROM (
			SELECT d.* FROM delivery AS d WHERE d.edition_id = $1 AND d.id > $2%s ORDER BY d.id + 0 LIMIT $3
		) AS d
		LEFT JOIN subscription AS s ON s.id = d.subscription_id
		LEFT JOIN subscriber AS p ON p.id = s.subscriber_id
		ORDER BY d.id`, where.String())
}

func recipientArgs(edition int64, q newsletter.RecipientQuery) []any {
	args := []any{edition, q.After, q.Limit}
	if q.Domain != "" {
		args = append(args, strings.ToLower(q.Domain))
	}
	return args
}

// recipientDetail is what the audit log keeps about a look at many.
type recipientDetail struct {
	Kind       newsletter.RecipientKind `json:"kind,omitempty"`
	Domain     string                   `json:"domain,omitempty"`
	Deliveries int                      `json:"deliveries,omitempty"`
}
