package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

const postColumns = `id, public_id, list_id, feed_id, state, seq, language, title, summary, html, link, picture, alt, author,
	published_at, stored_at, changed_at, withdrawn_at, starts_at, ends_at, place, markdown, publish_at, corrected, source`

// AddPost stores a post that was written here, with the topics in p.Topics, and gives it its ids.
// A published one takes its place in the list's sequence; a draft waits for PublishPost.
func (s *Store) AddPost(ctx context.Context, p *newsletter.Post, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) (err error) {
		if err := t.checkTopics(p.ListID, p.Topics); err != nil {
			return err
		}
		p.FeedID, p.Seq, p.StoredAt, p.ChangedAt = nil, nil, newsletter.At(now), newsletter.At(now)
		if p.State != newsletter.PostDraft {
			p.State = newsletter.PostPublished
			if p.Seq, err = t.drawSeq(p.ListID); err != nil {
				return err
			}
		}
		if p.PublishedAt.IsZero() {
			p.PublishedAt = p.StoredAt
		}
		if err := t.insertPost(p); err != nil {
			return err
		}
		return t.audit(by, now, "post.add", postObject(p), postDetail{p.Title, p.State})
	})
}

// PublishPost puts a draft out: it is in the next digests of its list. Its date is kept when it has
// passed, and is now otherwise.
func (s *Store) PublishPost(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) (*newsletter.Post, error) {
	return s.movePost(ctx, id, by, now, "post.publish", func(t *tx, p *newsletter.Post) (err error) {
		if p.State != newsletter.PostDraft {
			return postState(p, "only a draft can be published")
		}
		return t.publish(p, now)
	})
}

// publish gives a draft its place in the list's sequence.
func (t *tx) publish(p *newsletter.Post, now time.Time) (err error) {
	if p.Seq, err = t.drawSeq(p.ListID); err != nil {
		return err
	}
	p.Publish(newsletter.At(now))
	return t.exec(`UPDATE post SET state = $2, seq = $3, published_at = $4, publish_at = NULL, changed_at = $5 WHERE id = $1`,
		p.ID, p.State, p.Seq, p.PublishedAt, newsletter.At(now))
}

// WithdrawPost takes a post out of circulation: no edition that is not yet released carries it.
// Approved editions that hold it go back to review, in the same transaction. What has been sent
// can't be called back.
func (s *Store) WithdrawPost(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) (*newsletter.Post, error) {
	return s.movePost(ctx, id, by, now, "post.withdraw", func(t *tx, p *newsletter.Post) error {
		if p.State == newsletter.PostWithdrawn {
			return postState(p, "it is withdrawn already")
		}
		p.State, p.WithdrawnAt = newsletter.PostWithdrawn, newsletter.At(now)
		if err := t.exec(`UPDATE post SET state = $2, withdrawn_at = $3, changed_at = $3 WHERE id = $1`, p.ID, p.State, p.WithdrawnAt); err != nil {
			return err
		}
		return t.reviewEditionsOf(p, now)
	})
}

// reviewEditionsOf sends approved editions that are not released and hold a post back to review.
func (t *tx) reviewEditionsOf(p *newsletter.Post, now time.Time) error {
	return t.exec(`
		UPDATE edition SET state = 'in_review', reason = 'post_withdrawn', approved_at = NULL, approved_by = '',
			changed_at = CASE WHEN changed_at < $2 THEN $2 ELSE changed_at + 1 END -- see changedAfter
		WHERE state = 'approved' AND id IN (SELECT edition_id FROM edition_post WHERE post_id = $1 AND disposition <> 'left_out')`,
		p.ID, newsletter.At(now))
}

// EditPost replaces what a post says and its topics, by what stands in p; p.PublicID says which
// one. Of a post that a feed brought only title, summary, topics and the words of its picture are replaced: from then on the feed
// leaves alone what differs from its own words (docs/decisions/0140). p.ChangedAt is that of the post as
// it was read; when somebody else changed it since, nothing is done. An edition that froze the post
// keeps what it froze.
func (s *Store) EditPost(ctx context.Context, p *newsletter.Post, by newsletter.Actor, now time.Time) error {
	return s.editPost(ctx, p, false, by, now)
}

// EditAndPublishPost is EditPost and PublishPost at once: a draft goes out as it stands in p, or nothing happens.
func (s *Store) EditAndPublishPost(ctx context.Context, p *newsletter.Post, by newsletter.Actor, now time.Time) error {
	return s.editPost(ctx, p, true, by, now)
}

func (s *Store) editPost(ctx context.Context, p *newsletter.Post, publish bool, by newsletter.Actor, now time.Time) error {
	action := "post.edit"
	if publish {
		action = "post.publish"
	}
	was, err := s.movePost(ctx, p.PublicID, by, now, action, func(t *tx, was *newsletter.Post) error {
		if publish && was.State != newsletter.PostDraft {
			return postState(was, "only a draft can be published")
		}
		if err := t.edit(was, p, now); err != nil || !publish {
			return err
		}
		return t.publish(was, now)
	})
	if err == nil {
		*p = *was
	}
	return err
}

