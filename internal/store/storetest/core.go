package storetest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/migrations"
)

func coreCases() []Case {
	return []Case{
		{"a store knows itself", []string{"Engine", "Name", "Ping", "Close"}, testSelf},
		{"a store knows whether commits survive a loss of power", []string{"Durable"}, testDurable},
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

// The cluster of the tests forgets all in a crash, unless a server of somebody's own stands in for it; so
// PostgreSQL itself is asked by another way.
func testDurable(t *testing.T, s *store.Store) {
	want := true
	if s.Engine() == migrations.Postgres {
		want = cmp.Diff([][]string{{"on"}, {"on"}}, Query(t, s, `SELECT setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit')`)) == ""
	}
	if got, err := s.Durable(t.Context()); err != nil || got != want {
		t.Errorf("durable: %v, want %v, %v", got, want, err)
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
