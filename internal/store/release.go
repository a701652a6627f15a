package store

import (
	"context"
	"fmt"
	"time"

	"bode.example/internal/newsletter"
)

// Release reads what must be known to decide what every reader of an approved edition gets.
func (s *Store) Release(ctx context.Context, e *newsletter.Edition) (*newsletter.Release, error) {
	var r *newsletter.Release
	err := s.read(ctx, func(t *tx) error {
		readers := correctionReaders()
		if e.Kind != newsletter.EditionCorrection {
			var err error
			if readers, err = t.readers(e.ScheduleID); err != nil {
				return err
			}
		}
		var err error
		r, err = t.release(e.ID, readers)
		return err
	})
	return r, err
}

// ReleaseFor is Release for readers who turned up while the edition is being sent.
func (s *Store) ReleaseFor(ctx context.Context, e *newsletter.Edition, readers []newsletter.Combination) (*newsletter.Release, error) {
	var r *newsletter.Release
	err := s.read(ctx, func(t *tx) (err error) {
		r, err = t.release(e.ID, readers)
		return err
	})
	return r, err
}

func (t *tx) release(editionID int64, readers []newsletter.Combination) (*newsletter.Release, error) {
	r := &newsletter.Release{Readers: readers}
	if err := t.get(&r.Edition, `SELECT `+editionColumns+` FROM edition WHERE id = $1`, editionID); err != nil {
		return nil, notFound(err, "edition", editionID)
	}
	if err := t.get(&r.List, `SELECT `+listColumns+` FROM list WHERE id = $1`, r.Edition.ListID); err != nil {
		return nil, err
	}
	if err := t.get(&r.Schedule, `SELECT `+scheduleColumns+` FROM schedule WHERE id = $1`, r.Edition.ScheduleID); err != nil {
		return nil, err
	}
	if err := t.list(&r.Topics, `SELECT `+topicColumns+` FROM topic WHERE list_id = $1 ORDER BY id`, r.Edition.ListID); err != nil {
		return nil, err
	}
	if err := t.releasePosts(r); err != nil {
		return nil, err
	}
	var err error
	if r.Rendered, err = t.rendered(editionID); err != nil {
		return nil, err
	}
	prepared, err := t.prepared(&r.Edition)
	for _, key := range prepared {
		r.Rendered[key] = 0 // it gets its id when it is released
	}
	return r, err
}

// releasePosts fills the posts of a release: those of the edition that are not withdrawn, and the
// others that its readers may lack.
func (t *tx) releasePosts(r *newsletter.Release) (err error) {
	if r.Original, err = t.original(&r.Edition); err != nil || r.Original != nil {
		return err // a correction brings no posts
	}
	if err := t.list(&r.Posts, `
		SELECT `+prefixed("ep", editionPostColumns)+` FROM edition_post AS ep JOIN post AS p ON p.id = ep.post_id
		WHERE ep.edition_id = $1 AND p.state = 'published' ORDER BY ep.position, ep.post_id`, r.Edition.ID); err != nil {
		return err
	}
	held := make(map[int64]bool, len(r.Posts))
	for _, p := range r.Posts {
		held[p.PostID] = true
	}
	published, err := t.publishedTo(r.List.ID, r.Readers, named)
	for _, p := range published {
		if !held[p.PostID] {
			r.Others = append(r.Others, p)
		}
	}
	return err
}

// ReleaseEdition sends an approved edition on its way: which combination gets which variant, the
// variants, those that lie ready (PrepareVariants) too, and the cursor of the fan-out, in one transaction. When the
// edition isn't as it was read, nothing is done and false returned: somebody else released it, or it went back to review.
func (s *Store) ReleaseEdition(ctx context.Context, e *newsletter.Edition, variants []newsletter.Variant, assignments []newsletter.Assignment, now time.Time) (released bool, err error) {
	err = s.write(ctx, func(t *tx) error {
		released = false
		if _, err := t.lockList(e.ListID); err != nil {
			return err
		}
		current, err := t.lockEdition(e.PublicID)
		if err != nil || current.State != newsletter.EditionApproved || current.ChangedAt != e.ChangedAt {
			return err
		}
		if err := t.takePrepared(current, assignments); err != nil {
			return err
		}
		current.ReleasedAt = newsletter.At(now)
		if err := t.moveEdition(current, newsletter.EditionSending, leftBehind(assignments), now); err != nil {
			return err
		}
		released = true
		if err := t.openLane(e.ID); err != nil {
			return err
		}
		if current.Kind == newsletter.EditionCorrection {
			assignments = nil // who gets which letter follows from language and layout alone
		}
		return t.addVariants(e.ID, variants, assignments)
	})
	return released, err
}

// leftBehind is the reason of an edition without which some of its readers stay.
func leftBehind(assignments []newsletter.Assignment) string {
	for i := range assignments {
		if assignments[i].Failure != "" {
			return newsletter.ReasonLeftBehind
		}
	}
	return ""
}

// AddVariants adds what combinations that turned up during the fan-out get. What the edition has
// already, stays.
func (s *Store) AddVariants(ctx context.Context, e *newsletter.Edition, variants []newsletter.Variant, assignments []newsletter.Assignment) error {
	return s.write(ctx, func(t *tx) error {
		if _, err := t.lockList(e.ListID); err != nil {
			return err
		}
		if reason := leftBehind(assignments); reason != "" {
			if err := t.exec(`UPDATE edition SET reason = $2 WHERE id = $1 AND reason = ''`, e.ID, reason); err != nil {
				return err
			}
		}
		return t.addVariants(e.ID, variants, assignments)
	})
}

