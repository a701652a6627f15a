package compose

import "slices"

// sectionKind says what holds the posts of a section together.
type sectionKind int

const (
	agenda sectionKind = iota // they are events
	topic                     // they share their first topic
	rest                      // they have none
)

// section is the posts under one heading.
type section struct {
	kind  sectionKind
	topic string
	posts []*Post
}

func (p *Post) isEvent() bool { return !p.StartsAt.IsZero() }

// arrange puts posts in the order in which a digest shows them: events first, the soonest first; then
// topic after topic as the edition first has them; then what has no topic. A post stands under the
// first of its topics, once.
func arrange(posts []Post) []section {
	events, others := section{kind: agenda}, section{kind: rest}
	var topics []section
	for i := range posts {
		post := &posts[i]
		switch {
		case post.isEvent():
			events.posts = append(events.posts, post)
		case len(post.Topics) == 0:
			others.posts = append(others.posts, post)
		default:
			at := slices.IndexFunc(topics, func(s section) bool { return s.topic == post.Topics[0] })
			if at < 0 {
				at, topics = len(topics), append(topics, section{kind: topic, topic: post.Topics[0]})
			}
			topics[at].posts = append(topics[at].posts, post)
		}
	}
	slices.SortStableFunc(events.posts, func(a, b *Post) int { return a.StartsAt.Compare(b.StartsAt) })
	all := append([]section{events}, topics...)
	all = append(all, others)
	return slices.DeleteFunc(all, func(s section) bool { return len(s.posts) == 0 })
}

// readingOrder is the posts in the order in which a digest shows them.
func readingOrder(posts []Post) []*Post {
	var order []*Post
	for _, s := range arrange(posts) {
		order = append(order, s.posts...)
	}
	return order
}
