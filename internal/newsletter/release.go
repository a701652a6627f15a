package newsletter

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
)

// Release is all that must be known to decide what every reader of an approved edition gets.
type Release struct {
	Edition  Edition
	List     List
	Schedule Schedule
	Topics   []Topic // of the list, archived ones too
	// Posts is what the edition froze, in its order, whatever their disposition, but for posts that
	// were withdrawn since.
	Posts []EditionPost
	// Others are published posts that are not in the edition, without summary and HTML: some reader
	// may lack them, or has missed them in a pause.
	Others []EditionPost
	// Readers are the combinations to decide about.
	Readers []Combination
	// Original is what the edition corrects; nil: nothing.
	Original *Original
	// Rendered are the ids of the variants that the edition has already, by key.
	Rendered map[string]int64
}

// Share is what the readers of one combination get of an edition, and what they have read then.
type Share struct {
	Mail      bool // false: nothing is left for them, and no mail goes
	Posts     IDs
	Under     []int64 // for each of Posts the topic under which it stands: one that they chose; 0: it has none
	NewTopics IDs     // to be told of
	Away      IDs     // posts to be linked
	Next      Reading
}

// Share decides. The table stands in docs/states.md.
func (r *Release) Share(c *Combination) Share {
	if r.Edition.Kind == EditionCorrection { // it brings no posts: whatever they have read, they have
		return Share{Mail: true, Next: c.Reading}
	}
	through := r.Edition.ThroughSeq
	s := Share{Mail: r.forEveryone(), Next: c.Reading}
	s.Next.ThroughSeq = max(c.ThroughSeq, through)
	var posts, owed, away []int64
	for i := range r.Posts {
		p := &r.Posts[i]
		switch {
		case !c.lacks(p.PostID, p.Seq):
			if p.Disposition != PostLeftOut && c.missed(p.Seq) && c.Wants(p.Topics) {
				away = append(away, p.PostID)
			}
		case p.Disposition == PostPushed:
			owed = append(owed, p.PostID)
		case p.Disposition == PostIn && c.Wants(p.Topics):
			posts = append(posts, p.PostID)
		}
	}
	for i := range r.Others {
		p := &r.Others[i]
		switch {
		case p.Seq <= through && c.Owes(p), p.Seq > through && c.OwedPosts.Has(p.PostID):
			owed = append(owed, p.PostID)
		case c.missed(p.Seq) && c.Wants(p.Topics):
			away = append(away, p.PostID)
		}
	}
	s.Posts, s.Next.OwedPosts = NewIDs(posts...), NewIDs(owed...)
	s.Under = r.under(c, s.Posts)
	s.Mail = s.Mail || len(s.Posts) > 0
	if s.Mail {
		s.Away, s.NewTopics = NewIDs(away...), r.newTopics(c)
		s.Next.ToldSeq, s.Next.AwayFrom, s.Next.AwayTo = max(c.ToldSeq, through), 0, 0
	}
	if s.Next.same(c.Reading) {
		s.Next = c.Reading
	} else {
		s.Next.ID = 0
	}
	return s
}

// under returns the topic under which each of the posts stands for a reader.
func (r *Release) under(c *Combination, posts IDs) []int64 {
	if len(posts) == 0 {
		return nil
	}
	under := make([]int64, len(posts))
	for i := range r.Posts {
		if at, ok := slices.BinarySearch(posts, r.Posts[i].PostID); ok {
			under[at] = c.Under(r.Posts[i].Topics)
		}
	}
	return under
}

// forEveryone reports whether the edition is empty and goes out all the same.
func (r *Release) forEveryone() bool {
	return r.Schedule.Empty == EmptySend && !slices.ContainsFunc(r.Posts, func(p EditionPost) bool { return p.Disposition == PostIn })
}

// newTopics are the topics that a reader with topics of their own has not been told of.
func (r *Release) newTopics(c *Combination) IDs {
	var ids []int64
	for i := range r.Topics {
		t := &r.Topics[i]
		if c.Topics != nil && !c.Topics.Has(t.ID) && t.ArchivedAt.IsZero() && c.ToldSeq < t.Seq && t.Seq <= r.Edition.ThroughSeq {
			ids = append(ids, t.ID)
		}
	}
	return NewIDs(ids...)
}

