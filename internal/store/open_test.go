package store_test

import (
	"database/sql"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/pgtest"
	"bode.example/internal/store/storetest"
)

// open opens a database, and looks at its schema, as a program does when it starts.
func open(t *testing.T, name string) error {
	t.Helper()
	s, err := store.Open(t.Context(), name, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	return errors.Join(s.CheckVersion(t.Context()), s.Close())
}

// wantError fails unless err has the code and the reason and says all of the words.
func wantError(t *testing.T, err error, code newsletter.Code, reason string, words ...string) {
	t.Helper()
	var e *newsletter.Error
	if !errors.As(err, &e) || e.Code != code || e.Reason != reason {
		t.Fatalf("the error is %v, and not %s (%s)", err, reason, code)
	}
	for _, word := range words {
		if !strings.Contains(e.Error(), word) {
			t.Errorf("%q does not say %q", e, word)
		}
	}
}

func TestAFileThatIsNoDatabaseIsRefused(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "brief.txt")
	check(t, os.WriteFile(text, []byte(strings.Repeat("Geachte raad,\n", 1000)), 0o600))
	pipe := filepath.Join(dir, "pijp")
	check(t, syscall.Mkfifo(pipe, 0o600))
	t.Run("directory", func(t *testing.T) {
		wantError(t, open(t, dir), newsletter.Invalid, "database_name", dir, "directory", "bode.sqlite")
	})
	t.Run("device", func(t *testing.T) {
		wantError(t, open(t, "/dev/null"), newsletter.Invalid, "database_name", "/dev/null", "device")
	})
	t.Run("pipe", func(t *testing.T) {
		wantError(t, open(t, pipe), newsletter.Invalid, "database_name", pipe, "pipe")
	})
	t.Run("text", func(t *testing.T) {
		wantError(t, open(t, text), newsletter.Conflict, "database_foreign", text)
	})
	t.Run("in a file", func(t *testing.T) {
		wantError(t, open(t, filepath.Join(text, "bode.sqlite")), newsletter.Unavailable, "database_unavailable", text, "not a directory")
	})
}

// A database of another program is neither used nor changed, not even its mode.
func TestADatabaseOfAnotherProgramIsLeftAlone(t *testing.T) {
	name := filepath.Join(t.TempDir(), "places.sqlite")
	db, err := sql.Open("sqlite", name)
	check(t, err)
	for _, statement := range []string{`CREATE TABLE bookmark (url TEXT)`, `CREATE TABLE goose_db_version (version_id INTEGER)`} {
		_, err = db.ExecContext(t.Context(), statement)
		check(t, err)
	}
	check(t, db.Close())
	before, err := os.ReadFile(name)
	check(t, err)
	wantError(t, open(t, name), newsletter.Conflict, "database_foreign", name, "bookmark")
	after, err := os.ReadFile(name)
	check(t, err)
	if string(after) != string(before) {
		t.Error("the file was changed")
	}
	beside, err := filepath.Glob(name + "?*")
	if check(t, err); len(beside) > 0 {
		t.Errorf("files were left beside it: %v", beside)
	}

	address := pgtest.New(t)
	other, err := sql.Open("postgres", address)
	check(t, err)
	defer other.Close()
	_, err = other.ExecContext(t.Context(), `CREATE TABLE bookmark (url TEXT)`)
	check(t, err)
	wantError(t, open(t, address), newsletter.Conflict, "database_foreign", "bookmark")
	s, err := store.Open(t.Context(), address, slog.New(slog.DiscardHandler))
	check(t, err)
	defer s.Close()
	_, _, err = s.Migrate(t.Context())
	wantError(t, err, newsletter.Conflict, "database_foreign", "bookmark")
	var tables int
	check(t, other.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'`).Scan(&tables))
	if tables != 1 {
		t.Errorf("it has %d tables now", tables)
	}
}

func TestADamagedFileIsCalledSo(t *testing.T) {
	damage := func(t *testing.T, how func(f *os.File, size int64) error) error {
		t.Helper()
		name := filepath.Join(t.TempDir(), "bode.sqlite")
		s, err := store.Open(t.Context(), name, slog.New(slog.DiscardHandler))
		check(t, err)
		_, _, err = s.Migrate(t.Context())
		check(t, err)
		storetest.NewWorld(t, s)
		check(t, s.Close())
		f, err := os.OpenFile(name, os.O_RDWR, 0)
		check(t, err)
		info, err := f.Stat()
		check(t, err)
		check(t, how(f, info.Size()))
		check(t, f.Close())
		if err := open(t, name); err != nil {
			return err
		}
		s, err = store.Open(t.Context(), name, slog.New(slog.DiscardHandler))
		check(t, err)
		defer s.Close()
		_, err = s.Lists(t.Context())
		return err
	}
	t.Run("half of it is gone", func(t *testing.T) {
		err := damage(t, func(f *os.File, size int64) error { return f.Truncate(size / 2 &^ 0xfff) })
		wantError(t, err, newsletter.Unavailable, "database_damaged", "bode.sqlite", "backup")
	})
	t.Run("overwritten", func(t *testing.T) {
		err := damage(t, func(f *os.File, size int64) error {
			_, err := io.Copy(io.NewOffsetWriter(f, 4096), io.LimitReader(ones{}, size-4096))
			return err
		})
		wantError(t, err, newsletter.Unavailable, "database_damaged", "bode.sqlite", "backup")
	})
}

// ones is an endless stream of bytes that are no pages.
type ones struct{}

func (ones) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 0xff
	}
	return len(p), nil
}

// What a user may not read or write is refused, with the user's number. Root may do anything: there the
// test runs once more as somebody else.
func TestAFileWithoutRightsIsRefused(t *testing.T) {
	if os.Geteuid() == 0 {
		runAsNobody(t)
		return
	}
	dir := t.TempDir()
	file := func(name string, mode os.FileMode) string {
		path := filepath.Join(dir, name, "bode.sqlite")
		check(t, os.Mkdir(filepath.Dir(path), 0o700))
		check(t, os.WriteFile(path, nil, mode))
		return path
	}
	unreadable, fixed, shut := file("geheim", 0), file("vast", 0o400), file("dicht", 0o600)
	check(t, os.Chmod(filepath.Dir(shut), 0o500)) //nolint:gosec // a directory
	for _, name := range []string{unreadable, fixed, shut, filepath.Join(filepath.Dir(shut), "nieuw.sqlite")} {
		wantError(t, open(t, name), newsletter.Unavailable, "database_denied", name, "permission denied")
	}
	check(t, os.Chmod(filepath.Dir(shut), 0o700)) //nolint:gosec // so that it can be removed
}

// runAsNobody runs the test that calls it again, in a process of the user nobody.
func runAsNobody(t *testing.T) {
	t.Helper()
	dir, err := os.MkdirTemp("", "bode-nobody-") // t.TempDir lies in a directory that is root's only
	check(t, err)
	t.Cleanup(func() { check(t, os.RemoveAll(dir)) })
	check(t, os.Chmod(dir, 0o777)) //nolint:gosec // nobody is to write there
	program := filepath.Join(dir, "test")
	data, err := os.ReadFile(os.Args[0])
	check(t, err)
	check(t, os.WriteFile(program, data, 0o755)) //nolint:gosec // nobody is to run it
	cmd := exec.Command(program, "-test.run=^"+t.Name()+"$", "-test.count=1")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "TMPDIR="+dir, "HOME="+dir)
	const nobody = 65534
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}, Pdeathsig: syscall.SIGKILL}
	if out, err := cmd.CombinedOutput(); err != nil || !strings.HasPrefix(string(out), "PASS") {
		t.Errorf("as nobody: %v\n%s", err, out)
	}
}

// A process that was suspended in the middle of a transaction holds its rows for half a minute at most.
func TestAStalledSessionIsCutOff(t *testing.T) {
	s := storetest.Postgres(t)
	if limit, err := store.Setting(t.Context(), s, "idle_in_transaction_session_timeout"); err != nil || limit != "30s" {
		t.Errorf("the limit is %q, %v", limit, err)
	}
}

