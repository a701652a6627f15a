package newsletter_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
)

// The topics of the tests, by id.
const (
	council   = 1
	residents = 2
	fresh     = 3 // made while the tests' readers were subscribed
)

func ids(n ...int64) newsletter.IDs { return newsletter.NewIDs(n...) }

// release is an edition through seq 20 with posts 11 to 14, beside posts 15 to 17 and 21 that it does
// not hold.
func release() *newsletter.Release {
	post := func(id int64, d newsletter.Disposition, topics ...int64) newsletter.EditionPost {
		return newsletter.EditionPost{PostID: id, Seq: id, Disposition: d, Topics: ids(topics...), PublishedAt: newsletter.At(time.Unix(id, 0))}
	}
	return &newsletter.Release{
		Edition: newsletter.Edition{ThroughSeq: 20},
		Topics:  []newsletter.Topic{{ID: council, Seq: 1}, {ID: residents, Seq: 2}, {ID: fresh, Seq: 18}, {ID: 4, Seq: 22}, {ID: 5, Seq: 19, ArchivedAt: newsletter.At(time.Unix(1, 0))}},
		Posts: []newsletter.EditionPost{post(11, newsletter.PostIn, council), post(12, newsletter.PostIn, residents), post(13, newsletter.PostLeftOut),
			post(14, newsletter.PostPushed, residents), post(8, newsletter.PostIn)},
		Others: []newsletter.EditionPost{post(15, newsletter.PostIn, residents), post(16, newsletter.PostIn), post(7, newsletter.PostIn, council), post(21, newsletter.PostIn)},
	}
}

