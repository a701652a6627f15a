package store

import (
	"context"
	"math"
	"time"

	"bode.example/internal/newsletter"
)

const editionPostColumns = `edition_id, post_id, position, disposition, seq, public_id, own, title, summary, html, link, picture, alt,
	author, language, published_at, starts_at, ends_at, place, topics`

// EditionPosts returns the posts of an edition in order, with what happens to each: as frozen, or,
// while it is a draft or in review, as they would be frozen now.
func (s *Store) EditionPosts(ctx context.Context, e *newsletter.Edition, now time.Time) ([]newsletter.EditionPost, error) {
	var posts []newsletter.EditionPost
	err := s.read(ctx, func(t *tx) (err error) {
		if e.State.Follows() {
			posts, err = t.followed(e, now)
			return err
		}
		posts, err = t.frozen(e.ID)
		return err
	})
	return posts, err
}

func (t *tx) frozen(editionID int64) ([]newsletter.EditionPost, error) {
	var posts []newsletter.EditionPost
	err := t.list(&posts, `SELECT `+editionPostColumns+` FROM edition_post WHERE edition_id = $1 ORDER BY position, post_id`, editionID)
	return posts, err
}

// followed computes the posts of an edition that is not frozen: those owed to any of its readers,
// under the editor's dispositions.
func (t *tx) followed(e *newsletter.Edition, now time.Time) ([]newsletter.EditionPost, error) {
	if e.Kind == newsletter.EditionCorrection {
		return nil, nil
	}
	readers, err := t.readers(e.ScheduleID)
	if err != nil {
		return nil, err
	}
	return t.followedWith(e, readers, whole, now)
}

func (t *tx) followedWith(e *newsletter.Edition, readers []newsletter.Combination, content string, now time.Time) ([]newsletter.EditionPost, error) {
	published, err := t.publishedTo(e.ListID, readers, content)
	if err != nil {
		return nil, err
	}
	var disposed []newsletter.EditionPost
	if err := t.list(&disposed, `SELECT post_id, disposition FROM edition_post WHERE edition_id = $1 AND disposition <> 'in'`, e.ID); err != nil {
		return nil, err
	}
	dispositions := make(map[int64]newsletter.Disposition, len(disposed))
	for _, p := range disposed {
		dispositions[p.PostID] = p.Disposition
	}
	posts := newsletter.Collect(published, readers)
	for i := range posts {
		posts[i].EditionID = e.ID
		if d, ok := dispositions[posts[i].PostID]; ok {
			posts[i].Disposition = d
		}
	}
	newsletter.SortPosts(posts, newsletter.At(now))
	newsletter.OrderPosts(posts, e.PostOrder)
	return posts, nil
}

// mailable is the condition that a subscriber u may be mailed.
const mailable = `u.suppressed_at IS NULL AND u.restricted_at IS NULL`

// whole and named are what publishedTo reads of a post: all that an edition freezes, or enough to
// decide about it and to link it.
const (
	whole = `p.summary, p.html`
	named = `'' AS summary, '' AS html`
)

// publishedTo returns the published posts of a list that any of the readers may lack or, when they are
// only to be named, may have missed in a pause.
func (t *tx) publishedTo(listID int64, readers []newsletter.Combination, content string) ([]newsletter.EditionPost, error) {
	if len(readers) == 0 {
		return nil, nil
	}
	from, ids := readers[0].ThroughSeq, []int64(nil)
	for i := range readers {
		r := &readers[i]
		from, ids = min(from, r.ThroughSeq), append(ids, r.OwedPosts...)
		if content == named && r.AwayTo > 0 {
			from = min(from, r.AwayFrom)
		}
	}
	var posts []newsletter.EditionPost
	if err := t.list(&posts, `
		SELECT 0 AS edition_id, p.id AS post_id, 0 AS position, 'in' AS disposition, p.seq, p.public_id, p.feed_id IS NULL AS own,
			p.title, `+content+`, p.link, p.picture, p.alt, p.author, p.language, p.published_at, p.starts_at, p.ends_at, p.place, '[]' AS topics
		FROM post AS p
		WHERE p.list_id = $1 AND p.state = 'published' AND p.seq IS NOT NULL
		AND (p.seq > $2 OR p.id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($3 AS TEXT))))
		ORDER BY p.seq`, listID, from, newsletter.NewIDs(ids...)); err != nil {
		return nil, err
	}
	return posts, t.topicsOf(posts)
}

