package web

import (
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// MaxBody is the largest request body that a door reads, in bytes: a long form with room to spare.
const MaxBody = 64 << 10

// maxFields bounds the fields of one form.
const maxFields = 2000

// Form reads the body of a POST as a form, urlencoded or multipart/form-data. It refuses, as client's
// faults: another media type (415), more than the route's limit (413), and text that is not UTF-8 or holds a NUL,
// which no browser sends and no database takes (400). The query string plays no part.
func Form(r *http.Request) (url.Values, error) {
	if r.ContentLength == 0 && r.Header.Get("Content-Type") == "" {
		return url.Values{}, nil
	}
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return nil, statusError(http.StatusUnsupportedMediaType)
	}
	switch media {
	case "application/x-www-form-urlencoded":
		err = r.ParseForm()
	case "multipart/form-data":
		err = r.ParseMultipartForm(MaxBody) //nolint:gosec // ServeHTTP lets no more than the route's limit be read
	default:
		return nil, statusError(http.StatusUnsupportedMediaType)
	}
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, statusError(http.StatusRequestEntityTooLarge)
	case err != nil || !readable(r.PostForm):
		return nil, statusError(http.StatusBadRequest)
	}
	return r.PostForm, nil
}

func readable(form url.Values) bool {
	if len(form) > maxFields {
		return false
	}
	for name, values := range form {
		for _, text := range append(values, name) {
			if !readableText(text) {
				return false
			}
		}
	}
	return true
}

// readableText reports whether s is text that every part behind the door can take: PostgreSQL refuses
// NUL and what is not UTF-8.
func readableText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }
