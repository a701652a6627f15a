package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func postCases() []Case {
	return []Case{
		{"own posts", []string{"AddPost", "Post"}, testAddPost},
		{"a draft is published once", []string{"AddPost", "PublishPost"}, testPublishPost},
		{"a post is withdrawn once", []string{"WithdrawPost"}, testWithdrawPost},
		{"withdrawing sends approved editions back to review", []string{"WithdrawPost"}, testWithdrawReview},
		{"a post is corrected", []string{"EditPost"}, testEditPost},
		{"lists of posts", []string{"Posts"}, testPosts},
	}
}

// Post publishes a post of our own in the list, at now.
func (w *World) Post(title string, now time.Time, topics ...newsletter.Topic) newsletter.Post {
	w.t.Helper()
	var ids []int64
	for _, topic := range topics {
		ids = append(ids, topic.ID)
	}
	p := newsletter.Post{ListID: w.List.ID, Language: newsletter.Dutch, Title: title, Summary: title + ".",
		HTML: "<p>" + title + ".</p>", Author: "Redactie", Topics: newsletter.NewIDs(ids...)}
	w.check(w.s.AddPost(w.t.Context(), &p, By, now))
	return p
}

// freeze puts a post in an edition of the list, in the state given.
func (w *World) freeze(p newsletter.Post, state newsletter.EditionState) int64 {
	w.t.Helper()
	return freeze(w.t, w.s, w.Daily, p, state)
}

