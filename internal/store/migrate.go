package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

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
// works, the others wait. A database that is newer than the program, or not Bode's, is refused.
func (s *Store) Migrate(ctx context.Context) (from, to Version, err error) {
	if from, err = s.Version(ctx); err != nil {
		return from, to, err
	}
	if err := s.refuseNewer(from); err != nil {
		return from, to, err
	}
	provider, err := s.migrations()
	if err != nil {
		return from, to, err
	}
	if _, err := provider.Up(ctx); err != nil {
		return from, from, s.explain(fmt.Errorf("migrate %s: %w", s.name, interrupted(ctx, err)))
	}
	if to, err = s.Version(ctx); err != nil {
		return from, to, err
	}
	return from, to, s.refuseNewer(to) // while we waited, a newer program was at work
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

// versions is the table of the migrations that were made.
const versions = "goose_db_version"

// Version tells how far the schema is. It only looks: the database may be somebody else's, and then
// it is refused.
func (s *Store) Version(ctx context.Context) (v Version, err error) {
	provider, err := s.migrations()
	if err != nil {
		return v, err
	}
	sources := provider.ListSources()
	v.Program = sources[len(sources)-1].Version
	var tables []string
	if err := s.reader.SelectContext(ctx, &tables, s.dialect.tables); err != nil {
		return v, s.unavailable(err)
	}
	if err := s.refuseStranger(tables); err != nil || !slices.Contains(tables, versions) {
		return v, err
	}
	if err := s.reader.GetContext(ctx, &v.Database, `SELECT COALESCE(MAX(version_id), 0) FROM `+versions); err != nil {
		return v, s.unavailable(err)
	}
	return v, nil
}

// refuseStranger refuses a database that has tables, and none of ours among them.
func (s *Store) refuseStranger(tables []string) error {
	others := slices.DeleteFunc(slices.Clone(tables), func(name string) bool { return name == versions })
	if len(others) == 0 || slices.Contains(others, "consent_head") && slices.Contains(others, "variant_map") {
		return nil
	}
	return newsletter.Errorf(newsletter.Conflict, "database_foreign",
		"the database %s is not Bode's, it holds %s: name one, or a schema, of its own", s.name, some(others))
}

// some names the first few.
func some(names []string) string {
	const most = 3
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
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

// lockPause lies between two tries to lock: flock(2) itself waits without heeding a context.
const lockPause = 50 * time.Millisecond

func (l *fileLock) Lock(ctx context.Context, _ *sql.DB) error {
	f, err := os.OpenFile(l.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			l.file = f
			return nil
		}
		if errors.Is(err, unix.EWOULDBLOCK) {
			err = waitFor(ctx, lockPause)
		}
		if err != nil {
			_ = f.Close()
			return err
		}
	}
}

func waitFor(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *fileLock) Unlock(context.Context, *sql.DB) error { return l.file.Close() }
