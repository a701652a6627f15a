package pgtest_test

import (
	"database/sql"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"bode.example/internal/store/pgtest"
)

func openURL(t *testing.T, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open("postgres", url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func mustExec(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.Exec(statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func TestEveryTestHasItsOwnDatabase(t *testing.T) {
	for _, name := range []string{"a", "b", "c"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := openURL(t, pgtest.New(t))
			mustExec(t, db, "CREATE TABLE only_mine (n BIGINT)") // fails where somebody else made it
		})
	}
}

func TestDatabaseIsOrdinary(t *testing.T) {
	t.Parallel()
	db := openURL(t, pgtest.New(t))
	for setting, want := range map[string]string{
		"server_encoding": "UTF8",
		"is_superuser":    "off",
	} {
		var got string
		if err := db.QueryRow("SELECT current_setting($1)", setting).Scan(&got); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%s = %s, want %s", setting, got, want)
		}
	}
}

func TestDatabaseGoesWithItsTest(t *testing.T) {
	t.Parallel()
	outer := openURL(t, pgtest.New(t))
	var name string
	t.Run("inner", func(t *testing.T) {
		db := openURL(t, pgtest.New(t))
		if err := db.QueryRow("SELECT current_database()").Scan(&name); err != nil {
			t.Fatal(err)
		}
	})
	var left int
	if err := outer.QueryRow("SELECT count(*) FROM pg_database WHERE datname = $1", name).Scan(&left); err != nil {
		t.Fatal(err)
	}
	if left != 0 {
		t.Errorf("the database %s outlives its test", name)
	}
}

func TestTemplateIsFilledOnce(t *testing.T) {
	t.Parallel()
	var fills atomic.Int32
	fill := func(url string) error {
		fills.Add(1)
		db, err := sql.Open("postgres", url)
		if err != nil {
			return err
		}
		_, err = db.Exec("CREATE TABLE ready (n BIGINT)")
		return errors.Join(err, db.Close())
	}
	// The database's name makes the template's: on a shared server each run has its own.
	name := pgtest.New(t)
	t.Run("group", func(t *testing.T) {
		for range 3 {
			t.Run("copy", func(t *testing.T) {
				t.Parallel()
				mustExec(t, openURL(t, pgtest.NewFrom(t, name, fill)), "INSERT INTO ready VALUES (1)")
			})
		}
	})
	if n := fills.Load(); n != 1 {
		t.Errorf("the template was filled %d times, want once", n)
	}
}

// The cluster hangs on a pipe that closes when it is collected: something must keep it reachable.
func TestClusterSurvivesGarbageCollection(t *testing.T) {
	db := openURL(t, pgtest.New(t))
	for range 100 {
		runtime.GC()
		mustExec(t, db, "SELECT 1")
	}
}

// A run that is killed must leave neither a server nor a directory behind.
func TestClusterGoesWithItsProcess(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "beside")
	if out, err := exec.Command("go", "build", "-o", program, "./cmd").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	temp, err := os.MkdirTemp("", "bode-pgtest-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(temp) })
	if err := os.Chmod(temp, 0o777); err != nil {
		t.Fatal(err)
	}
	said := filepath.Join(temp, "url")
	cmd := exec.Command(program, "sh", "-c", `echo "$BODE_TEST_POSTGRES" >"$0.new" && mv "$0.new" "$0" && exec cat`, said)
	cmd.Env = append(os.Environ(), "TMPDIR="+temp, pgtest.EnvURL+"=")
	cmd.Stderr = t.Output()
	hold, err := cmd.StdinPipe() // cat lives until it is closed
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var url []byte
	await(t, "the cluster", func() bool { url, err = os.ReadFile(said); return err == nil })
	mustExec(t, openURL(t, strings.TrimSpace(string(url))), "SELECT 1")
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = hold.Close()
	_ = cmd.Wait() // it was killed
	await(t, "the directory to go", func() bool {
		left, err := filepath.Glob(filepath.Join(temp, "bode-postgres-*"))
		return err == nil && len(left) == 0
	})
	if err := openURL(t, strings.TrimSpace(string(url))).Ping(); err == nil {
		t.Error("the server still answers")
	}
}

func TestCommandKeepsTheExitCode(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("go", "run", "./cmd", "sh", "-c", "exit 7")
	cmd.Env = append(os.Environ(), pgtest.EnvURL+"=postgres://given/one")
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "exit status 7") {
		t.Errorf("got %v, %s; want exit status 7", err, out)
	}
}

func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited a minute for %s", what)
		}
	}
}
