package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

// passedLimit is how many editions, and how many exports, are shown of a period.
const passedLimit = 200

// exports are the actions of the audit log by which people left the house in a file.
const exports = `'subscriber.export', 'edition.export_recipients'`

// subjectOf is what an edition was called: its own words, or else those of one of its letters.
const subjectOf = `COALESCE(NULLIF(e.subject, ''), (SELECT MIN(v.subject) FROM variant AS v WHERE v.edition_id = e.id), '')`

// Passed returns what left the house from a time until before another, the newest first, at most 200 of each kind.
func (s *Store) Passed(ctx context.Context, from, until time.Time) (*newsletter.Passed, error) {
	p := &newsletter.Passed{}
	err := s.read(ctx, func(t *tx) error {
		p = &newsletter.Passed{}
		if err := t.list(&p.Editions, `
			SELECT e.public_id, `+subjectOf+` AS subject, l.texts, l.language, e.released_at FROM edition AS e JOIN list AS l ON l.id = e.list_id
			WHERE e.released_at >= $1 AND e.released_at < $2 ORDER BY e.released_at DESC, e.id DESC LIMIT $3`,
			newsletter.At(from), newsletter.At(until), passedLimit); err != nil {
			return err
		}
		return t.list(&p.Exports, `
			SELECT seq, at, action, actor_kind, actor_id, detail FROM audit_entry
			WHERE action IN (`+exports+`) AND at >= $1 AND at < $2 ORDER BY seq DESC LIMIT $3`, newsletter.At(from), newsletter.At(until), passedLimit)
	})
	return p, err
}

// Reach counts whom an edition went to, in one pass over its deliveries: a second or so for a million. Who they are,
// ExportRecipients tells, which is audited.
func (s *Store) Reach(ctx context.Context, edition newsletter.PublicID) (*newsletter.Reach, error) {
	r := &newsletter.Reach{}
	err := s.read(ctx, func(t *tx) error {
		r = &newsletter.Reach{}
		e, err := t.edition(edition)
		if err != nil {
			return err
		}
		if err := t.get(&r.PassedEdition, `
			SELECT e.public_id, `+subjectOf+` AS subject, l.texts, l.language, e.released_at FROM edition AS e JOIN list AS l ON l.id = e.list_id WHERE e.id = $1`, e.ID); err != nil {
			return err
		}
		return t.get(r, `
			SELECT COUNT(*) FILTER (WHERE state IN ('sent', 'uncertain', 'handing_over')) AS sent,
				COUNT(*) FILTER (WHERE state IN ('sent', 'uncertain', 'handing_over') AND subscription_id IS NULL) AS erased,
				COUNT(*) FILTER (WHERE state NOT IN ('sent', 'uncertain', 'handing_over')) AS not_sent
			FROM delivery WHERE edition_id = $1`, e.ID)
	})
	return r, err
}
