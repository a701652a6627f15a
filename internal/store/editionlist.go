package store

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"bode.example/internal/newsletter"
)

// editionsLimit is how many editions a page of them has.
const editionsLimit = 50

// EditionsOf returns editions of some lists, the newest slot first (or the last to leave, as q says), with the state of their deliveries left
// out. more says that there are older ones, after the last of these.
func (s *Store) EditionsOf(ctx context.Context, q newsletter.EditionQuery) (editions []newsletter.Edition, more bool, err error) {
	limit := q.Limit
	if limit <= 0 {
		limit = editionsLimit
	}
	states, err := json.Marshal(append([]newsletter.EditionState{}, q.States...))
	if err != nil {
		return nil, false, err
	}
	kinds, err := json.Marshal(append([]newsletter.EditionKind{}, q.Kinds...))
	if err != nil {
		return nil, false, err
	}
	args := []any{newsletter.NewIDs(q.Lists...), string(states), len(q.States) == 0, limit + 1, string(kinds), len(q.Kinds) == 0}
	condition, order := "", `COALESCE(scheduled_for, created_at) DESC, id DESC`
	switch {
	case q.Left:
		condition, order = `
		AND released_at IS NOT NULL`, `released_at DESC, id DESC`
	case !q.After.IsZero():
		condition = `
		AND (COALESCE(scheduled_for, created_at), id) < (SELECT COALESCE(scheduled_for, created_at), id FROM edition WHERE public_id = $7)`
		args = append(args, q.After)
	}
	err = s.reader.SelectContext(ctx, &editions, `
		SELECT `+editionColumns+` FROM edition
		WHERE list_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)))
		AND (CAST($3 AS BOOLEAN) OR state IN (SELECT value FROM json_each(CAST($2 AS TEXT))))
		AND (CAST($6 AS BOOLEAN) OR kind IN (SELECT value FROM json_each(CAST($5 AS TEXT))))`+condition+`
		ORDER BY `+order+` LIMIT $4`, args...)
	if err == nil && len(editions) > limit {
		return editions[:limit], true, nil
	}
	return editions, false, err
}

// OrderPosts puts the posts of an edition that is a draft or in review in order. Posts that the order
// doesn't name follow those that it does; one that its list has not published is an error.
func (s *Store) OrderPosts(ctx context.Context, edition newsletter.PublicID, order []newsletter.PublicID, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		e, err := t.lockEdition(edition)
		if err != nil {
			return err
		}
		if !e.State.Follows() {
			return editionState(e, "its posts can be put in order while it is a draft or in review")
		}
		ids, err := t.postIDs(e.ListID, order)
		if err != nil {
			return err
		}
		if err := t.exec(`UPDATE edition SET post_order = $2, changed_at = $3, edited_by = $4 WHERE id = $1`,
			e.ID, ids, changedAfter(e, now), editors(e.EditedBy, by)); err != nil {
			return err
		}
		return t.audit(by, now, "edition.order", editionObject(e), map[string]any{"posts": order})
	})
}

// postIDs returns the row ids of published posts of a list, in the order of their public ids, each once.
func (t *tx) postIDs(listID int64, order []newsletter.PublicID) (ids newsletter.Order, err error) {
	text := make(newsletter.Strings, len(order))
	for i, id := range order {
		text[i] = id.String()
	}
	var rows []struct {
		ID       int64               `db:"id"`
		PublicID newsletter.PublicID `db:"public_id"`
	}
	if err := t.list(&rows, `
		SELECT id, public_id FROM post
		WHERE list_id = $1 AND state = 'published' AND public_id IN (SELECT value FROM json_each(CAST($2 AS TEXT)))`, listID, text); err != nil {
		return nil, err
	}
	of := make(map[newsletter.PublicID]int64, len(rows))
	for _, row := range rows {
		of[row.PublicID] = row.ID
	}
	for _, public := range order {
		id, ok := of[public]
		if !ok {
			return nil, newsletter.Errorf(newsletter.NotFound, "not_found", "the list has no published post %s", public)
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// Released returns the variants of an edition that has left, the one of most deliveries first.
func (s *Store) Released(ctx context.Context, editionID int64) ([]newsletter.ReleasedVariant, error) {
	var variants []newsletter.ReleasedVariant
	err := s.reader.SelectContext(ctx, &variants, `
		SELECT v.public_id, v.language, v.layout, v.posts, v.subject, COALESCE(d.mails, 0) AS mails
		FROM variant AS v LEFT JOIN (
			SELECT variant_id, COUNT(*) AS mails FROM delivery WHERE edition_id = $1 GROUP BY variant_id
		) AS d ON d.variant_id = v.id
		WHERE v.edition_id = $1 ORDER BY mails DESC, v.id`, editionID)
	return variants, err
}
