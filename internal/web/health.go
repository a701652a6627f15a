package web

import (
	"context"
	"io"
	"net/http"

	"bode.example/internal/newsletter"
)

// Health answers "ok" while check succeeds, for load balancers and monitors. It tells nothing else.
func Health(check func(context.Context) error) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := check(r.Context()); err != nil {
			return newsletter.Errorf(newsletter.Unavailable, "not_ready", "the service isn't ready: %w", err)
		}
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, "ok\n")
		return nil
	}
}
