package frontdoor_test

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience bounds every wait for something to happen, on the slowest machine that we know.
const patience = 90 * time.Second

func TestMain(m *testing.M) {
	// Journeys wait more than they work: for the next round of the program, for mail.
	if err := flag.Set("test.parallel", "20"); err != nil {
		panic(err)
	}
	code := m.Run()
	if built.dir != "" {
		_ = os.RemoveAll(built.dir)
	}
	os.Exit(code)
}

// built is the program, made once for all tests of a run.
var built struct {
	once sync.Once
	dir  string
	err  error
}

// binary returns the path of the program. The full run builds it with the race detector: what the
// detector finds ends the process with exit code 66, which no test takes for a clean stop.
func binary(t testing.TB) string {
	t.Helper()
	built.once.Do(func() {
		if built.err = lookAtSources("../../.."); built.err != nil {
			return
		}
		if built.dir, built.err = os.MkdirTemp("", "bode-frontdoor-"); built.err != nil {
			return
		}
		args := []string{"build", "-o", built.dir, "bode.example/cmd/bode"}
		if os.Getenv("BODE_TEST_FULL") != "" {
			args = append([]string{"build", "-race"}, args[1:]...)
		}
		if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
			built.err = fmt.Errorf("%w\n%s", err, out)
		}
	})
	if built.err != nil {
		t.Fatalf("the program doesn't build: %v", built.err)
	}
	return filepath.Join(built.dir, "bode")
}

// lookAtSources looks at all that the program is made of. The go command sees it, and so knows that a
// result of an earlier program says nothing of this one: the package itself imports none of it.
func lookAtSources(root string) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == ".git" || entry.Name() == "build" || entry.Name() == "testdata" || entry.Name() == "docs"):
			return fs.SkipDir
		case entry.IsDir() || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		_, err = os.Stat(path)
		return err
	})
}

// eventually polls until done says that something has happened.
func eventually(t testing.TB, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited %v for %s", patience, what)
		}
	}
}

func write(t testing.TB, path string, mode os.FileMode, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), mode)); err != nil {
		t.Fatal(err)
	}
}
