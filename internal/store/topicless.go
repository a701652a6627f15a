package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

// topicless are the posts p of feed $1 that are for everyone because nothing said otherwise: no category of theirs means
// a topic, and nobody of the staff chose so.
const topicless = `p.feed_id = $1 AND p.state <> 'withdrawn' AND p.corrected NOT LIKE '%"topics"%'
	AND NOT EXISTS (SELECT 1 FROM post_topic AS pt WHERE pt.post_id = p.id)`

// topiclessChunk is how many posts one transaction gives a topic.
const topiclessChunk = 200

// Topicless counts the posts of a feed to which nothing gave a topic.
func (s *Store) Topicless(ctx context.Context, feedID int64) (n int64, err error) {
	err = s.reader.GetContext(ctx, &n, `SELECT COUNT(*) FROM post AS p WHERE `+topicless, feedID)
	return n, err
}

// GiveTopic puts a topic on posts of a feed to which nothing gave one, some at a time, and says to how many: call it until
// there are none. It is a correction of each (see EditPost), which the next fetch leaves alone. What editions froze stays
// as it was.
func (s *Store) GiveTopic(ctx context.Context, feedID, topicID int64, by newsletter.Actor, now time.Time) (n int, err error) {
	err = s.write(ctx, func(t *tx) error {
		f, err := t.openFeed(feedID)
		if err != nil {
			return err
		}
		if err := t.checkTopics(f.ListID, newsletter.NewIDs(topicID)); err != nil {
			return err
		}
		var posts []newsletter.Post
		if err := t.list(&posts, `SELECT `+prefixed("p", postColumns)+` FROM post AS p WHERE `+topicless+` ORDER BY p.id LIMIT $2`+t.dialect.forUpdate, feedID, topiclessChunk); err != nil {
			return err
		}
		if n = len(posts); n == 0 {
			return nil
		}
		for i := range posts {
			p := &posts[i]
			p.Correct(newsletter.SourceWords{Title: p.Title, Summary: p.Summary, Alt: p.Alt, Topics: newsletter.NewIDs(topicID)})
			p.ChangedAt = newsletter.At(now)
			if err := t.updatePost(p); err != nil {
				return err
			}
		}
		return t.audit(by, now, "feed.give_topic", object{"feed", f.Name}, map[string]int64{"topic": topicID, "posts": int64(n)})
	})
	return n, err
}