func TestAServerThatRefusesIsNamedWithoutItsPassword(t *testing.T) {
	address, err := url.Parse(storetest.PostgresURL(t))
	check(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	closed := l.Addr().String()
	check(t, l.Close())
	for _, c := range []struct {
		name   string
		change func(u *url.URL)
		reason string
		word   string
	}{
		{"password", func(u *url.URL) { u.User = url.UserPassword(u.User.Username(), "Geheim1") }, "database_denied", "password"},
		{"user", func(u *url.URL) { u.User = url.UserPassword("niemand", "Geheim1") }, "database_denied", "niemand"},
		{"database", func(u *url.URL) { u.Path = "/weg" }, "database_missing", "weg"},
		{"server", func(u *url.URL) { u.Host = closed }, "database_unavailable", closed},
		{"option", func(u *url.URL) { u.RawQuery = "sslmode=misschien" }, "database_unavailable", "sslmode"},
		{"TLS", func(u *url.URL) { u.RawQuery = "sslmode=require" }, "database_unavailable", "add ?sslmode=disable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			u := *address
			c.change(&u)
			err := open(t, u.String())
			wantError(t, err, newsletter.Unavailable, c.reason, c.word)
			if password, _ := u.User.Password(); strings.Contains(err.Error(), password) {
				t.Errorf("%q tells the password", err)
			}
		})
	}
	for _, name := range []string{"postgres://bode:Geheim1@[::1/bode", "postgres://bode:Geheim1@h:poort/bode", "postgres://bode:Geh%eim1@h/bode"} {
		err := open(t, name)
		wantError(t, err, newsletter.Invalid, "database_name", "postgres://")
		if strings.Contains(err.Error(), "Geh") {
			t.Errorf("%q tells the password", err)
		}
	}
}

// Nobody can listen in on the loopback network, and a server there has no certificate.
func TestAServerOnThisMachineNeedsNoTLS(t *testing.T) {
	u, err := url.Parse(storetest.PostgresURL(t))
	check(t, err)
	u.RawQuery = ""
	if err := open(t, u.String()); err != nil {
		t.Error(err)
	}
}

func TestRightsThatLackAreNamed(t *testing.T) {
	s := storetest.Postgres(t)
	w := storetest.NewWorld(t, s)
	w.Do(`REVOKE INSERT ON topic FROM CURRENT_USER`)
	topic := newsletter.Topic{ListID: w.List.ID, Name: "x", Texts: newsletter.Texts{}}
	wantError(t, s.CreateTopic(t.Context(), &topic, storetest.By, storetest.Start), newsletter.Unavailable, "database_denied", "topic", "rights")
}

func TestAnotherVersionIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := storetest.NewWorld(t, s)
		w.Do(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, TRUE)`)
		wantError(t, s.CheckVersion(t.Context()), newsletter.Conflict, "database_new", "99", s.Name(), "newer")
		_, _, err := s.Migrate(t.Context())
		wantError(t, err, newsletter.Conflict, "database_new", "99", s.Name())
	})
	for _, name := range []string{filepath.Join(t.TempDir(), "leeg.sqlite"), pgtest.New(t)} {
		s := storetest.Open(t, name)
		wantError(t, s.CheckVersion(t.Context()), newsletter.Conflict, "database_old", "bode migrate", s.Name())
		if v, err := s.Version(t.Context()); err != nil || v.Database != 0 || v.Program == 0 {
			t.Errorf("version %+v, %v", v, err)
		}
	}
}

// Network file systems can't be had in a test; their numbers can.
func TestNetworkFileSystemsAreKnownByNumber(t *testing.T) {
	for _, number := range []int64{unix.NFS_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC, unix.V9FS_MAGIC, unix.CEPH_SUPER_MAGIC} {
		if !store.OnNetwork(number) {
			t.Errorf("%#x is no network file system", number)
		}
	}
	for _, number := range []int64{unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.TMPFS_MAGIC, unix.OVERLAYFS_SUPER_MAGIC} {
		if store.OnNetwork(number) {
			t.Errorf("%#x is a network file system", number)
		}
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
