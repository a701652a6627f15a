package storetest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func reminderCases() []Case {
	return []Case{{"who approves is reminded in the transaction that makes the edition", []string{"MakeEditions", "ScheduleByID", "EditionByID"}, testReminders}}
}

func testReminders(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	var ids []int64
	for i, m := range []newsletter.Staff{
		{Address: "anna@voorbeeld.nl", Name: "Anna", Roles: []newsletter.Role{newsletter.RoleEditor}, Lists: []int64{w.List.ID}},
		{Address: "bert@voorbeeld.nl", Name: "Bert", Roles: []newsletter.Role{newsletter.RoleEditor}}, // of no list any more
		{Address: "carla@voorbeeld.nl", Name: "Carla", Roles: []newsletter.Role{newsletter.RoleAdmin}},
		{Address: "dirk@voorbeeld.nl", Name: "Dirk", Roles: []newsletter.Role{newsletter.RoleAdmin}}, // disabled
	} {
		m.Language = newsletter.Languages()[i%2]
		w.check(s.InviteStaff(t.Context(), &m, By, Start))
		ids = append(ids, m.ID)
		if m.Name == "Dirk" {
			w.check(s.DisableStaff(t.Context(), m.PublicID, By, Start))
		}
	}
	c := w.Weekly
	c.Review, c.Reminded = newsletter.ReviewApproval, newsletter.NewIDs(ids...)
	w.check(s.ChangeSchedule(t.Context(), &c, By, Start))
	stored, err := s.ScheduleByID(t.Context(), c.ID)
	if err != nil || !cmp.Equal(stored.Reminded, c.Reminded) {
		t.Fatalf("%+v, %v", stored, err)
	}
	e := w.Ahead(*stored, Start)
	if one, err := s.EditionByID(t.Context(), e.ID); err != nil || one.PublicID != e.PublicID {
		t.Errorf("%+v, %v", one, err)
	}
	rows := Query(t, s, `SELECT address, language, ref, kind FROM delivery WHERE template = 'edition_proof' ORDER BY address`)
	ref := Query(t, s, `SELECT id FROM edition`)[0][0]
	if diff := cmp.Diff([][]string{{"anna@voorbeeld.nl", "nl", ref, "notice"}, {"carla@voorbeeld.nl", "nl", ref, "notice"}}, rows); diff != "" {
		t.Error(diff)
	}
	// What leaves by itself asks nobody.
	w.Ahead(w.Daily, Start)
	if again := Query(t, s, `SELECT COUNT(*) FROM delivery WHERE template = 'edition_proof'`); again[0][0] != "2" {
		t.Errorf("%v", again)
	}
	stored.Reminded = nil
	w.check(s.ChangeSchedule(t.Context(), stored, By, Start))
	if stored, err = s.ScheduleByID(t.Context(), c.ID); err != nil || len(stored.Reminded) != 0 {
		t.Errorf("%+v, %v", stored, err)
	}
	if _, err := s.EditionByID(t.Context(), 99); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
}
