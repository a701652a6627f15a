package store

import (
	"errors"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"bode.example/migrations"
)

// dialect is all in which the engines differ to a query. Everything else is one text.
type dialect struct {
	engine migrations.Engine
	// forUpdate and skipLocked end a SELECT that locks rows; SQLite has one writer and needs
	// neither.
	forUpdate  string
	skipLocked string
	// again reports that a transaction lost a race that running it once more may win.
	again func(error) bool
	// full reports that the disk, or the quota, is full.
	full func(error) bool
	// unique reports that a unique key was there already.
	unique func(error) bool
}

var postgresDialect = dialect{
	engine:     migrations.Postgres,
	forUpdate:  " FOR UPDATE",
	skipLocked: " FOR UPDATE SKIP LOCKED",
	again: func(err error) bool {
		return pq.As(err, pqerror.TRSerializationFailure, pqerror.TRDeadlockDetected) != nil
	},
	full:   func(err error) bool { return pq.As(err, pqerror.DiskFull) != nil },
	unique: func(err error) bool { return pq.As(err, pqerror.UniqueViolation) != nil },
}

var sqliteDialect = dialect{
	engine: migrations.SQLite,
	again:  func(err error) bool { return sqliteCode(err)&0xff == sqlite3.SQLITE_BUSY },
	full:   func(err error) bool { return sqliteCode(err)&0xff == sqlite3.SQLITE_FULL },
	unique: func(err error) bool {
		code := sqliteCode(err)
		return code == sqlite3.SQLITE_CONSTRAINT_UNIQUE || code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	},
}

func sqliteCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}
