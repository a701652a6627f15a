package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"bode.example/internal/newsletter"
)

// likeEscaper takes the meaning from what LIKE would read as a pattern.
var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// SearchPosts returns posts as an editor looks for them, with their topics and twins and without their
// text, the newest date first.
func (s *Store) SearchPosts(ctx context.Context, q newsletter.PostSearch) ([]newsletter.FoundPost, error) {
	query, args := postSearch(q)
	var found []newsletter.FoundPost
	err := s.read(ctx, func(t *tx) error {
		var posts []newsletter.Post
		if err := t.list(&posts, query, args...); err != nil {
			return err
		}
		if err := t.fillTopics(posts); err != nil {
			return err
		}
		twins, err := t.twins(posts)
		found = make([]newsletter.FoundPost, len(posts))
		for i, p := range posts {
			found[i] = newsletter.FoundPost{Post: p, Twins: twins[p.ID]}
		}
		return err
	})
	return found, err
}

// postSearch is the statement of a search. Each of its conditions stands there only when it is asked for,
// so that the index of the dates, or of a topic, can answer.
func postSearch(q newsletter.PostSearch) (string, []any) {
	if q.Limit <= 0 {
		q.Limit = postsLimit
	}
	args := []any{newsletter.NewIDs(q.Lists...), q.Limit}
	var where strings.Builder
	also := func(condition string, value any) {
		args = append(args, value)
		fmt.Fprintf(&where, " AND "+condition, fmt.Sprintf("$%d", len(args)))
	}
	if len(q.States) > 0 {
		states := newsletter.Strings{}
		for _, state := range q.States {
			states = append(states, string(state))
		}
		also(`p.state IN (SELECT value FROM json_each(CAST(%s AS TEXT)))`, states)
	}
	if q.Topic != 0 {
		also(`EXISTS (SELECT 1 FROM post_topic AS pt WHERE pt.post_id = p.id AND pt.topic_id = %s)`, q.Topic)
	}
	for word := range strings.FieldsSeq(newsletter.SearchKey(q.Words)) {
		also(`p.title_key LIKE %s ESCAPE '\'`, "%"+likeEscaper.Replace(word)+"%")
	}
	switch q.Origin {
	case newsletter.OwnPosts:
		where.WriteString(` AND p.feed_id IS NULL`)
	case newsletter.FeedPosts:
		where.WriteString(` AND p.feed_id IS NOT NULL`)
	}
	if q.After != nil {
		args = append(args, q.After.PublishedAt, q.After.ID)
		fmt.Fprintf(&where, ` AND (p.published_at, p.id) < ($%d, $%d)`, len(args)-1, len(args))
	}
	columns := strings.Replace(prefixed("p", postColumns), "p.html", "'' AS html", 1)
	columns = strings.Replace(columns, "p.markdown", "'' AS markdown", 1)
	return `SELECT ` + columns + ` FROM post AS p
		WHERE p.list_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)))` + where.String() + `
		ORDER BY p.published_at DESC, p.id DESC LIMIT $2`, args
}

