package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"bode.example/cmd/bode/tomlfile"
	"bode.example/internal/newsletter"
)

// The exit codes that scripts may rely on. The table in bode --help says the same.
const (
	exitDone        = 0
	exitFault       = 1
	exitUsage       = 2
	exitConfig      = 3
	exitNotFound    = 4
	exitConflict    = 5
	exitUnavailable = 6
	exitDeclined    = 7
)

// errDeclined says that somebody was asked and answered no.
var errDeclined = errors.New("nothing was changed")

// configError says that the configuration, and not the command, is at fault.
type configError struct{ cause error }

func (e *configError) Error() string { return e.cause.Error() }
func (e *configError) Unwrap() error { return e.cause }

// fileError says that a file given to a command can't be right.
type fileError struct{ cause error }

func (e *fileError) Error() string { return e.cause.Error() }
func (e *fileError) Unwrap() error { return e.cause }

// exitCode turns an error into what scripts see.
func exitCode(err error) int {
	var ofConfig *configError
	var ofFile *fileError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errDeclined):
		return exitDeclined
	case errors.As(err, &ofConfig):
		return exitConfig
	case errors.As(err, &ofFile):
		return exitUsage
	case errors.Is(err, context.Canceled):
		return exitFault
	}
	switch newsletter.CodeOf(err) {
	case newsletter.Invalid:
		return exitUsage
	case newsletter.NotFound:
		return exitNotFound
	case newsletter.Conflict:
		return exitConflict
	case newsletter.Unavailable, newsletter.TooMany:
		return exitUnavailable
	}
	return exitFault
}

// report prints an error, if there is one, and returns the exit code.
func (w *world) report(err error) int {
	if err == nil {
		return exitDone
	}
	if faults := faultsOf(err); len(faults) > 0 {
		fmt.Fprintf(w.err, "bode: %s\n  %s\n", count(len(faults), "fault"), strings.Join(faults, "\n  "))
	} else {
		fmt.Fprintf(w.err, "bode: %s\n", err)
	}
	return exitCode(err)
}

// faultsOf takes apart an error that tells of several things at once; others give nothing.
func faultsOf(err error) []string {
	var faults *tomlfile.Faults
	if errors.As(err, &faults) {
		return strings.Split(faults.Error(), "\n")
	}
	var ofConfig *configError
	if errors.As(err, &ofConfig) {
		return linesOf(ofConfig.Error())
	}
	all := flatten(err)
	for _, one := range all {
		if newsletter.CodeOf(one) == newsletter.Internal {
			return nil // a fault of the program tells its whole story in one line
		}
	}
	if len(all) < 2 {
		return nil
	}
	lines := make([]string, len(all))
	for i, one := range all {
		lines[i] = one.Error()
	}
	return lines
}

// linesOf returns the lines of a text, each once: what is wrong with a template is found in each of its
// uses. A text of one line has nothing to take apart.
func linesOf(text string) (lines []string) {
	if !strings.Contains(text, "\n") {
		return nil
	}
	for line := range strings.SplitSeq(text, "\n") {
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// flatten takes errors apart that errors.Join has put together.
func flatten(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, one := range joined.Unwrap() {
		all = append(all, flatten(one)...)
	}
	return all
}

// count writes "1 fault" or "3 faults".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
