package web

import (
	"errors"
	"net/http"

	"bode.example/internal/newsletter"
)

// statusError is a fault of the request as HTTP sees it, below any rule of the newsletter.
type statusError int

func (e statusError) Error() string { return http.StatusText(int(e)) }

// Status is an error that is answered with that HTTP status and its page.
func Status(status int) error { return statusError(status) }

// statuses is the one map from what went wrong to how HTTP says it.
var statuses = map[newsletter.Code]int{
	newsletter.Invalid:     http.StatusUnprocessableEntity,
	newsletter.NotFound:    http.StatusNotFound,
	newsletter.Conflict:    http.StatusConflict,
	newsletter.Forbidden:   http.StatusForbidden,
	newsletter.Expired:     http.StatusGone,
	newsletter.Used:        http.StatusGone,
	newsletter.TooMany:     http.StatusTooManyRequests,
	newsletter.Unavailable: http.StatusServiceUnavailable,
	newsletter.Internal:    http.StatusInternalServerError,
}

// StatusOf returns the HTTP status that answers err.
func StatusOf(err error) int {
	var status statusError
	if errors.As(err, &status) {
		return int(status)
	}
	if s, ok := statuses[newsletter.CodeOf(err)]; ok {
		return s
	}
	return http.StatusInternalServerError
}

// Fault is one thing that is wrong with a form: the field, and a sentence in the reader's language.
type Fault struct{ Field, Text string }

// coded lists the newsletter.Errors that err holds, also those joined by errors.Join.
func coded(err error) []*newsletter.Error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []*newsletter.Error
		for _, e := range joined.Unwrap() {
			all = append(all, coded(e)...)
		}
		return all
	}
	var one *newsletter.Error
	if errors.As(err, &one) {
		return []*newsletter.Error{one}
	}
	return nil
}
