package storetest

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func staffCases() []Case {
	return []Case{
		{"staff are invited, and their roles change", []string{"InviteStaff", "Staff", "StaffByAddress", "AllStaff", "ChangeStaff", "Staffed"}, testStaff},
		{"the last admin stays", []string{"ChangeStaff", "DisableStaff", "EnableStaff"}, testLastAdmin},
		{"E13 who left the staff is forgotten, and what they did is not", []string{"EraseStaff"}, testEraseStaff},
		{"who is kept out is out at once", []string{"DisableStaff", "EnableStaff", "ResetFactors"}, testDisable},
	}
}

const (
	anna = newsletter.Address("anna@voorbeeld.nl")
	bas  = newsletter.Address("bas@voorbeeld.nl")
)

// EmptyWorld is an installation in which nothing was made yet.
func EmptyWorld(t testing.TB, s *store.Store) *World { return &World{t: t, s: s} }

// Lists are the ids of the world's lists.
func (w *World) Lists() []int64 {
	if w.List.ID == 0 {
		return nil
	}
	return []int64{w.List.ID}
}

// Hire takes somebody on.
func (w *World) Hire(address newsletter.Address, name string, roles ...newsletter.Role) *newsletter.Staff {
	w.t.Helper()
	m := &newsletter.Staff{Address: address, Name: name, Language: newsletter.Dutch, Roles: roles}
	w.check(w.s.InviteStaff(w.t.Context(), m, By, Start))
	return m
}

// Enter begins a session of theirs by the link that they were invited with, or by one that is issued, in
// which a second factor was proved. Its token's hash is the word given.
func (w *World) Enter(m *newsletter.Staff, tokenHash string, now time.Time) *newsletter.Session {
	w.t.Helper()
	l, err := w.s.IssueSignIn(w.t.Context(), m.PublicID, newsletter.SignInIssued, By, now)
	w.check(err)
	n := &newsletter.Session{Factor: newsletter.FactorWaived, Network: "192.0.2.0/24", Agent: "Test/1", ExpiresAt: newsletter.At(now.Add(12 * time.Hour))}
	w.check(w.s.UseSignIn(w.t.Context(), l.PublicID, n, tokenHash, now))
	return n
}

func testEraseStaff(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	const left = newsletter.Address("Wie.Wegging@voorbeeld.nl")
	w.Enter(w.Hire(bas, "Bas", newsletter.RoleAdmin), "bas", Start)
	m := w.Hire(left, "Zonderlinge Naam", newsletter.RoleAdmin)
	m.Lists = w.Lists()
	m.Roles = append(m.Roles, newsletter.RoleEditor)
	w.check(s.ChangeStaff(t.Context(), m, By, Start))
	enrol(w, w.Enter(m, "whole", Start))
	w.check(s.SendTestMail(t.Context(), m, nil, Start))
	w.Do(`INSERT INTO schedule_reminder (schedule_id, staff_id) VALUES ($1, $2)`, w.Weekly.ID, m.ID)
	if err := s.EraseStaff(t.Context(), m.PublicID, By, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("who still has access: %v", err)
	}
	w.check(s.DisableStaff(t.Context(), m.PublicID, By, Start))
	w.check(s.EraseStaff(t.Context(), m.PublicID, By, Start))
	w.check(s.TruncateLog(t.Context()))
	if _, err := s.Staff(t.Context(), m.PublicID); !newsletter.Is(err, newsletter.NotFound) {
		t.Errorf("still there: %v", err)
	}
	for _, text := range []string{left.String(), "Zonderlinge Naam"} {
		if Holds(t, s, text) {
			t.Errorf("the database still holds %q", text)
		}
	}
	trail, err := s.AuditTrail(t.Context(), "staff", m.PublicID.String())
	w.check(err)
	if last := trail[len(trail)-1]; last.Action != "staff.erase" || !strings.Contains(last.Detail, `"roles":["admin","editor"]`) {
		t.Errorf("%+v", last)
	}
	if err := s.EraseStaff(t.Context(), m.PublicID, By, Start); !newsletter.Is(err, newsletter.NotFound) {
		t.Errorf("twice: %v", err)
	}
	w.check(s.InviteStaff(t.Context(), &newsletter.Staff{Address: left, Name: "Weer terug", Language: newsletter.Dutch, Roles: m.Roles[:1]}, By, Start))
}