// twins finds, by post, others of its list that may be the same article.
func (t *tx) twins(posts []newsletter.Post) (map[int64][]newsletter.Twin, error) {
	var ids []int64
	for _, p := range posts {
		if p.State != newsletter.PostWithdrawn {
			ids = append(ids, p.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	var twins []newsletter.Twin
	err := t.list(&twins, `
		SELECT p.id AS post_id, o.public_id, o.title, o.state FROM post AS p
		JOIN post AS o ON o.list_id = p.list_id AND o.title_key = p.title_key AND o.id <> p.id
		WHERE p.id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT))) AND o.state <> 'withdrawn'
		UNION
		SELECT p.id, o.public_id, o.title, o.state FROM post AS p
		JOIN post AS o ON o.list_id = p.list_id AND o.link = p.link AND o.link <> '' AND o.id <> p.id
		WHERE p.id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT))) AND o.state <> 'withdrawn'
		ORDER BY 1, 2`, newsletter.NewIDs(ids...))
	of := map[int64][]newsletter.Twin{}
	for _, twin := range twins {
		of[twin.PostID] = append(of[twin.PostID], twin)
	}
	return of, err
}

// PostTwins returns the posts that may be the same article as one: of its title or its link, in its list.
func (s *Store) PostTwins(ctx context.Context, p *newsletter.Post) ([]newsletter.Twin, error) {
	var twins []newsletter.Twin
	err := s.reader.SelectContext(ctx, &twins, `
		SELECT CAST($1 AS BIGINT) AS post_id, public_id, title, state FROM post
		WHERE list_id = $2 AND state <> 'withdrawn' AND id <> $1 AND title_key = $3
		UNION
		SELECT CAST($1 AS BIGINT), public_id, title, state FROM post
		WHERE list_id = $2 AND state <> 'withdrawn' AND id <> $1 AND link = $4 AND link <> ''
		ORDER BY 2`, p.ID, p.ListID, newsletter.SearchKey(p.Title), p.Link)
	return twins, err
}

// PostHoldings returns the editions that hold a post: those that froze it, whatever became of them, and
// those that would freeze it now. The newest comes first.
func (s *Store) PostHoldings(ctx context.Context, p *newsletter.Post, now time.Time) ([]newsletter.Holding, error) {
	var holdings []newsletter.Holding
	err := s.read(ctx, func(t *tx) error {
		holdings = nil
		if err := t.list(&holdings, `
			SELECT e.public_id, e.schedule_id, e.scheduled_for, e.state FROM edition AS e
			WHERE e.id IN (SELECT edition_id FROM edition_post WHERE post_id = $1 AND disposition = 'in')
			AND e.state IN ('approved', 'sending', 'paused', 'sent')
			ORDER BY COALESCE(e.scheduled_for, e.created_at) DESC`, p.ID); err != nil {
			return err
		}
		var open []newsletter.Edition
		if err := t.list(&open, `SELECT `+prefixed("e", editionColumns)+` FROM edition AS e
			WHERE `+openEdition("e")+` AND e.state IN ('draft', 'in_review') AND e.list_id = $1
			ORDER BY COALESCE(e.scheduled_for, e.created_at) DESC`, p.ListID); err != nil {
			return err
		}
		var would []newsletter.Holding
		for i := range open {
			posts, err := t.followed(&open[i], now)
			if err != nil {
				return err
			}
			for _, in := range posts {
				if in.PostID == p.ID && in.Disposition == newsletter.PostIn {
					e := &open[i]
					would = append(would, newsletter.Holding{Edition: e.PublicID, ScheduleID: e.ScheduleID, ScheduledFor: e.ScheduledFor, State: e.State})
				}
			}
		}
		holdings = append(would, holdings...)
		return nil
	})
	return holdings, err
}

// PublishDuePosts publishes drafts whose hour has come, the earliest first, at most limit of them, each in
// a transaction of its own: a post that can't be published keeps no other back.
func (s *Store) PublishDuePosts(ctx context.Context, limit int, now time.Time) (published []newsletter.Post, err error) {
	var due []newsletter.PublicID
	if err := s.reader.SelectContext(ctx, &due, `
		SELECT public_id FROM post WHERE publish_at IS NOT NULL AND publish_at <= $1 AND state = 'draft'
		ORDER BY publish_at, id LIMIT $2`, newsletter.At(now), limit); err != nil {
		return nil, err
	}
	for _, id := range due {
		p, err := s.movePost(ctx, id, newsletter.System("digest"), now, "post.publish", func(t *tx, p *newsletter.Post) error {
			if p.State != newsletter.PostDraft || p.PublishAt.IsZero() || p.PublishAt.After(now) {
				return postState(p, "its hour has not come") // another process was first, or somebody put it off
			}
			return t.publish(p, now)
		})
		switch {
		case newsletter.Is(err, newsletter.Conflict):
		case err != nil:
			return published, err
		default:
			published = append(published, *p)
		}
	}
	return published, nil
}
