package storetest

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func dueCases() []Case {
	return []Case{
		{"the clock is watched", []string{"SeeClock", "AcceptClock"}, testClock},
		{"schedules fall due", []string{"DueSchedules", "NextDue"}, testDueSchedules},
		{"a slot gets one edition", []string{"MakeEditions", "Editions"}, testMakeEditions},
		{"many make one edition", []string{"MakeEditions"}, testMakeTogether},
		{"empty editions are forgotten", []string{"ForgetEditions"}, testForgetEditions},
		{"editions fall due", []string{"DueEditions", "MoveEdition", "NoteEdition", "NextDue"}, testDueEditions},
	}
}

func testClock(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.check(s.SeeClock(t.Context(), Start))
	w.check(s.SeeClock(t.Context(), Start.Add(-59*time.Minute)))
	year := Start.AddDate(1, 0, 0)
	w.check(s.SeeClock(t.Context(), year)) // a wrong clock, but nobody can know
	if err := s.SeeClock(t.Context(), Start.Add(time.Hour)); !newsletter.Is(err, newsletter.Unavailable) {
		t.Errorf("a clock that is a year behind: %v", err)
	}
	w.Do(`UPDATE schedule SET next_at = $1 WHERE id = $2`, newsletter.At(year), w.Daily.ID)
	next := map[int64]newsletter.Time{w.Daily.ID: newsletter.At(Start.AddDate(0, 0, 1)), w.Weekly.ID: newsletter.At(Start.AddDate(0, 0, 14))}
	w.check(s.AcceptClock(t.Context(), next, By, Start.Add(time.Hour)))
	w.check(s.SeeClock(t.Context(), Start.Add(time.Hour)))
	got, err := s.Schedules(t.Context(), w.List.ID)
	w.check(err)
	if !got[0].NextAt.Equal(w.Weekly.NextAt.Time) || !got[1].NextAt.Equal(w.Daily.NextAt.Time) {
		t.Errorf("next slots %v and %v: one is looked for too late, or twice", got[0].NextAt, got[1].NextAt)
	}
}

func testDueSchedules(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	due := func(now time.Time, want ...string) {
		t.Helper()
		schedules, err := s.DueSchedules(t.Context(), now)
		w.check(err)
		var names []string
		for _, c := range schedules {
			names = append(names, c.Name)
		}
		if len(names) != len(want) {
			t.Fatalf("at %v due are %v, want %v", now, names, want)
		}
		for i := range want {
			if names[i] != want[i] {
				t.Fatalf("at %v due are %v, want %v", now, names, want)
			}
		}
	}
	next := func(now, want time.Time) {
		t.Helper()
		if at, err := s.NextDue(t.Context(), now); err != nil || !at.Equal(want) {
			t.Errorf("after %v comes %v, want %v; %v", now, at, want, err)
		}
	}
	tomorrow, monday := w.Daily.NextAt.Time, w.Weekly.NextAt.Time
	due(tomorrow.Add(-time.Microsecond))
	due(tomorrow, "dagelijks")
	due(monday, "dagelijks", "wekelijks")
	next(Start, tomorrow)
	next(tomorrow, monday)
	w.Do(`UPDATE schedule SET lead_us = $1 WHERE id = $2`, 2*time.Hour.Microseconds(), w.Daily.ID)
	next(Start, tomorrow.Add(-2*time.Hour))
	next(tomorrow.Add(-time.Hour), tomorrow)
	due(tomorrow.Add(-time.Hour), "dagelijks")
	// With a draft ahead, the next one waits until that has left.
	freezeSlot := newsletter.Slots{Schedule: w.Daily, Make: w.Daily.NextAt, NextAt: newsletter.At(tomorrow.Add(time.Minute))}
	_, err := s.MakeEditions(t.Context(), &freezeSlot, tomorrow.Add(-time.Hour))
	w.check(err)
	due(tomorrow.Add(-30 * time.Minute))
	due(tomorrow, "dagelijks")
	w.Do(`UPDATE schedule SET state = 'paused' WHERE id = $1`, w.Daily.ID)
	due(monday, "wekelijks")
	w.Do(`UPDATE list SET state = 'paused' WHERE id = $1`, w.List.ID)
	due(monday)
	if at, err := s.NextDue(t.Context(), monday); err != nil || !at.IsZero() {
		t.Errorf("%v, %v", at, err)
	}
}

