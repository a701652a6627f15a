package main

import (
	"database/sql"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/mailer/mailertest"
)

// Backups are made and put back as docs/operations.md says; who was erased in between is gone again afterwards: by
// bode restore, and by a service that starts without it.
func TestE13_ABackupThatIsPutBackErasesAgain(t *testing.T) {
	for name, database := range map[string]func(t *testing.T) string{
		"sqlite":   func(*testing.T) string { return "bode.sqlite" },
		"postgres": func(t *testing.T) string { return storetest.PostgresURL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := database(t)
			i := install(t, url, mailertest.New(t, mailertest.Script{}))
			i.bode("apply", "lists.toml", "--yes")
			where := url
			if name == "sqlite" {
				where = filepath.Join(i.dir, url)
			}
			admit(t, where, "jan.jansen@example.org", "piet@example.org")
			back := i.backup(name, where)
			i.bode("subscriber", "erase", "jan.jansen@example.org", "--yes")

			back()
			if !strings.Contains(i.bode("subscriber", "show", "jan.jansen@example.org"), "jan.jansen") {
				t.Fatal("the copy is not older: the test shows nothing")
			}
			said := i.bode("restore")
			if !strings.Contains(said, "1 erasure") || !strings.Contains(said, "that had come back, and are gone: 1") || strings.Contains(said, "jan") {
				t.Errorf("bode restore says: %s", said)
			}
			i.gone("jan.jansen@example.org")
			i.bode("subscriber", "show", "piet@example.org")
			if said := i.bode("restore"); !strings.Contains(said, "nobody came back") {
				t.Errorf("the second time: %s", said)
			}

			back()
			serve := i.start("serve")
			serve.stop()
			if log := serve.output(); !strings.Contains(log, "this database is older than an erasure, which was carried out again") || strings.Contains(log, "jan.jansen") {
				t.Errorf("the log of bode serve:\n%s", log)
			}
			i.gone("jan.jansen@example.org")
			i.bode("subscriber", "show", "piet@example.org")
			i.bode("audit", "verify")
		})
	}
}

// admit makes readers of addresses.
func admit(t *testing.T, database string, addresses ...newsletter.Address) {
	t.Helper()
	s, err := store.Open(t.Context(), database, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() // every call has been answered
	list, err := s.ListByName(t.Context(), "raad")
	if err != nil {
		t.Fatal(err)
	}
	schedules, err := s.Schedules(t.Context(), list.ID)
	if err != nil || len(schedules) != 1 {
		t.Fatalf("%v, %v", schedules, err)
	}
	for _, a := range addresses {
		if _, err := s.AdmitSubscriber(t.Context(), &newsletter.Admission{Address: a, Language: newsletter.Dutch, Ground: newsletter.GroundPaper, Source: "lijst",
			Choice: newsletter.Choice{ListID: list.ID, ScheduleID: schedules[0].ID}}, nil, newsletter.Operator("test"), time.Date(2026, time.November, 2, 7, 0, 0, 0, time.UTC)); err != nil {
			t.Fatal(err)
		}
	}
}

// gone wants an address to be unknown.
func (i *installation) gone(address string) {
	i.t.Helper()
	if out, err := i.command("subscriber", "show", address).Output(); err == nil && strings.Contains(string(out), address) {
		i.t.Errorf("%s is back:\n%s", address, out)
	}
}

// backup makes a copy of the database and returns how to put it back.
func (i *installation) backup(engine, name string) (back func()) {
	i.t.Helper()
	if engine == "sqlite" {
		db, err := sql.Open("sqlite", "file:"+name)
		if err != nil {
			i.t.Fatal(err)
		}
		defer db.Close() // every statement has been answered
		saved := filepath.Join(i.dir, "copy.sqlite")
		if _, err := db.ExecContext(i.t.Context(), `VACUUM INTO '`+saved+`'`); err != nil {
			i.t.Fatal(err)
		}
		return func() {
			i.t.Helper()
			_ = os.Remove(name + "-wal") // as the manual says; mostly they are gone
			_ = os.Remove(name + "-shm")
			copyFile(i.t, saved, name)
		}
	}
	saved := filepath.Join(i.dir, "bode.dump")
	i.postgres("pg_dump", "--format=custom", "--file="+saved, "--dbname="+name)
	return func() {
		i.t.Helper()
		i.postgres("pg_restore", "--clean", "--if-exists", "--dbname="+name, saved)
	}
}

// postgres runs a program of the newest PostgreSQL on this machine.
func (i *installation) postgres(program string, args ...string) {
	i.t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + program)
	if path, lookErr := exec.LookPath(program); lookErr == nil {
		found = append([]string{path}, found...)
	}
	if err != nil || len(found) == 0 {
		i.t.Fatalf("%s is not installed (%v)", program, err)
	}
	if out, err := exec.CommandContext(i.t.Context(), found[len(found)-1], args...).CombinedOutput(); err != nil {
		i.t.Fatalf("%s: %v\n%s", program, err, out)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}
