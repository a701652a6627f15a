package storetest

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func deskPostCases() []Case {
	return []Case{
		{"posts are searched", []string{"SearchPosts"}, testSearchPosts},
		{"posts that are there twice", []string{"SearchPosts", "PostTwins"}, testTwins},
		{"a draft goes out at its hour", []string{"PublishDuePosts"}, testPublishDue},
		{"what was corrected stays, the rest follows the feed", []string{"EditPost", "RestorePost", "SaveFetch"}, testCorrect},
		{"posts without a topic are given one", []string{"Topicless", "GiveTopic"}, testGiveTopic},
		{"two editors of one post", []string{"EditPost"}, testEditTwice},
		{"a draft is saved and goes out, or neither", []string{"EditAndPublishPost"}, testEditAndPublish},
		{"editions that hold a post", []string{"PostHoldings"}, testHoldings},
	}
}

func pictureCases() []Case {
	return []Case{
		{"pictures", []string{"AddPicture", "Picture"}, testPictures},
		{"pictures that nothing shows go", []string{"ForgetPictures"}, testForgetPictures},
	}
}

// found returns the titles of a search.
func (w *World) found(q newsletter.PostSearch) (titles []string) {
	w.t.Helper()
	found, err := w.s.SearchPosts(w.t.Context(), q)
	w.check(err)
	for _, p := range found {
		titles = append(titles, p.Title)
	}
	return titles
}

