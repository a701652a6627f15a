package frontdoor_test

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"testing"

	"bode.example/internal/store/pgtest"
	"bode.example/internal/store/storetest"
)

// engine is a database of the program's, which the test also looks into by itself.
type engine struct {
	name    string // sqlite or postgres
	setting string // the line of bode.toml, and its secrets beside it
	url     string // as the store opens it
	db      *sql.DB
	tables  string // query for their names
}

var engines = map[string]func(testing.TB, *program) *engine{"sqlite": sqlite, "postgres": postgres}

func sqlite(t testing.TB, p *program) *engine {
	t.Helper()
	return sqliteAt(t, p.path("bode.sqlite"))
}

// sqliteAt is a file that may be elsewhere.
func sqliteAt(t testing.TB, path string) *engine {
	t.Helper()
	return &engine{name: "sqlite", setting: fmt.Sprintf("database = %q", path), url: path,
		db: open(t, "sqlite", (&url.URL{Scheme: "file", Path: path, OmitHost: true,
			RawQuery: url.Values{"_pragma": {"busy_timeout(20000)"}, "_txlock": {"immediate"}}.Encode()}).String()),
		tables: `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'`}
}

// postgres makes an empty database, and the keys that processes around it share.
func postgres(t testing.TB, p *program) *engine {
	t.Helper()
	return postgresAt(t, p, pgtest.New(t))
}

// postgresAt is an empty database that may be on a server of the test's own.
func postgresAt(t testing.TB, p *program, with string) *engine {
	t.Helper()
	u, err := url.Parse(with)
	if err != nil {
		t.Fatal(err)
	}
	password, _ := u.User.Password()
	u.User = url.User(u.User.Username())
	write(t, p.path("database.password"), 0o600, password+"\n")
	p.run(t, "config", "secret", "bode.secret")
	p.run(t, "config", "secret", "bode.suppression.key")
	return &engine{name: "postgres", setting: fmt.Sprintf("database = %q\ndatabase_password_file = \"database.password\"\n"+
		"secret_file = \"bode.secret\"\nsuppression_key_file = \"bode.suppression.key\"\nprivacy.replay_file = \"bode.erased\"", u), url: with, db: open(t, "postgres", with),
		tables: `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`}
}

func open(t testing.TB, driver, name string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, name)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(2)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// do changes the database behind the program's back: to let time pass, or to damage it.
func (e *engine) do(t testing.TB, statement string, args ...any) {
	t.Helper()
	if _, err := e.db.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// ask returns the one value of a query.
func (e *engine) ask(t testing.TB, query string, args ...any) (value string) {
	t.Helper()
	if err := e.db.QueryRowContext(t.Context(), query, args...).Scan(&value); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return value
}

// content is a checksum of every table.
func (e *engine) content(t testing.TB) map[string]string {
	t.Helper()
	sums := map[string]string{}
	for _, table := range e.rows(t, e.tables) {
		rows := e.rows(t, fmt.Sprintf("SELECT * FROM %q", table))
		slices.Sort(rows)
		sum := sha256.Sum256(fmt.Appendf(nil, "%q", rows))
		sums[table] = fmt.Sprintf("%d rows, %s", len(rows), hex.EncodeToString(sum[:8]))
	}
	if len(sums) < 20 {
		t.Fatalf("only %d tables: the test looks at the wrong thing", len(sums))
	}
	return sums
}

// rows returns what a query gives, each row as one text.
func (e *engine) rows(t testing.TB, query string) (all []string) {
	t.Helper()
	rows, err := e.db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		cells, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range cells {
			into[i] = &cells[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		if len(cells) == 1 {
			all = append(all, cells[0].String)
		} else {
			all = append(all, fmt.Sprintf("%v", cells))
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// everything is all bytes of the database: the file and its log, or a dump.
func (e *engine) everything(t *testing.T) (all []byte) {
	t.Helper()
	t.Run("search", func(t *testing.T) { // ends what Open begins
		all = storetest.Everything(t, storetest.Open(t, e.url))
	})
	return all
}

// holds reports whether a text is anywhere in the database: in the bytes of the file and its log, or in
// a dump.
func (e *engine) holds(t *testing.T, text string) (found bool) {
	t.Helper()
	t.Run("search", func(t *testing.T) { // ends what Open begins
		found = storetest.Holds(t, storetest.Open(t, e.url), text)
	})
	return found
}
