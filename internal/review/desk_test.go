package review_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/review"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

// press makes mails of nothing but the titles; it is a Composer.
type press struct {
	fails error
	then  func() // happens while it works
}

func (p *press) Sample(d *newsletter.Digest, _ time.Time) (*newsletter.SampleMail, error) {
	if p.fails != nil {
		return nil, p.fails
	}
	if p.then != nil {
		p.then()
	}
	l := goodLetter()
	for _, post := range d.Posts {
		l.markup = strings.Replace(l.markup, "<p>Tekst.</p>", "<p>Tekst.</p><p>"+post.Title+"</p>", 1)
	}
	return &newsletter.SampleMail{Language: d.Language, Layout: d.Layout, Subject: "Nieuws", LeaveURL: leave, Message: l.message()}, nil
}

// An edition with a link that is gone, from draft to approved: first refused, then approved by an admin with
// a reason, or by anybody once it is mended.
func TestDesk_Approve(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := storetest.NewWorld(t, s)
		w.Reader("jan", w.Daily)
		post := w.Post("Bericht", storetest.Start)
		now := storetest.Start.Add(time.Hour)
		e, err := s.AddExtraEdition(t.Context(), w.Daily.ID, storetest.By, now)
		if err != nil {
			t.Fatal(err)
		}
		words := newsletter.EditionWords{Introduction: "Lees [het verslag](https://raad.voorbeeld.nl/weg)."}
		if err := s.EditEdition(t.Context(), e.PublicID, words, storetest.By, now); err != nil {
			t.Fatal(err)
		}
		maker := &press{}
		desk := &review.Desk{Store: s, Composer: maker, Site: site, Links: review.NewLinks(web{"https://raad.voorbeeld.nl/weg": newsletter.LinkGone})}

		// A look asks nobody: of two links nothing is known.
		report, err := desk.Look(t.Context(), e.PublicID, now)
		if err != nil || report.Findings.Severe() || report.Unknown != 2 || report.Links != 2 {
			t.Fatalf("%+v, %v", report, err)
		}
		approve := func(a review.Approval) error {
			t.Helper()
			approved, report, err := desk.Approve(t.Context(), e.PublicID, a, storetest.By, now)
			if err == nil && approved.State != newsletter.EditionApproved {
				t.Errorf("%+v", approved)
			}
			if report == nil {
				t.Error("no report")
			}
			return err
		}
		if err := approve(review.Approval{Admin: true}); !newsletter.Is(err, newsletter.Conflict) || !strings.Contains(err.Error(), "link_gone") {
			t.Errorf("without a reason: %v", err)
		}
		if err := approve(review.Approval{Despite: "Het kan wel"}); !newsletter.Is(err, newsletter.Forbidden) {
			t.Errorf("by no admin: %v", err)
		}
		if err := approve(review.Approval{Admin: true, Despite: strings.Repeat("x", 501)}); !newsletter.Is(err, newsletter.Invalid) {
			t.Errorf("with a long reason: %v", err)
		}
		if report, err = desk.Look(t.Context(), e.PublicID, now); err != nil || !report.Findings.Severe() || report.Unknown != 0 {
			t.Errorf("what was asked is not known: %+v, %v", report, err)
		}
		if err := approve(review.Approval{Admin: true, Despite: " Het verslag komt vanmiddag "}); err != nil {
			t.Fatal(err)
		}
		trail, err := s.AuditTrail(t.Context(), "edition", e.PublicID.String())
		if err != nil || !strings.Contains(trail[len(trail)-1].Detail, `"despite":"Het verslag komt vanmiddag","flaws":["link_gone"]`) {
			t.Errorf("%+v, %v", trail, err)
		}

		// Mended: a reason that isn't needed is not kept.
		if _, err := s.ReviewEdition(t.Context(), e.PublicID, storetest.By, now); err != nil {
			t.Fatal(err)
		}
		if err := s.EditEdition(t.Context(), e.PublicID, newsletter.EditionWords{}, storetest.By, now); err != nil {
			t.Fatal(err)
		}
		if err := approve(review.Approval{Despite: "overbodig"}); err != nil {
			t.Fatal(err)
		}
		if trail, err = s.AuditTrail(t.Context(), "edition", e.PublicID.String()); err != nil || strings.Contains(trail[len(trail)-1].Detail, "despite") {
			t.Errorf("%+v, %v", trail, err)
		}

		// Frozen, it is looked at as it was frozen; a mail that can't be made is a finding.
		post.Title = "LOREM IPSUM EN HOOFDLETTERS"
		if err := s.EditPost(t.Context(), &post, storetest.By, now); err != nil {
			t.Fatal(err)
		}
		if report, err = desk.Check(t.Context(), e.PublicID, now); err != nil || len(report.Findings) != 0 {
			t.Errorf("%+v, %v", report, err)
		}
		maker.fails = errors.New("the template stumbles")
		report, err = desk.Check(t.Context(), e.PublicID, now)
		if err != nil || len(report.Findings) != 1 || report.Findings[0].Kind != review.KindUnmade || report.Findings[0].Args["Words"] != "the template stumbles" {
			t.Errorf("%+v, %v", report, err)
		}
		if _, err := desk.Check(t.Context(), newsletter.NewPublicID(), now); !newsletter.Is(err, newsletter.NotFound) {
			t.Error(err)
		}
	})
}