func testAddPost(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	p := w.Post("Werksessie in Assen", Start, w.Council, w.Experiments)
	if p.ID == 0 || p.PublicID.IsZero() || p.State != newsletter.PostPublished || p.Seq == nil || *p.Seq != 4 || !p.PublishedAt.Equal(Start) {
		t.Errorf("%+v", p)
	}
	session := newsletter.Post{ListID: w.List.ID, State: newsletter.PostDraft, Language: newsletter.English, Title: "Session",
		Picture: "https://voorbeeld.nl/zaal.jpg", Alt: "De zaal", Link: "https://voorbeeld.nl/", Place: "Assen",
		StartsAt: newsletter.At(Start.AddDate(0, 0, 7)), EndsAt: newsletter.At(Start.AddDate(0, 0, 7).Add(time.Hour)),
		PublishedAt: newsletter.At(Start.AddDate(0, 0, -1))}
	w.check(s.AddPost(t.Context(), &session, By, Start))
	if session.Seq != nil {
		t.Errorf("a draft has seq %d", *session.Seq)
	}
	for _, want := range []newsletter.Post{p, session} {
		got, err := s.Post(t.Context(), want.PublicID)
		if diff := cmp.Diff(&want, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
	}
	if _, err := s.Post(t.Context(), newsletter.NewPublicID()); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
	lost := newsletter.Post{ListID: w.List.ID, Title: "x", Topics: newsletter.NewIDs(99)}
	if err := s.AddPost(t.Context(), &lost, By, Start); !newsletter.Is(err, newsletter.Invalid) {
		t.Error(err)
	}
	if trail, err := s.AuditTrail(t.Context(), "post", p.PublicID.String()); err != nil || len(trail) != 1 || trail[0].Action != "post.add" {
		t.Errorf("%v, %v", trail, err)
	}
}

func testPublishPost(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	draft := newsletter.Post{ListID: w.List.ID, State: newsletter.PostDraft, Title: "Concept", Topics: newsletter.NewIDs(w.Council.ID),
		PublishedAt: newsletter.At(Start.AddDate(0, 0, 9))}
	w.check(s.AddPost(t.Context(), &draft, By, Start))
	later := Start.Add(time.Hour)
	got, err := s.PublishPost(t.Context(), draft.PublicID, By, later)
	w.check(err)
	if got.State != newsletter.PostPublished || got.Seq == nil || *got.Seq != 4 || !got.PublishedAt.Equal(later) || !cmp.Equal(got.Topics, draft.Topics) {
		t.Errorf("%+v", got)
	}
	if stored, err := s.Post(t.Context(), draft.PublicID); err != nil || !cmp.Equal(stored, got) {
		t.Errorf("%v, %v", cmp.Diff(stored, got), err)
	}
	if _, err := s.PublishPost(t.Context(), draft.PublicID, By, later); !newsletter.Is(err, newsletter.Conflict) {
		t.Error(err)
	}
	if _, err := s.PublishPost(t.Context(), newsletter.NewPublicID(), By, later); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
}

func testWithdrawPost(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	p := w.Post("Vergissing", Start, w.Council)
	later := Start.Add(time.Hour)
	got, err := s.WithdrawPost(t.Context(), p.PublicID, By, later)
	w.check(err)
	if got.State != newsletter.PostWithdrawn || !got.WithdrawnAt.Equal(later) || *got.Seq != *p.Seq {
		t.Errorf("%+v", got)
	}
	if stored, err := s.Post(t.Context(), p.PublicID); err != nil || !cmp.Equal(stored, got) {
		t.Errorf("%v, %v", cmp.Diff(stored, got), err)
	}
	if _, err := s.WithdrawPost(t.Context(), p.PublicID, By, later); !newsletter.Is(err, newsletter.Conflict) {
		t.Error(err)
	}
	if trail, err := s.AuditTrail(t.Context(), "post", p.PublicID.String()); err != nil || len(trail) != 2 || trail[1].Action != "post.withdraw" {
		t.Errorf("%v, %v", trail, err)
	}
}

func testWithdrawReview(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	p, other := w.Post("Vergissing", Start), w.Post("Ander bericht", Start)
	tests := []struct {
		post newsletter.Post
		in   newsletter.EditionState
		want newsletter.EditionState
	}{
		{p, newsletter.EditionApproved, newsletter.EditionInReview},
		{p, newsletter.EditionDraft, newsletter.EditionDraft},
		{p, newsletter.EditionSending, newsletter.EditionSending},
		{p, newsletter.EditionSent, newsletter.EditionSent},
		{other, newsletter.EditionApproved, newsletter.EditionApproved},
	}
	var editions []int64
	for _, tt := range tests {
		editions = append(editions, w.freeze(tt.post, tt.in))
	}
	_, err := s.WithdrawPost(t.Context(), p.PublicID, By, Start)
	w.check(err)
	for i, tt := range tests {
		if got := editionState(t, s, editions[i]); got != tt.want {
			t.Errorf("an edition %s with %q is now %s, want %s", tt.in, tt.post.Title, got, tt.want)
		}
	}
}

func testEditPost(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	f := w.Feed("nieuws", nil)
	w.Fetch(f, Start, Item(1, "Een"))
	own, imported := w.Post("Eigen", Start, w.Council), w.post("Een")
	later := Start.Add(time.Hour)
	for _, p := range []newsletter.Post{own, imported} {
		was := p
		p.Title, p.Topics, p.State = "Verbeterd", newsletter.NewIDs(w.Residents.ID), newsletter.PostDraft // a state is not edited
		w.check(s.EditPost(t.Context(), &p, By, later))
		if len(p.Corrected) > 0 != (was.FeedID != nil) || p.State != was.State || !p.ChangedAt.Equal(later) {
			t.Errorf("%+v", p)
		}
		if stored, err := s.Post(t.Context(), p.PublicID); err != nil || !cmp.Equal(stored, &p) {
			t.Errorf("%v, %v", cmp.Diff(stored, &p), err)
		}
	}
	lost := own
	lost.Topics = newsletter.NewIDs(99)
	if err := s.EditPost(t.Context(), &lost, By, later); !newsletter.Is(err, newsletter.Invalid) {
		t.Error(err)
	}
	_, err := s.WithdrawPost(t.Context(), own.PublicID, By, later)
	w.check(err)
	if err := s.EditPost(t.Context(), &own, By, later); !newsletter.Is(err, newsletter.Conflict) {
		t.Error(err)
	}
}

func testPosts(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	var want []string
	for i := range 5 {
		title := fmt.Sprint("Bericht ", i)
		w.Post(title, Start.Add(time.Duration(i/2)*time.Hour)) // two of each date
		want = append([]string{title}, want...)
	}
	draft := newsletter.Post{ListID: w.List.ID, State: newsletter.PostDraft, Title: "Concept"}
	w.check(s.AddPost(t.Context(), &draft, By, Start))
	if diff := cmp.Diff(want, w.titles()); diff != "" {
		t.Error(diff)
	}
	var got []string
	q := newsletter.PostQuery{ListID: w.List.ID, Limit: 2}
	for {
		posts, err := s.Posts(t.Context(), q)
		w.check(err)
		if len(posts) == 0 {
			break
		}
		for _, p := range posts {
			got = append(got, p.Title)
		}
		q.After = &posts[len(posts)-1]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("by pages of two: %s", diff)
	}
	q = newsletter.PostQuery{ListID: w.List.ID, States: []newsletter.PostState{newsletter.PostDraft, newsletter.PostWithdrawn}}
	if posts, err := s.Posts(t.Context(), q); err != nil || len(posts) != 1 || posts[0].Title != "Concept" {
		t.Errorf("%v, %v", posts, err)
	}
}
