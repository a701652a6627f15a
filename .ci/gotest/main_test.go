package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"os"
)

// Real `go test` output of small modules: what must pass, and what must not.
func TestRun(t *testing.T) {
	const head = "package p\n\nimport \"testing\"\n\n"
	for name, tt := range map[string]struct {
		test  string
		fault bool
		says  []string
	}{
		"pass":           {head + "func TestA(t *testing.T) { t.Log(\"quiet\") }\n", false, []string{"ok  \tp", "1 passed, 0 failed, 0 skipped"}},
		"skip":           {head + "func TestA(t *testing.T) {}\nfunc TestB(t *testing.T) { t.Skip(\"no engine\") }\n", true, []string{"SKIPPED, which fails the run: p TestB", "no engine", "1 passed, 0 failed, 1 skipped"}},
		"time is up":     {head + "func TestA(t *testing.T) { t.Parallel(); t.Log(\"so far\"); select {} }\nfunc TestB(t *testing.T) { t.Parallel(); select {} }\n", false, []string{"so far", "test timed out", "0 passed, 1 failed"}},
		"none":           {"package p\n", true, []string{"no test ran"}},
		"fail":           {head + "func TestA(t *testing.T) { t.Error(\"because\") }\n", false, []string{"because", "FAIL\tp", "0 passed, 1 failed"}},
		"panic":          {head + "func TestA(t *testing.T) { panic(\"the reason\") }\n", false, []string{"the reason", "0 passed, 1 failed"}},
		"ends at once":   {"package p\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\nfunc TestMain(*testing.M) { println(\"last words\"); os.Exit(3) }\n\nfunc TestA(*testing.T) {}\n", false, []string{"last words", "0 passed, 1 failed"}},
		"does not build": {head + "func TestA(t *testing.T) { undefined() }\n", false, []string{"undefined: undefined", "0 passed, 1 failed"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for file, text := range map[string]string{"go.mod": "module p\n\ngo 1.26\n", "p_test.go": tt.test} {
				if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			timeout := "-timeout=5m"
			if name == "time is up" {
				timeout = "-timeout=1s"
			}
			cmd := exec.Command("go", "test", "-json", "-vet=off", timeout, "./...")
			cmd.Dir = dir
			out, err := cmd.Output()
			if len(out) == 0 {
				t.Fatal(err) // a failing test is what some cases want; no output at all is not
			}
			var said strings.Builder
			s := newSummary(&said)
			if err := s.read(strings.NewReader(string(out))); err != nil {
				t.Fatal(err)
			}
			if got := s.close(); got != tt.fault {
				t.Errorf("fault = %v, want %v\n%s", got, tt.fault, &said)
			}
			for _, want := range tt.says {
				if !strings.Contains(said.String(), want) {
					t.Errorf("does not say %q:\n%s", want, &said)
				}
			}
			if strings.Contains(said.String(), "quiet") {
				t.Errorf("shows the output of a test that passed:\n%s", &said)
			}
		})
	}
}
