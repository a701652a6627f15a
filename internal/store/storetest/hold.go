package storetest

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func holdCases() []Case {
	return []Case{
		{"an edition is held for what was found in it", []string{"HoldEdition", "ApproveEdition"}, testHoldEdition},
		{"who approves is told once more", []string{"RemindAgain", "MakeEditions", "NextDue"}, testRemindAgain},
	}
}

// notices are the addresses that are owed a mail of a template.
func (w *World) notices(template string) (to []string) {
	for _, row := range Query(w.t, w.s, `SELECT address FROM delivery WHERE template = '`+template+`' ORDER BY id`) {
		to = append(to, row[0])
	}
	return to
}

func testHoldEdition(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Reader("jan", w.Daily)
	w.Post("Bericht", Start)
	anna := newsletter.Staff{Address: "anna@voorbeeld.nl", Name: "Anna", Language: newsletter.Dutch, Roles: []newsletter.Role{newsletter.RoleEditor}, Lists: []int64{w.List.ID}}
	carla := newsletter.Staff{Address: "carla@voorbeeld.nl", Name: "Carla", Language: newsletter.Dutch, Roles: []newsletter.Role{newsletter.RoleAdmin}}
	fg := newsletter.Staff{Address: "fg@voorbeeld.nl", Name: "Frits", Language: newsletter.Dutch, Roles: []newsletter.Role{newsletter.RoleSupervisor}}
	for _, m := range []*newsletter.Staff{&anna, &carla, &fg} {
		w.check(s.InviteStaff(t.Context(), m, By, Start))
	}
	system := newsletter.System("digest")
	flaws := []string{"link_gone", "placeholder"}
	e := w.Ahead(w.Daily, Start)
	old := e
	w.check(s.EditEdition(t.Context(), e.PublicID, newsletter.EditionWords{Subject: "Nieuws"}, By, Start.Add(time.Minute)))
	if held, err := s.HoldEdition(t.Context(), &old, flaws, system, Start.Add(time.Hour)); err != nil || held {
		t.Errorf("held after a change: %v, %v", held, err)
	}
	current, err := s.Edition(t.Context(), e.PublicID)
	w.check(err)
	if held, err := s.HoldEdition(t.Context(), current, flaws, system, Start.Add(time.Hour)); err != nil || !held {
		t.Fatalf("%v, %v", held, err)
	}
	// Nobody is reminded of this schedule: then all are told who may approve.
	if diff := cmp.Diff([]string{"anna@voorbeeld.nl", "carla@voorbeeld.nl"}, w.notices(newsletter.TemplateEditionHeld)); diff != "" {
		t.Error(diff)
	}
	if current, err = s.Edition(t.Context(), e.PublicID); err != nil || current.State != newsletter.EditionInReview || current.Reason != "flaws: link_gone, placeholder" || !current.Flawed() {
		t.Fatalf("%+v, %v", current, err)
	}
	if held, err := s.HoldEdition(t.Context(), current, flaws, system, Start.Add(time.Hour)); err != nil || held {
		t.Errorf("held twice: %v, %v", held, err)
	}
	if _, err := s.ApproveEdition(t.Context(), e.PublicID, system, Start.Add(time.Hour)); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("approved by its slot: %v", err)
	}
	approved, err := s.ApproveEdition(t.Context(), e.PublicID, By, Start.Add(2*time.Hour))
	if err != nil || approved.Flawed() {
		t.Fatalf("%+v, %v", approved, err)
	}
	if held, err := s.HoldEdition(t.Context(), approved, flaws, system, Start.Add(2*time.Hour)); err != nil || held {
		t.Errorf("held although somebody approved it: %v, %v", held, err)
	}

	// One that waits already, where its slot would send it, is held for those who are reminded, and only them.
	c := w.Weekly
	c.Review, c.Unapproved, c.Reminded = newsletter.ReviewApproval, newsletter.UnapprovedSend, newsletter.NewIDs(anna.ID)
	w.check(s.ChangeSchedule(t.Context(), &c, By, Start))
	waits := w.Ahead(c, Start)
	if held, err := s.HoldEdition(t.Context(), &waits, flaws[:1], By, Start.Add(time.Hour)); err != nil || !held {
		t.Fatalf("%v, %v", held, err)
	}
	if trail, err := s.AuditTrail(t.Context(), "edition", waits.PublicID.String()); err != nil || !strings.Contains(trail[len(trail)-1].Detail, `"flaws":["link_gone"]`) {
		t.Errorf("%+v, %v", trail, err)
	}
	if to := w.notices(newsletter.TemplateEditionHeld); len(to) != 3 || to[2] != "anna@voorbeeld.nl" {
		t.Errorf("%q", to)
	}
	if again, err := s.Edition(t.Context(), waits.PublicID); err != nil || again.Reason != "flaws: link_gone" || again.Step(&c, newsletter.At(again.ScheduledFor.Time)) != newsletter.StepWait {
		t.Errorf("%+v, %v", again, err)
	}
}

func testRemindAgain(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Reader("jan", w.Weekly)
	w.Post("Bericht", Start)
	anna := newsletter.Staff{Address: "anna@voorbeeld.nl", Name: "Anna", Language: newsletter.Dutch, Roles: []newsletter.Role{newsletter.RoleEditor}, Lists: []int64{w.List.ID}}
	w.check(s.InviteStaff(t.Context(), &anna, By, Start))
	c := w.Weekly
	c.Review, c.Reminded = newsletter.ReviewApproval, newsletter.NewIDs(anna.ID)
	w.check(s.ChangeSchedule(t.Context(), &c, By, Start))
	slot := c.NextAt.Time
	made := slot.Add(-4 * time.Hour)
	e := w.Ahead(c, made)
	remind := func(now time.Time, want int) {
		t.Helper()
		before := len(w.notices(newsletter.TemplateEditionReminder))
		n, err := s.RemindAgain(t.Context(), 10, now)
		if got := len(w.notices(newsletter.TemplateEditionReminder)) - before; err != nil || n != want || got != want {
			t.Errorf("at %v: %d editions, %d mails, %v; want %d", now, n, got, err, want)
		}
	}
	half := slot.Add(-2 * time.Hour)
	if next, err := s.NextDue(t.Context(), made); err != nil || !next.Equal(half) {
		t.Errorf("%v, %v", next, err)
	}
	remind(half.Add(-time.Second), 0)
	remind(half, 1)
	remind(half.Add(time.Hour), 0) // once
	if diff := cmp.Diff([]string{"anna@voorbeeld.nl"}, w.notices(newsletter.TemplateEditionProof)); diff != "" {
		t.Error(diff)
	}

	// Who was in time is not reminded, also when they take their approval back; nor is anybody of an edition that
	// was made too late for it.
	c.NextAt = newsletter.At(slot.AddDate(0, 0, 7))
	w.check(s.ChangeSchedule(t.Context(), &c, By, Start))
	second := w.Ahead(c, slot.AddDate(0, 0, 7).Add(-4*time.Hour))
	for _, id := range []newsletter.PublicID{e.PublicID, second.PublicID} {
		if _, err := s.ApproveEdition(t.Context(), id, By, slot); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.ReviewEdition(t.Context(), second.PublicID, By, slot); err != nil {
		t.Fatal(err)
	}
	remind(slot.AddDate(0, 0, 7), 0)
	c.NextAt = newsletter.At(slot.AddDate(0, 0, 14))
	w.check(s.ChangeSchedule(t.Context(), &c, By, Start))
	w.Ahead(c, slot.AddDate(0, 0, 14).Add(-10*time.Minute))
	remind(slot.AddDate(0, 0, 14), 0)
}
