package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"testing"

	"bode.example/internal/store"
	"bode.example/internal/store/pgtest"
	"bode.example/migrations"
)

// Engines are the ways to open a fresh, migrated store, by the engine's name.
var engines = []struct {
	name string
	open func(testing.TB) *store.Store
}{
	{"sqlite", SQLite},
	{"postgres", Postgres},
}

// Each runs fn on both engines, in parallel, each with a fresh store of its own.
func Each(t *testing.T, fn func(t *testing.T, s *store.Store)) {
	t.Helper()
	for _, engine := range engines {
		t.Run(engine.name, func(t *testing.T) {
			t.Parallel()
			fn(t, engine.open(t))
		})
	}
}

// SQLite opens a fresh, migrated SQLite file.
func SQLite(t testing.TB) *store.Store {
	t.Helper()
	s := Open(t, filepath.Join(t.TempDir(), "bode.sqlite"))
	if _, _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// Postgres opens a fresh, migrated database in the tests' own PostgreSQL.
func Postgres(t testing.TB) *store.Store {
	t.Helper()
	return Open(t, PostgresURL(t))
}

// PostgresURL names a fresh, migrated database. It is a copy of one that was migrated once.
func PostgresURL(t testing.TB) string {
	t.Helper()
	schema, err := schemaHash()
	if err != nil {
		t.Fatal(err)
	}
	return pgtest.NewFrom(t, schema, func(url string) error {
		ctx := context.Background()
		s, err := store.Open(ctx, url, slog.New(slog.DiscardHandler))
		if err != nil {
			return err
		}
		_, _, err = s.Migrate(ctx)
		return errors.Join(err, s.Close())
	})
}

// schemaHash tells one set of migrations from another.
func schemaHash() (string, error) {
	files, err := migrations.For(migrations.Postgres)
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	err = fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, path)
		fmt.Fprintf(hash, "%s %d\n%s", path, len(text), text)
		return err
	})
	return hex.EncodeToString(hash.Sum(nil)), err
}

// Open opens the database of a name and closes it when the test ends.
func Open(t testing.TB, name string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), name, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	names.Store(s, name)
	t.Cleanup(func() {
		names.Delete(s)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
