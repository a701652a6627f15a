package pgtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/lib/pq" // the driver of every URL that New returns

	"bode.example/internal/store/pgcluster"
)

// EnvURL is the environment variable with the URL of a server to use instead of a private cluster.
const EnvURL = "BODE_TEST_POSTGRES"

// patience bounds every single step against the server, on the slowest machine that we know.
const patience = 60 * time.Second

// New creates an empty database (UTF-8, collation C) and returns its postgres:// URL. The database
// is dropped, with whatever is still connected to it, when the test ends.
func New(tb testing.TB) string {
	tb.Helper()
	return create(tb, "template0")
}

// NewFrom is New with a content that is made once: the first caller with that name, in whatever
// process, has fill make it in a database of its own, and every database is a copy of that one.
// The name must tell contents apart (a hash of the migrations, say). fill must close what it opens.
func NewFrom(tb testing.TB, name string, fill func(databaseURL string) error) string {
	tb.Helper()
	s := serverOf(tb)
	template, err := s.template(name, fill)
	if err != nil {
		tb.Fatalf("pgtest: template %s: %v", name, err)
	}
	return create(tb, template)
}

func create(tb testing.TB, template string) string {
	tb.Helper()
	s := serverOf(tb)
	name := "t_" + strings.ToLower(rand.Text()[:16])
	if err := s.exec("CREATE DATABASE " + name + " TEMPLATE " + template); err != nil {
		tb.Fatalf("pgtest: %v", err)
	}
	tb.Cleanup(func() {
		if err := s.drop(name); err != nil {
			tb.Errorf("pgtest: %v", err)
		}
	})
	return s.url(name)
}

// server is the cluster of this process, reached through its maintenance database.
type server struct {
	base *url.URL
	db   *sql.DB
	// cluster is nil when the URL was given. It must stay reachable: were it collected, its pipe
	// would close, and the watcher would take the server away.
	cluster *pgcluster.Cluster
}

// Start starts a cluster that forgets all in a crash, or says what a test without one needs. It ends
// with Stop or with this process, whichever is first.
func Start() (*pgcluster.Cluster, error) {
	c, err := pgcluster.Start(pgcluster.Forgetful())
	if errors.Is(err, pgcluster.ErrNotInstalled) {
		err = fmt.Errorf(`%w,
or set %s to the URL of a server and role that may create databases.
Tests need the real engine and are never skipped`, err, EnvURL)
	}
	return c, err
}

// shared is the one thing here that outlives a test: starting a cluster per test would take a
// second each.
var shared = sync.OnceValues(open)

func serverOf(tb testing.TB) *server {
	tb.Helper()
	s, err := shared()
	if err != nil {
		tb.Fatalf("pgtest: %v", err)
	}
	return s
}

func open() (*server, error) {
	from := os.Getenv(EnvURL)
	var cluster *pgcluster.Cluster
	if from == "" {
		var err error
		if cluster, err = Start(); err != nil {
			return nil, err
		}
		from = cluster.URL
	}
	base, err := url.Parse(from)
	if err != nil || base.Scheme != "postgres" && base.Scheme != "postgresql" {
		return nil, errors.New(EnvURL + " is not a postgres:// URL")
	}
	db, err := sql.Open("postgres", from)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", EnvURL, err)
	}
	db.SetMaxOpenConns(4)
	return &server{base: base, db: db, cluster: cluster}, nil
}

func (s *server) url(database string) string {
	u := *s.base
	u.Path = "/" + database
	return u.String()
}

// drop ends what is connected to a database, and drops it. WITH (FORCE) refuses when an autovacuum
// worker happens to be at work there: it isn't ours to end. Without that word PostgreSQL sends it away
// by itself.
func (s *server) drop(name string) error {
	if s.exec("DROP DATABASE "+name+" WITH (FORCE)") == nil {
		return nil
	}
	if err := s.exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "' AND usename = current_user"); err != nil {
		return err
	}
	return s.exec("DROP DATABASE " + name)
}

func (s *server) exec(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if _, err := s.db.ExecContext(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}
