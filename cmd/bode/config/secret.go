package config

import (
	"fmt"
	"io"
	"log/slog"
)

const redacted = "(secret)"

// Secret is a text that must not be shown. However it is printed, logged or marshalled, it says
// only that it is a secret; who needs the text itself calls Reveal.
type Secret struct{ text string }

// NewSecret makes a Secret of a text.
func NewSecret(text string) Secret { return Secret{text} }

// Reveal returns the text.
func (s Secret) Reveal() string { return s.text }

// Empty reports whether there is no secret.
func (s Secret) Empty() bool { return s.text == "" }

func (s Secret) String() string {
	if s.text == "" {
		return ""
	}
	return redacted
}

// Format answers every verb of package fmt, %#v and %x too.
func (s Secret) Format(w fmt.State, _ rune) { _, _ = io.WriteString(w, s.String()) }

// LogValue answers package log/slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText answers encoding/json and its kin.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
