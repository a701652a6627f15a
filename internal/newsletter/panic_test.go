package newsletter_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"bode.example/internal/newsletter"
)

func TestAPanicIsAnErrorOfTheWork(t *testing.T) {
	var none []string
	for name, c := range map[string]struct {
		work func() error
		want string
	}{
		"a fault that Go reports": {func() error { return errors.New(none[len(none)]) }, "a fault of Bode in panic_test.go:20: runtime error: index out of range [0] with length 0"},
		"any value": {func() error {
			panic("lezer@voorbeeld.nl")
		}, "a fault of Bode in panic_test.go:22: it panicked with a string"},
	} {
		err := newsletter.Unharmed(c.work)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Error("failed", "error", errors.Join(errors.New("another"), fmt.Errorf("row 7: %w", err)), newsletter.Stack(fmt.Errorf("row 7: %w", err)))
		if !strings.Contains(log.String(), "stack=") || !strings.Contains(log.String(), "panic_test.go") || strings.Contains(log.String(), "lezer@") {
			t.Errorf("%s: the log says %s", name, log.String())
		}
	}
	want := errors.New("as usual")
	if err := newsletter.Unharmed(func() error { return want }); err != want {
		t.Errorf("%v", err)
	}
	if attr := newsletter.Stack(want); attr.Key != "" {
		t.Errorf("an error without a panic has the attribute %s", attr)
	}
}
