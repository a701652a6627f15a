package digest_test

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"bode.example/internal/newsletter"
)

// The model says in the plainest way what a reader is owed. It knows no readings, no variants and
// no cursors: it keeps, for every reader, which posts are dealt with.
//
// Posts are known by their rank: the how-manieth of the list to be published. Topics are bits.
type model struct {
	posts    []*modelPost // by rank, from 1: posts[0] is none
	readers  map[int64]*modelReader
	editions map[int64]*modelEdition
	mails    map[int64]*modelMail
	ranks    map[int64]int // of posts, by their ids
}

type modelPost struct {
	id        int64
	topics    int // 0: for everyone
	withdrawn bool
	leftOut   bool // of some edition, once
}

// allTopics is the choice of all topics, also later ones.
const allTopics = -1

type modelReader struct {
	id         int64
	name       string
	state      newsletter.SubscriptionState
	restricted bool
	pace       int64 // the schedule
	topics     int
	since      time.Time // when they became active, last
	// Dealt with is every post up to a rank, but for those owed by name.
	upTo int
	owed map[int]bool
	had  map[int]int // how often each post was handed over
	// due is the promise in its simplest form: published while they read, on a topic that they
	// had chosen all the time, neither withdrawn nor left out. What makes the case less simple ends it.
	due map[int]bool
}

type modelEdition struct {
	id      int64
	pace    int64
	through int
	posts   map[int]newsletter.Disposition
	wishes  map[int]newsletter.Disposition // of the editor, while it follows its posts
	// gone are the posts that were withdrawn when it was released; nil before. What is withdrawn
	// later may still be in its letters.
	gone map[int]bool
	// corrects is the edition that it is about, if it is a correction: one without posts.
	corrects *modelEdition
}

type modelMail struct {
	id      int64
	reader  *modelReader
	edition *modelEdition
	posts   []int
	made    time.Time
	state   newsletter.DeliveryState
}

func newModel() *model {
	return &model{posts: make([]*modelPost, 1), readers: map[int64]*modelReader{}, editions: map[int64]*modelEdition{},
		mails: map[int64]*modelMail{}, ranks: map[int64]int{}}
}

func (r *modelReader) active() bool { return r.state == newsletter.SubscriptionActive }

// wants: a post is for a reader who chose one of its topics, and one without topics is for everyone.
func (r *modelReader) wants(p *modelPost) bool {
	return r.topics == allTopics || p.topics == 0 || r.topics&p.topics != 0
}

// lacks: the post is not dealt with.
func (r *modelReader) lacks(rank int) bool { return rank > r.upTo || r.owed[rank] }

// begin makes a reader active; with carry, what was owed by name stays so.
func (m *model) begin(r *modelReader, carry bool, now time.Time) {
	if r.active() {
		return
	}
	r.state, r.since, r.upTo, r.due = newsletter.SubscriptionActive, now, len(m.posts)-1, map[int]bool{}
	if !carry {
		r.owed = map[int]bool{}
	}
}

func (r *modelReader) end(state newsletter.SubscriptionState) {
	r.state, r.due = state, map[int]bool{}
}

func (m *model) publish(p *modelPost) {
	m.posts = append(m.posts, p)
	rank := len(m.posts) - 1
	m.ranks[p.id] = rank
	for _, r := range m.readers {
		if r.active() && r.wants(p) {
			r.due[rank] = true
		}
	}
}

// choose changes what a reader wants. What they would not have been sent for a while is no simple
// case any more.
func (m *model) choose(r *modelReader, topics int) {
	r.topics = topics
	for rank := range r.due {
		if !r.wants(m.posts[rank]) {
			delete(r.due, rank)
		}
	}
}

