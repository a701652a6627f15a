package storetest

import (
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func coreCases() []Case {
	return []Case{
		{"a store knows itself", []string{"Engine", "Name", "Ping", "Close"}, testSelf},
		{"migrating twice changes nothing", []string{"Migrate", "Version", "CheckVersion"}, testMigrate},
	}
}

func testSelf(t *testing.T, s *store.Store) {
	if s.Engine() == "" || s.Name() == "" {
		t.Errorf("engine %q, name %q", s.Engine(), s.Name())
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := s.Ping(t.Context()); !newsletter.Is(err, newsletter.Unavailable) {
		t.Errorf("ping of a closed store: %v", err)
	}
}

func testMigrate(t *testing.T, s *store.Store) {
	from, to, err := s.Migrate(t.Context())
	if err != nil || from != to || to.Database != to.Program || to.Program == 0 {
		t.Errorf("from %v to %v, %v", from, to, err)
	}
	if v, err := s.Version(t.Context()); err != nil || v != to {
		t.Errorf("version %v, %v", v, err)
	}
	if err := s.CheckVersion(t.Context()); err != nil {
		t.Error(err)
	}
}
