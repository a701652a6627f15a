package digest_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

// The test binary is the program of the ten processes as well: with these in its environment it
// runs a digester on a database, for a number of rounds around an instant, and ends.
const (
	envDatabase = "BODE_TEST_DIGESTER"
	envInstant  = "BODE_TEST_INSTANT"
)

func TestMain(m *testing.M) {
	if name := os.Getenv(envDatabase); name != "" {
		if err := process(name, os.Getenv(envInstant)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// rounds is how many rounds each process does, a slot apart: all within the hour that clocks may
// differ by.
const (
	rounds = 5
	apart  = 10 * time.Minute
)

func process(name, instant string) error {
	micros, err := strconv.ParseInt(instant, 10, 64)
	if err != nil {
		return err
	}
	ctx := context.Background()
	s, err := store.Open(ctx, name, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	d := digester(s)
	d.Chunk = 3
	// Each waits until all are there, so that they do meet.
	fmt.Println("ready")
	var line string
	if _, err := fmt.Scanln(&line); err != nil {
		return err
	}
	for n := range rounds {
		if err := d.Tick(ctx, time.UnixMicro(micros).Add(time.Duration(n)*apart)); err != nil {
			return err
		}
	}
	return s.Close()
}

// Promise 1, with ten operating-system processes at once on one database: a slot is composed once.
func TestH3_TenProcessesComposeASlotOnce(t *testing.T) {
	databases := []struct {
		engine string
		name   func(testing.TB) string
	}{
		{"sqlite", func(t testing.TB) string { return filepath.Join(t.TempDir(), "bode.sqlite") }},
		{"postgres", storetest.PostgresURL},
	}
	for _, database := range databases {
		t.Run(database.engine, func(t *testing.T) {
			t.Parallel()
			name := database.name(t)
			s := storetest.Open(t, name)
			if _, _, err := s.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			o := newOffice(t, s)
			often := o.World.Schedule("vaak", "Om de tien minuten", "Every ten minutes", "*/10 * * * *", storetest.Start.Add(apart))
			o.Crowd(20, often)
			o.Post("Bericht", storetest.Start)
			together(t, name, often.NextAt)
			o.tick(often.NextAt.Add((rounds - 1) * apart)) // what the last one left in the middle
			slots := o.Rows(`SELECT COUNT(*), COUNT(DISTINCT scheduled_for) FROM edition WHERE schedule_id = $1 AND kind = 'slot'`, often.ID)[0]
			if diff := cmp.Diff([]any{int64(rounds), int64(rounds)}, slots); diff != "" {
				t.Errorf("editions, and slots: %s", diff)
			}
			if twice := o.Rows(`
				SELECT d.subscription_id, COUNT(*) FROM delivery AS d GROUP BY d.subscription_id HAVING COUNT(*) > 1`); len(twice) > 0 {
				t.Errorf("these got the posts more than once: %v", twice)
			}
			if readers := o.Rows(`SELECT COUNT(*) FROM delivery`)[0][0]; readers != int64(20) {
				t.Errorf("%v deliveries for 20 readers", readers)
			}
		})
	}
}

// together runs ten processes from the same moment on, and waits for all.
func together(t *testing.T, database string, at newsletter.Time) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	type child struct {
		*exec.Cmd
		start func() error
	}
	var children []child
	for range 10 {
		c := exec.CommandContext(ctx, self)
		c.Env = append(os.Environ(), envDatabase+"="+database, envInstant+"="+strconv.FormatInt(at.UnixMicro(), 10))
		c.Stderr = os.Stderr
		in, err := c.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		var line string
		if _, err := fmt.Fscanln(out, &line); err != nil || line != "ready" {
			t.Errorf("a process said %q, %v", line, err)
		}
		children = append(children, child{c, func() error { _, err := fmt.Fprintln(in, "go"); return err }})
	}
	for _, c := range children {
		if err := c.start(); err != nil {
			t.Error(err)
		}
	}
	for _, c := range children {
		if err := c.Wait(); err != nil {
			t.Errorf("a process failed: %v", err)
		}
	}
}
