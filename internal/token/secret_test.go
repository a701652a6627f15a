package token_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

func TestSecretRoundTrip(t *testing.T) {
	s := token.NewSecret()
	got, err := token.ParseSecret(s.Text() + "\n")
	if err != nil || got != s {
		t.Errorf("got another secret, or %v", err)
	}
	for _, bad := range []string{"", "short", s.Text() + "A", strings.Repeat("A", 43), s.Text()[:42] + "="} {
		_, err := token.ParseSecret(bad)
		wantCode(t, err, newsletter.Invalid, bad)
		if err != nil && bad != "" && strings.Contains(err.Error(), bad) {
			t.Errorf("the error shows what was given: %v", err)
		}
	}
}

func TestSecretIsNotShown(t *testing.T) {
	s := secret(t, 199)
	var shown bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&shown, verb, s)
		fmt.Fprintf(&shown, verb, &s)
		fmt.Fprintf(&shown, verb, struct{ S token.Secret }{s})
		fmt.Fprintf(&shown, verb, []token.Secret{s})
	}
	slog.New(slog.NewJSONHandler(&shown, nil)).Info("start", "secret", s, "all", []token.Secret{s})
	slog.New(slog.NewTextHandler(&shown, nil)).Info("start", "secret", s, "all", []token.Secret{s})
	for _, leak := range []string{s.Text(), "199", "c7", "C7", "\xc7"} {
		if strings.Contains(shown.String(), leak) {
			t.Errorf("shows %s: %s", leak, &shown)
		}
	}
}
