package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

const wordingColumns = `hash, purpose, language, version, text, created_at`

// SaveWording puts a text in force for its purpose and language, and says whether another was
// before. Texts are kept for good, for people agreed to them: an old one that comes back is the
// same row. An empty text is in force too: the page is empty then.
func (s *Store) SaveWording(ctx context.Context, w *newsletter.Wording, by newsletter.Actor, now time.Time) (changed bool, err error) {
	*w = newsletter.NewWording(w.Purpose, w.Language, w.Text)
	err = s.write(ctx, func(t *tx) error {
		changed = false
		latest, err := t.latestWording(w.Purpose, w.Language)
		if err == nil && latest.Hash == w.Hash {
			*w = *latest
			return nil
		}
		if err != nil && !newsletter.Is(err, newsletter.NotFound) {
			return err
		}
		changed = true
		if err := t.putInForce(w, newsletter.At(now)); err != nil {
			return err
		}
		return t.audit(by, now, "wording.save", object{"wording", w.Hash}, map[string]any{
			"purpose": w.Purpose, "language": w.Language, "version": w.Version})
	})
	return changed, err
}

// putInForce stores a text, or moves an old one to the front. Of two processes that store different
// texts at once one fails on the version, and says so.
func (t *tx) putInForce(w *newsletter.Wording, at newsletter.Time) error {
	return t.get(w, `
		INSERT INTO wording (hash, purpose, language, version, text, created_at, in_force)
		SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), COALESCE(MAX(version), 0) + 1,
			CAST($4 AS TEXT), CAST($5 AS BIGINT), COALESCE(MAX(in_force), 0) + 1
		FROM wording WHERE purpose = $2 AND language = $3
		ON CONFLICT (hash) DO UPDATE SET in_force = excluded.in_force
		RETURNING `+wordingColumns, w.Hash, w.Purpose, w.Language, w.Text, at)
}

// LatestWording returns the text in force for a purpose in a language.
func (s *Store) LatestWording(ctx context.Context, purpose string, language newsletter.Language) (w *newsletter.Wording, err error) {
	err = s.read(ctx, func(t *tx) (err error) {
		w, err = t.latestWording(purpose, language)
		return err
	})
	return w, err
}

func (t *tx) latestWording(purpose string, language newsletter.Language) (*newsletter.Wording, error) {
	var w newsletter.Wording
	err := t.get(&w, `
		SELECT `+wordingColumns+` FROM wording WHERE purpose = $1 AND language = $2
		ORDER BY in_force DESC LIMIT 1`, purpose, language)
	return &w, notFound(err, "wording", purpose)
}

// WordingByHash returns the text of a hash, in force or not.
func (s *Store) WordingByHash(ctx context.Context, hash string) (*newsletter.Wording, error) {
	var w newsletter.Wording
	err := s.reader.GetContext(ctx, &w, `SELECT `+wordingColumns+` FROM wording WHERE hash = $1`, hash)
	return &w, notFound(err, "wording", hash)
}

// Wordings returns all versions of a text, in all languages, the newest first.
func (s *Store) Wordings(ctx context.Context, purpose string) ([]newsletter.Wording, error) {
	var all []newsletter.Wording
	err := s.reader.SelectContext(ctx, &all, `SELECT `+wordingColumns+` FROM wording WHERE purpose = $1 ORDER BY in_force DESC, language DESC`, purpose)
	return all, err
}