// Nothing is approved but what was seen: neither what was changed before the approval, nor what is changed while
// it is checked.
func TestDesk_ApproveWhatWasSeen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := storetest.NewWorld(t, s)
		w.Reader("jan", w.Daily)
		post := w.Post("Bericht", storetest.Start)
		now := storetest.Start.Add(time.Hour)
		e, err := s.AddExtraEdition(t.Context(), w.Daily.ID, storetest.By, now)
		if err != nil {
			t.Fatal(err)
		}
		maker := &press{}
		desk := &review.Desk{Store: s, Composer: maker, Site: site, Links: review.NewLinks(web{})}
		edit := func(title string) {
			post.Title = title
			if err := s.EditPost(t.Context(), &post, storetest.By, now); err != nil {
				t.Error(err)
			}
		}
		seen := ""
		refused := func(want string) {
			t.Helper()
			_, report, err := desk.Approve(t.Context(), e.PublicID, review.Approval{Seen: seen}, storetest.By, now)
			if !newsletter.IsEditionChanged(err) || report == nil {
				t.Fatalf("%+v, %v", report, err)
			}
			unseen := newsletter.Unseen(seen, report.Print, report.Posts)
			if len(unseen) != 1 || unseen[0].Kind != newsletter.UnseenPost || unseen[0].Title != want {
				t.Errorf("%+v", unseen)
			}
			seen = report.Print
		}
		report, err := desk.Look(t.Context(), e.PublicID, now)
		if err != nil {
			t.Fatal(err)
		}
		seen = report.Print
		edit("Voor de goedkeuring")
		refused("Voor de goedkeuring")
		maker.then = func() { maker.then = nil; edit("Tijdens het nakijken") }
		refused("Tijdens het nakijken")
		if approved, _, err := desk.Approve(t.Context(), e.PublicID, review.Approval{Seen: seen}, storetest.By, now); err != nil || approved.State != newsletter.EditionApproved {
			t.Errorf("%+v, %v", approved, err)
		}
	})
}

// What a slot is held for: what is severe, but for a mail that can't be made, and nothing of an edition without posts.
func TestDesk_Flaws(t *testing.T) {
	s := storetest.SQLite(t)
	w := storetest.NewWorld(t, s)
	w.Reader("jan", w.Daily)
	now := storetest.Start.Add(time.Hour)
	e, err := s.AddExtraEdition(t.Context(), w.Daily.ID, storetest.By, now)
	if err != nil {
		t.Fatal(err)
	}
	words := newsletter.EditionWords{Introduction: "Lees [het verslag](https://raad.voorbeeld.nl/weg)."}
	if err := s.EditEdition(t.Context(), e.PublicID, words, storetest.By, now); err != nil {
		t.Fatal(err)
	}
	maker := &press{}
	desk := &review.Desk{Store: s, Composer: maker, Site: site, Links: review.NewLinks(web{"https://raad.voorbeeld.nl/weg": newsletter.LinkGone})}
	flaws := func(want string) {
		t.Helper()
		found, print, err := desk.Flaws(t.Context(), e.PublicID, now)
		if err != nil || strings.Join(found, " ") != want {
			t.Errorf("%q, %v; want %q", found, err, want)
		}
		report, err := desk.Look(t.Context(), e.PublicID, now)
		if err != nil || report.Print != print {
			t.Errorf("the fingerprint isn't that of a look: %v", err)
		}
	}
	flaws("")
	w.Post("Bericht", storetest.Start)
	flaws("link_gone")
	maker.fails = errors.New("the template stumbles")
	flaws("link_gone")
	if _, _, err := desk.Flaws(t.Context(), newsletter.NewPublicID(), now); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
}
