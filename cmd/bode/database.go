package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"

	"bode.example/cmd/bode/config"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

// openDatabase opens the database with the schema that the program needs.
//
// A file belongs to this program alone, and is migrated in passing. A PostgreSQL database may have
// other processes at work on it, so that only the operator can say when: it is migrated here when it
// is empty, and otherwise by bode migrate.
func openDatabase(ctx context.Context, c *config.Config, log *slog.Logger) (*store.Store, error) {
	s, err := openAnySchema(ctx, c, log)
	if err != nil {
		return nil, err
	}
	if err := prepareSchema(ctx, s, c.Postgres(), log); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// openAnySchema opens the database whatever its schema. Beside a new file it makes the keys first:
// a file without keys would look like one whose keys were lost.
func openAnySchema(ctx context.Context, c *config.Config, log *slog.Logger) (*store.Store, error) {
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

// withDatabase runs what a command does between opening the database, which must exist, and closing it.
func (p *program) withDatabase(ctx context.Context, do func(*config.Config, *store.Store) error) error {
	c, err := p.configure(config.ForTools)
	if err != nil {
		return err
	}
	// Only what fills a database makes one: in the wrong folder, the others would show an empty one.
	if _, err := os.Stat(c.Database); !c.Postgres() && errors.Is(err, fs.ErrNotExist) {
		return newsletter.Errorf(newsletter.NotFound, "no_database",
			"there is no database %s: name another with --database or in the configuration; bode apply and bode serve make one", c.Database)
	}
	s, err := openDatabase(ctx, c, p.toolLog())
	if err != nil {
		return err
	}
	defer s.Close()
	return do(c, s)
}
