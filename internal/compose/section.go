package compose

import (
	"slices"
	"time"
)

// sectionKind says what holds the posts of a section together.
type sectionKind int

const (
	agenda sectionKind = iota // they are events to come
	topic                     // they share their first topic
	rest                      // they have none
)

// section is the posts under one heading.
type section struct {
	kind  sectionKind
	topic string
	posts []*Post
}

// isEvent reports whether the post is an event that isn't over at a time; one without an end lasts no
// time.
func (p *Post) isEvent(at time.Time) bool {
	ends := p.EndsAt
	if ends.Before(p.StartsAt) {
		ends = p.StartsAt
	}
	return !p.StartsAt.IsZero() && !ends.Before(at)
}

// arrange puts posts in the order in which a digest of that time shows them: events first, the soonest first; then
// topic after topic as the edition first has them; then what has no topic. A post stands under the
// first of its topics, once: FromEdition puts one there that the reader chose.
func arrange(posts []Post, at time.Time) []section {
	events, others := section{kind: agenda}, section{kind: rest}
	var topics []section
	for i := range posts {
		post := &posts[i]
		switch {
		case post.isEvent(at):
			events.posts = append(events.posts, post)
		case len(post.Topics) == 0:
			others.posts = append(others.posts, post)
		default:
			i := slices.IndexFunc(topics, func(s section) bool { return s.topic == post.Topics[0] })
			if i < 0 {
				i, topics = len(topics), append(topics, section{kind: topic, topic: post.Topics[0]})
			}
			topics[i].posts = append(topics[i].posts, post)
		}
	}
	slices.SortStableFunc(events.posts, func(a, b *Post) int { return a.StartsAt.Compare(b.StartsAt) })
	all := append([]section{events}, topics...)
	all = append(all, others)
	return slices.DeleteFunc(all, func(s section) bool { return len(s.posts) == 0 })
}

// readingOrder is the posts in the order in which a digest shows them.
func readingOrder(posts []Post, at time.Time) []*Post {
	var order []*Post
	for _, s := range arrange(posts, at) {
		order = append(order, s.posts...)
	}
	return order
}