func TestShare(t *testing.T) {
	only := func(topics ...int64) *newsletter.IDs { s := ids(topics...); return &s }
	read := func(through int64, owed ...int64) newsletter.Reading {
		return newsletter.Reading{ThroughSeq: through, ToldSeq: 10, OwedPosts: ids(owed...)}
	}
	next := func(through, told int64, owed ...int64) newsletter.Reading {
		return newsletter.Reading{ThroughSeq: through, ToldSeq: told, OwedPosts: ids(owed...)}
	}
	away := read(16)
	away.AwayFrom, away.AwayTo = 10, 16
	for _, c := range []struct {
		name   string
		reader newsletter.Combination
		want   newsletter.Share
	}{
		{"all topics", newsletter.Combination{Reading: read(10)},
			newsletter.Share{Mail: true, Posts: ids(11, 12), Next: next(20, 20, 14, 15, 16)}},
		{"one topic: the rest is dealt with, what was pushed is not", newsletter.Combination{Reading: read(10), Topics: only(council)},
			newsletter.Share{Mail: true, Posts: ids(11), NewTopics: ids(fresh), Next: next(20, 20, 14, 16)}},
		{"nothing on their topics", newsletter.Combination{Reading: read(11), Topics: only(council)},
			newsletter.Share{Next: next(20, 10, 14, 16)}},
		{"no topic at all", newsletter.Combination{Reading: read(10), Topics: only()},
			newsletter.Share{Next: next(20, 10, 14, 16)}},
		{"owed by its id, in the edition", newsletter.Combination{Reading: read(20, 8)},
			newsletter.Share{Mail: true, Posts: ids(8), Next: next(20, 20)}},
		{"owed by its id, not in the edition", newsletter.Combination{Reading: read(20, 7), Topics: only(council)},
			newsletter.Share{Next: next(20, 10, 7)}},
		{"owed by its id, no longer wanted", newsletter.Combination{Reading: read(20, 7), Topics: only(residents)},
			newsletter.Share{Next: next(20, 10)}},
		{"owed by its id, withdrawn", newsletter.Combination{Reading: read(20, 9)},
			newsletter.Share{Next: next(20, 10)}},
		{"read further at another pace, and owed a post from there", newsletter.Combination{Reading: read(25, 21)},
			newsletter.Share{Next: next(25, 10, 21)}},
		{"joined after the approval", newsletter.Combination{Reading: next(22, 22)},
			newsletter.Share{Next: next(22, 22)}},
		{"back from a pause with nothing owed", newsletter.Combination{Reading: away},
			newsletter.Share{Next: newsletter.Reading{ThroughSeq: 20, ToldSeq: 10, AwayFrom: 10, AwayTo: 16}}},
		{"back from a pause: links once", newsletter.Combination{Reading: func() newsletter.Reading { r := away; r.OwedPosts = ids(8, 12); return r }()},
			newsletter.Share{Mail: true, Posts: ids(8, 12), Away: ids(11, 14, 15, 16), Next: next(20, 20)}},
	} {
		got := release().Share(&c.reader)
		got.Under = nil // has a test of its own
		if diff := cmp.Diff(c.want, got, sameIDs); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
}

// A post on several topics stands under one that the reader chose; who chose otherwise gets another letter,
// and who chose all gets it under the first.
func TestAPostStandsUnderATopicThatTheReaderChose(t *testing.T) {
	r := release()
	r.Posts[0].Topics = ids(council, residents)
	keys := map[string]bool{}
	for _, c := range []struct {
		topics *newsletter.IDs
		want   []int64
	}{
		{nil, []int64{0, council, residents}},
		{&newsletter.IDs{council, residents}, []int64{0, council, residents}},
		{&newsletter.IDs{residents}, []int64{0, residents, residents}},
	} {
		reader := newsletter.Combination{Reading: newsletter.Reading{ThroughSeq: 7, ToldSeq: 20, OwedPosts: ids(8)}, Topics: c.topics}
		s := r.Share(&reader)
		if diff := cmp.Diff(c.want, s.Under); diff != "" || !cmp.Equal(s.Posts, ids(8, 11, 12)) {
			t.Errorf("%v gets %v under\n%s", c.topics, s.Posts, diff)
		}
		d := r.Digest(&s, newsletter.Dutch, newsletter.Standard)
		if under := d.Under[11]; under != c.want[1] {
			t.Errorf("%v reads it under %d", c.topics, under)
		}
		keys[s.Key(newsletter.Dutch, newsletter.Standard)] = true
	}
	if len(keys) != 2 {
		t.Errorf("%d letters, want 2", len(keys))
	}
}

// An absent set and an empty one are the same.
var sameIDs = cmp.Comparer(func(a, b newsletter.IDs) bool { return a.String() == b.String() })

func TestShareOfAnEmptyEdition(t *testing.T) {
	r := release()
	r.Posts, r.Others = r.Posts[2:3], nil
	c := newsletter.Combination{Reading: newsletter.Reading{ThroughSeq: 10, ToldSeq: 20}}
	if s := r.Share(&c); s.Mail {
		t.Errorf("an empty digest was mailed: %+v", s)
	}
	r.Schedule.Empty = newsletter.EmptySend
	if s := r.Share(&c); !s.Mail || len(s.Posts) != 0 || s.Next.ThroughSeq != 20 {
		t.Errorf("an empty digest that is to be mailed: %+v", s)
	}
}

func TestShareKeepsTheReadingThatSaysTheSame(t *testing.T) {
	r := release()
	c := newsletter.Combination{Reading: newsletter.Reading{ID: 7, ThroughSeq: 25, ToldSeq: 25}}
	if s := r.Share(&c); s.Next.ID != 7 {
		t.Errorf("reading %d", s.Next.ID)
	}
	c.ThroughSeq = 10
	if s := r.Share(&c); s.Next.ID != 0 {
		t.Errorf("reading %d", s.Next.ID)
	}
}

func TestVariantKeys(t *testing.T) {
	base := newsletter.Share{Mail: true, Posts: ids(1, 2)}
	keys := map[string]bool{}
	for _, s := range []newsletter.Share{base, {Posts: ids(12)}, {Posts: ids(1), Away: ids(2)}, {Posts: ids(1), NewTopics: ids(2)}, {}} {
		for _, l := range newsletter.Languages() {
			for _, layout := range []newsletter.Layout{newsletter.Standard, newsletter.Large} {
				keys[s.Key(l, layout)] = true
			}
		}
	}
	if len(keys) != 20 {
		t.Errorf("%d keys for 20 variants", len(keys))
	}
	other := base
	other.Next = newsletter.Reading{ThroughSeq: 9}
	if base.Key(newsletter.Dutch, newsletter.Standard) != other.Key(newsletter.Dutch, newsletter.Standard) {
		t.Error("readers with the same letter have two variants")
	}
}

func TestDigestFillsIn(t *testing.T) {
	r := release()
	s := newsletter.Share{Posts: ids(8, 12), Away: ids(11, 16, 15), NewTopics: ids(fresh)}
	d := r.Digest(&s, newsletter.English, newsletter.Large)
	var got [][]int64
	for _, posts := range [][]newsletter.EditionPost{d.Posts, d.Away} {
		var ids []int64
		for _, p := range posts {
			ids = append(ids, p.PostID)
		}
		got = append(got, ids)
	}
	if diff := cmp.Diff([][]int64{{12, 8}, {16, 15, 11}}, got); diff != "" || len(d.NewTopics) != 1 || d.NewTopics[0].ID != fresh || d.Language != newsletter.English || d.Layout != newsletter.Large {
		t.Errorf("%s %+v", diff, d.NewTopics)
	}
}

func TestReadings(t *testing.T) {
	fresh := newsletter.FreshReading(3, 40)
	if want := (newsletter.Reading{ListID: 3, ThroughSeq: 40, ToldSeq: 40}); !cmp.Equal(fresh, want, sameIDs) {
		t.Errorf("%+v", fresh)
	}
	r := newsletter.Reading{ListID: 3, ThroughSeq: 40, ToldSeq: 40, OwedPosts: ids(5)}
	once := r.Resumed(44)
	if want := (newsletter.Reading{ListID: 3, ThroughSeq: 44, ToldSeq: 40, AwayFrom: 40, AwayTo: 44, OwedPosts: ids(5)}); !cmp.Equal(once, want, sameIDs) {
		t.Errorf("%+v", once)
	}
	if twice := once.Resumed(50); twice.AwayFrom != 40 || twice.AwayTo != 50 || twice.ThroughSeq != 50 {
		t.Errorf("a second pause before a digest: %+v", twice)
	}
	if same := r.Resumed(40); !cmp.Equal(same, r) {
		t.Errorf("a pause in which nothing was published: %+v", same)
	}
	after := newsletter.Reading{ListID: 3, ThroughSeq: 50, ToldSeq: 50}
	if got, want := after.GivenBack(once, after, ids(6, 7)), (newsletter.Reading{ListID: 3, ThroughSeq: 50, ToldSeq: 40, AwayFrom: 40, AwayTo: 44, OwedPosts: ids(6, 7)}); !cmp.Equal(got, want, sameIDs) {
		t.Errorf("%+v", got)
	}
	further := newsletter.Reading{ListID: 3, ThroughSeq: 60, ToldSeq: 60, OwedPosts: ids(8)}
	if got, want := further.GivenBack(r, after, ids(6, 7)), (newsletter.Reading{ListID: 3, ThroughSeq: 60, ToldSeq: 60, OwedPosts: ids(6, 7, 8)}); !cmp.Equal(got, want, sameIDs) {
		t.Errorf("%+v", got)
	}
}
