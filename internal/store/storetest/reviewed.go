package storetest

import (
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func reviewedCases() []Case {
	return []Case{{"what was looked at is what is approved", []string{"ApproveReviewed"}, testApproveReviewed}}
}

func testApproveReviewed(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Reader("jan", w.Daily)
	p := w.Post("Bericht", Start)
	e, err := s.AddExtraEdition(t.Context(), w.Daily.ID, By, Start)
	w.check(err)
	print := func(now time.Time) string {
		t.Helper()
		e, err := s.Edition(t.Context(), e.PublicID)
		w.check(err)
		posts, err := s.EditionPosts(t.Context(), e, now)
		w.check(err)
		l, err := s.List(t.Context(), e.ListID)
		w.check(err)
		topics, err := s.Topics(t.Context(), e.ListID)
		w.check(err)
		return newsletter.Fingerprint(e, posts, l, topics)
	}
	seen := print(Start)
	refused := func(what string) {
		t.Helper()
		if _, err := s.ApproveReviewed(t.Context(), e.PublicID, newsletter.Reviewed{Print: seen}, By, Start); !newsletter.Is(err, newsletter.Conflict) || !strings.Contains(err.Error(), "changed since you looked") {
			t.Errorf("%s: %v", what, err)
		}
		if e, err := s.Edition(t.Context(), e.PublicID); err != nil || e.State != newsletter.EditionDraft {
			t.Errorf("%s: %+v, %v", what, e, err)
		}
		seen = print(Start)
	}
	w.check(s.EditEdition(t.Context(), e.PublicID, newsletter.EditionWords{Subject: "Nieuws"}, By, Start))
	refused("other words")
	p.Title = "Ander bericht"
	w.check(s.EditPost(t.Context(), &p, By, Start))
	refused("another title")
	later := w.Post("Later", Start)
	refused("one more post")
	w.check(s.DisposePost(t.Context(), e.PublicID, later.PublicID, newsletter.PostLeftOut, By, Start))
	refused("one post less")
	w.List.SenderName = "Iemand anders"
	w.check(s.ChangeList(t.Context(), &w.List, By, Start))
	refused("another sender")

	// The clock alone changes nothing.
	if later := print(Start.Add(time.Hour)); later != seen {
		t.Error("an hour later it is another edition")
	}
	approved, err := s.ApproveReviewed(t.Context(), e.PublicID, newsletter.Reviewed{Print: seen, Despite: "De voorzitter wil het zo", Flaws: []string{"link_gone"}}, By, Start.Add(time.Hour))
	if err != nil || approved.State != newsletter.EditionApproved {
		t.Fatalf("%+v, %v", approved, err)
	}
	if frozen := print(Start.Add(2 * time.Hour)); frozen != seen {
		t.Error("what was frozen is not what was looked at")
	}
	trail, err := s.AuditTrail(t.Context(), "edition", e.PublicID.String())
	w.check(err)
	if last := trail[len(trail)-1]; last.Action != "edition.approved" || !strings.Contains(last.Detail, `"despite":"De voorzitter wil het zo","flaws":["link_gone"]`) {
		t.Errorf("audited as %s", last.Detail)
	}
	if _, err := s.ApproveReviewed(t.Context(), newsletter.NewPublicID(), newsletter.Reviewed{}, By, Start); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
}
