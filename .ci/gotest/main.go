// Command gotest runs `go test` and is stricter than it:
//
//	go run ./.ci/gotest -race ./...
//
// Arguments are those of go test. It prints the closing line of each package, the output of what
// failed, and the counts; and it fails when a test was skipped or when none ran, since a promise
// that was not checked must not look like one that was.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
)

func main() {
	cmd := exec.Command("go", append([]string{"test", "-json"}, os.Args[1:]...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gotest:", err)
		os.Exit(2)
	}
	s := newSummary(os.Stdout)
	readErr := s.read(out)
	exit := cmd.Wait()
	if faults := s.close(); exit != nil || readErr != nil || faults {
		if readErr != nil {
			fmt.Fprintln(os.Stderr, "gotest:", readErr)
		}
		os.Exit(1)
	}
}

// event is a line of `go test -json`; see `go doc test2json`.
type event struct {
	Action, Package, Test, Output string
	ImportPath                    string // of a build that failed
}

// summary follows the events. It keeps the output of a test until it is known to be of use.
type summary struct {
	w                       io.Writer
	output                  map[string]*strings.Builder // by package and test
	passed, failed, skipped int
	failedIn                map[string]bool // packages in which a test failed
	skips                   []string
}

func newSummary(w io.Writer) *summary {
	return &summary{w: w, output: map[string]*strings.Builder{}, failedIn: map[string]bool{}}
}

// read takes events until the stream ends. A line that is no event is shown as it is.
func (s *summary) read(r io.Reader) error {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) != nil {
				fmt.Fprintf(s.w, "%s", line)
			} else {
				s.take(e)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (s *summary) take(e event) {
	key := e.Package + "\x00" + e.Test
	switch e.Action {
	case "output":
		s.keep(key, e)
	case "build-output":
		fmt.Fprint(s.w, e.Output)
	case "pass":
		if e.Test != "" {
			s.passed++
		}
		delete(s.output, key)
	case "skip":
		if e.Test != "" { // a package without tests is "skipped" too
			s.skipped++
			s.skips = append(s.skips, e.Package+" "+e.Test+"\n"+s.text(key))
		}
		delete(s.output, key)
	case "fail":
		s.fail(key, e)
	}
}

func (s *summary) fail(key string, e event) {
	switch {
	case e.Test != "":
		s.failed++
		s.failedIn[e.Package] = true
	case !s.failedIn[e.Package]:
		s.failed++ // the package itself: it did not build, or its process ended
		s.unfinished(e.Package)
	}
	fmt.Fprint(s.w, s.text(key))
	delete(s.output, key)
}

// unfinished shows what the tests said that were under way when their process ended: it stands there
// why, such as that the time was up.
func (s *summary) unfinished(pkg string) {
	for _, key := range slices.Sorted(maps.Keys(s.output)) {
		if of, test, _ := strings.Cut(key, "\x00"); of == pkg && test != "" {
			for line := range strings.Lines(s.text(key)) {
				if !strings.HasPrefix(line, "=== ") {
					fmt.Fprint(s.w, line)
				}
			}
			delete(s.output, key)
		}
	}
}

// keep stores a test's output and shows a package's closing line at once.
func (s *summary) keep(key string, e event) {
	if e.Test == "" {
		for _, start := range []string{"ok  \t", "FAIL\t", "?   \t"} {
			if strings.HasPrefix(e.Output, start) {
				fmt.Fprint(s.w, e.Output)
				return
			}
		}
	}
	b := s.output[key]
	if b == nil {
		b = &strings.Builder{}
		s.output[key] = b
	}
	b.WriteString(e.Output)
}

func (s *summary) text(key string) string {
	if b := s.output[key]; b != nil {
		return b.String()
	}
	return ""
}

// close prints the counts and reports whether they alone are a reason to fail.
func (s *summary) close() (fault bool) {
	for _, skip := range s.skips {
		fmt.Fprintf(s.w, "SKIPPED, which fails the run: %s", skip)
		fault = true
	}
	if s.passed+s.failed == 0 {
		fmt.Fprintln(s.w, "no test ran, which fails the run")
		fault = true
	}
	fmt.Fprintf(s.w, "%d passed, %d failed, %d skipped\n", s.passed, s.failed, s.skipped)
	return fault
}