func testStaff(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	if yes, err := s.Staffed(t.Context()); err != nil || yes {
		t.Errorf("staffed: %v, %v", yes, err)
	}
	m := w.Hire("Anna@voorbeeld.nl", "Anna", newsletter.RoleEditor, newsletter.RoleOfficer)
	if yes, err := s.Staffed(t.Context()); err != nil || yes {
		t.Errorf("staffed by an invitation: %v, %v", yes, err)
	}
	if got, err := s.StaffByAddress(t.Context(), anna); err != nil || got.PublicID != m.PublicID || got.Address != "Anna@voorbeeld.nl" || got.Edits(w.List.ID) {
		t.Errorf("%+v, %v", got, err)
	}
	twice := &newsletter.Staff{Address: anna, Name: "Anna", Language: newsletter.Dutch}
	if err := s.InviteStaff(t.Context(), twice, By, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("the address twice: %v", err)
	}
	if mails := Query(t, s, `SELECT kind, template, address, state, expires_at - created_at FROM delivery`); !cmp.Equal(mails,
		[][]string{{"sign_in", "staff_invitation", "Anna@voorbeeld.nl", "pending", str(newsletter.InvitationLife.Microseconds())}}) {
		t.Errorf("%v", mails)
	}

	changed := &newsletter.Staff{PublicID: m.PublicID, Name: "Anna B.", Language: newsletter.English, Roles: []newsletter.Role{newsletter.RoleEditor}, Lists: []int64{w.List.ID}}
	w.check(s.ChangeStaff(t.Context(), changed, By, Start))
	got, err := s.Staff(t.Context(), m.PublicID)
	if err != nil || !got.Edits(w.List.ID) || got.Has(newsletter.RoleOfficer) || got.Name != "Anna B." || got.Language != newsletter.English {
		t.Errorf("%+v, %v", got, err)
	}
	changed.Lists = []int64{w.List.ID + 1000}
	if err := s.ChangeStaff(t.Context(), changed, By, Start); !newsletter.Is(err, newsletter.NotFound) {
		t.Errorf("an editor of no list: %v", err)
	}
	if _, err := s.Staff(t.Context(), newsletter.NewPublicID()); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
	w.Hire(bas, "Bas", newsletter.RoleSupervisor)
	if all, err := s.AllStaff(t.Context()); err != nil || len(all) != 2 || !all[0].Edits(w.List.ID) || !all[1].Has(newsletter.RoleSupervisor) || all[1].Has(newsletter.RoleEditor) {
		t.Errorf("%+v, %v", all, err)
	}
	if broken, err := s.VerifyAudit(t.Context()); err != nil || broken != 0 {
		t.Errorf("the chain breaks at %d, %v", broken, err)
	}
	if leaks := Query(t, s, `SELECT seq FROM audit_entry WHERE object_kind IN ('staff', 'sign_in', 'session') AND (detail LIKE '%@%' OR object_id LIKE '%@%' OR actor_id LIKE '%@%')`); len(leaks) > 0 {
		t.Errorf("addresses in the audit log: entries %v", leaks)
	}
}

func testLastAdmin(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	first, second := w.Hire(anna, "Anna", newsletter.RoleAdmin), w.Hire(bas, "Bas", newsletter.RoleAdmin)
	demote := func(m *newsletter.Staff) error {
		return s.ChangeStaff(t.Context(), &newsletter.Staff{PublicID: m.PublicID, Name: m.Name, Language: m.Language, Roles: []newsletter.Role{newsletter.RoleEditor}}, By, Start)
	}
	w.Enter(first, "first", Start)
	// Who never signed in can't let anybody in, and is no admin to count on.
	if err := demote(first); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("the last admin lost the role: %v", err)
	}
	if err := s.DisableStaff(t.Context(), first.PublicID, By, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("the last admin is kept out: %v", err)
	}
	w.Enter(second, "second", Start)
	w.check(s.DisableStaff(t.Context(), first.PublicID, By, Start))
	if err := demote(second); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("the last admin who may sign in lost the role: %v", err)
	}
	w.check(s.EnableStaff(t.Context(), first.PublicID, By, Start))
	w.check(demote(second))
	if err := demote(first); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("the last admin lost the role: %v", err)
	}
}

func testDisable(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Enter(w.Hire(bas, "Bas", newsletter.RoleAdmin), "admin", Start)
	m := w.Hire(anna, "Anna", newsletter.RoleEditor)
	n := w.Enter(m, "token", Start)
	enrol(w, n)
	unused, err := s.IssueSignIn(t.Context(), m.PublicID, newsletter.SignInIssued, By, Start)
	w.check(err)

	w.check(s.DisableStaff(t.Context(), m.PublicID, By, Start.Add(time.Minute)))
	if _, err := s.Session(t.Context(), "token"); !newsletter.Is(err, newsletter.NotFound) {
		t.Errorf("the session lives on: %v", err)
	}
	if err := s.UseSignIn(t.Context(), unused.PublicID, &newsletter.Session{}, "late", Start.Add(time.Minute)); !newsletter.Is(err, newsletter.Used) {
		t.Errorf("a link of before: %v", err)
	}
	if _, err := s.IssueSignIn(t.Context(), m.PublicID, newsletter.SignInIssued, By, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("a new link: %v", err)
	}
	if sent, err := s.DecideSignIn(t.Context(), w.askSignIn(anna, "nonce", Start).ID, Worker, Start); err != nil || sent {
		t.Errorf("a mail to who is kept out: %v, %v", sent, err)
	}
	w.check(s.EnableStaff(t.Context(), m.PublicID, By, Start.Add(time.Hour)))
	if f, err := s.Factors(t.Context(), m.ID); err != nil || !f.Enrolled() {
		t.Errorf("let in again, without the second factor of before: %+v, %v", f, err)
	}

	w.Enter(m, "again", Start.Add(time.Hour))
	w.check(s.ResetFactors(t.Context(), m.PublicID, By, Start.Add(2*time.Hour)))
	f, err := s.Factors(t.Context(), m.ID)
	if err != nil || f.Enrolled() || f.RecoveryCodes != 0 {
		t.Errorf("after the reset: %+v, %v", f, err)
	}
	if _, err := s.Session(t.Context(), "again"); !newsletter.Is(err, newsletter.NotFound) {
		t.Errorf("a session outlives the reset: %v", err)
	}
}
