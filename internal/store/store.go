package store

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"bode.example/internal/newsletter"
	"bode.example/migrations"
)

// Store is the database. It is safe for concurrent use.
type Store struct {
	dialect dialect
	// db is where transactions that write run: one connection on SQLite, a pool on PostgreSQL.
	// reader is a pool of connections that may only read; on PostgreSQL it is the same pool.
	db     *sqlx.DB
	reader pool
	name   string // for people: the path, or the URL without its password
	log    *slog.Logger
	// keeps says that statements may be prepared and kept; kept are those, by their text.
	keeps  bool
	kept   map[string]*sqlx.Stmt
	keptMu sync.Mutex
	// turns are those of writers, where there is one connection for them.
	turns *turnstile
	// around, in tests, runs all that writes to the files, where and as often as it likes.
	around func(run func() error) error
	// erased says that SQLite's write-ahead log may hold what was erased: also at the start, for a
	// crash may have come between.
	erased atomic.Bool
}

func init() {
	// sqlx must know how modernc's driver writes placeholders; it has no other way to be told.
	sqlx.BindDriver("sqlite", sqlx.DOLLAR)
}

// Open opens a database named by a path (SQLite; created 0600 when it isn't there) or by a URL
// postgres://… It checks that the database answers, but neither makes nor changes the schema: see
// Migrate and CheckVersion.
func Open(ctx context.Context, name string, log *slog.Logger) (*Store, error) {
	s := &Store{log: log}
	s.erased.Store(true)
	var err error
	if IsPostgres(name) {
		err = s.openPostgres(ctx, name)
	} else {
		err = s.openSQLite(ctx, name)
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// IsPostgres reports whether a database's name is a PostgreSQL URL and no path.
func IsPostgres(name string) bool {
	return strings.HasPrefix(name, "postgres://") || strings.HasPrefix(name, "postgresql://")
}

// Close ends all connections.
func (s *Store) Close() error {
	err := s.db.Close()
	if err != nil && s.dialect.fault(err) == away {
		err = nil // a server that is away needs no farewell
	}
	if s.reader.DB != s.db {
		if e := s.reader.Close(); err == nil {
			err = e
		}
	}
	return err
}

// Engine says which engine this is.
func (s *Store) Engine() migrations.Engine { return s.dialect.engine }

// Name names the database for people, without a password.
func (s *Store) Name() string { return s.name }

// Ping asks the database for a sign of life.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.reader.PingContext(ctx); err != nil {
		return s.unavailable(err)
	}
	return nil
}

// unavailable explains why there is no database to talk to, in whatever way that shows.
func (s *Store) unavailable(err error) error {
	if explained := s.explain(err); newsletter.CodeOf(explained) != newsletter.Internal {
		return explained
	}
	if errors.Is(err, pq.ErrSSLNotSupported) {
		return newsletter.Errorf(newsletter.Unavailable, "database_unavailable",
			"the database %s offers no TLS: turn it on there (ssl = on), or, on a network where nobody else can listen, add ?sslmode=disable to the address: %w", s.name, err)
	}
	return newsletter.Errorf(newsletter.Unavailable, "database_unavailable", "the database %s does not answer: %w", s.name, err)
}

// redacted is a PostgreSQL URL without its password.
func redacted(name string) string {
	u, err := url.Parse(name)
	if err != nil {
		return "postgres://…"
	}
	query := u.Query()
	if query.Has("password") {
		query.Set("password", "xxxxx")
		u.RawQuery = query.Encode()
	}
	return u.Redacted()
}
