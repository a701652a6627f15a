package store

import (
	"database/sql/driver"
	"errors"
	"io"
	"io/fs"
	"net"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
	"golang.org/x/sys/unix"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"bode.example/migrations"
)

// dialect is all in which the engines differ to a query. Everything else is one text.
type dialect struct {
	engine migrations.Engine
	// forUpdate and skipLocked end a SELECT that locks rows; SQLite has one writer and needs
	// neither. NO KEY: rows that refer to the locked one may come and go. A plain FOR UPDATE would
	// make them wait, in an order that nobody chose.
	forUpdate  string
	skipLocked string
	// own keeps an address for the transaction, also when there is no row of it that could be locked; SQLite has
	// one writer and needs no statement for it.
	own string
	// among is the condition on a column that it is one of the ids that a parameter holds as JSON.
	// PostgreSQL then takes them for ten and looks each up by its index, as it should for hundreds too: were
	// it to know better, it would read small tables whole, and large ones by the index of another column.
	among func(param string) string
	// keys is the condition on a column that it is one of the texts that a parameter holds as a JSON array; for ten, as above.
	keys func(param string) string
	// opaque is a column in a condition that PostgreSQL takes for true of few rows.
	opaque func(column string) string
	// rows is the table v of the rows that a parameter holds as a JSON array of arrays: v.value ->> 0 is
	// the first column of each. Neither engine has the other's function; unnest is for ten, as above.
	rows func(param string) string
	// fromHex is the bytes of a text in hexadecimal, or NULL of NULL.
	fromHex func(text string) string
	// pairs is the table v (key, value) of the texts that a parameter holds as a JSON object; for ten, as above.
	pairs func(param string) string
	// domain is the part of an address behind its only @.
	domain func(address string) string
	// once begins what a query reads several times, or in an order of its own; SQLite is faster without.
	once string
	// together says that a statement may hold others that change rows, and that each costs a round trip.
	together bool
	// fault says what an error means.
	fault func(error) fault
	// tables lists the tables of the schema, but for those of the engine and its extensions.
	tables string
}

func (d dialect) again(err error) bool  { return d.fault(err) == lostRace }
func (d dialect) unique(err error) bool { return d.fault(err) == duplicate }

var postgresDialect = dialect{
	engine:     migrations.Postgres,
	forUpdate:  " FOR NO KEY UPDATE",
	skipLocked: " FOR NO KEY UPDATE SKIP LOCKED",
	own:        "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
	among: func(p string) string {
		return "IN (SELECT unnest((SELECT CAST(translate(CAST(" + p + " AS TEXT), '[]', '{}') AS BIGINT[]))))"
	},
	keys: func(p string) string {
		return "IN (SELECT unnest(ARRAY(SELECT jsonb_array_elements_text(CAST(" + p + " AS JSONB)))))"
	},
	opaque: func(column string) string { return column + " || ''" },
	rows: func(p string) string {
		return "(SELECT unnest(ARRAY(SELECT jsonb_array_elements(CAST(" + p + " AS JSONB))))) AS v (value)"
	},
	fromHex: func(text string) string { return "decode(" + text + ", 'hex')" },
	pairs: func(p string) string {
		object := "(SELECT CAST(" + p + " AS JSONB))"
		return "(SELECT k AS key, " + object + " ->> k AS value FROM (SELECT unnest(ARRAY(SELECT jsonb_object_keys(" + object + "))) AS k) AS k) AS v"
	},
	domain:   func(address string) string { return "split_part(" + address + ", '@', 2)" },
	once:     "MATERIALIZED",
	together: true,
	fault:    postgresFault,
	tables: `
		SELECT c.relname FROM pg_class AS c
		WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND c.relkind IN ('r', 'p')
		AND NOT EXISTS (SELECT 1 FROM pg_depend AS d WHERE d.objid = c.oid AND d.deptype = 'e')`,
}

func postgresFault(err error) fault {
	var e *pq.Error
	if !errors.As(err, &e) {
		var network net.Error
		if errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return away
		}
		return otherFault
	}
	switch e.Code {
	case pqerror.TRSerializationFailure, pqerror.TRDeadlockDetected:
		return lostRace
	case pqerror.UniqueViolation:
		return duplicate
	case pqerror.DiskFull:
		return noRoom
	case pqerror.AdminShutdown, pqerror.CrashShutdown, pqerror.CannotConnectNow, pqerror.TooManyConnections, pqerror.IdleInTransactionSessionTimeout:
		return away
	case pqerror.InsufficientPrivilege, pqerror.ReadOnlySQLTransaction:
		return denied
	case pqerror.InvalidCatalogName:
		return noDatabase
	case pqerror.DataCorrupted, pqerror.IndexCorrupted:
		return damaged
	}
	switch e.Code.Class() {
	case pqerror.ClassConnectionException:
		return away
	case pqerror.ClassInvalidAuthorizationSpecification:
		return denied
	}
	return otherFault
}

// sqliteDialect is that of a file in a directory.
func sqliteDialect(dir string) dialect {
	return dialect{
		engine: migrations.SQLite,
		among: func(p string) string {
			return "IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST(" + p + " AS TEXT)))"
		},
		keys:    func(p string) string { return "IN (SELECT value FROM json_each(CAST(" + p + " AS TEXT)))" },
		opaque:  func(column string) string { return column },
		rows:    func(p string) string { return "json_each(CAST(" + p + " AS TEXT)) AS v" },
		fromHex: func(text string) string { return "unhex(" + text + ")" },
		pairs:   func(p string) string { return "json_each(CAST(" + p + " AS TEXT)) AS v" },
		domain:  func(address string) string { return "substr(" + address + ", instr(" + address + ", '@') + 1)" },
		once:    "NOT MATERIALIZED",
		fault:   func(err error) fault { return sqliteFault(err, dir) },
		tables:  `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'`,
	}
}

func sqliteFault(err error, dir string) fault {
	switch {
	case outOfRoom(err):
		return noRoom
	case errors.Is(err, fs.ErrPermission), errors.Is(err, unix.EROFS):
		return denied
	}
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return otherFault
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return duplicate
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_BUSY:
		return lostRace
	case sqlite3.SQLITE_FULL:
		return noRoom
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN:
		// Neither a quota that is used up, nor a disk without room for the shared memory or for a new
		// file, is told from other failures of the disk.
		if full(dir) {
			return noRoom
		}
		return away
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH:
		return denied
	case sqlite3.SQLITE_CORRUPT:
		return damaged
	case sqlite3.SQLITE_NOTADB:
		return foreign
	}
	return otherFault
}
