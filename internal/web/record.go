package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"bode.example/internal/newsletter"
)

// record writes the one log line of a request and counts it. The route is its pattern, "/u/{token}":
// paths may hold tokens, and so may query strings.
func (d *Door) record(w *response, r *http.Request, took time.Duration) {
	state := stateOf(r)
	if w.status == 0 {
		w.status = http.StatusOK
	}
	pattern := r.Pattern
	if !d.routes[pattern] {
		pattern = ""
	}
	d.Counts.add(pattern, w.status)
	attrs := []slog.Attr{
		slog.String("door", d.Name), slog.String("method", method(r)), slog.String("route", pattern),
		slog.Int("status", w.status), slog.Duration("took", took),
	}
	level := slog.LevelInfo
	var coded *newsletter.Error
	switch {
	case state.err == nil:
	case errors.As(state.err, &coded) && coded.Code != newsletter.Internal:
		attrs = append(attrs, slog.String("code", string(coded.Code)), slog.String("reason", coded.Reason))
	case w.status >= http.StatusInternalServerError:
		level = slog.LevelError
		attrs = append(attrs, slog.String("error", state.err.Error()))
	}
	if state.stack != "" {
		attrs = append(attrs, slog.String("stack", state.stack))
	}
	d.Log.LogAttrs(context.WithoutCancel(r.Context()), level, "request", attrs...)
}

// method returns a method that HTTP knows, or "other": a stranger chooses this word.
func method(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodOptions, http.MethodPut, http.MethodPatch, http.MethodDelete:
		return r.Method
	}
	return "other"
}

// Counts counts answers by route and status. One serves all doors of a process; the zero value is
// ready, and nil counts nothing.
type Counts struct {
	mu    sync.Mutex
	count map[Answer]uint64
}

// Answer is what Counts tells apart: the route's pattern (empty: none) and the HTTP status.
type Answer struct {
	Route  string
	Status int
}

func (c *Counts) add(route string, status int) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.count == nil {
		c.count = map[Answer]uint64{}
	}
	c.count[Answer{route, status}]++
}

// Snapshot returns the counts since the start.
func (c *Counts) Snapshot() map[Answer]uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := make(map[Answer]uint64, len(c.count))
	for answer, n := range c.count {
		now[answer] = n
	}
	return now
}