// Key tells one variant of the edition from another: readers with the same key get the same letter.
func (s *Share) Key(l Language, layout Layout) string {
	h := sha256.New()
	for _, part := range []string{string(l), string(layout), s.Posts.String(), fmt.Sprint(s.Under), s.NewTopics.String(), s.Away.String()} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// Digest is what a variant of an edition says, for those who render it.
type Digest struct {
	VariantID PublicID // names the version for the browser
	Edition   Edition
	List      List
	Schedule  Schedule
	Topics    []Topic // of the list, archived ones too
	Language  Language
	Layout    Layout
	Posts     []EditionPost   // agenda first, then the newest first
	Under     map[int64]int64 // by a post's id, the topic under which it stands
	NewTopics []Topic         // since the reader's last digest, each told once
	Away      []EditionPost   // posts of a pause, the newest first: to be linked, not told
	Original  *Original       // what a correction corrects
}

// Digest fills in what the ids of a share stand for.
func (r *Release) Digest(s *Share, l Language, layout Layout) *Digest {
	d := &Digest{Edition: r.Edition, List: r.List, Schedule: r.Schedule, Topics: r.Topics, Language: l, Layout: layout, Original: r.Original,
		Under: make(map[int64]int64, len(s.Posts))}
	for i, topic := range s.Under {
		d.Under[s.Posts[i]] = topic
	}
	for _, p := range r.Posts {
		if s.Posts.Has(p.PostID) {
			d.Posts = append(d.Posts, p)
		}
	}
	for _, p := range slices.Concat(r.Posts, r.Others) {
		if s.Away.Has(p.PostID) {
			d.Away = append(d.Away, p)
		}
	}
	slices.SortFunc(d.Away, newestFirst)
	for _, t := range r.Topics {
		if s.NewTopics.Has(t.ID) {
			d.NewTopics = append(d.NewTopics, t)
		}
	}
	return d
}

// SortPosts puts the posts of an edition in order: the agenda (what is not over yet, soonest
// first), then the newest first.
func SortPosts(posts []EditionPost, now Time) {
	slices.SortFunc(posts, func(a, b EditionPost) int {
		switch soonA, soonB := a.ahead(now), b.ahead(now); {
		case soonA && soonB:
			return cmp.Or(a.StartsAt.Compare(b.StartsAt.Time), newestFirst(a, b))
		case soonA:
			return -1
		case soonB:
			return 1
		}
		return newestFirst(a, b)
	})
	for i := range posts {
		posts[i].Position = i + 1
	}
}

func newestFirst(a, b EditionPost) int {
	return cmp.Or(b.PublishedAt.Compare(a.PublishedAt.Time), cmp.Compare(b.Seq, a.Seq))
}

// ahead reports whether the post is an event that is not over.
func (p *EditionPost) ahead(now Time) bool {
	ends := p.EndsAt
	if ends.IsZero() {
		ends = p.StartsAt
	}
	return !p.StartsAt.IsZero() && !ends.Before(now.Time)
}

// DueEdition is an edition whose time has come, with the schedule that has the rules for it.
type DueEdition struct {
	Edition  Edition
	Schedule Schedule
}

// Assignment says which variant the readers of a combination get, and what they have read then.
type Assignment struct {
	Reader  Combination
	Variant string // its key; empty: no mail
	Next    Reading
	// Failure is why the letter that they should get could not be made. They are left behind: Next is
	// what they have read by now, so that the next edition brings what this one would have.
	Failure string
}

// FanOut tells of one chunk of an edition's fan-out.
type FanOut struct {
	Deliveries int64 // made by it
	// Missing are combinations for which nothing was decided: somebody changed topics, language or
	// layout since. If there are any, nothing was done.
	Missing []Combination
	// Done says that there is no more to do here: all deliveries exist, or the edition is not being
	// sent, or another process is at it.
	Done bool
}