func testSearchPosts(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	other := newsletter.List{Name: "anders", ListID: "anders.voorbeeld.nl", Language: newsletter.Dutch}
	w.check(s.CreateList(t.Context(), &other, By, Start))
	w.Fetch(w.Feed("nieuws", nil), Start, Item(9, "Crème de la crème van de raad", "raad"))
	w.Post("100% lokaal", Start.Add(time.Hour), w.Council)
	w.Post("1000 lokale ideeën", Start.Add(2*time.Hour))
	gone := w.Post("Raad in beeld", Start.Add(3*time.Hour), w.Council)
	_, err := s.WithdrawPost(t.Context(), gone.PublicID, By, Start)
	w.check(err)
	elsewhere := newsletter.Post{ListID: other.ID, Title: "Elders", PublishedAt: newsletter.At(Start)}
	w.check(s.AddPost(t.Context(), &elsewhere, By, Start))
	mine := []int64{w.List.ID}
	for name, tt := range map[string]struct {
		q    newsletter.PostSearch
		want []string
	}{
		"all":              {newsletter.PostSearch{Lists: mine}, []string{"Crème de la crème van de raad", "Raad in beeld", "1000 lokale ideeën", "100% lokaal"}},
		"of no list":       {newsletter.PostSearch{}, nil},
		"of two lists":     {newsletter.PostSearch{Lists: []int64{w.List.ID, other.ID}, States: []newsletter.PostState{newsletter.PostPublished}, Origin: newsletter.OwnPosts}, []string{"1000 lokale ideeën", "100% lokaal", "Elders"}},
		"accents and case": {newsletter.PostSearch{Lists: mine, Words: "CREME"}, []string{"Crème de la crème van de raad"}},
		"words apart":      {newsletter.PostSearch{Lists: mine, Words: "ideeen lokale"}, []string{"1000 lokale ideeën"}},
		"no pattern":       {newsletter.PostSearch{Lists: mine, Words: "100%"}, []string{"100% lokaal"}},
		"state":            {newsletter.PostSearch{Lists: mine, States: []newsletter.PostState{newsletter.PostWithdrawn}}, []string{"Raad in beeld"}},
		"topic":            {newsletter.PostSearch{Lists: mine, Topic: w.Council.ID}, []string{"Raad in beeld", "100% lokaal"}},
		"from a feed":      {newsletter.PostSearch{Lists: mine, Origin: newsletter.FeedPosts}, []string{"Crème de la crème van de raad"}},
	} {
		if diff := cmp.Diff(tt.want, w.found(tt.q)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	q := newsletter.PostSearch{Lists: mine, Limit: 3}
	page, err := s.SearchPosts(t.Context(), q)
	w.check(err)
	if page[1].HTML != "" || !cmp.Equal(page[1].Topics, newsletter.NewIDs(w.Council.ID)) {
		t.Errorf("%+v", page[1])
	}
	q.After = &page[2].Post
	if diff := cmp.Diff([]string{"100% lokaal"}, w.found(q)); diff != "" {
		t.Errorf("the second page: %s", diff)
	}
}

func testTwins(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	one, two := w.Post("Werksessie  in Assen", Start), w.Post("werksessie in assen", Start.Add(time.Hour))
	linked := newsletter.Post{ListID: w.List.ID, Title: "Anders", Link: "https://voorbeeld.nl/1"}
	w.check(s.AddPost(t.Context(), &linked, By, Start))
	draft := newsletter.Post{ListID: w.List.ID, Title: "Nog anders", Link: "https://voorbeeld.nl/1", State: newsletter.PostDraft}
	w.check(s.AddPost(t.Context(), &draft, By, Start))
	alone := w.Post("Alleen", Start)
	twins := func() map[newsletter.PublicID]string {
		found, err := s.SearchPosts(t.Context(), newsletter.PostSearch{Lists: []int64{w.List.ID}})
		w.check(err)
		of := map[newsletter.PublicID]string{}
		for _, p := range found {
			for _, twin := range p.Twins {
				of[p.PublicID] += twin.PublicID.String()
			}
			same, err := s.PostTwins(t.Context(), &p.Post)
			w.check(err)
			if diff := cmp.Diff(p.Twins, same); diff != "" && p.State != newsletter.PostWithdrawn {
				t.Errorf("%s: %s", p.Title, diff)
			}
		}
		return of
	}
	want := map[newsletter.PublicID]string{one.PublicID: two.PublicID.String(), two.PublicID: one.PublicID.String(),
		linked.PublicID: draft.PublicID.String(), draft.PublicID: linked.PublicID.String()}
	if diff := cmp.Diff(want, twins()); diff != "" {
		t.Error(diff)
	}
	_, err := s.WithdrawPost(t.Context(), two.PublicID, By, Start)
	w.check(err)
	if got := twins(); got[one.PublicID] != "" || got[two.PublicID] != "" || got[alone.PublicID] != "" {
		t.Errorf("a withdrawn post is nobody's twin: %v", got)
	}
}

func testPublishDue(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	at := func(h int) newsletter.Time { return newsletter.At(Start.Add(time.Duration(h) * time.Hour)) }
	var drafts []newsletter.Post
	for i, hour := range []int{3, 2, 9} {
		p := newsletter.Post{ListID: w.List.ID, State: newsletter.PostDraft, Title: fmt.Sprint("Om ", hour), PublishAt: at(hour), Topics: newsletter.NewIDs(w.Council.ID)}
		w.check(s.AddPost(t.Context(), &p, By, Start.Add(time.Duration(i)*time.Minute)))
		drafts = append(drafts, p)
	}
	withdrawn := newsletter.Post{ListID: w.List.ID, State: newsletter.PostDraft, Title: "Toch niet", PublishAt: at(1)}
	w.check(s.AddPost(t.Context(), &withdrawn, By, Start))
	_, err := s.WithdrawPost(t.Context(), withdrawn.PublicID, By, Start)
	w.check(err)
	if next, err := s.NextDue(t.Context(), Start.Add(2*time.Hour)); err != nil || !next.Equal(at(3).Time) {
		t.Errorf("due next: %v, %v", next, err)
	}
	got, err := s.PublishDuePosts(t.Context(), 10, at(3).Time)
	if err != nil || len(got) != 2 || got[0].Title != "Om 2" || *got[0].Seq >= *got[1].Seq {
		t.Fatalf("%+v, %v", got, err)
	}
	for _, p := range got {
		if p.State != newsletter.PostPublished || !p.PublishAt.IsZero() || !p.PublishedAt.Equal(at(3).Time) || !cmp.Equal(p.Topics, drafts[0].Topics) {
			t.Errorf("%+v", p)
		}
		if stored, err := s.Post(t.Context(), p.PublicID); err != nil || !cmp.Equal(stored, &p) {
			t.Errorf("%s %v", cmp.Diff(stored, &p), err)
		}
	}
	if again, err := s.PublishDuePosts(t.Context(), 10, at(3).Time); err != nil || len(again) != 0 {
		t.Errorf("%v, %v", again, err)
	}
	// Somebody puts the last one off, and then publishes it by hand.
	late := drafts[2]
	late.PublishAt = newsletter.Time{}
	w.check(s.EditPost(t.Context(), &late, By, Start))
	if got, err := s.PublishDuePosts(t.Context(), 10, at(99).Time); err != nil || len(got) != 0 {
		t.Errorf("%v, %v", got, err)
	}
}

func testCorrect(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	f := w.Feed("nieuws", newsletter.Mapping{"raad": "raad", "inwoners": "bewoners"})
	w.Fetch(f, Start)
	w.Fetch(f, Start, Item(1, "Een", "raad"))
	p := w.post("Een")
	p.Title, p.HTML, p.Place = "Eén, verbeterd", "<p>Van ons</p>", "Assen"
	w.check(s.EditPost(t.Context(), &p, By, Start))
	if diff := cmp.Diff(newsletter.Corrections{newsletter.CorrectedTitle}, p.Corrected); diff != "" || p.HTML != "<p>Een.</p>" || p.Place != "" {
		t.Errorf("%s %+v", diff, p)
	}
	later := Start.Add(time.Hour)
	if saved := w.Fetch(f, later, Item(1, "Een, opnieuw", "inwoners")); saved.Changed != 1 {
		t.Errorf("%+v", saved)
	}
	got := w.post("Eén, verbeterd")
	if got.HTML != "<p>Een, opnieuw.</p>" || got.Summary != "Een, opnieuw." || !cmp.Equal(got.Topics, newsletter.NewIDs(w.Residents.ID)) ||
		got.Source.Title != "Een, opnieuw" {
		t.Errorf("the rest follows: %+v", got)
	}
	if saved := w.Fetch(f, later, Item(1, "Een, opnieuw", "inwoners")); saved.Changed != 0 {
		t.Errorf("nothing changed, and yet: %+v", saved)
	}
	if saved := w.Fetch(f, later, Item(1, "Een, weer", "inwoners")); saved.Changed != 1 {
		t.Errorf("%+v", saved)
	}
	got = w.post("Eén, verbeterd")
	got.Topics = newsletter.NewIDs(w.Experiments.ID)
	w.check(s.EditPost(t.Context(), &got, By, later))
	back, err := s.RestorePost(t.Context(), got.PublicID, By, later)
	w.check(err)
	if back.Title != "Een, weer" || back.Corrected != nil || !cmp.Equal(back.Topics, newsletter.NewIDs(w.Residents.ID)) {
		t.Errorf("%+v", back)
	}
	if stored, err := s.Post(t.Context(), back.PublicID); err != nil || !cmp.Equal(stored, back) {
		t.Errorf("%s %v", cmp.Diff(stored, back), err)
	}
	if _, err := s.RestorePost(t.Context(), back.PublicID, By, later); !newsletter.Is(err, newsletter.Conflict) {
		t.Error(err)
	}
	// The words of a picture are kept over the feed's, as long as it is that picture.
	w.Do(`UPDATE post SET picture = 'https://bron.example/1.jpg', alt = 'IMG_1' WHERE id = $1`, back.ID)
	described := w.post("Een, weer")
	described.Alt = "Twintig mensen rond een tafel"
	w.check(s.EditPost(t.Context(), &described, By, later))
	if diff := cmp.Diff(newsletter.Corrections{newsletter.CorrectedAlt}, described.Corrected); diff != "" || described.Source.Alt != "IMG_1" {
		t.Errorf("%s %+v", diff, described)
	}
	next := Item(1, "Een, weer en weer", "inwoners")
	next.Picture, next.Alt = "https://bron.example/1.jpg", "IMG_1"
	w.Fetch(f, later, next)
	if p := w.post("Een, weer en weer"); p.Alt != described.Alt {
		t.Errorf("the feed wrote over the words of a picture: %q", p.Alt)
	}
	other := Item(1, "Een, ander beeld", "inwoners")
	other.Picture, other.Alt = "https://bron.example/2.jpg", "IMG_2"
	w.Fetch(f, later, other)
	if p := w.post("Een, ander beeld"); p.Alt != "IMG_2" {
		t.Errorf("another picture has the words of the old one: %q", p.Alt)
	}
	if trail, err := s.AuditTrail(t.Context(), "post", back.PublicID.String()); err != nil || len(trail) != 4 || trail[2].Action != "post.restore" {
		t.Errorf("%v, %v", trail, err)
	}
}

func testGiveTopic(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	f := w.Feed("nieuws", newsletter.Mapping{"raad": "raad"})
	w.Fetch(f, Start)
	w.Fetch(f, Start, Item(1, "Van de raad", "raad"), Item(2, "Los", "onbekend"), Item(3, "Voor allen", "onbekend"), Item(4, "Weg"))
	w.Post("Van onszelf", Start)
	everyone := w.post("Voor allen")
	everyone.Topics = newsletter.NewIDs(w.Residents.ID)
	w.check(s.EditPost(t.Context(), &everyone, By, Start))
	everyone.Topics = nil // somebody chose that
	w.Do(`DELETE FROM post_topic WHERE post_id = $1`, everyone.ID)
	gone := w.post("Weg")
	_, err := s.WithdrawPost(t.Context(), gone.PublicID, By, Start)
	w.check(err)
	id := w.post("Los").FeedID
	if n, err := s.Topicless(t.Context(), *id); err != nil || n != 1 {
		t.Errorf("%d, %v", n, err)
	}
	if _, err := s.GiveTopic(t.Context(), *id, 99, By, Start); !newsletter.Is(err, newsletter.Invalid) {
		t.Error(err)
	}
	later := Start.Add(time.Hour)
	for _, want := range []int{1, 0} {
		if n, err := s.GiveTopic(t.Context(), *id, w.Experiments.ID, By, later); err != nil || n != want {
			t.Errorf("%d, %v; want %d", n, err, want)
		}
	}
	w.Fetch(f, later, Item(2, "Los", "onbekend"))
	for title, want := range map[string]newsletter.IDs{"Los": newsletter.NewIDs(w.Experiments.ID), "Van de raad": newsletter.NewIDs(w.Council.ID), "Voor allen": nil, "Van onszelf": nil} {
		if p := w.post(title); !cmp.Equal(p.Topics, want) {
			t.Errorf("%s has topics %v, want %v", title, p.Topics, want)
		}
	}
	if trail, err := s.AuditTrail(t.Context(), "feed", "nieuws"); err != nil || trail[len(trail)-1].Action != "feed.give_topic" || !strings.Contains(trail[len(trail)-1].Detail, `"posts":1`) {
		t.Errorf("%v, %v", trail, err)
	}
}

func testEditAndPublish(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	draft := newsletter.Post{ListID: w.List.ID, State: newsletter.PostDraft, Title: "Concept"}
	w.check(s.AddPost(t.Context(), &draft, By, Start))
	later := Start.Add(time.Minute)
	bad := draft
	bad.Title, bad.Topics = "Met een onderwerp dat er niet is", newsletter.NewIDs(99)
	if err := s.EditAndPublishPost(t.Context(), &bad, By, later); !newsletter.Is(err, newsletter.Invalid) {
		t.Error(err)
	}
	old := draft
	old.ChangedAt = newsletter.At(Start.Add(-time.Hour))
	if err := s.EditAndPublishPost(t.Context(), &old, By, later); !newsletter.Is(err, newsletter.Conflict) {
		t.Error(err)
	}
	if p, err := s.Post(t.Context(), draft.PublicID); err != nil || p.State != newsletter.PostDraft || p.Title != "Concept" {
		t.Errorf("what was refused changed something: %+v, %v", p, err)
	}
	whole := draft
	whole.Title, whole.Topics = "Klaar", newsletter.NewIDs(w.Council.ID)
	w.check(s.EditAndPublishPost(t.Context(), &whole, By, later))
	stored, err := s.Post(t.Context(), draft.PublicID)
	if err != nil || stored.State != newsletter.PostPublished || stored.Seq == nil || stored.Title != "Klaar" || !cmp.Equal(*stored, whole) {
		t.Errorf("%s %v", cmp.Diff(*stored, whole), err)
	}
	if err := s.EditAndPublishPost(t.Context(), &whole, By, later); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("published twice: %v", err)
	}
	if trail, err := s.AuditTrail(t.Context(), "post", draft.PublicID.String()); err != nil || len(trail) != 2 || trail[1].Action != "post.publish" {
		t.Errorf("%v, %v", trail, err)
	}
}

func testEditTwice(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	mine, yours := w.Post("Een", Start), newsletter.Post{}
	yours = mine
	mine.Title, yours.Title = "Van mij", "Van jou"
	w.check(s.EditPost(t.Context(), &mine, By, Start.Add(time.Minute)))
	if err := s.EditPost(t.Context(), &yours, By, Start.Add(2*time.Minute)); !newsletter.Is(err, newsletter.Conflict) {
		t.Error(err)
	}
	if got := w.post("Van mij"); got.Summary != "Een." {
		t.Errorf("%+v", got)
	}
}

func testHoldings(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Crowd(3, w.Daily)
	p, other := w.Post("Een", Start), w.Post("Twee", Start)
	e := w.Edition(w.Daily, Start) // approved, and so frozen
	w.freeze(p, newsletter.EditionCancelled)
	draft, err := s.AddExtraEdition(t.Context(), w.Daily.ID, By, Start)
	w.check(err)
	w.check(s.DisposePost(t.Context(), draft.PublicID, other.PublicID, newsletter.PostLeftOut, By, Start))
	got, err := s.PostHoldings(t.Context(), &p, Start)
	w.check(err)
	states := map[newsletter.PublicID]newsletter.EditionState{}
	for _, h := range got {
		states[h.Edition] = h.State
	}
	want := map[newsletter.PublicID]newsletter.EditionState{e.PublicID: newsletter.EditionApproved, draft.PublicID: newsletter.EditionDraft}
	if diff := cmp.Diff(want, states); diff != "" {
		t.Error(diff)
	}
	if got, err := s.PostHoldings(t.Context(), &other, Start); err != nil || len(got) != 1 || got[0].Edition != e.PublicID {
		t.Errorf("%+v, %v", got, err)
	}
}

func testPictures(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	content := bytes.Repeat([]byte{0, 0xff, '\''}, 1000)
	one := newsletter.Picture{ListID: w.List.ID, Media: "image/png", Width: 30, Height: 40}
	w.check(s.AddPicture(t.Context(), &one, content, By, Start))
	again := newsletter.Picture{ListID: w.List.ID, Media: "image/png", Width: 30, Height: 40}
	w.check(s.AddPicture(t.Context(), &again, content, By, Start.Add(time.Hour)))
	if diff := cmp.Diff(one, again); diff != "" || one.ID == 0 {
		t.Error(diff)
	}
	got, stored, err := s.Picture(t.Context(), one.PublicID)
	if diff := cmp.Diff(&one, got); diff != "" || err != nil || !bytes.Equal(content, stored) {
		t.Error(diff, err)
	}
	if _, _, err := s.Picture(t.Context(), newsletter.NewPublicID()); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
	if trail, err := s.AuditTrail(t.Context(), "picture", one.PublicID.String()); err != nil || len(trail) != 1 {
		t.Errorf("%v, %v", trail, err)
	}
}
