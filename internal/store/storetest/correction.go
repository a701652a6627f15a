package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func correctionCases() []Case {
	return []Case{
		{"a correction goes to those whom its edition reached", []string{"AddCorrection", "Corrections", "Original", "CorrectionReaders", "CorrectionPages"}, testCorrection},
		{"what can be corrected, and changed of it", []string{"AddCorrection", "EditCorrection"}, testCorrectable},
		{"a correction gives nothing back", []string{"AddCorrection", "StopDeliveries"}, testCorrectionGivesNothingBack},
	}
}

var errata = newsletter.CorrectionTexts{
	newsletter.Dutch:   {Subject: "Correctie: de avond is op dinsdag", Text: "Wij schreven *maandag*. Het is **dinsdag**."},
	newsletter.English: {Subject: "Correction: it is on Tuesday", Text: "We wrote Monday. It is Tuesday."},
}

// correct makes, approves and releases a correction of what was sent, and makes its deliveries.
func (x *sending) correct() (e *newsletter.Edition, deliveries int64) {
	x.t.Helper()
	e, err := x.s.AddCorrection(x.t.Context(), x.edition.PublicID, errata, By, x.now)
	x.check(err)
	e, err = x.s.ApproveEdition(x.t.Context(), e.PublicID, By, x.now)
	x.check(err)
	if e.State != newsletter.EditionApproved || e.ThroughSeq != 0 {
		x.t.Errorf("approved as %+v", e)
	}
	due, err := x.s.DueEditions(x.t.Context(), x.now)
	if err != nil || !slices.ContainsFunc(due, func(d newsletter.DueEdition) bool {
		return d.Edition.ID == e.ID && d.Edition.Step(&d.Schedule, newsletter.At(x.now)) == newsletter.StepRelease
	}) {
		x.t.Errorf("it isn't due: %v, %v", due, err)
	}
	x.Release(e, x.now)
	return e, x.FanOut(e, 2, x.now)
}

// rest lets what was sent come to rest.
func (x *sending) rest() {
	x.t.Helper()
	x.FanOut(x.edition, 100, x.now)
	x.HandOver(x.now)
	if _, err := x.s.FinishEditions(x.t.Context(), x.now); err != nil {
		x.t.Fatal(err)
	}
}

func testCorrection(t *testing.T, s *store.Store) {
	x := newSending(t, s, "a", "b", "c", "d", "e", "f", "g")
	ids := x.doubt(1) // a: nobody knows; it is told too
	// x.HandOver would hand over what is uncertain no more than what has failed.
	x.Do(`UPDATE delivery SET state = 'failed', ended_at = $2, apart = NULL WHERE edition_id = $1 AND subscription_id = (
		SELECT s.id FROM subscription AS s JOIN subscriber AS p ON p.id = s.subscriber_id WHERE p.address = 'b@lezer.voorbeeld.nl')`, x.edition.ID, newsletter.At(x.now))
	x.rest()
	x.wantState(ids[0], newsletter.DeliveryUncertain)
	// c left, d changes language and pace, e must not be mailed; z reads the list but never got this edition.
	x.Do(`UPDATE subscription SET state = 'unsubscribed', active_since = NULL WHERE subscriber_id = (SELECT id FROM subscriber WHERE address = 'c@lezer.voorbeeld.nl')`)
	x.Do(`UPDATE subscriber SET language = 'en', layout = 'large' WHERE address = 'd@lezer.voorbeeld.nl'`)
	x.Do(`UPDATE subscription SET schedule_id = $1 WHERE subscriber_id = (SELECT id FROM subscriber WHERE address = 'd@lezer.voorbeeld.nl')`, x.Weekly.ID)
	x.Do(`UPDATE subscriber SET suppressed_at = 1 WHERE address = 'e@lezer.voorbeeld.nl'`)
	x.Reader("z", x.Daily)
	readings := func() string { return fmt.Sprint(x.Rows(`SELECT id, reading_id FROM subscription ORDER BY id`)) }
	before := readings()

	e, n := x.correct()
	if n != 4 {
		t.Errorf("%d deliveries", n)
	}
	got := fmt.Sprint(x.Rows(`
		SELECT p.address, v.language, v.layout, v.posts FROM delivery AS d JOIN variant AS v ON v.id = d.variant_id
		JOIN subscription AS s ON s.id = d.subscription_id JOIN subscriber AS p ON p.id = s.subscriber_id WHERE d.edition_id = $1 ORDER BY p.address`, e.ID))
	if want := "[[a@lezer.voorbeeld.nl nl standard []] [d@lezer.voorbeeld.nl en large []] [f@lezer.voorbeeld.nl nl standard []] [g@lezer.voorbeeld.nl nl standard []]]"; got != want {
		t.Errorf("goes to %s", got)
	}
	if handed := x.HandOver(x.now); len(handed) != 4 {
		t.Errorf("handed over: %v", handed)
	}
	if n, err := s.CorrectionReaders(t.Context(), e); err != nil || n != 4 {
		t.Errorf("%d readers, %v", n, err)
	}
	ended, err := s.FinishEditions(t.Context(), x.now)
	if err != nil || len(ended) != 1 || ended[0].ID != e.ID || ended[0].State != newsletter.EditionSent {
		t.Errorf("%+v, %v", ended, err)
	}
	if after := readings(); after != before {
		t.Errorf("readings moved: %s, %s", before, after)
	}
	all, err := s.Corrections(t.Context(), x.edition.ID)
	if err != nil || len(all) != 1 || all[0].PublicID != e.PublicID || *all[0].Corrects != x.edition.ID || !cmp.Equal(all[0].Correction, errata) {
		t.Errorf("%+v, %v", all, err)
	}
	o, err := s.Original(t.Context(), &all[0])
	if err != nil || o.Edition.PublicID != x.edition.PublicID || len(o.Variants) != 1 || o.Web(newsletter.English) != o.Variants[0].PublicID {
		t.Errorf("%+v, %v", o, err)
	}
	pages, err := s.CorrectionPages(t.Context(), x.edition.ID, newsletter.English)
	if err != nil || len(pages) != 1 || pages[0].Variant.IsZero() || pages[0].ReleasedAt.IsZero() {
		t.Errorf("%+v, %v", pages, err)
	}
	if o, err := s.Original(t.Context(), x.edition); o != nil || err != nil {
		t.Errorf("%+v, %v", o, err)
	}
}

