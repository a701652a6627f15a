package store

import (
	"encoding/json"
	"slices"
	"time"

	"bode.example/internal/newsletter"
)

// saveItems makes posts of a document's items, and changes the posts that they are already. The
// list's row is locked first: two feeds of one list that bring the same article at once take turns.
func (t *tx) saveItems(feed *newsletter.Feed, items []newsletter.Item, now time.Time) (saved newsletter.Saved, err error) {
	in, err := t.openIntake(feed, now)
	if err != nil {
		return saved, err
	}
	known, err := t.knownIdentities(feed.ListID, items)
	if err != nil {
		return saved, err
	}
	matches := newsletter.MatchItems(items, known)
	open, err := t.openPosts(feed, matches)
	if err != nil {
		return saved, err
	}
	for i, match := range matches {
		post, ok := open[match.PostID]
		if !ok {
			continue
		}
		delete(open, match.PostID) // an article that the document holds twice is changed once
		changed, err := t.changePost(in, post, &items[i])
		if err != nil {
			return saved, err
		}
		if changed {
			saved.Changed++
		}
	}
	for _, i := range oldestFirst(items) {
		if matches[i].PostID != 0 || matches[i].SameAs >= 0 {
			continue
		}
		if matches[i].PostID, err = t.addItem(in, &items[i]); err != nil {
			return saved, err
		}
		saved.New++
	}
	return saved, t.learn(feed.ListID, matches)
}

// intake is what turning items into posts needs to know.
type intake struct {
	feed     *newsletter.Feed
	language newsletter.Language
	topics   map[string]int64 // those that posts may get, by name
	hasPosts bool             // the feed brought posts before
	now      newsletter.Time
}

func (t *tx) openIntake(feed *newsletter.Feed, now time.Time) (*intake, error) {
	in := &intake{feed: feed, topics: map[string]int64{}, now: newsletter.At(now)}
	if err := t.get(&in.language, `SELECT language FROM list WHERE id = $1`+t.dialect.forUpdate, feed.ListID); err != nil {
		return nil, err
	}
	if err := t.get(&in.hasPosts, `SELECT EXISTS (SELECT 1 FROM post WHERE list_id = $1 AND feed_id = $2)`, feed.ListID, feed.ID); err != nil {
		return nil, err
	}
	var topics []newsletter.Topic
	err := t.list(&topics, `SELECT `+topicColumns+` FROM topic WHERE list_id = $1 AND archived_at IS NULL`, feed.ListID)
	for _, topic := range topics {
		in.topics[topic.Name] = topic.ID
	}
	return in, err
}

// topicsOf returns the topics of an item by the feed's mapping.
func (in *intake) topicsOf(item *newsletter.Item) newsletter.IDs {
	var ids []int64
	for _, name := range in.feed.Mapping.TopicNames(item.Categories) {
		if id, ok := in.topics[name]; ok {
			ids = append(ids, id)
		}
	}
	return newsletter.NewIDs(ids...)
}

// fill copies an item into a post. The date of a post whose item has none is the day it came.
func (in *intake) fill(post *newsletter.Post, item *newsletter.Item) {
	post.Language, post.Title, post.Summary, post.HTML, post.Link = item.Language, item.Title, item.Summary, item.HTML, item.Link
	post.Picture, post.Alt, post.Author = item.Picture, item.Alt, item.Author
	post.StartsAt, post.EndsAt, post.Place = item.StartsAt, item.EndsAt, item.Place
	post.Topics = in.topicsOf(item)
	if post.Language == "" {
		post.Language = in.language
	}
	if !item.Published.IsZero() {
		post.PublishedAt = item.Published
	} else if post.PublishedAt.IsZero() {
		post.PublishedAt = in.now
	}
}

func (t *tx) knownIdentities(listID int64, items []newsletter.Item) ([]newsletter.Identity, error) {
	values := []string{}
	for _, id := range newsletter.Identities(items) {
		values = append(values, id.Value)
	}
	text, err := json.Marshal(values)
	if err != nil {
		return nil, err
	}
	var known []newsletter.Identity
	err = t.list(&known, `
		SELECT kind, value, post_id FROM post_identity
		WHERE list_id = $1 AND value IN (SELECT value FROM json_each(CAST($2 AS TEXT)))`, listID, string(text))
	return known, err
}

