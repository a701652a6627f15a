package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func deskListCases() []Case {
	return []Case{
		{"a list is changed", []string{"ChangeList"}, testChangeList},
		{"a list rests, goes on and ends", []string{"MoveList"}, testMoveList},
		{"a topic gets other words", []string{"ChangeTopic", "Topic"}, testChangeTopic},
		{"two topics become one", []string{"PlanMerge", "MergeTopics"}, testMergeTopics},
		{"merging refuses what it can't do", []string{"PlanMerge", "MergeTopics"}, testMergeRefuses},
		{"merged topics: nobody gets a post twice, and nobody misses one", []string{"MergeTopics"}, testMergeKeepsPromise},
	}
}

func testChangeList(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	l := w.List
	l.Texts, l.SenderName, l.ReplyTo = both("Anders", "Otherwise"), "De redactie", "antwoord@voorbeeld.nl"
	l.Branding = newsletter.Branding{Logo: "/pictures/x.png", LogoAlt: "Broedplaats", Accent: "#0a5a66", Postal: []string{"Stationsweg 1"}}
	l.Name, l.ListID, l.State = "other", "other.voorbeeld.nl", newsletter.ListArchived // none of these is changed so
	w.check(s.ChangeList(t.Context(), &l, By, Start))
	got, err := s.List(t.Context(), w.List.ID)
	w.check(err)
	want := w.List
	want.LastSeq, want.Texts, want.SenderName, want.ReplyTo, want.Branding = 3, l.Texts, l.SenderName, l.ReplyTo, l.Branding
	if diff := cmp.Diff(&want, got); diff != "" {
		t.Error(diff)
	}
	l.ID = 99
	if err := s.ChangeList(t.Context(), &l, By, Start); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
	if trail, err := s.AuditTrail(t.Context(), "list", w.List.Name); err != nil || len(trail) != 2 || trail[1].Action != "list.change" {
		t.Errorf("%v, %v", trail, err)
	}
}

func testMoveList(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	draft := w.Ahead(w.Daily, Start)
	w.check(s.MoveList(t.Context(), w.List.ID, newsletter.ListPaused, nil, By, Start))
	if err := s.MoveList(t.Context(), w.List.ID, newsletter.ListPaused, nil, By, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Error(err)
	}
	now := draft.ScheduledFor.Add(time.Minute)
	next := newsletter.At(Start.AddDate(0, 0, 30))
	w.check(s.MoveList(t.Context(), w.List.ID, newsletter.ListActive, map[int64]newsletter.Time{w.Daily.ID: next}, By, now))
	if due, err := s.DueEditions(t.Context(), now); err != nil || len(due) != 0 {
		t.Errorf("nothing leaves as it goes on: %v, %v", due, err)
	}
	if c, err := s.ScheduleByID(t.Context(), w.Daily.ID); err != nil || !c.NextAt.Equal(next.Time) {
		t.Errorf("%+v, %v", c, err)
	}
	open := w.Ahead(w.Weekly, Start)
	w.check(s.MoveList(t.Context(), w.List.ID, newsletter.ListArchived, nil, By, now))
	if l, err := s.List(t.Context(), w.List.ID); err != nil || l.State != newsletter.ListArchived || !l.ArchivedAt.Equal(now) {
		t.Errorf("%+v, %v", l, err)
	}
	if e, err := s.Edition(t.Context(), open.PublicID); err != nil || e.State != newsletter.EditionCancelled {
		t.Errorf("%+v, %v", e, err)
	}
	w.check(s.MoveList(t.Context(), w.List.ID, newsletter.ListActive, nil, By, now))
	if l, err := s.List(t.Context(), w.List.ID); err != nil || !l.ArchivedAt.IsZero() {
		t.Errorf("%+v, %v", l, err)
	}
}

func testChangeTopic(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	topic := w.Council
	topic.Texts = both("De raad", "The council")
	w.check(s.ChangeTopic(t.Context(), &topic, By, Start))
	if got, err := s.Topic(t.Context(), topic.ID); err != nil || !cmp.Equal(got, &topic) {
		t.Errorf("%v %v", cmp.Diff(got, &topic), err)
	}
	topic.ID = 99
	if err := s.ChangeTopic(t.Context(), &topic, By, Start); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
	if _, err := s.Topic(t.Context(), 99); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
}

