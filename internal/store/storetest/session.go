package storetest

import (
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func sessionCases() []Case {
	return []Case{
		{"a session is its owner's, as they are now", []string{"Session", "SeeSession", "CarrySession", "Sessions", "EndSession", "EndOtherSessions", "ForgetSessions"}, testSessions},
		{"a second factor is proved once", []string{"ProveFactor", "RefuseFactor", "Factors", "CountAttempt"}, testProveFactor},
		{"second factors come and go", []string{"EnrolFactor", "SaveRecoveryCodes", "RemoveAuthenticator", "RemovePasskey"}, testFactors},
	}
}

// enrol adds an authenticator and two recovery codes to the owner of a whole session.
func enrol(w *World, n *newsletter.Session) {
	w.t.Helper()
	w.check(w.s.EnrolFactor(w.t.Context(), n, nil, "", newsletter.Enrolment{
		Authenticator: &newsletter.Authenticator{Sealed: "sealed", LastStep: 100}, CodeHashes: []string{"h1", "h2"}}, Start))
}

// half begins a session in which only the first factor was proved.
func (w *World) half(m *newsletter.Staff, tokenHash string, now time.Time) *newsletter.Session {
	w.t.Helper()
	l, err := w.s.IssueSignIn(w.t.Context(), m.PublicID, newsletter.SignInIssued, By, now)
	w.check(err)
	n := &newsletter.Session{ExpiresAt: newsletter.At(now.Add(time.Hour))}
	w.check(w.s.UseSignIn(w.t.Context(), l.PublicID, n, tokenHash, now))
	return n
}

func testSessions(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	m := w.Hire(anna, "Anna", newsletter.RoleEditor)
	n := w.Enter(m, "one", Start)
	w.Enter(m, "two", Start)
	w.Enter(m, "three", Start)
	other := w.Enter(w.Hire(bas, "Bas", newsletter.RoleAdmin), "bas", Start)
	w.half(m, "half", Start)

	w.check(s.ChangeStaff(t.Context(), &newsletter.Staff{PublicID: m.PublicID, Name: "Anna", Language: newsletter.Dutch, Roles: []newsletter.Role{newsletter.RoleOfficer}}, By, Start))
	got, err := s.Session(t.Context(), "one")
	if err != nil || got.PublicID != n.PublicID || got.Staff.Has(newsletter.RoleEditor) || !got.Staff.Has(newsletter.RoleOfficer) {
		t.Errorf("roles as they were: %+v, %v", got, err)
	}
	w.check(s.SeeSession(t.Context(), n.ID, Start.Add(time.Minute)))
	w.check(s.SeeSession(t.Context(), n.ID, Start)) // a clock that is behind
	w.check(s.CarrySession(t.Context(), n.ID, "sealed"))
	if got, err := s.Session(t.Context(), "one"); err != nil || !got.SeenAt.Equal(Start.Add(time.Minute)) || got.Carried != "sealed" {
		t.Errorf("%+v, %v", got, err)
	}
	if all, err := s.Sessions(t.Context(), m.ID); err != nil || len(all) != 3 || all[2].ID != n.ID {
		t.Errorf("%+v, %v", all, err)
	}
	if err := s.EndSession(t.Context(), m, other.PublicID, Start); !newsletter.Is(err, newsletter.NotFound) {
		t.Errorf("somebody else's session: %v", err)
	}
	if ended, err := s.EndOtherSessions(t.Context(), got, Start); err != nil || ended != 3 {
		t.Errorf("ended: %d, %v", ended, err)
	}
	w.check(s.EndSession(t.Context(), m, n.PublicID, Start))
	if err := s.CarrySession(t.Context(), n.ID, ""); !newsletter.Is(err, newsletter.Forbidden) {
		t.Errorf("carrying on in a session that has ended: %v", err)
	}
	if _, err := s.Session(t.Context(), "one"); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
	w.Enter(m, "used", Start.Add(time.Hour))
	if gone, err := s.ForgetSessions(t.Context(), Start, Worker, Start.Add(time.Hour)); err != nil || gone != 1 {
		t.Errorf("unused for an hour: %d, %v", gone, err)
	}
	if gone, err := s.ForgetSessions(t.Context(), Start, Worker, Start.Add(13*time.Hour)); err != nil || gone != 1 {
		t.Errorf("after its twelve hours: %d, %v", gone, err)
	}
}

func testProveFactor(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	m := w.Hire(anna, "Anna", newsletter.RoleEditor)
	enrol(w, w.Enter(m, "whole", Start))
	quota := newsletter.Quota{Counter: "factor", Key: m.PublicID.String(), Limits: []newsletter.Limit{{Most: 2, Per: time.Hour}}, Reason: "limit_factor"}
	first := w.half(m, "half", Start)
	prove := func(proof newsletter.FactorProof, token string) error {
		next := &newsletter.Session{ExpiresAt: newsletter.At(Start.Add(time.Hour))}
		return s.ProveFactor(t.Context(), first, next, token, proof, []newsletter.Quota{quota}, Start)
	}
	w.check(s.CountAttempt(t.Context(), []newsletter.Quota{quota}, Start))
	w.check(s.CountAttempt(t.Context(), []newsletter.Quota{quota}, Start))
	if err := s.CountAttempt(t.Context(), []newsletter.Quota{quota}, Start); !newsletter.Is(err, newsletter.TooMany) {
		t.Errorf("a third attempt: %v", err)
	}
	for what, proof := range map[string]newsletter.FactorProof{
		"the step that was used": {Factor: newsletter.FactorCode, Step: 100}, "an earlier step": {Factor: newsletter.FactorCode, Step: 99},
		"no such code": {Factor: newsletter.FactorRecovery, CodeHash: "h3"}, "no such passkey": {Factor: newsletter.FactorPasskey, Credential: "none"},
		"nothing": {}, "a waiver": {Factor: newsletter.FactorWaived},
	} {
		if err := prove(proof, "x"); !newsletter.Is(err, newsletter.Forbidden) {
			t.Errorf("%s: %v", what, err)
		}
	}
	w.check(prove(newsletter.FactorProof{Factor: newsletter.FactorCode, Step: 101, Sealed: "anew"}, "new"))
	if _, err := s.Session(t.Context(), "half"); !newsletter.Is(err, newsletter.NotFound) {
		t.Errorf("the token of before still opens: %v", err)
	}
	n, err := s.Session(t.Context(), "new")
	if err != nil || n.Factor != newsletter.FactorCode || n.Staff.SignedIn.IsZero() {
		t.Fatalf("%+v, %v", n, err)
	}
	defer proveAgain(t, w, n, 103)
	if f, err := s.Factors(t.Context(), m.ID); err != nil || f.Authenticator.Sealed != "anew" || f.Authenticator.LastStep != 101 {
		t.Errorf("%+v, %v", f, err)
	}
	w.check(s.CountAttempt(t.Context(), []newsletter.Quota{quota}, Start)) // forgiven
	if err := prove(newsletter.FactorProof{Factor: newsletter.FactorCode, Step: 102}, "y"); !newsletter.Is(err, newsletter.Forbidden) {
		t.Errorf("in a session that has ended: %v", err)
	}
	first = w.half(m, "half again", Start)
	w.check(prove(newsletter.FactorProof{Factor: newsletter.FactorRecovery, CodeHash: "h1"}, "by code"))
	first = w.half(m, "half once more", Start)
	if err := prove(newsletter.FactorProof{Factor: newsletter.FactorRecovery, CodeHash: "h1"}, "z"); !newsletter.Is(err, newsletter.Forbidden) {
		t.Errorf("a recovery code twice: %v", err)
	}
	if f, err := s.Factors(t.Context(), m.ID); err != nil || f.RecoveryCodes != 1 {
		t.Errorf("%+v, %v", f, err)
	}
}

// In a whole session the factor is proved once more: it goes on under its own token.
func proveAgain(t *testing.T, w *World, n *newsletter.Session, step int64) {
	t.Helper()
	later := Start.Add(time.Hour)
	if n.Fresh(later) || !n.Fresh(Start.Add(9*time.Minute)) {
		t.Errorf("proved at %v", n.ProvedAt)
	}
	w.check(w.s.RefuseFactor(t.Context(), n, newsletter.FactorCode, Worker, later))
	w.check(w.s.ProveFactor(t.Context(), n, nil, "", newsletter.FactorProof{Factor: newsletter.FactorCode, Step: step}, nil, later))
	if !n.Fresh(later) {
		t.Error("proved, and not fresh")
	}
	if got, err := w.s.Session(t.Context(), "new"); err != nil || !got.Fresh(later) || got.ID != n.ID {
		t.Errorf("%+v, %v", got, err)
	}
	if err := w.s.ProveFactor(t.Context(), n, nil, "", newsletter.FactorProof{Factor: newsletter.FactorCode, Step: step}, nil, later); !newsletter.Is(err, newsletter.Forbidden) {
		t.Errorf("the same code again: %v", err)
	}
	trail, err := w.s.AuditTrail(t.Context(), "staff", n.Staff.PublicID.String())
	w.check(err)
	if last := trail[len(trail)-1]; last.Action != "factor.refuse" || last.ActorKind != string(Worker.Kind) || last.ActorID != Worker.ID {
		t.Errorf("%+v", last)
	}
}

func testFactors(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	m := w.Hire(anna, "Anna", newsletter.RoleEditor)
	first := w.half(m, "half", Start)
	next := func() *newsletter.Session { return &newsletter.Session{ExpiresAt: newsletter.At(Start.Add(time.Hour))} }
	key := func(credential string) newsletter.Enrolment {
		return newsletter.Enrolment{Passkey: &newsletter.Passkey{Credential: credential, Data: "{}", Name: "Telefoon"}, CodeHashes: []string{"h1"}}
	}
	whole := next()
	w.check(s.EnrolFactor(t.Context(), first, whole, "whole", key("k1"), Start))
	if whole.Factor != newsletter.FactorPasskey || whole.Staff.SignedIn.IsZero() {
		t.Errorf("%+v", whole)
	}
	// Who holds only the mailbox can't add a factor to somebody who has one.
	if err := s.EnrolFactor(t.Context(), w.half(m, "thief", Start), next(), "stolen", key("k2"), Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("a factor beside the first one, without proof of that: %v", err)
	}
	if err := s.EnrolFactor(t.Context(), whole, nil, "", key("k1"), Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("a passkey twice: %v", err)
	}
	f, err := s.Factors(t.Context(), m.ID)
	if err != nil || len(f.Passkeys) != 1 || f.Authenticator != nil || f.RecoveryCodes != 1 {
		t.Fatalf("%+v, %v", f, err)
	}
	if err := s.RemovePasskey(t.Context(), m, f.Passkeys[0].PublicID, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("the only factor: %v", err)
	}
	enrol(w, whole)
	w.check(s.RemovePasskey(t.Context(), m, f.Passkeys[0].PublicID, Start))
	if err := s.RemovePasskey(t.Context(), m, f.Passkeys[0].PublicID, Start); !newsletter.Is(err, newsletter.NotFound) {
		t.Errorf("twice: %v", err)
	}
	if err := s.RemoveAuthenticator(t.Context(), m, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("the only factor: %v", err)
	}
	w.check(s.EnrolFactor(t.Context(), whole, nil, "", key("k3"), Start))
	w.check(s.RemoveAuthenticator(t.Context(), m, Start))
	w.check(s.SaveRecoveryCodes(t.Context(), m, []string{"n1", "n2", "n3"}, Start))
	if f, err := s.Factors(t.Context(), m.ID); err != nil || f.RecoveryCodes != 3 || len(f.Passkeys) != 1 || f.Authenticator != nil {
		t.Errorf("%+v, %v", f, err)
	}
}
