package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/token"
)

func editionDeskCases() []Case {
	return []Case{
		{"posts in an editor's order", []string{"OrderPosts", "EditionPosts"}, testOrderPosts},
		{"four eyes, and an approval that is held", []string{"ApprovalRule", "SetApprovalRule", "ApproveEdition", "NextDue"}, testApprovalRule},
		{"an edition that leaves before its slot", []string{"SendSooner", "DueEditions", "ReviewEdition"}, testSendSooner},
		{"pages of editions", []string{"EditionsOf"}, testEditionsOf},
		{"what would leave now", []string{"Readers", "ReadingsMoved", "Rehearse", "Outlook", "Released"}, testOutlook},
		{"test mails", []string{"AddTestLetter", "TestLetter", "ForgetTestLetters"}, testTestLetter},
		{"who gets an edition", []string{"EditionReader"}, testEditionReader},
	}
}

var firstEditor, secondEditor = newsletter.Actor{Kind: newsletter.ByStaff, ID: "first"}, newsletter.Actor{Kind: newsletter.ByStaff, ID: "second"}

func testOrderPosts(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Reader("jan", w.Daily)
	one, two, three := w.Post("Een", Start), w.Post("Twee", Start.Add(time.Minute)), w.Post("Drie", Start.Add(2*time.Minute))
	e, err := s.AddExtraEdition(t.Context(), w.Daily.ID, By, Start)
	w.check(err)
	w.hasPosts(e, "Drie in", "Twee in", "Een in")
	w.check(s.OrderPosts(t.Context(), e.PublicID, []newsletter.PublicID{one.PublicID, three.PublicID, one.PublicID}, firstEditor, Start))
	e, err = s.Edition(t.Context(), e.PublicID)
	w.check(err)
	w.hasPosts(e, "Een in", "Drie in", "Twee in")
	if diff := cmp.Diff(newsletter.Strings{"first"}, e.EditedBy); diff != "" {
		t.Error(diff)
	}
	w.Post("Vier", Start.Add(3*time.Minute)) // comes later, and follows what was put in order
	w.hasPosts(e, "Een in", "Drie in", "Vier in", "Twee in")
	w.check(s.DisposePost(t.Context(), e.PublicID, three.PublicID, newsletter.PostLeftOut, By, Start))
	w.hasPosts(e, "Een in", "Drie left_out", "Vier in", "Twee in")
	if err := s.OrderPosts(t.Context(), e.PublicID, []newsletter.PublicID{two.PublicID, newsletter.NewPublicID()}, By, Start); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
	e, err = s.ApproveEdition(t.Context(), e.PublicID, By, Start)
	w.check(err)
	w.hasPosts(e, "Een in", "Drie left_out", "Vier in", "Twee in")
	if err := s.OrderPosts(t.Context(), e.PublicID, nil, By, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("an approved edition was changed: %v", err)
	}
}

func testApprovalRule(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	rule, err := s.ApprovalRule(t.Context(), w.List.ID)
	if diff := cmp.Diff(newsletter.DefaultApproval(w.List.ID), rule); err != nil || diff != "" {
		t.Error(diff, err)
	}
	rule.FourEyes, rule.Hold = true, newsletter.Duration(time.Hour)
	w.check(s.SetApprovalRule(t.Context(), rule, firstEditor, Start))
	if got, err := s.ApprovalRule(t.Context(), w.List.ID); err != nil || got != rule {
		t.Errorf("%+v, %v", got, err)
	}
	if err := s.SetApprovalRule(t.Context(), newsletter.ApprovalRule{ListID: 99}, firstEditor, Start); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
	rule.Hold = newsletter.MaxHold + 1
	if err := s.SetApprovalRule(t.Context(), rule, firstEditor, Start); !newsletter.Is(err, newsletter.Invalid) {
		t.Error(err)
	}

	w.Reader("jan", w.Daily)
	w.Post("Bericht", Start)
	e, err := s.AddExtraEdition(t.Context(), w.Daily.ID, firstEditor, Start) // who makes one has worked on it
	w.check(err)
	if _, err := s.ApproveEdition(t.Context(), e.PublicID, firstEditor, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("somebody approved their own work: %v", err)
	}
	e, err = s.ApproveEdition(t.Context(), e.PublicID, secondEditor, Start)
	if err != nil || e.HeldUntil != newsletter.At(Start.Add(time.Hour)) || e.ApprovedBy != "staff:second" {
		t.Fatalf("%+v, %v", e, err)
	}
	if step := e.Step(&w.Daily, newsletter.At(Start.Add(time.Hour-1))); step != newsletter.StepWait {
		t.Errorf("within the hold time: %q", step)
	}
	if step := e.Step(&w.Daily, newsletter.At(Start.Add(time.Hour))); step != newsletter.StepRelease {
		t.Errorf("after the hold time: %q", step)
	}
	if next, err := s.NextDue(t.Context(), Start); err != nil || next != e.HeldUntil {
		t.Errorf("due next: %v, %v", next, err)
	}
	e, err = s.ReviewEdition(t.Context(), e.PublicID, firstEditor, Start)
	if err != nil || !e.HeldUntil.IsZero() {
		t.Errorf("%+v, %v", e, err)
	}
	if e, err = s.ApproveEdition(t.Context(), e.PublicID, By, Start); err != nil || !e.HeldUntil.IsZero() {
		t.Errorf("an operator's approval is held: %+v, %v", e, err)
	}
}