func testCorrectable(t *testing.T, s *store.Store) {
	x := newSending(t, s, "a", "b")
	ctx := t.Context()
	refused := func(what string, id newsletter.PublicID, texts newsletter.CorrectionTexts, code newsletter.Code, reason string) {
		t.Helper()
		_, err := s.AddCorrection(ctx, id, texts, By, x.now)
		var coded *newsletter.Error
		if !newsletter.Is(err, code) || !errors.As(err, &coded) || coded.Reason != reason {
			t.Errorf("%s: %v", what, err)
		}
	}
	refused("on its way", x.edition.PublicID, errata, newsletter.Conflict, "correction_running")
	refused("none", newsletter.NewPublicID(), errata, newsletter.NotFound, "not_found")
	draft, err := s.AddExtraEdition(ctx, x.Weekly.ID, By, x.now)
	x.check(err)
	refused("a draft", draft.PublicID, errata, newsletter.Conflict, "correction_unsent")
	_, err = s.CancelEdition(ctx, x.edition.PublicID, By, x.now)
	x.check(err)
	refused("being cancelled", x.edition.PublicID, errata, newsletter.Conflict, "correction_running")
	for done := false; !done; {
		_, done, err = s.StopDeliveries(ctx, x.edition.ID, 10, x.now)
		x.check(err)
	}
	refused("cancelled before anybody got it", x.edition.PublicID, errata, newsletter.Conflict, "correction_nobody")
	x.Do(`UPDATE delivery SET state = 'sent' WHERE id = (SELECT MIN(id) FROM delivery WHERE edition_id = $1)`, x.edition.ID)
	refused("no words", x.edition.PublicID, newsletter.CorrectionTexts{newsletter.English: errata[newsletter.English]}, newsletter.Invalid, "correction_subject")
	refused("no text", x.edition.PublicID, newsletter.CorrectionTexts{newsletter.Dutch: {Subject: "Correctie"}}, newsletter.Invalid, "correction_text")
	refused("another language", x.edition.PublicID, newsletter.CorrectionTexts{newsletter.Dutch: errata[newsletter.Dutch], "de": errata[newsletter.Dutch]}, newsletter.Invalid, "correction_language")

	e, err := s.AddCorrection(ctx, x.edition.PublicID, newsletter.CorrectionTexts{newsletter.Dutch: errata[newsletter.Dutch], newsletter.English: {}}, By, x.now)
	if err != nil || len(e.Correction) != 1 || e.Kind != newsletter.EditionCorrection || e.Subject != errata[newsletter.Dutch].Subject {
		t.Fatalf("%+v, %v", e, err)
	}
	refused("a correction", e.PublicID, errata, newsletter.Conflict, "correction_of_correction")
	x.check(s.EditCorrection(ctx, e.PublicID, errata, By, x.now))
	if e, err := s.Edition(ctx, e.PublicID); err != nil || !cmp.Equal(e.Correction, errata) {
		t.Errorf("%+v, %v", e, err)
	}
	if posts, err := s.EditionPosts(ctx, e, x.now); err != nil || len(posts) != 0 {
		t.Errorf("it has posts: %v, %v", posts, err)
	}
	if err := s.EditCorrection(ctx, draft.PublicID, errata, By, x.now); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
	_, err = s.ApproveEdition(ctx, e.PublicID, By, x.now)
	x.check(err)
	if err := s.EditCorrection(ctx, e.PublicID, errata, By, x.now); !newsletter.Is(err, newsletter.Conflict) {
		t.Error(err)
	}
	x.Do(`UPDATE list SET state = 'paused'`)
	refused("of a paused list", x.edition.PublicID, errata, newsletter.Conflict, "correction_list")
}

// What is stopped of a correction, or runs out, is over: there are no posts that could be owed again.
func testCorrectionGivesNothingBack(t *testing.T, s *store.Store) {
	x := newSending(t, s, "a", "b", "c")
	x.rest()
	e, n := x.correct()
	if n != 3 {
		t.Fatalf("%d deliveries", n)
	}
	before := fmt.Sprint(x.Rows(`SELECT id, reading_id FROM subscription ORDER BY id`))
	x.edition, x.now = e, x.now.Add(time.Second)
	claims := x.claim("w", 1)
	x.handOver("w", nil, idsOf(claims), claims[0].ID)
	x.handOver("w", []newsletter.Outcome{{Held: claims[0].Held(), State: newsletter.DeliveryExpired}}, nil)
	_, err := s.CancelEdition(t.Context(), e.PublicID, By, x.now)
	x.check(err)
	for done := false; !done; {
		_, done, err = s.StopDeliveries(t.Context(), e.ID, 10, x.now)
		x.check(err)
	}
	if after := fmt.Sprint(x.Rows(`SELECT id, reading_id FROM subscription ORDER BY id`)); after != before {
		t.Errorf("readings moved: %s, %s", before, after)
	}
}
