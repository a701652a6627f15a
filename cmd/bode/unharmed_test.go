package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bode.example/internal/newsletter"
)

func TestAPartThatPanicsRestsAndBeginsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		ctx, stop := context.WithCancel(t.Context())
		var began []time.Duration
		start := time.Now()
		done := make(chan error)
		go func() {
			done <- part("digest", slog.New(slog.NewTextHandler(&log, nil)), func(ctx context.Context) error {
				began = append(began, time.Since(start))
				if len(began) < 3 {
					var nobody *newsletter.List
					_ = nobody.Name
				}
				<-ctx.Done()
				return ctx.Err()
			})(ctx)
		}()
		time.Sleep(3 * restAfterPanic)
		stop()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		if len(began) != 3 || began[2] != 2*restAfterPanic {
			t.Errorf("it began after %v", began)
		}
		if text := log.String(); strings.Count(text, "part=digest") != 2 || !strings.Contains(text, "unharmed_test.go") || !strings.Contains(text, "stack=") {
			t.Errorf("the log says:\n%s", text)
		}
	})
}

func TestAPartThatEndsIsNotBegunAgain(t *testing.T) {
	want := errors.New("the last record could not be made")
	if err := part("delivery", slog.New(slog.DiscardHandler), func(context.Context) error { return want })(t.Context()); err != want {
		t.Errorf("%v", err)
	}
}
