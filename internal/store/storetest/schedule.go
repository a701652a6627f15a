package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func scheduleCases() []Case {
	return []Case{
		{"a schedule is changed", []string{"ChangeSchedule", "ScheduleByID"}, testChangeSchedule},
		{"a schedule rests and goes on", []string{"PauseSchedule", "ResumeSchedule"}, testPauseSchedule},
		{"a schedule ends and is succeeded", []string{"ArchiveSchedule", "ScheduleHolders"}, testArchiveSchedule},
	}
}

func testChangeSchedule(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	ahead := w.Ahead(w.Weekly, Start)
	changed := w.Weekly
	changed.Texts, changed.Review, changed.Lead = both("Elke week", "Every week"), newsletter.ReviewApproval, newsletter.Duration(time.Hour)
	w.check(s.ChangeSchedule(t.Context(), &changed, By, Start))
	got, err := s.ScheduleByID(t.Context(), changed.ID)
	w.check(err)
	if got.NextAt.Equal(w.Weekly.NextAt.Time) || len(got.Upcoming) != 1 || got.Lead != changed.Lead || got.Texts[newsletter.Dutch].Title != "Elke week" {
		t.Errorf("%+v", got)
	}
	// Other times: the draft of the old ones goes.
	changed.Cron, changed.NextAt = "0 9 * * 2", newsletter.At(Start.AddDate(0, 0, 1).Add(time.Hour))
	w.check(s.ChangeSchedule(t.Context(), &changed, By, Start))
	if got, err = s.ScheduleByID(t.Context(), changed.ID); err != nil || !got.NextAt.Equal(changed.NextAt.Time) || len(got.Upcoming) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	if e, err := s.Edition(t.Context(), ahead.PublicID); err != nil || e.State != newsletter.EditionCancelled || e.Reason != newsletter.ReasonScheduleChanged {
		t.Errorf("%+v, %v", e, err)
	}
	changed.ID = 99
	if err := s.ChangeSchedule(t.Context(), &changed, By, Start); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
	if _, err := s.ScheduleByID(t.Context(), 99); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
	if trail, err := s.AuditTrail(t.Context(), "schedule", "wekelijks"); err != nil || len(trail) != 3 || trail[2].Action != "schedule.change" {
		t.Errorf("%v, %v", trail, err)
	}
}

func testPauseSchedule(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Crowd(3, w.Daily)
	w.Post("Bericht", Start)
	automatic := w.Ahead(w.Daily, Start)
	approved, err := s.ApproveEdition(t.Context(), w.Ahead(w.Weekly, Start).PublicID, By, Start)
	if !newsletter.Is(err, newsletter.Conflict) {
		t.Fatal("nobody reads the weekly one", approved, err)
	}
	w.check(s.PauseSchedule(t.Context(), w.Daily.ID, By, Start))
	if err := s.PauseSchedule(t.Context(), w.Daily.ID, By, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Error(err)
	}
	now := w.Daily.NextAt.Add(time.Minute) // its slot has passed, and is within its grace time
	if due, err := s.DueEditions(t.Context(), now); err != nil || len(due) != 0 {
		t.Errorf("while it rests: %v, %v", due, err)
	}
	next := newsletter.At(Start.AddDate(0, 0, 30))
	w.check(s.ResumeSchedule(t.Context(), w.Daily.ID, next, By, now))
	if due, err := s.DueEditions(t.Context(), now); err != nil || len(due) != 0 {
		t.Errorf("nothing leaves as it goes on: %v, %v", due, err)
	}
	if e, err := s.Edition(t.Context(), automatic.PublicID); err != nil || e.State != newsletter.EditionCancelled || e.Reason != newsletter.ReasonSchedulePaused {
		t.Errorf("%+v, %v", e, err)
	}
	if c, err := s.ScheduleByID(t.Context(), w.Daily.ID); err != nil || c.State != newsletter.ScheduleActive || !c.NextAt.Equal(next.Time) {
		t.Errorf("%+v, %v", c, err)
	}

	// What waits for somebody goes on waiting.
	w.check(s.ChangeSchedule(t.Context(), &newsletter.Schedule{ID: w.Weekly.ID, Texts: w.Weekly.Texts, Cron: w.Weekly.Cron, Zone: w.Weekly.Zone,
		Review: newsletter.ReviewApproval, Unapproved: newsletter.UnapprovedHold, Empty: newsletter.EmptySkip}, By, Start))
	c, err := s.ScheduleByID(t.Context(), w.Weekly.ID)
	w.check(err)
	held := w.Ahead(*c, Start)
	w.check(s.PauseSchedule(t.Context(), c.ID, By, Start))
	w.check(s.ResumeSchedule(t.Context(), c.ID, newsletter.At(Start.AddDate(0, 0, 90)), By, held.ScheduledFor.Add(time.Hour)))
	if e, err := s.Edition(t.Context(), held.PublicID); err != nil || e.State != newsletter.EditionInReview {
		t.Errorf("%+v, %v", e, err)
	}
}

func testArchiveSchedule(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Crowd(4, w.Daily)
	if holders, err := s.ScheduleHolders(t.Context(), w.List.ID); err != nil || !cmp.Equal(holders, map[int64]int{w.Daily.ID: 4}) && holders[w.Daily.ID] < 4 {
		t.Errorf("%v, %v", holders, err)
	}
	for _, successor := range []int64{0, 99, w.Daily.ID} {
		if err := s.ArchiveSchedule(t.Context(), w.Daily.ID, successor, By, Start); !newsletter.Is(err, newsletter.Conflict) && !newsletter.Is(err, newsletter.NotFound) {
			t.Errorf("successor %d: %v", successor, err)
		}
	}
	open := w.Ahead(w.Daily, Start)
	w.check(s.ArchiveSchedule(t.Context(), w.Daily.ID, w.Weekly.ID, By, Start))
	holders, err := s.ScheduleHolders(t.Context(), w.List.ID)
	if err != nil || holders[w.Daily.ID] != 0 || holders[w.Weekly.ID] < 4 {
		t.Errorf("%v, %v", holders, err)
	}
	if e, err := s.Edition(t.Context(), open.PublicID); err != nil || e.State != newsletter.EditionCancelled {
		t.Errorf("%+v, %v", e, err)
	}
	if err := s.ArchiveSchedule(t.Context(), w.Daily.ID, w.Weekly.ID, By, Start); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
	if trail, err := s.AuditTrail(t.Context(), "schedule", "dagelijks"); err != nil || len(trail) != 2 || trail[1].Action != "schedule.archive" {
		t.Errorf("%v, %v", trail, err)
	}
}