func testMergeTopics(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	f := w.Feed("nieuws", newsletter.Mapping{"raad": "raad", "proef": "experimenten"})
	w.Fetch(f, Start)
	w.Fetch(f, Start, Item(1, "Een", "raad"))
	corrected := w.post("Een")
	corrected.Topics = newsletter.NewIDs(w.Residents.ID)
	w.check(s.EditPost(t.Context(), &corrected, By, Start))
	w.Crowd(7, w.Daily) // some chose all, some the council, some the council and residents
	lone, shared := w.Post("Raad", Start, w.Council), w.Post("Raad en proef", Start, w.Council, w.Experiments)
	plan, err := s.PlanMerge(t.Context(), w.Council.ID, w.Experiments.ID)
	w.check(err)
	if plan.Posts != 2 || plan.Feeds != 1 || plan.Readers == 0 || plan.Readers == 7 {
		t.Errorf("%+v", plan)
	}
	e := w.Edition(w.Daily, Start)
	merged, err := s.MergeTopics(t.Context(), w.Council.ID, w.Experiments.ID, By, Start)
	w.check(err)
	if merged != plan {
		t.Errorf("%+v, and planned was %+v", merged, plan)
	}
	for _, p := range []newsletter.Post{lone, shared} {
		if got, err := s.Post(t.Context(), p.PublicID); err != nil || !cmp.Equal(got.Topics, newsletter.NewIDs(w.Experiments.ID)) {
			t.Errorf("%+v, %v", got, err)
		}
	}
	posts, err := s.EditionPosts(t.Context(), e, Start)
	w.check(err)
	for _, p := range posts {
		if p.Topics.Has(w.Council.ID) {
			t.Errorf("an approved edition holds %q under the topic that ended", p.Title)
		}
	}
	if got, err := s.Feed(t.Context(), f.ID); err != nil || got.Mapping["raad"] != "experimenten" {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := s.RestorePost(t.Context(), corrected.PublicID, By, Start); err != nil || !cmp.Equal(got.Topics, newsletter.NewIDs(w.Experiments.ID)) {
		t.Errorf("%+v, %v", got, err)
	}
	if held := Query(t, s, `SELECT COUNT(*) FROM subscription AS s JOIN topic_set AS ts ON ts.id = s.topic_set_id
		WHERE ts.topics LIKE '[1]' OR ts.topics LIKE '[1,%'`); held[0][0] != "0" {
		t.Errorf("%v subscriptions hold to the topic that ended", held)
	}
	if topic, err := s.Topic(t.Context(), w.Council.ID); err != nil || topic.ArchivedAt.IsZero() || topic.MergedInto == nil || *topic.MergedInto != w.Experiments.ID {
		t.Errorf("%+v, %v", topic, err)
	}
	old := newsletter.Declaration{Lists: []newsletter.DeclaredList{{List: w.List, Topics: []newsletter.Topic{{Name: w.Council.Name, Texts: w.Council.Texts}}}}}
	if plan, err := s.PlanApply(t.Context(), old); err != nil || len(plan.Obstacles(true)) != 1 || plan.Obstacles(true)[0].Name != w.Council.Name {
		t.Errorf("a file from before the merge brings the topic back, empty: %+v, %v", plan, err)
	}
	if trail, err := s.AuditTrail(t.Context(), "topic", "raad"); err != nil || len(trail) != 2 || trail[1].Action != "topic.merge" {
		t.Errorf("%v, %v", trail, err)
	}
}

func testMergeRefuses(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	other := newsletter.List{Name: "anders", ListID: "anders.voorbeeld.nl", Language: newsletter.Dutch}
	w.check(s.CreateList(t.Context(), &other, By, Start))
	foreign := newsletter.Topic{ListID: other.ID, Name: "raad", Texts: both("Raad", "Council")}
	w.check(s.CreateTopic(t.Context(), &foreign, By, Start))
	for _, into := range []int64{w.Council.ID, foreign.ID, 99} {
		_, planned := s.PlanMerge(t.Context(), w.Council.ID, into)
		_, merged := s.MergeTopics(t.Context(), w.Council.ID, into, By, Start)
		for _, err := range []error{planned, merged} {
			if !newsletter.Is(err, newsletter.NotFound) && !newsletter.Is(err, newsletter.Invalid) {
				t.Errorf("into %d: %v", into, err)
			}
		}
	}
	_, err := s.MergeTopics(t.Context(), w.Council.ID, w.Residents.ID, By, Start)
	w.check(err)
	if _, err := s.MergeTopics(t.Context(), w.Council.ID, w.Residents.ID, By, Start); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
}

// Two topics are merged while an edition is approved and not released: each reader gets what they were owed,
// once, and the next edition holds none of it.
func testMergeKeepsPromise(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	council := w.Reader("raad", w.Daily, w.Council)
	residents := w.Reader("bewoners", w.Daily, w.Residents)
	first := w.Post("Over de raad", Start, w.Council)
	e := w.Edition(w.Daily, Start)
	_, err := s.MergeTopics(t.Context(), w.Council.ID, w.Residents.ID, By, Start)
	w.check(err)
	w.Release(e, Start)
	if n := w.FanOut(e, 100, Start); n != 2 { // both want the topic that the post now has, and neither had it
		t.Errorf("%d deliveries", n)
	}
	for _, reader := range []int64{council, residents} {
		if r := w.ReadingOf(reader); r.ThroughSeq < *first.Seq || len(r.OwedPosts) != 0 {
			t.Errorf("%+v", r)
		}
	}
	second := w.Post("Nog eens", Start, w.Residents)
	next := w.Edition(w.Daily, Start.Add(time.Hour))
	posts, err := s.EditionPosts(t.Context(), next, Start)
	if err != nil || len(posts) != 1 || posts[0].PostID != second.ID {
		t.Errorf("%+v, %v", posts, err)
	}
}
