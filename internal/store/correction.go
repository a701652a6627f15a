package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

// reached is the condition that a delivery d brought its edition to somebody, or may have.
const reached = `d.state IN ('sent', 'uncertain') AND d.subscription_id IS NOT NULL`

// AddCorrection makes a draft that corrects an edition, for exactly those who got it or may have. The edition
// must have come to rest: who got it while the correction goes out would miss that.
func (s *Store) AddCorrection(ctx context.Context, original newsletter.PublicID, texts newsletter.CorrectionTexts, by newsletter.Actor, now time.Time) (*newsletter.Edition, error) {
	var made *newsletter.Edition
	err := s.write(ctx, func(t *tx) error {
		of, err := t.lockEdition(original)
		if err != nil {
			return err
		}
		var list newsletter.List
		if err := t.get(&list, `SELECT `+listColumns+` FROM list WHERE id = $1`, of.ListID); err != nil {
			return err
		}
		if err := t.correctable(of, &list); err != nil {
			return err
		}
		if err := texts.Check(list.Language); err != nil {
			return err
		}
		made = &newsletter.Edition{PublicID: newsletter.NewPublicID(), ListID: of.ListID, ScheduleID: of.ScheduleID, Kind: newsletter.EditionCorrection,
			State: newsletter.EditionDraft, Subject: texts[list.Language].Subject, Corrects: &of.ID, Correction: texts,
			CreatedAt: newsletter.At(now), ChangedAt: newsletter.At(now)}
		made.EditedBy = editors(nil, by)
		if err := t.get(&made.ID, `
			INSERT INTO edition (public_id, list_id, schedule_id, kind, state, subject, corrects, correction, edited_by, created_at, changed_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id`,
			made.PublicID, made.ListID, made.ScheduleID, made.Kind, made.State, made.Subject, made.Corrects, made.Correction, made.EditedBy,
			made.CreatedAt, made.ChangedAt); err != nil {
			return err
		}
		return t.audit(by, now, "edition.add", editionObject(made), map[string]any{"state": made.State, "corrects": of.PublicID})
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// correctable says why an edition can't be corrected, or nil.
func (t *tx) correctable(e *newsletter.Edition, list *newsletter.List) error {
	switch {
	case list.State != newsletter.ListActive:
		return newsletter.Errorf(newsletter.Conflict, "correction_list", "the list %s is %s: nothing is sent to its readers", list.Name, list.State)
	case e.Kind == newsletter.EditionCorrection:
		return newsletter.Errorf(newsletter.Conflict, "correction_of_correction", "the edition %s is a correction itself: correct the edition that it is about", e.PublicID)
	case e.ReleasedAt.IsZero():
		return newsletter.Errorf(newsletter.Conflict, "correction_unsent", "nobody got the edition %s yet: change it instead", e.PublicID)
	case e.EndedAt.IsZero():
		return newsletter.Errorf(newsletter.Conflict, "correction_running", "the edition %s is still on its way: cancel it, or wait until it has been sent, and correct it then", e.PublicID)
	}
	var readers bool
	if err := t.get(&readers, `SELECT EXISTS (SELECT 1 FROM delivery AS d WHERE d.edition_id = $1 AND `+reached+`)`, e.ID); err != nil {
		return err
	}
	if !readers {
		return newsletter.Errorf(newsletter.Conflict, "correction_nobody", "nobody got the edition %s: there is nobody to tell", e.PublicID)
	}
	return nil
}

// EditCorrection replaces the texts of a correction that is not approved.
func (s *Store) EditCorrection(ctx context.Context, id newsletter.PublicID, texts newsletter.CorrectionTexts, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		e, err := t.lockEdition(id)
		if err != nil {
			return err
		}
		if e.Kind != newsletter.EditionCorrection {
			return newsletter.Errorf(newsletter.NotFound, "not_found", "there is no correction %s", id)
		}
		if !e.State.Follows() {
			return editionState(e, "its words can be changed while it is a draft or in review")
		}
		var first newsletter.Language
		if err := t.get(&first, `SELECT language FROM list WHERE id = $1`, e.ListID); err != nil {
			return err
		}
		if err := texts.Check(first); err != nil {
			return err
		}
		if err := t.exec(`UPDATE edition SET subject = $2, correction = $3, edited_by = $4, changed_at = $5 WHERE id = $1`,
			e.ID, texts[first].Subject, texts, editors(e.EditedBy, by), changedAfter(e, now)); err != nil {
			return err
		}
		return t.audit(by, now, "edition.edit", editionObject(e), texts)
	})
}

// Corrections returns the corrections of an edition, whatever became of them, the oldest first.
func (s *Store) Corrections(ctx context.Context, editionID int64) ([]newsletter.Edition, error) {
	var all []newsletter.Edition
	err := s.reader.SelectContext(ctx, &all, `SELECT `+editionColumns+` FROM edition WHERE corrects = $1 ORDER BY id`, editionID)
	return all, err
}

// Original returns what a correction corrects.
func (s *Store) Original(ctx context.Context, e *newsletter.Edition) (o *newsletter.Original, err error) {
	err = s.read(ctx, func(t *tx) (err error) {
		o, err = t.original(e)
		return err
	})
	return o, err
}

// original reads what an edition corrects; nil: nothing.
func (t *tx) original(e *newsletter.Edition) (*newsletter.Original, error) {
	if e.Corrects == nil {
		return nil, nil
	}
	o := &newsletter.Original{}
	if err := t.get(&o.Edition, `SELECT `+editionColumns+` FROM edition WHERE id = $1`, *e.Corrects); err != nil {
		return nil, err
	}
	// The versions that most got come first: that of another's posts is better than none.
	err := t.list(&o.Variants, `SELECT id, public_id, edition_id, key, language, layout, posts, subject FROM variant WHERE edition_id = $1 ORDER BY id`, o.Edition.ID)
	return o, err
}

// CorrectionPages returns the versions for the browser of what corrects an edition, in a language, the oldest
// first: of those that have left.
func (s *Store) CorrectionPages(ctx context.Context, editionID int64, lang newsletter.Language) ([]newsletter.CorrectionPage, error) {
	var pages []newsletter.CorrectionPage
	err := s.reader.SelectContext(ctx, &pages, `
		SELECT v.public_id, v.subject, e.released_at FROM edition AS e JOIN variant AS v ON v.edition_id = e.id
		WHERE e.corrects = $1 AND e.released_at IS NOT NULL AND v.language = $2 AND v.layout = 'standard' ORDER BY e.id`, editionID, lang)
	return pages, err
}

// correctionReaders are all combinations in which the readers of a correction can differ: whoever changes
// language until it leaves finds a letter.
func correctionReaders() (all []newsletter.Combination) {
	for _, l := range newsletter.Languages() {
		for _, layout := range []newsletter.Layout{newsletter.Standard, newsletter.Large} {
			all = append(all, newsletter.Combination{Language: l, Layout: layout})
		}
	}
	return all
}

// CorrectionReaders counts who would get a correction now: those whom its edition reached and who still want
// mail of the list.
func (s *Store) CorrectionReaders(ctx context.Context, e *newsletter.Edition) (n int64, err error) {
	if e.Corrects == nil {
		return 0, nil
	}
	err = s.reader.GetContext(ctx, &n, `
		SELECT COUNT(*) FROM delivery AS d JOIN subscription AS s ON s.id = d.subscription_id JOIN subscriber AS u ON u.id = s.subscriber_id
		WHERE d.edition_id = $1 AND `+reached+` AND s.state = 'active' AND `+mailable, *e.Corrects)
	return n, err
}

// fanOutCorrection makes the deliveries of the next chunk of a correction: the cursor walks along the line of
// the edition that it corrects. No reading moves: a correction brings no posts, and gives none back.
func (t *tx) fanOutCorrection(c *chunk, limit int, life time.Duration, now time.Time) (out newsletter.FanOut, err error) {
	var of struct {
		First int64 `db:"first"`
		Last  int64 `db:"last_delivery"`
	}
	if err := t.get(&of, `SELECT 0 AS first, last_delivery FROM edition WHERE id = $1`, *c.Corrects); err != nil {
		return out, err
	}
	if c.After == 0 { // where the line begins; the sum keeps PostgreSQL from walking there
		if err := t.get(&of.First, `SELECT COALESCE(MIN(id + 0), 1) FROM delivery WHERE edition_id = $1`, *c.Corrects); err != nil {
			return out, err
		}
		c.After = of.First - 1
	}
	var ids []int64
	if err := t.list(&ids, `
		SELECT d.id FROM delivery AS d WHERE d.id > $2 AND d.id <= $3 AND d.edition_id + 0 = $1 AND `+reached+` ORDER BY d.id LIMIT $4`,
		*c.Corrects, c.After, of.Last, limit); err != nil {
		return out, err
	}
	if len(ids) == 0 {
		return newsletter.FanOut{Done: true}, t.exec(`UPDATE edition SET fanned_out_at = $2 WHERE id = $1`, c.EditionID, newsletter.At(now))
	}
	c.Last = ids[len(ids)-1]
	if out.Deliveries, err = t.count(correctQuery(t.dialect), c.EditionID, *c.Corrects, c.After, c.Last, newsletter.At(now), newsletter.At(now.Add(life))); err != nil {
		return out, err
	}
	return out, t.lengthen(c)
}

// correctQuery makes the deliveries of a chunk of correction $1 to those whom edition $2 reached, from $3 to $4, due at $5
// and expiring at $6. Whoever has left meanwhile, or must not be mailed, gets none.
func correctQuery(d dialect) string {
	return `
		INSERT INTO delivery (kind, edition_id, variant_id, subscription_id, language, domain, state, due_at, expires_at, created_at)
		SELECT 'edition', $1, v.id, s.id, u.language, ` + d.domain("u.address") + `, 'pending', CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($5 AS BIGINT)
		FROM delivery AS d JOIN subscription AS s ON s.id = d.subscription_id JOIN subscriber AS u ON u.id = s.subscriber_id
		JOIN variant AS v ON v.edition_id = $1 AND v.language = u.language AND v.layout = u.layout
		WHERE d.id > $3 AND d.id <= $4 AND d.edition_id + 0 = $2 AND ` + reached + ` AND s.state = 'active' AND ` + mailable + `
		ORDER BY v.id, d.id`
}