// edit makes a post, which was just read, what stands in to.
func (t *tx) edit(p, to *newsletter.Post, now time.Time) error {
	if p.State == newsletter.PostWithdrawn {
		return postState(p, "it is withdrawn")
	}
	if err := t.checkTopics(p.ListID, to.Topics); err != nil {
		return err
	}
	if !to.ChangedAt.IsZero() && !to.ChangedAt.Equal(p.ChangedAt.Time) {
		return newsletter.Errorf(newsletter.Conflict, "post_changed", "the post was changed while you worked on it: look at it again before you save")
	}
	edited, err := t.edited(p, to)
	if err != nil {
		return err
	}
	edited.ChangedAt = newsletter.At(now)
	*p = *edited
	return t.updatePost(edited)
}

// edited is a post as somebody wants it.
func (t *tx) edited(was, to *newsletter.Post) (*newsletter.Post, error) {
	if was.FeedID != nil {
		one := []newsletter.Post{*was}
		if err := t.fillTopics(one); err != nil {
			return nil, err
		}
		one[0].Correct(newsletter.SourceWords{Title: to.Title, Summary: to.Summary, Topics: to.Topics, Alt: to.Alt})
		return &one[0], nil
	}
	edited := *to
	edited.ID, edited.ListID, edited.FeedID, edited.State, edited.Seq = was.ID, was.ListID, nil, was.State, was.Seq
	edited.StoredAt, edited.WithdrawnAt, edited.Corrected, edited.Source = was.StoredAt, was.WithdrawnAt, nil, newsletter.SourceWords{}
	if was.State != newsletter.PostDraft {
		edited.PublishAt = newsletter.Time{}
	}
	return &edited, nil
}

// RestorePost takes the words of a post's feed again for all that staff corrected of it.
func (s *Store) RestorePost(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) (*newsletter.Post, error) {
	return s.movePost(ctx, id, by, now, "post.restore", func(t *tx, p *newsletter.Post) error {
		if len(p.Corrected) == 0 {
			return postState(p, "nothing of it was corrected")
		}
		source := p.Source
		if err := t.list((*[]int64)(&source.Topics), `
			SELECT id FROM topic WHERE list_id = $1 AND archived_at IS NULL
			AND id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($2 AS TEXT))) ORDER BY id`, p.ListID, p.Source.Topics); err != nil {
			return err
		}
		p.Title, p.Summary, p.Topics, p.Alt, p.Corrected, p.Source = source.Title, source.Summary, source.Topics, source.Alt, nil, newsletter.SourceWords{}
		p.ChangedAt = newsletter.At(now)
		return t.updatePost(p)
	})
}

// movePost locks a post, lets fn change it, and audits that.
func (s *Store) movePost(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time, action string, fn func(*tx, *newsletter.Post) error) (*newsletter.Post, error) {
	var p newsletter.Post
	err := s.write(ctx, func(t *tx) error {
		p = newsletter.Post{}
		if err := t.lockListOf(id); err != nil {
			return err
		}
		if err := t.get(&p, `SELECT `+postColumns+` FROM post WHERE public_id = $1`+t.dialect.forUpdate, id); err != nil {
			return notFound(err, "post", id)
		}
		if err := fn(t, &p); err != nil {
			return err
		}
		p.ChangedAt, p.Topics = newsletter.At(now), nil
		one := []newsletter.Post{p}
		if err := t.fillTopics(one); err != nil {
			return err
		}
		p = one[0]
		return t.audit(by, now, action, postObject(&p), postDetail{p.Title, p.State})
	})
	if err != nil {
		return nil, err
	}
	return &p, nil
}

// lockListOf holds the row of a post's list until the commit, before the post's own: an edition is
// approved under the same lock, so it can't freeze a post that is being withdrawn.
func (t *tx) lockListOf(post newsletter.PublicID) error {
	var id int64
	err := t.get(&id, `SELECT id FROM list WHERE id = (SELECT list_id FROM post WHERE public_id = $1)`+t.dialect.forUpdate, post)
	return notFound(err, "post", post)
}

// Post returns one post with its topics.
func (s *Store) Post(ctx context.Context, id newsletter.PublicID) (*newsletter.Post, error) {
	posts := make([]newsletter.Post, 1)
	err := s.read(ctx, func(t *tx) error {
		if err := t.get(&posts[0], `SELECT `+postColumns+` FROM post WHERE public_id = $1`, id); err != nil {
			return notFound(err, "post", id)
		}
		return t.fillTopics(posts)
	})
	if err != nil {
		return nil, err
	}
	return &posts[0], nil
}

// postsLimit is how many posts a query gets that doesn't say.
const postsLimit = 50

