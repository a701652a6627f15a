package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"bode.example/cmd/bode/config"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

// makeDatabase opens the database with the schema that the program needs, and makes it where there is
// none yet: for what begins an installation, and for nothing else. Whoever looks or changes one thing
// uses openDatabase: a database that is made by looking says of everything that it isn't there.
//
// A file belongs to this program alone, and is migrated in passing. A PostgreSQL database may have
// other processes at work on it, so that only the operator can say when: it is migrated here when it
// is empty, and otherwise by bode migrate.
func makeDatabase(ctx context.Context, c *config.Config, log *slog.Logger) (*store.Store, error) {
	s, err := makeAnySchema(ctx, c, log)
	if err != nil {
		return nil, err
	}
	return prepared(s, prepareSchema(ctx, s, c.Postgres(), log))
}

// openDatabase opens a database that is there.
func openDatabase(ctx context.Context, c *config.Config, log *slog.Logger) (*store.Store, error) {
	s, err := openAnySchema(ctx, c, log)
	if err != nil {
		return nil, err
	}
	if c.Postgres() {
		return prepared(s, s.CheckVersion(ctx))
	}
	return prepared(s, prepareSchema(ctx, s, false, log))
}

// prepared is the database, unless something kept it from being prepared.
func prepared(s *store.Store, err error) (*store.Store, error) {
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// makeAnySchema opens the database whatever its schema, and makes the file where there is none. Beside
// a new file it makes the keys first: a file without keys would look like one whose keys were lost.
func makeAnySchema(ctx context.Context, c *config.Config, log *slog.Logger) (*store.Store, error) {
	if err := c.CheckNamed(); err != nil {
		return nil, &configError{err}
	}
	if !c.Postgres() {
		if err := c.MakeKeys(); err != nil {
			return nil, &configError{err}
		}
	}
	url, err := c.DatabaseURL()
	if err != nil {
		return nil, &configError{err}
	}
	return store.Open(ctx, url.Reveal(), log)
}

// openAnySchema opens a database that is there, whatever its schema.
func openAnySchema(ctx context.Context, c *config.Config, log *slog.Logger) (*store.Store, error) {
	if err := c.CheckNamed(); err != nil {
		return nil, &configError{err}
	}
	if _, err := os.Stat(c.Database); !c.Postgres() && errors.Is(err, fs.ErrNotExist) {
		return nil, newsletter.Errorf(newsletter.NotFound, "no_database",
			"there is no database %s: name another with --database or in the configuration; bode apply, bode serve and bode migrate make one", c.Database)
	}
	return makeAnySchema(ctx, c, log)
}

// hasSchema reports whether the database is there and more than empty. It makes nothing.
func hasSchema(ctx context.Context, c *config.Config, log *slog.Logger) (bool, error) {
	if !c.Postgres() {
		_, err := os.Stat(c.Database)
		if errors.Is(err, fs.ErrNotExist) {
			return false, nil
		}
		return err == nil, err
	}
	s, err := openAnySchema(ctx, c, log)
	if err != nil {
		return false, err
	}
	defer s.Close()
	v, err := s.Version(ctx)
	return v.Database != 0, err
}

// scratchDatabase is an empty database that done throws away, unless an error came before.
func scratchDatabase(ctx context.Context, log *slog.Logger, before error) (s *store.Store, done func(), err error) {
	if before != nil {
		return nil, nil, before
	}
	dir, err := os.MkdirTemp("", "bode-plan-")
	if err != nil {
		return nil, nil, err
	}
	s, err = store.Open(ctx, filepath.Join(dir, "bode.sqlite"), log)
	if err == nil {
		_, _, err = s.Migrate(ctx)
		s, err = prepared(s, err)
	}
	if err != nil {
		_ = os.RemoveAll(dir)
		return nil, nil, err
	}
	return s, func() { _ = s.Close(); _ = os.RemoveAll(dir) }, nil
}

func prepareSchema(ctx context.Context, s *store.Store, postgres bool, log *slog.Logger) error {
	v, err := s.Version(ctx)
	if err != nil {
		return err
	}
	if postgres && v.Database != 0 {
		return s.CheckVersion(ctx)
	}
	from, to, err := s.Migrate(ctx)
	if err == nil && from.Database != to.Database {
		log.Info("database migrated", "from", from.Database, "to", to.Database)
	}
	return err
}

// withDatabase runs what a command does between opening the database and closing it.
func (p *program) withDatabase(ctx context.Context, do func(*config.Config, *store.Store) error) error {
	c, err := p.configure(config.ForTools)
	if err != nil {
		return err
	}
	s, err := openDatabase(ctx, c, p.toolLog())
	if err != nil {
		return err
	}
	defer s.Close()
	return do(c, s)
}
