package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func editionCases() []Case {
	return []Case{
		{"a draft follows its posts", []string{"AddExtraEdition", "Edition", "EditionPosts", "DisposePost"}, testDraft},
		{"approval freezes", []string{"ApproveEdition", "EditEdition", "ReviewEdition", "EditionPosts"}, testApprove},
		{"an empty edition", []string{"ApproveEdition"}, testApproveEmpty},
		{"only drawn transitions happen", []string{"CancelEdition", "PauseEdition", "ResumeEdition", "ReviewEdition", "ApproveEdition"}, testTransitions},
	}
}

// postsOf names the posts of an edition in order, each with what happens to it.
func (w *World) postsOf(e *newsletter.Edition) (titles []string) {
	w.t.Helper()
	posts, err := w.s.EditionPosts(w.t.Context(), e, Start.Add(time.Hour))
	w.check(err)
	for _, p := range posts {
		titles = append(titles, p.Title+" "+string(p.Disposition))
	}
	return titles
}

func (w *World) hasPosts(e *newsletter.Edition, want ...string) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.postsOf(e)); diff != "" {
		w.t.Error(diff)
	}
}

func testDraft(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Post("Van vroeger", Start)
	w.Reader("raad", w.Daily, w.Council)
	e, err := s.AddExtraEdition(t.Context(), w.Daily.ID, By, Start)
	w.check(err)
	w.hasPosts(e)
	council := w.Post("Raad", Start, w.Council)
	w.Post("Bewoners", Start, w.Residents)
	w.Post("Voor allen", Start.Add(time.Minute))
	w.hasPosts(e, "Voor allen in", "Raad in")
	w.Reader("alles", w.Daily) // joined after all of these
	w.Post("Bewoners later", Start.Add(2*time.Minute), w.Residents)
	w.hasPosts(e, "Bewoners later in", "Voor allen in", "Raad in")
	w.check(s.DisposePost(t.Context(), e.PublicID, council.PublicID, newsletter.PostLeftOut, By, Start))
	w.hasPosts(e, "Bewoners later in", "Voor allen in", "Raad left_out")
	w.check(s.DisposePost(t.Context(), e.PublicID, council.PublicID, newsletter.PostPushed, By, Start))
	w.hasPosts(e, "Bewoners later in", "Voor allen in", "Raad pushed")
	w.check(s.DisposePost(t.Context(), e.PublicID, council.PublicID, newsletter.PostIn, By, Start))
	if _, err := s.WithdrawPost(t.Context(), council.PublicID, By, Start); err != nil {
		t.Error(err)
	}
	w.hasPosts(e, "Bewoners later in", "Voor allen in")
	if err := s.DisposePost(t.Context(), e.PublicID, council.PublicID, newsletter.PostIn, By, Start); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
	if _, err := s.Edition(t.Context(), newsletter.NewPublicID()); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
	w.Do(`UPDATE schedule SET state = 'paused' WHERE id = $1`, w.Daily.ID)
	if _, err := s.AddExtraEdition(t.Context(), w.Daily.ID, By, Start); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
}

func testApprove(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Reader("jan", w.Daily)
	p, pushed := w.Post("Bericht", Start, w.Council), w.Post("Later", Start)
	e, err := s.AddExtraEdition(t.Context(), w.Daily.ID, By, Start)
	w.check(err)
	words := newsletter.EditionWords{Subject: "Nieuws", Preheader: "Kort", Introduction: "Dag!"}
	w.check(s.EditEdition(t.Context(), e.PublicID, words, By, Start))
	w.check(s.DisposePost(t.Context(), e.PublicID, pushed.PublicID, newsletter.PostPushed, By, Start))
	e, err = s.ApproveEdition(t.Context(), e.PublicID, By, Start)
	if err != nil || e.State != newsletter.EditionApproved || e.ThroughSeq != *pushed.Seq || e.ApprovedBy != "command_line:test" || e.Subject != "Nieuws" {
		t.Fatalf("%+v, %v", e, err)
	}
	if stored, err := s.Edition(t.Context(), e.PublicID); err != nil || !cmp.Equal(stored, e) {
		t.Errorf("%v %v", cmp.Diff(stored, e), err)
	}
	p.Title = "Gewijzigd"
	w.check(s.EditPost(t.Context(), &p, By, Start))
	w.Post("Te laat", Start)
	w.hasPosts(e, "Later pushed", "Bericht in")
	posts, err := s.EditionPosts(t.Context(), e, Start)
	if err != nil || len(posts) != 2 || !cmp.Equal(posts[1].Topics, newsletter.NewIDs(w.Council.ID)) || !posts[1].Own || posts[1].Position != 2 {
		t.Errorf("%+v, %v", posts, err)
	}
	for _, err := range []error{
		s.EditEdition(t.Context(), e.PublicID, words, By, Start),
		s.DisposePost(t.Context(), e.PublicID, p.PublicID, newsletter.PostLeftOut, By, Start),
	} {
		if !newsletter.Is(err, newsletter.Conflict) {
			t.Errorf("an approved edition was changed: %v", err)
		}
	}
	e, err = s.ReviewEdition(t.Context(), e.PublicID, By, Start)
	if err != nil || e.State != newsletter.EditionInReview || !e.ApprovedAt.IsZero() || e.ApprovedBy != "" {
		t.Errorf("%+v, %v", e, err)
	}
	w.hasPosts(e, "Te laat in", "Later pushed", "Gewijzigd in")
	trail, err := s.AuditTrail(t.Context(), "edition", e.PublicID.String())
	var actions []string
	for _, entry := range trail {
		actions = append(actions, entry.Action)
	}
	if diff := cmp.Diff([]string{"edition.add", "edition.edit", "edition.post", "edition.approved", "edition.in_review"}, actions); err != nil || diff != "" {
		t.Error(diff, err)
	}
}

