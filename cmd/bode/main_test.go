package main

import (
	"errors"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the scripts run the program itself, as a process of its own. Such tests wait more than they
// work, for what a service does by itself: many of them at once take no longer than one.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", "12"); err != nil {
		panic(err)
	}
	testscript.Main(m, map[string]func(){"bode": main})
}

// TestScripts runs testdata/*.txtar: what an operator types, and what comes back.
func TestScripts(t *testing.T) {
	source := httptest.NewServer(http.FileServer(http.Dir("../../internal/feed/testdata/samples")))
	t.Cleanup(source.Close) // the scripts run in parallel, after this function
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("USER", "operator")
			env.Setenv("SOURCE", source.URL)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
	})
}

// exits runs a command that must end with an exit code: exits 3 bode config check.
func exits(ts *testscript.TestScript, not bool, args []string) {
	if not || len(args) < 2 { // what must not happen is another code: name it
		ts.Fatalf("usage: exits CODE COMMAND…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		got = failed.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// TestEveryCommandHasAnExample holds the promise that --help shows how a command is used.
func TestEveryCommandHasAnExample(t *testing.T) {
	parser, err := newParser(t.Context(), &program{world: &world{out: io.Discard, err: io.Discard}})
	if err != nil {
		t.Fatal(err)
	}
	for _, leaf := range parser.Model.Leaves(false) {
		if !strings.Contains(leaf.Detail, "Example:\n\n    ") || !strings.Contains(leaf.Detail, "bode "+leaf.Path()) {
			t.Errorf("bode %s --help has no example of itself", leaf.Path())
		}
		if leaf.Help == "" {
			t.Errorf("bode %s has no help", leaf.Path())
		}
	}
}
