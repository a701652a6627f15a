package store

import (
	"context"

	"bode.example/internal/newsletter"
)

// PrepareVariants lays variants of an approved edition aside until ReleaseEdition takes them: so that whoever renders
// hundreds of letters holds a few at a time, and writes them without keeping others from writing meanwhile. Nothing is
// decided by it, and nobody sees them. When the edition isn't as it was read, nothing is done and false returned. What
// is there already under the same key stays.
func (s *Store) PrepareVariants(ctx context.Context, e *newsletter.Edition, variants []newsletter.Variant) (prepared bool, err error) {
	err = s.write(ctx, func(t *tx) error {
		prepared = false
		current, err := t.lockEdition(e.PublicID)
		if err != nil || current.State != newsletter.EditionApproved || current.ChangedAt != e.ChangedAt {
			return err
		}
		prepared = true
		for i := range variants {
			v := &variants[i]
			if err := t.exec(`
				INSERT INTO prepared_variant (edition_id, changed_at, key, public_id, language, layout, posts, subject, letter, web)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
				ON CONFLICT (edition_id, changed_at, key) DO NOTHING`,
				e.ID, e.ChangedAt, v.Key, v.PublicID, v.Language, v.Layout, v.Posts, v.Subject, v.Letter, v.Web); err != nil {
				return err
			}
		}
		return nil
	})
	return prepared, err
}

// prepared returns the keys of what lies ready for an edition, as it is now.
func (t *tx) prepared(e *newsletter.Edition) (keys []string, err error) {
	if e.State != newsletter.EditionApproved {
		return nil, nil
	}
	return keys, t.list(&keys, `SELECT key FROM prepared_variant WHERE edition_id = $1 AND changed_at = $2`, e.ID, e.ChangedAt)
}

// takePrepared makes variants of what lies ready and somebody gets, for an edition as it was when they were rendered.
func (t *tx) takePrepared(e *newsletter.Edition, assignments []newsletter.Assignment) error {
	keys, err := t.prepared(e)
	if err != nil || len(keys) == 0 {
		return err
	}
	given := map[string]bool{}
	for i := range assignments {
		given[assignments[i].Variant] = true
	}
	for _, key := range keys {
		if !given[key] {
			continue
		}
		if err := t.exec(`
			INSERT INTO variant (public_id, edition_id, key, language, layout, posts, subject, letter, web)
			SELECT public_id, edition_id, key, language, layout, posts, subject, letter, web
			FROM prepared_variant WHERE edition_id = $1 AND changed_at = $2 AND key = $3`, e.ID, e.ChangedAt, key); err != nil {
			return err
		}
	}
	return nil
}