// An edition that leaves before its slot uses it: the slot has one edition, however often it is asked for.
func testSendSooner(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Reader("jan", w.Daily)
	w.Post("Bericht", Start)
	slot := w.Daily.NextAt
	slots := newsletter.Slots{Schedule: w.Daily, Make: slot, NextAt: newsletter.At(slot.AddDate(0, 0, 1))}
	made, err := s.MakeEditions(t.Context(), &slots, Start)
	if err != nil || len(made) != 1 {
		t.Fatal(made, err)
	}
	e := &made[0]
	due := func(at time.Time) (ids []newsletter.PublicID) {
		t.Helper()
		editions, err := s.DueEditions(t.Context(), at)
		w.check(err)
		for _, d := range editions {
			if d.Edition.Step(&d.Schedule, newsletter.At(at)) == newsletter.StepRelease {
				ids = append(ids, d.Edition.PublicID)
			}
		}
		return ids
	}
	if _, err := s.SendSooner(t.Context(), e.PublicID, firstEditor, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("one that nobody approved: %v", err)
	}
	_, err = s.ApproveEdition(t.Context(), e.PublicID, firstEditor, Start)
	w.check(err)
	later := Start.Add(time.Hour)
	if got := due(later); len(got) > 0 {
		t.Errorf("due before its slot: %v", got)
	}
	e, err = s.SendSooner(t.Context(), e.PublicID, firstEditor, later)
	w.check(err)
	if want := newsletter.At(later.Add(5 * time.Minute)); e.HeldUntil != want || e.SoonerAt != newsletter.At(later) || e.ScheduledFor != slot {
		t.Errorf("%+v", e)
	}
	if next, err := s.NextDue(t.Context(), later); err != nil || next != e.HeldUntil {
		t.Errorf("due next: %v, %v", next, err)
	}
	if got := due(later); len(got) > 0 {
		t.Errorf("due within the hold time: %v", got)
	}
	if _, err := s.SendSooner(t.Context(), e.PublicID, firstEditor, later); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("twice: %v", err)
	}
	// Taking the approval back takes this back.
	e, err = s.ReviewEdition(t.Context(), e.PublicID, firstEditor, later)
	w.check(err)
	_, err = s.ApproveEdition(t.Context(), e.PublicID, firstEditor, later)
	w.check(err)
	if got := due(later.Add(time.Hour)); len(got) > 0 {
		t.Errorf("due after it was taken back: %v", got)
	}
	_, err = s.SendSooner(t.Context(), e.PublicID, firstEditor, later)
	w.check(err)
	leaves := later.Add(5 * time.Minute)
	if got := due(leaves); len(got) != 1 || got[0] != e.PublicID {
		t.Fatalf("due: %v", got)
	}
	e, err = s.Edition(t.Context(), e.PublicID)
	w.check(err)
	if released, err := s.ReleaseEdition(t.Context(), e, nil, nil, leaves); err != nil || !released {
		t.Fatal(released, err)
	}
	// Neither the one process nor another makes the slot a second edition.
	again, err := s.MakeEditions(t.Context(), &slots, slot.Time)
	if err != nil || len(again) > 0 {
		t.Errorf("the slot has another edition: %v, %v", again, err)
	}
	slots.Schedule.NextAt, slots.Make = slots.NextAt, slot
	again, err = s.MakeEditions(t.Context(), &slots, slot.Time)
	if err != nil || len(again) > 0 {
		t.Errorf("the slot has another edition: %v, %v", again, err)
	}
	if got := due(slot.Time); len(got) > 0 {
		t.Errorf("due at its slot: %v", got)
	}
}