// openPosts returns those of the matched posts that the feed may still change, by id.
func (t *tx) openPosts(feed *newsletter.Feed, matches []newsletter.Match) (map[int64]*newsletter.Post, error) {
	var ids []int64
	for _, match := range matches {
		if match.PostID != 0 {
			ids = append(ids, match.PostID)
		}
	}
	var posts []newsletter.Post
	err := t.list(&posts, `
		SELECT `+postColumns+` FROM post
		WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)))
		AND feed_id = $2 AND state = 'published'
		AND NOT EXISTS (
			SELECT 1 FROM edition_post JOIN edition ON edition.id = edition_post.edition_id
			WHERE edition_post.post_id = post.id AND edition_post.disposition = 'in'
			AND edition.state IN ('approved', 'sending', 'paused', 'sent'))`, newsletter.NewIDs(ids...), feed.ID)
	if err != nil {
		return nil, err
	}
	if err := t.fillTopics(posts); err != nil {
		return nil, err
	}
	open := make(map[int64]*newsletter.Post, len(posts))
	for i := range posts {
		open[posts[i].ID] = &posts[i]
	}
	return open, nil
}

func (t *tx) changePost(in *intake, post *newsletter.Post, item *newsletter.Item) (changed bool, err error) {
	was := *post
	in.fill(post, item)
	post.Follow(&was)
	if samePost(&was, post) {
		return false, nil
	}
	post.ChangedAt = in.now
	return true, t.updatePost(post)
}

// samePost compares what a feed says of a post.
func samePost(a, b *newsletter.Post) bool {
	return a.Language == b.Language && a.Title == b.Title && a.Summary == b.Summary && a.HTML == b.HTML && a.Link == b.Link &&
		a.Picture == b.Picture && a.Alt == b.Alt && a.Author == b.Author && a.Place == b.Place && slices.Equal(a.Topics, b.Topics) &&
		a.PublishedAt.Equal(b.PublishedAt.Time) && a.StartsAt.Equal(b.StartsAt.Time) && a.EndsAt.Equal(b.EndsAt.Time) &&
		a.Source.Title == b.Source.Title && a.Source.Summary == b.Source.Summary && slices.Equal(a.Source.Topics, b.Source.Topics)
}

func (t *tx) addItem(in *intake, item *newsletter.Item) (id int64, err error) {
	post := newsletter.Post{ListID: in.feed.ListID, FeedID: &in.feed.ID, State: newsletter.PostPublished, StoredAt: in.now, ChangedAt: in.now}
	in.fill(&post, item)
	if in.feed.Owes(item.Published, in.hasPosts) {
		if post.Seq, err = t.drawSeq(post.ListID); err != nil {
			return 0, err
		}
	}
	err = t.insertPost(&post)
	return post.ID, err
}

// learn records by what the posts can be known again.
func (t *tx) learn(listID int64, matches []newsletter.Match) error {
	for _, match := range matches {
		post := match.PostID
		if match.SameAs >= 0 && post == 0 {
			post = matches[match.SameAs].PostID
		}
		for _, id := range match.Learn {
			if err := t.exec(`INSERT INTO post_identity (list_id, kind, value, post_id) VALUES ($1, $2, $3, $4)`,
				listID, id.Kind, id.Value, post); err != nil {
				return err
			}
		}
	}
	return nil
}

// oldestFirst gives the order in which new items become posts: by date, or, where an item has none,
// from the end of the document, since the newest stands on top.
func oldestFirst(items []newsletter.Item) []int {
	order := make([]int, len(items))
	dated := true
	for i, item := range items {
		order[len(items)-1-i] = i
		dated = dated && !item.Published.IsZero()
	}
	if dated {
		slices.SortStableFunc(order, func(a, b int) int { return items[a].Published.Compare(items[b].Published.Time) })
	}
	return order
}