func testMakeEditions(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	slot := w.Daily.NextAt
	slots := newsletter.Slots{Schedule: w.Daily, NextAt: newsletter.At(slot.AddDate(0, 0, 3)), Make: newsletter.At(slot.AddDate(0, 0, 2)),
		Missed: []newsletter.MissedSlot{{At: slot, Reason: newsletter.ReasonPastGrace}, {At: newsletter.At(slot.AddDate(0, 0, 1)), Reason: newsletter.ReasonNewerSlot}}}
	now := slots.Make.Add(time.Minute)
	made, err := s.MakeEditions(t.Context(), &slots, now)
	if err != nil || len(made) != 3 || made[2].State != newsletter.EditionDraft || made[0].State != newsletter.EditionMissed || made[0].EndedAt.IsZero() {
		t.Fatalf("%+v, %v", made, err)
	}
	if again, err := s.MakeEditions(t.Context(), &slots, now); err != nil || len(again) != 0 {
		t.Errorf("the same slots again: %+v, %v", again, err)
	}
	// Were the schedule set back, by hand or by a clock, the slots would still have their editions.
	w.Do(`UPDATE schedule SET next_at = $1 WHERE id = $2`, slot, w.Daily.ID)
	if again, err := s.MakeEditions(t.Context(), &slots, now); err != nil || len(again) != 0 {
		t.Errorf("the same slots, set back: %+v, %v", again, err)
	}
	w.Do(`UPDATE schedule SET review = 'approval' WHERE id = $1`, w.Weekly.ID)
	w.Weekly.Review = newsletter.ReviewApproval
	made, err = s.MakeEditions(t.Context(), &newsletter.Slots{Schedule: w.Weekly, Make: w.Weekly.NextAt, NextAt: newsletter.At(now.AddDate(0, 0, 30))}, now)
	if err != nil || len(made) != 1 || made[0].State != newsletter.EditionInReview {
		t.Errorf("%+v, %v", made, err)
	}
	if all, err := s.Editions(t.Context(), w.List.ID, 3); err != nil || len(all) != 3 || all[0].ID != made[0].ID {
		t.Errorf("%+v, %v", all, err)
	}
}

func testMakeTogether(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	slots := newsletter.Slots{Schedule: w.Daily, Make: w.Daily.NextAt, NextAt: newsletter.At(w.Daily.NextAt.AddDate(0, 0, 1))}
	made := make(chan int, 8)
	var all sync.WaitGroup
	for range cap(made) {
		all.Go(func() {
			editions, err := s.MakeEditions(t.Context(), &slots, slots.Make.Time)
			if err != nil {
				t.Error(err)
			}
			made <- len(editions)
		})
	}
	all.Wait()
	close(made)
	total := 0
	for n := range made {
		total += n
	}
	if total != 1 {
		t.Errorf("%d editions of one slot", total)
	}
}