func testApproveEmpty(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Reader("jan", w.Daily)
	e, err := s.AddExtraEdition(t.Context(), w.Daily.ID, By, Start)
	w.check(err)
	if _, err := s.ApproveEdition(t.Context(), e.PublicID, By, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("somebody approved an empty edition: %v", err)
	}
	if got, err := s.ApproveEdition(t.Context(), e.PublicID, newsletter.System("digest"), Start); err != nil || got.State != newsletter.EditionSkipped || got.Reason != newsletter.ReasonEmpty || got.EndedAt.IsZero() {
		t.Errorf("%+v, %v", got, err)
	}
	w.Do(`UPDATE schedule SET empty = 'send' WHERE id = $1`, w.Daily.ID)
	if got := w.Edition(w.Daily, Start); got.State != newsletter.EditionApproved {
		t.Errorf("%+v", got)
	}
}

func testTransitions(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Reader("jan", w.Daily)
	w.Post("Bericht", Start)
	type step = func(id newsletter.PublicID) (*newsletter.Edition, error)
	acts := map[newsletter.EditionState]step{
		newsletter.EditionInReview: func(id newsletter.PublicID) (*newsletter.Edition, error) {
			return s.ReviewEdition(t.Context(), id, By, Start)
		},
		newsletter.EditionApproved: func(id newsletter.PublicID) (*newsletter.Edition, error) {
			return s.ApproveEdition(t.Context(), id, By, Start)
		},
		newsletter.EditionPaused: func(id newsletter.PublicID) (*newsletter.Edition, error) {
			return s.PauseEdition(t.Context(), id, By, Start)
		},
		newsletter.EditionSending: func(id newsletter.PublicID) (*newsletter.Edition, error) {
			return s.ResumeEdition(t.Context(), id, By, Start)
		},
		newsletter.EditionCancelled: func(id newsletter.PublicID) (*newsletter.Edition, error) {
			return s.CancelEdition(t.Context(), id, By, Start)
		},
	}
	for _, from := range []newsletter.EditionState{newsletter.EditionDraft, newsletter.EditionInReview, newsletter.EditionApproved, newsletter.EditionSending,
		newsletter.EditionPaused, newsletter.EditionSent, newsletter.EditionSkipped, newsletter.EditionMissed, newsletter.EditionCancelled} {
		for to, act := range acts {
			e, err := s.AddExtraEdition(t.Context(), w.Daily.ID, By, Start)
			w.check(err)
			w.Do(`UPDATE edition SET state = $1 WHERE id = $2`, string(from), e.ID)
			drawn := from.CanBecome(to) && (to != newsletter.EditionSending || from == newsletter.EditionPaused)
			got, err := act(e.PublicID)
			switch {
			case drawn && (err != nil || got.State != to):
				t.Errorf("%s → %s: %+v, %v", from, to, got, err)
			case !drawn && !newsletter.Is(err, newsletter.Conflict):
				t.Errorf("%s → %s is not drawn: %+v, %v", from, to, got, err)
			}
			if stored, err := s.Edition(t.Context(), e.PublicID); err != nil || drawn != (stored.State == to && from != to) {
				t.Errorf("%s → %s: stored as %s, %v", from, to, stored.State, err)
			}
		}
	}
}