// Posts returns posts of a list with their topics, newest first by the date that they show.
func (s *Store) Posts(ctx context.Context, q newsletter.PostQuery) ([]newsletter.Post, error) {
	states := newsletter.Strings{string(newsletter.PostPublished)}
	if len(q.States) > 0 {
		states = nil
		for _, state := range q.States {
			states = append(states, string(state))
		}
	}
	if q.Limit <= 0 {
		q.Limit = postsLimit
	}
	query := `SELECT ` + postColumns + ` FROM post
		WHERE list_id = $1 AND state IN (SELECT value FROM json_each(CAST($2 AS TEXT)))`
	args := []any{q.ListID, states, q.Limit}
	if q.After != nil {
		query += ` AND (published_at, id) < ($4, $5)`
		args = append(args, q.After.PublishedAt, q.After.ID)
	}
	var posts []newsletter.Post
	err := s.read(ctx, func(t *tx) error {
		posts = nil
		if err := t.list(&posts, query+` ORDER BY published_at DESC, id DESC LIMIT $3`, args...); err != nil {
			return err
		}
		return t.fillTopics(posts)
	})
	return posts, err
}

// drawSeq draws a post's place in its list's sequence.
func (t *tx) drawSeq(listID int64) (*int64, error) {
	seq, err := t.nextSeq(listID)
	return &seq, err
}

// insertPost stores a post with its topics and gives it its ids.
func (t *tx) insertPost(p *newsletter.Post) error {
	p.PublicID = newsletter.NewPublicID()
	err := t.get(&p.ID, `
		INSERT INTO post (public_id, list_id, feed_id, state, seq, language, title, summary, html, link, picture, alt, author,
			published_at, stored_at, changed_at, starts_at, ends_at, place, markdown, publish_at, corrected, source, title_key)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24) RETURNING id`,
		p.PublicID, p.ListID, p.FeedID, p.State, p.Seq, p.Language, p.Title, p.Summary, p.HTML, p.Link, p.Picture, p.Alt, p.Author,
		p.PublishedAt, p.StoredAt, p.ChangedAt, p.StartsAt, p.EndsAt, p.Place, p.Markdown, p.PublishAt, p.Corrected, p.Source,
		newsletter.SearchKey(p.Title))
	if err != nil {
		return err
	}
	return t.setTopics(p)
}

// updatePost replaces what a post says, and its topics.
func (t *tx) updatePost(p *newsletter.Post) error {
	err := t.exec(`
		UPDATE post SET language = $2, title = $3, summary = $4, html = $5, link = $6, picture = $7, alt = $8, author = $9,
			published_at = $10, changed_at = $11, starts_at = $12, ends_at = $13, place = $14,
			markdown = $15, publish_at = $16, corrected = $17, source = $18, title_key = $19
		WHERE id = $1`,
		p.ID, p.Language, p.Title, p.Summary, p.HTML, p.Link, p.Picture, p.Alt, p.Author,
		p.PublishedAt, p.ChangedAt, p.StartsAt, p.EndsAt, p.Place, p.Markdown, p.PublishAt, p.Corrected, p.Source,
		newsletter.SearchKey(p.Title))
	if err != nil {
		return err
	}
	if err := t.exec(`DELETE FROM post_topic WHERE post_id = $1`, p.ID); err != nil {
		return err
	}
	return t.setTopics(p)
}

func (t *tx) setTopics(p *newsletter.Post) error {
	if len(p.Topics) == 0 {
		return nil
	}
	return t.exec(`
		INSERT INTO post_topic (post_id, topic_id)
		SELECT CAST($1 AS BIGINT), CAST(value AS BIGINT) FROM json_each(CAST($2 AS TEXT))`, p.ID, p.Topics)
}

// checkTopics refuses topics that are not of the list, or no longer in use.
func (t *tx) checkTopics(listID int64, topics newsletter.IDs) error {
	var n int
	err := t.get(&n, `
		SELECT COUNT(*) FROM topic WHERE list_id = $1 AND archived_at IS NULL
		AND id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($2 AS TEXT)))`, listID, topics)
	if err == nil && n != len(topics) {
		err = newsletter.Errorf(newsletter.Invalid, "post_topic", "the post has a topic that its list does not have, or no longer")
	}
	return err
}

// fillTopics reads the topics of posts.
func (t *tx) fillTopics(posts []newsletter.Post) error {
	if len(posts) == 0 {
		return nil
	}
	at := make(map[int64]int, len(posts))
	var ids []int64
	for i, p := range posts {
		at[p.ID], ids = i, append(ids, p.ID)
	}
	var pairs []struct {
		PostID  int64 `db:"post_id"`
		TopicID int64 `db:"topic_id"`
	}
	err := t.list(&pairs, `
		SELECT post_id, topic_id FROM post_topic
		WHERE post_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT))) ORDER BY post_id, topic_id`, newsletter.NewIDs(ids...))
	for _, pair := range pairs {
		p := &posts[at[pair.PostID]]
		p.Topics = append(p.Topics, pair.TopicID)
	}
	return err
}

// postDetail is what the audit log keeps about a post.
type postDetail struct {
	Title string               `json:"title"`
	State newsletter.PostState `json:"state"`
}

func postObject(p *newsletter.Post) object { return object{"post", p.PublicID.String()} }

func postState(p *newsletter.Post, why string) error {
	return newsletter.Errorf(newsletter.Conflict, "post_state", "the post %q can't be changed like that: %s", p.Title, why)
}