func testEditionsOf(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	var want []newsletter.PublicID
	for i := range 5 {
		e, err := s.AddExtraEdition(t.Context(), w.Daily.ID, By, Start.Add(time.Duration(i/2)*time.Hour)) // some at one time
		w.check(err)
		want = append([]newsletter.PublicID{e.PublicID}, want...)
	}
	query := newsletter.EditionQuery{Lists: []int64{w.List.ID}, Limit: 2}
	var got []newsletter.PublicID
	for more := true; more; {
		var page []newsletter.Edition
		var err error
		page, more, err = s.EditionsOf(t.Context(), query)
		w.check(err)
		for _, e := range page {
			got = append(got, e.PublicID)
		}
		query.After = got[len(got)-1]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for name, q := range map[string]newsletter.EditionQuery{
		"another list": {Lists: []int64{w.List.ID + 1}}, "no list": {},
		"another state": {Lists: []int64{w.List.ID}, States: []newsletter.EditionState{newsletter.EditionSent}},
	} {
		if page, more, err := s.EditionsOf(t.Context(), q); err != nil || more || len(page) > 0 {
			t.Errorf("%s: %d editions, %v, %v", name, len(page), more, err)
		}
	}
	if page, _, err := s.EditionsOf(t.Context(), newsletter.EditionQuery{Lists: []int64{w.List.ID}, States: []newsletter.EditionState{newsletter.EditionDraft}}); err != nil || len(page) != 5 {
		t.Errorf("%d editions, %v", len(page), err)
	}
	extra := newsletter.EditionQuery{Lists: []int64{w.List.ID}, Kinds: []newsletter.EditionKind{newsletter.EditionExtra}}
	slots := newsletter.EditionQuery{Lists: []int64{w.List.ID}, Kinds: []newsletter.EditionKind{newsletter.EditionSlot}}
	for want, q := range map[int]newsletter.EditionQuery{5: extra, 0: slots} {
		if page, _, err := s.EditionsOf(t.Context(), q); err != nil || len(page) != want {
			t.Errorf("%v: %d editions, %v", q.Kinds, len(page), err)
		}
	}
	// The one that was made first left last.
	for i, id := range want[3:] {
		w.Do(`UPDATE edition SET state = 'sent', released_at = $2 WHERE public_id = $1`, id, newsletter.At(Start.Add(time.Duration(i)*time.Minute)))
	}
	page, more, err := s.EditionsOf(t.Context(), newsletter.EditionQuery{Lists: []int64{w.List.ID}, Left: true, Limit: 1})
	if err != nil || !more || len(page) != 1 || page[0].PublicID != want[4] {
		t.Errorf("that left: %v, %v, %v", page, more, err)
	}
}

func testOutlook(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Reader("alles", w.Daily)
	w.Reader("raad", w.Daily, w.Council)
	w.Reader("ook-raad", w.Daily, w.Council)
	w.Reader("bewoners", w.Daily, w.Residents)
	w.Post("Voor de raad", Start, w.Council)
	slot := &newsletter.Edition{ListID: w.List.ID, ScheduleID: w.Daily.ID, Kind: newsletter.EditionSlot, State: newsletter.EditionDraft}
	look := func(e *newsletter.Edition) (out [2]newsletter.Outlook) {
		t.Helper()
		readers, err := s.Readers(t.Context(), e.ScheduleID)
		w.check(err)
		for i, read := range []func() (*newsletter.Release, error){
			func() (*newsletter.Release, error) { return s.Outlook(t.Context(), e, readers, Start) },
			func() (*newsletter.Release, error) { return s.Rehearse(t.Context(), e, readers, Start) },
		} {
			r, err := read()
			w.check(err)
			out[i] = r.Outlook()
		}
		return out
	}
	for _, out := range look(slot) {
		if out.Readers != 3 || out.Without != 1 || len(out.Variants) != 1 || out.Variants[0].Readers != 3 {
			t.Errorf("a slot to come: %+v", out)
		}
	}
	w.Post("Voor bewoners", Start, w.Residents)
	e, err := s.AddExtraEdition(t.Context(), w.Daily.ID, By, Start)
	w.check(err)
	before := look(e)
	if before[0].Readers != 4 || len(before[0].Variants) != 3 || before[0].Variants[0].Readers != 2 {
		t.Errorf("a draft: %+v", before[0])
	}
	e, err = s.ApproveEdition(t.Context(), e.PublicID, By, Start)
	w.check(err)
	w.Post("Te laat", Start)
	if diff := cmp.Diff(before, look(e)); diff != "" {
		t.Errorf("what was looked at is not what leaves: %s", diff)
	}
	readers, err := s.Readers(t.Context(), slot.ScheduleID)
	w.check(err)
	if r, err := s.Outlook(t.Context(), slot, readers, Start); err != nil || r.Posts[0].HTML != "" {
		t.Errorf("%+v, %v", r.Posts[0], err)
	}
	moved := func(now time.Time, want newsletter.Time) {
		t.Helper()
		if at, err := s.ReadingsMoved(t.Context(), w.Daily.ID, now); err != nil || !at.Equal(want.Time) {
			t.Errorf("moved at %v, %v, want %v", at, err, want)
		}
	}
	moved(Start, newsletter.Time{})
	w.Release(e, Start)
	later := Start.Add(time.Hour)
	moved(later, newsletter.At(later)) // it is being fanned out
	w.Do(`UPDATE edition SET fanned_out_at = $1 WHERE id = $2`, Start.UnixMicro(), e.ID)
	moved(later, newsletter.At(Start))
	w.Do(`UPDATE edition SET fanned_out_at = NULL WHERE id = $1`, e.ID)
	w.FanOut(e, 100, Start)
	if left, err := s.Released(t.Context(), e.ID); err != nil || len(left) != 3 || left[0].Mails != 2 || left[2].Mails != 1 {
		t.Errorf("%+v, %v", left, err)
	}
}

func testTestLetter(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	e, err := s.AddExtraEdition(t.Context(), w.Daily.ID, By, Start)
	w.check(err)
	to := []newsletter.Address{"collega@voorbeeld.nl", "chef@voorbeeld.nl"}
	hashes := [][]token.Hash{w.Hashes(to[0]), w.Hashes(to[1])}
	quotas := []newsletter.Quota{{Counter: "test_letter", Key: "anna", Reason: "limit_tests", Limits: []newsletter.Limit{{Most: 3, Per: time.Hour}}}}
	letter := &newsletter.TestLetter{EditionID: e.ID, Language: newsletter.Dutch, Letter: []byte{1, 2, 0, 3}}
	w.check(s.AddTestLetter(t.Context(), letter, to, hashes, quotas, firstEditor, Start))
	if got, err := s.TestLetter(t.Context(), letter.ID); err != nil || !cmp.Equal(got, letter) {
		t.Errorf("%+v, %v", got, err)
	}
	const owed = `SELECT kind, template, state, address, edition_id, subscription_id FROM delivery ORDER BY id`
	want := [][]string{{"notice", "edition_test", "pending", "collega@voorbeeld.nl", "NULL", "NULL"}, {"notice", "edition_test", "pending", "chef@voorbeeld.nl", "NULL", "NULL"}}
	if diff := cmp.Diff(want, Query(t, s, owed)); diff != "" {
		t.Error(diff)
	}
	if err := s.AddTestLetter(t.Context(), &newsletter.TestLetter{EditionID: e.ID, Language: newsletter.Dutch, Letter: []byte{1}}, to, hashes, quotas, firstEditor, Start); !newsletter.Is(err, newsletter.TooMany) {
		t.Errorf("beyond the limit: %v", err)
	}
	w.check(s.Suppress(t.Context(), to[1], w.Hash(to[1]), newsletter.SuppressedObjection, time.Time{}, By, Start))
	// Who wants no mail gets none, and who asks is told nothing: not by the answer, nor by what it costs.
	second := &newsletter.TestLetter{EditionID: e.ID, Language: newsletter.Dutch, Letter: []byte{1}}
	w.check(s.AddTestLetter(t.Context(), second, to, hashes, []newsletter.Quota{{Counter: "x", Key: "y", Limits: []newsletter.Limit{{Most: 2, Per: time.Hour}}}}, firstEditor, Start))
	want = append(want, want[0])
	if diff := cmp.Diff(want, Query(t, s, owed)); diff != "" {
		t.Errorf("to somebody who wants no mail: %s", diff)
	}
	if err := s.AddTestLetter(t.Context(), second, to[:1], hashes, []newsletter.Quota{{Counter: "x", Key: "y", Reason: "limit_tests", Limits: []newsletter.Limit{{Most: 2, Per: time.Hour}}}}, firstEditor, Start); !newsletter.Is(err, newsletter.TooMany) {
		t.Errorf("who gets no mail counts for nothing: %v", err)
	}
	trail, err := s.AuditTrail(t.Context(), "edition", e.PublicID.String())
	if err != nil || len(trail) != 3 || trail[1].Action != "edition.test" || trail[1].Detail != trail[2].Detail || trail[1].Detail != `{"addresses":2}` {
		t.Errorf("%+v, %v", trail, err)
	}
	if n, err := s.ForgetTestLetters(t.Context(), Start, Worker, Start); err != nil || n != 0 {
		t.Errorf("%d, %v", n, err)
	}
	if n, err := s.ForgetTestLetters(t.Context(), Start.Add(time.Second), Worker, Start.Add(time.Hour)); err != nil || n != 2 {
		t.Errorf("%d, %v", n, err)
	}
	if known := Query(t, s, `SELECT id FROM delivery WHERE address IS NOT NULL OR domain <> '' OR state <> 'expired'`); len(known) > 0 {
		t.Error("to whom it went is still known")
	}
	if _, err := s.TestLetter(t.Context(), letter.ID); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
}

func testEditionReader(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	choice := w.All()
	choice.ScheduleID = w.Daily.ID
	w.Join("jan@voorbeeld.nl", Start, choice)
	w.Join("piet@voorbeeld.nl", Start, w.All())
	w.Join("els@voorbeeld.nl", Start, choice)
	some := w.Some(w.Council)
	some.ScheduleID = w.Daily.ID
	w.Join("raad@voorbeeld.nl", Start, some)
	w.Post("Voor bewoners", Start.Add(time.Minute), w.Residents)
	e, err := s.AddExtraEdition(t.Context(), w.Daily.ID, By, Start)
	w.check(err)
	w.check(s.Suppress(t.Context(), "els@voorbeeld.nl", w.Hash("els@voorbeeld.nl"), newsletter.SuppressedBounce, time.Time{}, By, Start))
	why := func(address newsletter.Address, want newsletter.WhyNot) {
		t.Helper()
		of, err := s.EditionReader(t.Context(), e.PublicID, address, firstEditor, Start)
		w.check(err)
		r, err := s.Rehearse(t.Context(), e, []newsletter.Combination{of.Reader}, Start)
		w.check(err)
		if got, _ := of.Why(r); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
	why("JAN@voorbeeld.nl", newsletter.ReaderGets)
	why("niemand@voorbeeld.nl", newsletter.ReaderUnknown)
	why("piet@voorbeeld.nl", newsletter.ReaderOtherPace)
	why("els@voorbeeld.nl", newsletter.ReaderSuppressed)
	why("raad@voorbeeld.nl", newsletter.ReaderHadAll)
	w.Do(`UPDATE subscription SET state = 'paused' WHERE subscriber_id = (SELECT id FROM subscriber WHERE address_key = 'jan@voorbeeld.nl')`)
	why("jan@voorbeeld.nl", newsletter.ReaderPaused)
	w.Do(`UPDATE subscription SET state = 'unsubscribed' WHERE subscriber_id = (SELECT id FROM subscriber WHERE address_key = 'jan@voorbeeld.nl')`)
	why("jan@voorbeeld.nl", newsletter.ReaderLeft)
	w.Do(`DELETE FROM subscription WHERE subscriber_id = (SELECT id FROM subscriber WHERE address_key = 'piet@voorbeeld.nl')`)
	why("piet@voorbeeld.nl", newsletter.ReaderElsewhere)
	w.Do(`UPDATE subscription SET state = 'active' WHERE subscriber_id = (SELECT id FROM subscriber WHERE address_key = 'jan@voorbeeld.nl')`)
	w.Do(`UPDATE subscriber SET restricted_at = 1 WHERE address_key = 'jan@voorbeeld.nl'`)
	why("jan@voorbeeld.nl", newsletter.ReaderRestricted)
	w.Do(`UPDATE subscriber SET restricted_at = NULL`)
	e, err = s.ApproveEdition(t.Context(), e.PublicID, By, Start)
	w.check(err)
	w.Release(e, Start)
	w.FanOut(e, 100, Start)
	why("jan@voorbeeld.nl", newsletter.ReaderDelivered)
	looks := Query(t, s, `SELECT COUNT(*) FROM audit_entry WHERE action = 'subscriber.look' AND actor_id = 'first'`)
	if looks[0][0] != "10" {
		t.Errorf("%s looks are audited", looks[0][0])
	}
	if len(Query(t, s, `SELECT seq FROM audit_entry WHERE detail LIKE '%voorbeeld.nl%' AND action = 'subscriber.look'`)) > 0 {
		t.Error("the audit log names an address")
	}
	if _, err := s.EditionReader(t.Context(), newsletter.NewPublicID(), "jan@voorbeeld.nl", firstEditor, Start); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
}
