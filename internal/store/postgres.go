package store

import (
	"context"
	"net/url"
	"time"

	"github.com/jmoiron/sqlx"
	_ "github.com/lib/pq" // the driver "postgres"

	"bode.example/internal/newsletter"
)

const (
	postgresConns    = 16
	postgresIdle     = 8
	postgresLifetime = 30 * time.Minute // so that a changed address or a fail-over is noticed
)

func (s *Store) openPostgres(ctx context.Context, name string) error {
	s.dialect, s.name = postgresDialect, redacted(name)
	u, err := url.Parse(name)
	if err != nil {
		return newsletter.Errorf(newsletter.Invalid, "database_name", "the database's URL can't be read; it looks like postgres://user@host/name")
	}
	query := u.Query()
	// One round trip less a query, and the only way that is right behind PgBouncer: without it,
	// other clients' unnamed statements run with our parameters.
	query.Set("binary_parameters", "yes")
	if !query.Has("application_name") {
		query.Set("application_name", "bode")
	}
	u.RawQuery = query.Encode()
	if s.db, err = sqlx.Open("postgres", u.String()); err != nil {
		return s.unavailable(err)
	}
	s.db.SetMaxOpenConns(postgresConns)
	s.db.SetMaxIdleConns(postgresIdle)
	s.db.SetConnMaxLifetime(postgresLifetime)
	s.reader = pool{s.db, s.explain}
	if err := s.db.PingContext(ctx); err != nil {
		_ = s.db.Close()
		return s.unavailable(err)
	}
	return nil
}
