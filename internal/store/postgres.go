package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"bode.example/internal/newsletter"
)

const (
	postgresConns    = 16
	postgresIdle     = 8
	postgresLifetime = 30 * time.Minute // so that a changed address or a fail-over is noticed
)

// stalled is how long a session may do nothing in the middle of a transaction. A process that was suspended
// there holds rows, which nobody can take over or change, an edition's among them, until the server sees
// that it is gone: without a limit that takes hours. Ours never wait for anything but the database.
const stalled = `SET idle_in_transaction_session_timeout = '30s'`

// uncompiled keeps a session from compiling queries. Ours are short; where the server guesses a great number of rows, it
// takes longer to compile one than to run it.
const uncompiled = `SET jit = off`

// sessions makes sessions with both. They are set by statements: PgBouncer refuses a start with
// parameters that it doesn't know.
type sessions struct{ driver.Connector }

func (c sessions) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	if session, ok := conn.(driver.ExecerContext); ok {
		if _, err := session.ExecContext(ctx, stalled+"; "+uncompiled, nil); err != nil {
			_ = conn.Close()
			return nil, err
		}
	}
	return conn, nil
}

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
	if !query.Has("sslmode") && os.Getenv("PGSSLMODE") == "" && onThisMachine(u) {
		query.Set("sslmode", "disable") // nobody listens in on it, and servers have no certificate there
	}
	u.RawQuery = query.Encode()
	connector, err := pq.NewConnector(u.String())
	if err != nil {
		return s.unavailable(err)
	}
	dialer := &portDialer{}
	connector.Dialer(dialer)
	s.db = sqlx.NewDb(sql.OpenDB(sessions{connector}), "postgres")
	s.db.SetMaxOpenConns(postgresConns)
	s.db.SetMaxIdleConns(postgresIdle)
	s.db.SetConnMaxLifetime(postgresLifetime)
	s.reader = pool{s.db, s.explain}
	if err := s.db.PingContext(ctx); err != nil {
		_ = s.db.Close()
		return s.unavailable(err)
	}
	s.keeps = dialer.direct(ctx, s.db)
	return nil
}

// portDialer remembers from which port it dialled last.
type portDialer struct {
	net.Dialer
	port atomic.Int64
}

func (d *portDialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := d.Dialer.DialContext(ctx, network, address)
	if err == nil {
		if local, ok := c.LocalAddr().(*net.TCPAddr); ok {
			d.port.Store(int64(local.Port))
		}
	}
	return c, err
}

// DialTimeout is asked for by pq.Dialer.
func (d *portDialer) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return d.DialContext(ctx, network, address)
}

// direct reports whether the only connection so far goes to the server itself, which then sees the port
// that we dialled from. A pooler between (PgBouncer) gives every transaction another connection; a
// prepared statement would be another client's there, or none.
func (d *portDialer) direct(ctx context.Context, db *sqlx.DB) bool {
	var port int64
	err := db.GetContext(ctx, &port, `SELECT COALESCE(inet_client_port(), 0)`)
	return err == nil && port != 0 && port == d.port.Load()
}

// onThisMachine reports whether a connection never leaves the machine: a socket, or the loopback network.
func onThisMachine(u *url.URL) bool {
	host := u.Hostname()
	if u.Query().Has("host") {
		host = u.Query().Get("host")
	}
	a, err := netip.ParseAddr(host)
	return host == "" || host == "localhost" || strings.HasPrefix(host, "/") || err == nil && a.IsLoopback()
}