func (t *tx) addVariants(editionID int64, variants []newsletter.Variant, assignments []newsletter.Assignment) error {
	for i := range variants {
		v := &variants[i]
		v.EditionID = editionID
		if _, err := t.NamedExecContext(t.ctx, `
			INSERT INTO variant (public_id, edition_id, key, language, layout, posts, subject, letter, web)
			VALUES (:public_id, :edition_id, :key, :language, :layout, :posts, :subject, :letter, :web)
			ON CONFLICT (edition_id, key) DO NOTHING`, v); err != nil {
			return err
		}
	}
	ids, err := t.rendered(editionID)
	if err != nil {
		return err
	}
	for i := range assignments {
		if err := t.assign(editionID, &assignments[i], ids); err != nil {
			return err
		}
	}
	return nil
}

// assign stores what a combination gets.
func (t *tx) assign(editionID int64, a *newsletter.Assignment, variants map[string]int64) error {
	var variant *int64
	if a.Variant != "" {
		id, ok := variants[a.Variant]
		if !ok {
			return fmt.Errorf("edition %d has no variant %s", editionID, a.Variant)
		}
		variant = &id
	}
	next := a.Next.ID
	if next == 0 {
		var err error
		if next, err = t.reading(a.Next); err != nil {
			return err
		}
	}
	return t.exec(`
		INSERT INTO variant_map (edition_id, reading_id, topic_set_id, language, layout, variant_id, next_reading_id, failure)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (edition_id, reading_id, topic_set_id, language, layout) DO NOTHING`,
		editionID, a.Reader.ID, a.Reader.TopicSetID, a.Reader.Language, a.Reader.Layout, variant, next, a.Failure)
}

// rendered returns the ids of an edition's variants by their keys.
func (t *tx) rendered(editionID int64) (map[string]int64, error) {
	var variants []newsletter.Variant
	if err := t.list(&variants, `SELECT id, key FROM variant WHERE edition_id = $1`, editionID); err != nil {
		return nil, err
	}
	ids := make(map[string]int64, len(variants))
	for _, v := range variants {
		ids[v.Key] = v.ID
	}
	return ids, nil
}

const variantColumns = `id, public_id, edition_id, key, language, layout, posts, subject, letter, web`

// VariantByPublicID returns a variant and its edition.
func (s *Store) VariantByPublicID(ctx context.Context, id newsletter.PublicID) (*newsletter.Variant, *newsletter.Edition, error) {
	var v newsletter.Variant
	if err := s.reader.GetContext(ctx, &v, `SELECT `+variantColumns+` FROM variant WHERE public_id = $1`, id); err != nil {
		return nil, nil, notFound(err, "version of an edition", id)
	}
	var e newsletter.Edition
	if err := s.reader.GetContext(ctx, &e, `SELECT `+editionColumns+` FROM edition WHERE id = $1`, v.EditionID); err != nil {
		return nil, nil, err
	}
	return &v, &e, nil
}

// VariantCount is a variant and how its deliveries stand.
type VariantCount struct {
	PublicID newsletter.PublicID `db:"public_id" json:"id"`
	Language newsletter.Language `db:"language" json:"language"`
	Layout   newsletter.Layout   `db:"layout" json:"layout"`
	Posts    newsletter.IDs      `db:"posts" json:"-"`
	Subject  string              `db:"subject" json:"subject"`
	Mails    int64               `db:"mails" json:"mails"` // deliveries made
	Sent     int64               `db:"sent" json:"sent"`   // of which handed over
	Open     int64               `db:"open" json:"open"`   // of which waiting, or on their way
}

// EditionVariants returns the variants of an edition with the numbers of their deliveries.
func (s *Store) EditionVariants(ctx context.Context, editionID int64) ([]VariantCount, error) {
	counts := []VariantCount{}
	err := s.reader.SelectContext(ctx, &counts, `
		SELECT v.public_id, v.language, v.layout, v.posts, v.subject, COUNT(d.id) AS mails,
			COUNT(d.id) FILTER (WHERE d.state = 'sent') AS sent,
			COUNT(d.id) FILTER (WHERE d.state IN ('pending', 'handing_over')) AS open
		FROM variant AS v LEFT JOIN delivery AS d ON d.edition_id = v.edition_id AND d.variant_id = v.id
		WHERE v.edition_id = $1
		GROUP BY v.id, v.public_id, v.language, v.layout, v.posts, v.subject ORDER BY v.id`, editionID)
	return counts, err
}

// LeftBehind are readers of an edition whose letter could not be made.
type LeftBehind struct {
	Language newsletter.Language `db:"language" json:"language"`
	Layout   newsletter.Layout   `db:"layout" json:"layout"`
	Readers  int64               `db:"readers" json:"readers"` // who still wait for the next edition
	Failure  string              `db:"failure" json:"failure"`
}

// LeftBehind returns whom an edition left behind, and why.
func (s *Store) LeftBehind(ctx context.Context, editionID int64) ([]LeftBehind, error) {
	left := []LeftBehind{}
	err := s.reader.SelectContext(ctx, &left, `
		SELECT m.language, m.layout, m.failure, COUNT(w.id) AS readers
		FROM variant_map AS m LEFT JOIN (
			SELECT s.id, s.reading_id, COALESCE(s.topic_set_id, 0) AS topic_set_id, u.language, u.layout
			FROM edition AS e JOIN subscription AS s ON s.schedule_id = e.schedule_id JOIN subscriber AS u ON u.id = s.subscriber_id
			WHERE e.id = $1 AND s.state = 'active' AND `+mailable+`
		) AS w ON w.reading_id = m.reading_id AND w.topic_set_id = m.topic_set_id AND w.language = m.language AND w.layout = m.layout
		WHERE m.edition_id = $1 AND m.failure <> ''
		GROUP BY m.language, m.layout, m.failure ORDER BY m.language, m.layout, m.failure`, editionID)
	return left, err
}
