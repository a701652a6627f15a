package store_test

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

// Every transaction of the whole conformance suite meets a disk that is full, and then has a little more
// room, and more, until it can be done. Each time before, it says so, and has changed nothing; and then
// all is as if the disk had never been full.
func TestAFullDiskLeavesNothingHalfWritten(t *testing.T) {
	disk := storetest.OnDisk(t, 8<<20)
	if disk == nil {
		return
	}
	t.Setenv("TMPDIR", disk.Dir)
	met := map[string]bool{} // by the method's name: whether it met a full disk
	for _, c := range storetest.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			s := storetest.SQLite(t)
			f := &fullDisk{t: t, disk: disk, met: met, db: beside(t, s)}
			store.Around(s, f.run)
			c.Test(t, s)
			f.free()
			f.wholesome()
		})
	}
	delete(met, "TruncateLog") // it takes no room, it makes some
	for method, full := range met {
		if !full {
			t.Errorf("%s never met a full disk: it wrote nothing", method)
		}
	}
	if len(met) < 50 {
		t.Errorf("only %d methods were seen to write", len(met))
	}
}

// A quota, or a limit of the size of files, is a full disk too.
func TestALimitOfTheSizeOfFilesIsAFullDisk(t *testing.T) {
	disk := storetest.OnLimit(t)
	if disk == nil {
		return
	}
	t.Setenv("TMPDIR", disk.Dir)
	s := storetest.SQLite(t)
	w := storetest.NewWorld(t, s)
	f := &fullDisk{t: t, disk: disk, met: map[string]bool{}, db: beside(t, s)}
	store.Around(s, f.run)
	for i := range 5 {
		w.Join(newsletter.Address(string(rune('a'+i))+"@voorbeeld.nl"), storetest.Start, w.All())
	}
	f.free()
	f.wholesome()
	if !f.met["ConfirmSignup"] || !f.met["CreateSignup"] {
		t.Errorf("met %v", f.met)
	}
}

// fullDisk runs the transactions of a store while the disk is full.
type fullDisk struct {
	mu   sync.Mutex
	t    *testing.T
	disk *storetest.Disk
	db   *sql.DB // one connection beside the store
	met  map[string]bool
}

func (f *fullDisk) run(run func() error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	method := caller()
	f.met[method] = f.met[method] || false
	f.ask(`PRAGMA wal_checkpoint(TRUNCATE)`) // else the next transaction takes the room of those before
	defer f.disk.Free()
	for room := 0; room < 1000; room = max(room+1, room*3/2) {
		f.disk.Fill(room)
		before := f.ask(`PRAGMA data_version`)
		err := run()
		if reason(err) != "disk_full" {
			return err
		}
		f.met[method] = true
		if f.ask(`PRAGMA data_version`) != before {
			f.t.Errorf("%s failed with room for %d pages, and changed something", method, room)
		}
	}
	f.t.Fatalf("%s does not go on", method)
	return nil
}

func (f *fullDisk) free() { f.disk.Free() }

// wholesome fails unless the database is in order.
func (f *fullDisk) wholesome() {
	f.t.Helper()
	if said := f.ask(`PRAGMA integrity_check`); said != "ok" {
		f.t.Errorf("the database says: %s", said)
	}
}

// ask returns the first column of the first row of a query.
func (f *fullDisk) ask(query string) (answer string) {
	f.t.Helper()
	rows, err := f.db.QueryContext(context.Background(), query)
	check(f.t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	check(f.t, err)
	into := make([]any, len(columns))
	into[0] = &answer
	for i := 1; i < len(into); i++ {
		into[i] = new(sql.RawBytes)
	}
	for rows.Next() {
		check(f.t, rows.Scan(into...))
	}
	check(f.t, rows.Err())
	return answer
}

// beside opens one more connection to a store's file.
func beside(t *testing.T, s *store.Store) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+s.Name()+"?_pragma=busy_timeout(10000)")
	check(t, err)
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// caller names the exported method of the store that is running.
func caller() (name string) {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for {
		frame, more := frames.Next()
		if _, method, ok := strings.Cut(frame.Function, "store.(*Store)."); ok {
			method, _, _ = strings.Cut(method, ".")
			if method[0] >= 'A' && method[0] <= 'Z' {
				name = method
			}
		}
		if !more {
			return name
		}
	}
}

func reason(err error) string {
	var e *newsletter.Error
	if errors.As(err, &e) {
		return e.Reason
	}
	return ""
}

// A program that starts while the disk is full says so, makes nothing that is half a database, and
// starts when there is room.
func TestStartingOnAFullDisk(t *testing.T) {
	disk := storetest.OnDisk(t, 4<<20)
	if disk == nil {
		return
	}
	name := filepath.Join(disk.Dir, "bode.sqlite")
	start := func() error {
		s, err := store.Open(t.Context(), name, slog.New(slog.DiscardHandler))
		if err != nil {
			return err
		}
		_, _, err = s.Migrate(t.Context())
		return errors.Join(err, s.Close())
	}
	failed := 0
	for room := 0; ; room += 10 {
		disk.Fill(room)
		err := start()
		if err == nil {
			break
		}
		wantError(t, err, newsletter.Unavailable, "disk_full", name)
		if failed++; room > 900 {
			t.Fatal("it does not start")
		}
	}
	if failed < 5 {
		t.Errorf("the disk was too full only %d times", failed)
	}
	disk.Free()
	check(t, start()) // closing it can write the log back
	disk.Fill(0)
	wantError(t, start(), newsletter.Unavailable, "disk_full", name) // the shared memory finds no room
	disk.Free()
	check(t, start())
	left, err := os.ReadDir(disk.Dir)
	check(t, err)
	for _, entry := range left {
		if strings.Contains(entry.Name(), "probe") {
			t.Errorf("%s was left", entry.Name())
		}
	}
}