// topicsOf fills the topics of posts as they are now.
func (t *tx) topicsOf(posts []newsletter.EditionPost) error {
	at, ids := make(map[int64]int, len(posts)), make([]int64, len(posts))
	for i, p := range posts {
		at[p.PostID], ids[i] = i, p.PostID
	}
	var pairs []struct {
		Post  int64 `db:"post_id"`
		Topic int64 `db:"topic_id"`
	}
	if err := t.list(&pairs, `
		SELECT post_id, topic_id FROM post_topic
		WHERE post_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)))
		ORDER BY post_id, topic_id`, newsletter.NewIDs(ids...)); err != nil {
		return err
	}
	for _, pair := range pairs {
		p := &posts[at[pair.Post]]
		p.Topics = append(p.Topics, pair.Topic)
	}
	return nil
}

// DisposePost says what happens to a post in an edition that is a draft or in review: in, left out
// or pushed to the next one.
func (s *Store) DisposePost(ctx context.Context, edition, post newsletter.PublicID, disposition newsletter.Disposition, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		e, err := t.lockEdition(edition)
		if err != nil {
			return err
		}
		if !e.State.Follows() {
			return editionState(e, "its posts can be changed while it is a draft or in review")
		}
		chosen, err := t.postOf(e, post)
		if err != nil {
			return err
		}
		chosen.Disposition = disposition
		if err := t.exec(`DELETE FROM edition_post WHERE edition_id = $1 AND post_id = $2`, e.ID, chosen.PostID); err != nil {
			return err
		}
		if err := t.freezePost(chosen); err != nil {
			return err
		}
		if err := t.exec(`UPDATE edition SET changed_at = $2, edited_by = $3 WHERE id = $1`, e.ID, changedAfter(e, now), editors(e.EditedBy, by)); err != nil {
			return err
		}
		return t.audit(by, now, "edition.post", editionObject(e), map[string]any{"post": post, "disposition": disposition})
	})
}

// postOf is a published post of an edition's list, as the edition would freeze it. Whether anybody is owed it
// plays no part: approval looks at that.
func (t *tx) postOf(e *newsletter.Edition, post newsletter.PublicID) (*newsletter.EditionPost, error) {
	ids, err := t.postIDs(e.ListID, []newsletter.PublicID{post})
	if err != nil {
		return nil, err
	}
	nobody := newsletter.Combination{Reading: newsletter.Reading{ThroughSeq: math.MaxInt64, OwedPosts: newsletter.IDs(ids)}}
	posts, err := t.publishedTo(e.ListID, []newsletter.Combination{nobody}, whole)
	if err != nil {
		return nil, err
	}
	if len(posts) == 0 {
		return nil, newsletter.Errorf(newsletter.NotFound, "not_found", "there is no post %s in the edition %s", post, e.PublicID)
	}
	posts[0].EditionID = e.ID
	return &posts[0], nil
}

func (t *tx) freezePost(p *newsletter.EditionPost) error {
	_, err := t.NamedExecContext(t.ctx, `
		INSERT INTO edition_post (`+editionPostColumns+`)
		VALUES (:edition_id, :post_id, :position, :disposition, :seq, :public_id, :own, :title, :summary, :html, :link, :picture, :alt,
			:author, :language, :published_at, :starts_at, :ends_at, :place, :topics)`, p)
	return err
}

// ApproveEdition freezes an edition: the posts that it holds now, and how far in the list's
// sequence it reaches. An empty one can't be approved by hand where the schedule skips those; when
// its slot approves it, it becomes skipped.
func (s *Store) ApproveEdition(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) (*newsletter.Edition, error) {
	return s.approveAs(ctx, id, nil, by, now)
}

// ApproveReviewed is ApproveEdition for what somebody has looked at: when the edition holds something else by
// now, it is not approved (Conflict, edition_changed).
func (s *Store) ApproveReviewed(ctx context.Context, id newsletter.PublicID, r newsletter.Reviewed, by newsletter.Actor, now time.Time) (*newsletter.Edition, error) {
	return s.approveAs(ctx, id, &r, by, now)
}