func testDueEditions(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Reader("jan", w.Daily)
	w.Post("Bericht", Start)
	slot := w.Daily.NextAt.Time
	made, err := s.MakeEditions(t.Context(), &newsletter.Slots{Schedule: w.Daily, Make: w.Daily.NextAt, NextAt: newsletter.At(slot.AddDate(0, 0, 1))}, Start)
	w.check(err)
	e := &made[0]
	if next, err := s.NextDue(t.Context(), Start); err != nil || !next.Equal(slot) {
		t.Errorf("%v, %v", next, err)
	}
	if due, err := s.DueEditions(t.Context(), slot.Add(-time.Microsecond)); err != nil || len(due) != 0 {
		t.Errorf("before its slot: %+v, %v", due, err)
	}
	due, err := s.DueEditions(t.Context(), slot)
	if err != nil || len(due) != 1 || due[0].Edition.ID != e.ID || due[0].Schedule.ID != w.Daily.ID {
		t.Fatalf("%+v, %v", due, err)
	}
	w.check(s.NoteEdition(t.Context(), &due[0].Edition, newsletter.ReasonCompose+": why", slot))
	if moved, err := s.MoveEdition(t.Context(), &due[0].Edition, newsletter.EditionMissed, "x", slot); err != nil || moved {
		t.Errorf("moved after a change: %v, %v", moved, err)
	}
	e, err = s.Edition(t.Context(), e.PublicID)
	if err != nil || e.Reason != newsletter.ReasonCompose+": why" {
		t.Errorf("%+v, %v", e, err)
	}
	if _, err := s.MoveEdition(t.Context(), e, newsletter.EditionSent, "", slot); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("a draft became sent: %v", err)
	}
	if moved, err := s.MoveEdition(t.Context(), e, newsletter.EditionMissed, newsletter.ReasonPastGrace, slot); err != nil || !moved {
		t.Errorf("%v, %v", moved, err)
	}
	extra := w.Edition(w.Daily, slot)
	if due, err := s.DueEditions(t.Context(), slot); err != nil || len(due) != 1 || due[0].Edition.ID != extra.ID {
		t.Errorf("%+v, %v", due, err)
	}
}

// What was skipped or missed long ago goes, with what it had frozen; what brought somebody something, what
// is younger and the last one of a schedule stay.
func testForgetEditions(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Reader("jan", w.Daily)
	w.Post("Bericht", Start)
	at := func(hours int) time.Time { return Start.Add(time.Duration(hours) * time.Hour) }
	end := func(e *newsletter.Edition, to newsletter.EditionState, now time.Time) {
		t.Helper()
		if moved, err := s.MoveEdition(t.Context(), e, to, newsletter.ReasonPastGrace, now); err != nil || !moved {
			t.Fatalf("%v, %v", moved, err)
		}
	}
	missed, skipped := w.Edition(w.Daily, at(0)), w.Edition(w.Daily, at(0))
	end(missed, newsletter.EditionMissed, at(1))
	end(skipped, newsletter.EditionSkipped, at(2))
	sent := w.Edition(w.Daily, at(2))
	w.Release(sent, at(2))
	w.FanOut(sent, 100, at(2))
	w.HandOver(at(2))
	if _, err := s.FinishEditions(t.Context(), at(2)); err != nil {
		t.Fatal(err)
	}
	w.Post("Later", at(3))
	young, last := w.Edition(w.Daily, at(3)), w.Edition(w.Daily, at(3))
	end(young, newsletter.EditionMissed, at(5))
	end(last, newsletter.EditionMissed, at(3))
	left := func() (ids []int64) {
		for _, row := range w.Rows(`SELECT id FROM edition ORDER BY id`) {
			ids = append(ids, row[0].(int64))
		}
		return ids
	}
	for round, want := range []int64{1, 1, 0} {
		if n, err := s.ForgetEditions(t.Context(), at(4), 1, By, at(6)); err != nil || n != want {
			t.Errorf("round %d forgot %d, %v", round, n, err)
		}
	}
	if diff := cmp.Diff([]int64{sent.ID, young.ID, last.ID}, left()); diff != "" {
		t.Error(diff)
	}
	var posts, audited int
	w.Ask(&posts, `SELECT COUNT(*) FROM edition_post WHERE edition_id IN ($1, $2)`, missed.ID, skipped.ID)
	w.Ask(&audited, `SELECT COUNT(*) FROM audit_entry WHERE action = 'edition.forget'`)
	if posts != 0 || audited != 2 {
		t.Errorf("%d frozen posts are left, %d entries in the audit log", posts, audited)
	}
}
