package newsletter

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
)

// PanicError is a panic in a piece of work, as an error of that work. What it panicked with may hold
// anything, an address too, so that only faults that Go itself reports are quoted.
type PanicError struct {
	Place string // file and line where it came up
	What  string
	Stack string
}

func (p *PanicError) Error() string { return fmt.Sprintf("a fault of Bode in %s: %s", p.Place, p.What) }

// Unharmed does a piece of work and makes of a panic in it an error, a *PanicError: what one row brings on
// must end neither the program nor the work on the others, and would again after every start. The
// caller treats the row as one that failed, so that it waits before it is tried again, and logs the
// error with its Stack.
//
// It sees the panics of its own goroutine only.
func Unharmed(work func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = &PanicError{Place: place(), What: what(cause), Stack: string(debug.Stack())}
		}
	}()
	return work()
}

// Stack is the attribute of a log line about an error: the stack of the panic in it, or nothing.
func Stack(err error) slog.Attr {
	var p *PanicError
	if !errors.As(err, &p) {
		return slog.Attr{}
	}
	return slog.String("stack", p.Stack)
}

// what says what a panic is about.
func what(cause any) string {
	if fault, ok := cause.(runtime.Error); ok {
		return fault.Error()
	}
	return fmt.Sprintf("it panicked with a %T", cause)
}

// place is where the panic that is being recovered came up: the first frame below Go's own.
func place() string {
	callers := make([]uintptr, 32)
	frames := runtime.CallersFrames(callers[:runtime.Callers(4, callers)])
	for {
		frame, more := frames.Next()
		if !strings.HasPrefix(frame.Function, "runtime.") {
			return fmt.Sprintf("%s:%d", filepath.Base(frame.File), frame.Line)
		}
		if !more {
			return "an unknown place"
		}
	}
}