func (s *Store) approveAs(ctx context.Context, id newsletter.PublicID, r *newsletter.Reviewed, by newsletter.Actor, now time.Time) (e *newsletter.Edition, err error) {
	err = s.write(ctx, func(t *tx) (err error) {
		e, err = t.approve(id, r, by, now)
		return err
	})
	if err != nil {
		return nil, err
	}
	return e, nil
}

func (t *tx) approve(id newsletter.PublicID, r *newsletter.Reviewed, by newsletter.Actor, now time.Time) (*newsletter.Edition, error) {
	var of struct {
		ListID int64                `db:"list_id"`
		Empty  newsletter.EmptyRule `db:"empty"`
	}
	if err := t.get(&of, `
		SELECT e.list_id, c.empty FROM edition AS e JOIN schedule AS c ON c.id = e.schedule_id WHERE e.public_id = $1`, id); err != nil {
		return nil, notFound(err, "edition", id)
	}
	through, err := t.lockList(of.ListID)
	if err != nil {
		return nil, err
	}
	e, err := t.lockEdition(id)
	if err != nil {
		return nil, err
	}
	if !e.State.CanBecome(newsletter.EditionApproved) {
		return nil, editionState(e, "only a draft or one in review can be approved")
	}
	if e.Flawed() && by.Kind == newsletter.BySystem { // another process held it meanwhile
		return nil, editionState(e, "it is held until somebody approves it")
	}
	hold, err := t.mayApprove(e, by, now)
	if err != nil {
		return nil, err
	}
	posts, in, err := t.freeze(e, now)
	if err != nil {
		return nil, err
	}
	detail := editionDetail{Posts: len(posts)}
	if r != nil {
		print, err := t.fingerprint(e, posts)
		if err != nil {
			return nil, err
		}
		if print != r.Print {
			return nil, newsletter.EditionChanged(id)
		}
		detail.Despite, detail.Flaws = r.Despite, r.Flaws
	}
	if e.Kind == newsletter.EditionCorrection {
		through = 0 // it covers no posts
	} else if in == 0 && of.Empty == newsletter.EmptySkip {
		if by.Kind != newsletter.BySystem {
			var readers int
			if err := t.get(&readers, `SELECT COUNT(*) FROM subscription WHERE schedule_id = $1 AND state = 'active'`, e.ScheduleID); err != nil {
				return nil, err
			}
			return nil, newsletter.Errorf(newsletter.Conflict, "edition_empty",
				"no reader of this schedule is owed a post (active readers: %d): each is owed what was published since they joined and they have not had; wait for posts, or cancel the edition %s", readers, id)
		}
		return e, t.moveEdition(e, newsletter.EditionSkipped, newsletter.ReasonEmpty, now)
	}
	e.ThroughSeq, e.ApprovedAt, e.ApprovedBy = through, newsletter.At(now), string(by.Kind)+":"+by.ID
	e.HeldUntil = hold
	if err := t.moveEdition(e, newsletter.EditionApproved, "", now); err != nil {
		return nil, err
	}
	detail.State, detail.Through = e.State, e.ThroughSeq
	return e, t.audit(by, now, "edition.approved", editionObject(e), detail)
}

// fingerprint is that of an edition with its posts, as it would leave now.
func (t *tx) fingerprint(e *newsletter.Edition, posts []newsletter.EditionPost) (string, error) {
	var l newsletter.List
	if err := t.get(&l, `SELECT `+listColumns+` FROM list WHERE id = $1`, e.ListID); err != nil {
		return "", err
	}
	var topics []newsletter.Topic
	if err := t.list(&topics, `SELECT `+topicColumns+` FROM topic WHERE list_id = $1 ORDER BY id`, e.ListID); err != nil {
		return "", err
	}
	return newsletter.Fingerprint(e, posts, &l, topics), nil
}

// freeze copies the posts of an edition, and says which those are and how many of them are in.
func (t *tx) freeze(e *newsletter.Edition, now time.Time) (posts []newsletter.EditionPost, in int, err error) {
	posts, err = t.followed(e, now)
	if err != nil {
		return nil, 0, err
	}
	if err := t.exec(`DELETE FROM edition_post WHERE edition_id = $1`, e.ID); err != nil {
		return nil, 0, err
	}
	for i := range posts {
		if posts[i].Disposition == newsletter.PostIn {
			in++
		}
		if err := t.freezePost(&posts[i]); err != nil {
			return nil, 0, err
		}
	}
	return posts, in, nil
}
