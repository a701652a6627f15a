package newsletter

import (
	"errors"
	"fmt"
)

// Code is the class of an Error, for programs: a door maps it to an HTTP status or an exit code.
type Code string

// The codes. What has none of them is Internal, and its text is shown to nobody but the operator.
const (
	Invalid     Code = "invalid"     // the input can't be right; nothing was changed
	NotFound    Code = "not_found"   // there is no such thing
	Conflict    Code = "conflict"    // it exists already, or was changed by someone else meanwhile
	Forbidden   Code = "forbidden"   // the token is forged, or does not allow this
	Expired     Code = "expired"     // it was good once
	Used        Code = "used"        // a single-use token that was used before
	TooMany     Code = "too_many"    // a limit was reached; later it may work
	Unavailable Code = "unavailable" // a part we need does not answer; later it may work
	Internal    Code = "internal"    // a fault of ours
)

// Error says what went wrong to programs (Code, Reason, Field) and to people (Message).
type Error struct {
	Code Code
	// Reason is a stable word such as "address_without_at". Doors look it up in the text
	// catalogue under "error_" + Reason; an error without it is shown by its code alone.
	Reason string
	// Field is the form field, the key or the file position that the error is about; may be empty.
	Field string
	// Message is one English sentence that names the thing, the reason and the way out.
	Message string
	// Args fill the sentence of the catalogue.
	Args map[string]any
	// cause is what errors.Is and errors.As find; Message tells of it already.
	cause error
}

func (e *Error) Error() string {
	s := e.Message
	if s == "" {
		s = string(e.Code)
	}
	if e.Field != "" {
		s = e.Field + ": " + s
	}
	return s
}

func (e *Error) Unwrap() error { return e.cause }

// Errorf makes an Error of a class and a reason. The sentence is formatted as by fmt.Errorf: a
// cause given with %w stands in the sentence and is found by errors.Is and errors.As.
func Errorf(code Code, reason, format string, args ...any) *Error {
	formatted := fmt.Errorf(format, args...)
	return &Error{Code: code, Reason: reason, Message: formatted.Error(), cause: errors.Unwrap(formatted)}
}

// CodeOf returns the code of the first Error in err's chain, or Internal.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}

// Is reports whether err carries the code.
func Is(err error, code Code) bool { return err != nil && CodeOf(err) == code }
