package store

import (
	"context"
	"database/sql"
	"fmt"
	"os"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"golang.org/x/sys/unix"

	"bode.example/internal/newsletter"
	"bode.example/migrations"
)

// Version tells how far the schema is.
type Version struct {
	Database int64 `json:"database"` // 0: empty
	Program  int64 `json:"program"`
}

// Migrate brings the schema to the program's version. Several processes may do it at once: one
// works, the others wait. A database that is newer than the program is refused.
func (s *Store) Migrate(ctx context.Context) (from, to Version, err error) {
	provider, err := s.migrations()
	if err != nil {
		return from, to, err
	}
	if from, err = version(ctx, provider); err != nil {
		return from, to, s.unavailable(err)
	}
	if err := s.refuseNewer(from); err != nil {
		return from, to, err
	}
	if _, err := provider.Up(ctx); err != nil {
		return from, from, fmt.Errorf("migrate %s: %w", s.name, err)
	}
	to, err = version(ctx, provider)
	return from, to, err
}

// CheckVersion refuses to work on a schema that isn't the program's own.
func (s *Store) CheckVersion(ctx context.Context) error {
	v, err := s.Version(ctx)
	if err != nil {
		return err
	}
	if err := s.refuseNewer(v); err != nil {
		return err
	}
	if v.Database < v.Program {
		return newsletter.Errorf(newsletter.Conflict, "database_old",
			"the database %s has schema version %d and the program needs %d: run bode migrate", s.name, v.Database, v.Program)
	}
	return nil
}

// Version tells how far the schema is.
func (s *Store) Version(ctx context.Context) (Version, error) {
	provider, err := s.migrations()
	if err != nil {
		return Version{}, err
	}
	v, err := version(ctx, provider)
	if err != nil {
		return v, s.unavailable(err)
	}
	return v, nil
}

func version(ctx context.Context, provider *goose.Provider) (v Version, err error) {
	v.Database, v.Program, err = provider.GetVersions(ctx)
	return v, err
}

func (s *Store) refuseNewer(v Version) error {
	if v.Database <= v.Program {
		return nil
	}
	return newsletter.Errorf(newsletter.Conflict, "database_new",
		"the database %s has schema version %d and this program knows only %d: install the newer program that wrote it", s.name, v.Database, v.Program)
}

// migrations makes the provider. It isn't closed: that would close the database.
func (s *Store) migrations() (*goose.Provider, error) {
	files, err := migrations.For(s.dialect.engine)
	if err != nil {
		return nil, err
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if s.dialect.engine == migrations.SQLite {
		options = append(options, goose.WithLocker(&fileLock{path: s.name + ".migrate"}))
		return goose.NewProvider(goose.DialectSQLite3, s.db.DB, files, options...)
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 60))
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, s.db.DB, files, append(options, goose.WithSessionLocker(locker))...)
}

// fileLock keeps two processes from migrating one SQLite file at once: goose has no lock for it.
type fileLock struct {
	path string
	file *os.File
}

func (l *fileLock) Lock(context.Context, *sql.DB) error {
	f, err := os.OpenFile(l.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != nil {
		_ = f.Close()
		return err
	}
	l.file = f
	return nil
}

func (l *fileLock) Unlock(context.Context, *sql.DB) error { return l.file.Close() }
