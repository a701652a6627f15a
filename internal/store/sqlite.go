package store

import (
	"context"
	"errors"
	"net/url"
	"path/filepath"

	"github.com/jmoiron/sqlx"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// sqliteReaders is how many connections may read at once beside the one that writes.
const sqliteReaders = 4

func (s *Store) openSQLite(ctx context.Context, name string) (err error) {
	path, err := databaseFile(name)
	if err != nil {
		return err
	}
	s.dialect, s.name = sqliteDialect(filepath.Dir(path)), path
	if err := s.makeFile(path); err != nil {
		return err
	}
	if err := s.refuseForeign(ctx, path); err != nil {
		return s.explain(err)
	}
	if s.db, err = sqlx.Open("sqlite", sqliteDSN(path, readWrite)); err != nil {
		return err
	}
	s.db.SetMaxOpenConns(1)
	s.turns = &turnstile{}
	if err := s.db.PingContext(ctx); err != nil {
		_ = s.db.Close()
		return s.explain(err)
	}
	reader, err := sqlx.Open("sqlite", sqliteDSN(path, queriesOnly))
	if err != nil {
		_ = s.db.Close()
		return err
	}
	reader.SetMaxOpenConns(sqliteReaders)
	s.reader, s.keeps = pool{reader, s.explain}, true
	return nil
}

// access is what a connection to a file may do.
type access int

const (
	readWrite   access = iota
	queriesOnly        // but it takes part in the write-ahead log
	lookOnly           // without changing so much as the file's mode
)

// sqliteDSN names the file and the pragmas. synchronous(FULL): NORMAL would forget hand-over marks
// when the power goes. secure_delete: what is erased is overwritten. _txlock=immediate: a
// transaction that reads first and then writes would otherwise fail at once when it lost a race. Readers
// ask for little at a time, and there are several: half a megabyte of cache each.
func sqliteDSN(path string, a access) string {
	pragmas := []string{"busy_timeout(10000)", "foreign_keys(1)", "secure_delete(1)", "temp_store(2)"}
	query := url.Values{"_dqs": {"0"}}
	switch a {
	case readWrite:
		pragmas = append(pragmas, "journal_mode(WAL)", "synchronous(FULL)")
		query.Set("_txlock", "immediate")
	case queriesOnly:
		pragmas = append(pragmas, "query_only(1)", "cache_size(-512)")
	case lookOnly:
		query.Set("mode", "ro")
	}
	query["_pragma"] = pragmas
	return (&url.URL{Scheme: "file", Path: path, OmitHost: true, RawQuery: query.Encode()}).String()
}

// TruncateLog empties the write-ahead log after an erasure, so that nothing erased stays in it, if
// that was not done yet by the erasure itself: then a reader held the log up. It waits for readers as
// long as any statement does.
func (s *Store) TruncateLog(ctx context.Context) error {
	if !s.erased.Load() || s.reader.DB == s.db {
		return nil // PostgreSQL keeps its own log
	}
	var busy, pages, moved int
	err := s.through(func() error {
		return s.db.QueryRowxContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &moved)
	})
	if err != nil {
		return err
	}
	if busy != 0 {
		return errors.New("a reader holds the write-ahead log up; it is emptied later")
	}
	s.erased.Store(false)
	return nil
}