// collect says which posts an edition of a pace would hold now, and what happens to each. A correction that was
// taken back for review is open again, and has none.
func (m *model) collect(e *modelEdition) map[int]newsletter.Disposition {
	posts := map[int]newsletter.Disposition{}
	if e.corrects != nil {
		return posts
	}
	for rank, p := range m.posts {
		if rank == 0 || p.withdrawn {
			continue
		}
		for _, r := range m.readers {
			if r.active() && !r.restricted && r.pace == e.pace && r.lacks(rank) && r.wants(p) {
				posts[rank] = newsletter.PostIn
				if wish, ok := e.wishes[rank]; ok {
					posts[rank] = wish
				}
			}
		}
	}
	return posts
}

// approve freezes an edition, and reports whether anything is in it.
func (m *model) approve(e *modelEdition) (in bool) {
	e.posts, e.through, e.wishes = m.collect(e), len(m.posts)-1, map[int]newsletter.Disposition{}
	for rank, d := range e.posts {
		switch d {
		case newsletter.PostIn:
			in = true
		case newsletter.PostLeftOut:
			m.posts[rank].leftOut = true
			fallthrough
		default:
			e.wishes[rank] = d
		}
	}
	return in
}

// share decides what a reader gets of an edition, and deals with it.
func (m *model) share(e *modelEdition, r *modelReader) (mail []int) {
	keep := map[int]bool{}
	for rank, p := range m.posts {
		if rank == 0 || !r.lacks(rank) || p.withdrawn {
			continue
		}
		d, held := e.posts[rank]
		switch {
		case rank > e.through:
			if r.owed[rank] {
				keep[rank] = true
			}
		case held && d == newsletter.PostPushed, !held && r.wants(p):
			keep[rank] = true
		case held && d == newsletter.PostIn && r.wants(p):
			mail = append(mail, rank)
		}
	}
	r.upTo, r.owed = max(r.upTo, e.through), keep
	return mail
}

// release freezes the letters of an edition.
func (m *model) release(e *modelEdition) {
	e.gone = map[int]bool{}
	for rank, p := range m.posts {
		if rank > 0 && p.withdrawn {
			e.gone[rank] = true
		}
	}
}

// exact takes out of a mail what was withdrawn since its edition was released.
func (m *model) exact(e *modelEdition, mail []int) []int {
	return slices.DeleteFunc(slices.Clone(mail), func(rank int) bool { return m.posts[rank].withdrawn && !e.gone[rank] })
}

// giveBack makes the posts of a mail owed again, unless the reader began anew since.
func (m *model) giveBack(mail *modelMail) {
	if mail.reader.since.After(mail.made) {
		return
	}
	for _, rank := range mail.posts {
		mail.reader.owed[rank] = true
	}
}

// handOver counts the posts of a mail, and says what is wrong about it.
func (m *model) handOver(mail *modelMail) error {
	r := mail.reader
	if !r.active() || r.restricted {
		return fmt.Errorf("promise 4: %s was handed a mail, but is %s (restricted %v)", r.name, r.state, r.restricted)
	}
	for _, rank := range mail.posts {
		if r.had[rank]++; r.had[rank] > 1 {
			return fmt.Errorf("promise 2: post %d was handed to %s %d times", rank, r.name, r.had[rank])
		}
	}
	return nil
}

// settled says which simple promises are not kept, when all is quiet.
func (m *model) settled() error {
	for _, id := range slices.Sorted(maps.Keys(m.readers)) {
		r := m.readers[id]
		if !r.active() || r.restricted {
			continue
		}
		for _, rank := range slices.Sorted(maps.Keys(r.due)) {
			if p := m.posts[rank]; !p.withdrawn && !p.leftOut && r.had[rank] == 0 {
				return fmt.Errorf("promise 2: post %d was owed to %s and never reached them", rank, r.name)
			}
		}
		for rank, p := range m.posts {
			if rank > 0 && r.lacks(rank) && r.wants(p) && !p.withdrawn {
				return fmt.Errorf("promise 2: post %d is still owed to %s when all is quiet", rank, r.name)
			}
		}
	}
	return nil
}
