package storetest

import (
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func auditCases() []Case {
	return []Case{
		{"what operators do is audited", []string{"AuditTrail", "VerifyAudit", "VerifyConsent"}, testAudit},
	}
}

func testAudit(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	trail, err := s.AuditTrail(t.Context(), "list", w.List.Name)
	if err != nil || len(trail) != 1 || trail[0].Action != "list.create" || trail[0].ActorKind != "command_line" || trail[0].ActorID != "test" {
		t.Fatalf("%v, %v", trail, err)
	}
	quiet := newsletter.Topic{ListID: w.List.ID, Name: "stil", Texts: both("Stil", "Quiet")}
	w.check(s.CreateTopic(t.Context(), &quiet, newsletter.System("feed"), Start))
	if trail, err := s.AuditTrail(t.Context(), "topic", "stil"); err != nil || len(trail) != 0 {
		t.Errorf("a system's work was audited: %v, %v", trail, err)
	}
	if broken, err := s.VerifyAudit(t.Context()); err != nil || broken != 0 {
		t.Errorf("broken at %d, %v", broken, err)
	}
	if broken, err := s.VerifyConsent(t.Context()); err != nil || broken != 0 {
		t.Errorf("broken at %d, %v", broken, err)
	}
}
