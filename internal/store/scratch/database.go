package scratch

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/pgcluster"
)

// Database is a database that nobody else uses.
type Database struct {
	// Name is what store.Open takes. It may hold a password.
	Name string
	// Server describes a PostgreSQL server in a few words; "" for a file.
	Server string

	drop func(context.Context) error
}

// SQLite names a file in a directory, which the caller removes.
func SQLite(dir string) *Database {
	return &Database{Name: filepath.Join(dir, "bode.sqlite"), drop: func(context.Context) error { return nil }}
}

// Cluster is a private PostgreSQL server on which scratch databases are made.
type Cluster struct{ cluster *pgcluster.Cluster }

// StartCluster starts one from the installed binaries, with the settings that PostgreSQL comes with.
func StartCluster() (*Cluster, error) {
	c, err := pgcluster.Start(pgcluster.Ordinary())
	if errors.Is(err, pgcluster.ErrNotInstalled) {
		err = newsletter.Errorf(newsletter.Unavailable, "no_postgres", "%w,\nor name a server with --database postgres://user@host/name", err)
	}
	if err != nil {
		return nil, err
	}
	return &Cluster{c}, nil
}

// URL is that of the server, for a role that may create databases.
func (c *Cluster) URL() string { return c.cluster.URL }

// Stop ends the server and removes its files.
func (c *Cluster) Stop() error { return c.cluster.Stop() }

// Postgres makes a database on a server. The role of the URL must be allowed to.
func Postgres(ctx context.Context, server string) (*Database, error) {
	u, err := url.Parse(server)
	if err != nil {
		return nil, newsletter.Errorf(newsletter.Invalid, "database_name", "the database's URL can't be read; it looks like postgres://user@host/name")
	}
	db, err := sql.Open("postgres", server)
	if err != nil {
		return nil, err
	}
	defer db.Close() // nothing is under way
	name := "bode_scratch_" + strings.ToLower(rand.Text()[:12])
	if _, err := db.ExecContext(ctx, "CREATE DATABASE "+name+" TEMPLATE template0"); err != nil {
		if pq.As(err, pqerror.InsufficientPrivilege) != nil {
			return nil, newsletter.Errorf(newsletter.Invalid, "database_denied",
				"the user %s may not make databases on %s, and a measurement needs one of its own: ALTER ROLE %s CREATEDB, or name another user",
				u.User.Username(), u.Host, u.User.Username())
		}
		return nil, newsletter.Errorf(newsletter.Unavailable, "database_unavailable", "no database can be made on %s: %w", u.Redacted(), err)
	}
	d := &Database{Server: "PostgreSQL"}
	_ = db.QueryRowContext(ctx, "SELECT 'PostgreSQL ' || current_setting('server_version')").Scan(&d.Server) // a name less exact will do
	u.Path = "/" + name
	d.Name = u.String()
	d.drop = func(ctx context.Context) error { return dropDatabase(ctx, server, name) }
	return d, nil
}

func dropDatabase(ctx context.Context, server, name string) error {
	db, err := sql.Open("postgres", server)
	if err != nil {
		return err
	}
	defer db.Close() // nothing is under way
	_, err = db.ExecContext(ctx, "DROP DATABASE "+name+" WITH (FORCE)")
	for wait := 100 * time.Millisecond; err != nil && wait < 5*time.Second; wait *= 2 {
		select {
		case <-ctx.Done():
			return err
		case <-time.After(wait): // autovacuum is at work there; it makes way by itself
		}
		_, err = db.ExecContext(ctx, "DROP DATABASE "+name)
	}
	return err
}

// Drop takes the database away, with whatever is still connected to it.
func (d *Database) Drop(ctx context.Context) error { return d.drop(ctx) }

// open opens the database beside a store.
func (d *Database) open() (*sql.DB, error) {
	if store.IsPostgres(d.Name) {
		return sql.Open("postgres", d.Name)
	}
	return sql.Open("sqlite", "file:"+d.Name+"?_pragma=busy_timeout(10000)&_pragma=synchronous(OFF)&_txlock=immediate")
}
