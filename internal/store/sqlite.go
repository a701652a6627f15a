package store

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"github.com/jmoiron/sqlx"
	"golang.org/x/sys/unix"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"bode.example/internal/newsletter"
)

// sqliteReaders is how many connections may read at once beside the one that writes.
const sqliteReaders = 4

func (s *Store) openSQLite(ctx context.Context, path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if err := makeFile(path); err != nil {
		return newsletter.Errorf(newsletter.Unavailable, "database_unavailable", "the database file %s can't be opened: %w", path, err)
	}
	s.dialect, s.name = sqliteDialect, path
	if s.db, err = sqlx.Open("sqlite", sqliteDSN(path, false)); err != nil {
		return err
	}
	s.db.SetMaxOpenConns(1)
	if err := s.db.PingContext(ctx); err != nil {
		_ = s.db.Close()
		return s.unavailable(err)
	}
	if s.reader, err = sqlx.Open("sqlite", sqliteDSN(path, true)); err != nil {
		_ = s.db.Close()
		return err
	}
	s.reader.SetMaxOpenConns(sqliteReaders)
	return nil
}

// sqliteDSN names the file and the pragmas. synchronous(FULL): NORMAL would forget hand-over marks
// when the power goes. secure_delete: what is erased is overwritten. _txlock=immediate: a
// transaction that reads first and then writes would otherwise fail at once when it lost a race.
func sqliteDSN(path string, readOnly bool) string {
	pragmas := []string{"busy_timeout(10000)", "foreign_keys(1)", "secure_delete(1)", "temp_store(2)"}
	query := url.Values{"_dqs": {"0"}}
	if readOnly {
		pragmas = append(pragmas, "query_only(1)")
	} else {
		pragmas = append(pragmas, "journal_mode(WAL)", "synchronous(FULL)")
		query.Set("_txlock", "immediate")
	}
	query["_pragma"] = pragmas
	return (&url.URL{Scheme: "file", Path: path, OmitHost: true, RawQuery: query.Encode()}).String()
}

// makeFile makes the file when it isn't there: readable by its owner only, for it holds addresses.
func makeFile(path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := refuseNetwork(dir); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// refuseNetwork refuses file systems on which SQLite's locks don't hold.
func refuseNetwork(dir string) error {
	var stat unix.Statfs_t
	if err := unix.Statfs(dir, &stat); err != nil {
		return err
	}
	switch uint32(stat.Type) {
	case unix.NFS_SUPER_MAGIC, unix.SMB_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC, unix.CODA_SUPER_MAGIC, unix.AFS_SUPER_MAGIC, unix.V9FS_MAGIC:
		return errors.New("it is on a network file system, where locks can't be trusted: use a local disk, or PostgreSQL")
	}
	return nil
}

// TruncateLog empties the write-ahead log after an erasure, so that nothing erased stays in it, if
// that was not done yet by the erasure itself: then a reader held the log up. It waits for readers as
// long as any statement does.
func (s *Store) TruncateLog(ctx context.Context) error {
	if !s.erased.Load() || s.reader == s.db {
		return nil // PostgreSQL keeps its own log
	}
	var busy, pages, moved int
	if err := s.db.QueryRowxContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &moved); err != nil {
		return err
	}
	if busy != 0 {
		return errors.New("a reader holds the write-ahead log up; it is emptied later")
	}
	s.erased.Store(false)
	return nil
}
