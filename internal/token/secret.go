package token

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"bode.example/internal/newsletter"
)

// Secret is what all keys are derived from: 256 random bits. It does not show itself when it is
// printed or logged; Text does.
type Secret struct{ b [32]byte }

// NewSecret draws one from the system's random source.
func NewSecret() Secret {
	var s Secret
	_, _ = rand.Read(s.b[:]) // crypto/rand.Read never fails: it ends the program instead
	return s
}

// ParseSecret reads what Text writes; white space around it (the end of a file's line) is dropped.
func ParseSecret(text string) (Secret, error) {
	var s Secret
	b, err := base64.RawURLEncoding.Strict().DecodeString(strings.TrimSpace(text))
	if err != nil || len(b) != len(s.b) {
		return s, newsletter.Errorf(newsletter.Invalid, "secret_format",
			"the secret must be 43 letters, digits, - or _ (256 random bits in base64url); without one, a new one is made")
	}
	copy(s.b[:], b)
	if s == (Secret{}) {
		return s, newsletter.Errorf(newsletter.Invalid, "secret_zero", "the secret is all zeros: anybody can guess it")
	}
	return s, nil
}

// Text is the secret itself, for its file and for nothing else.
func (s Secret) Text() string { return base64.RawURLEncoding.EncodeToString(s.b[:]) }

// Format hides the secret from every verb of package fmt: a Stringer would show it to %d.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "(secret)") }

// LogValue hides it from logs.
func (Secret) LogValue() slog.Value { return slog.StringValue("(secret)") }

// keyID is how a token or a hash names the secret that made it. It says nothing about the secret.
type keyID [4]byte

func (id keyID) String() string { return hex.EncodeToString(id[:]) }

func (s Secret) id(use string) keyID { return keyID(s.derive("key id "+use, len(keyID{}))) }

// derive returns length octets of key for one use (RFC 5869; the use is its "info").
func (s Secret) derive(use string, length int) []byte {
	key, err := hkdf.Key(sha256.New, s.b[:], nil, "bode 1 "+use, length)
	if err != nil {
		panic(err) // only for more than 8,160 octets, which no caller in this package asks
	}
	return key
}

// newRing checks a ring of secrets: two with one key id would make the second unreachable.
func newRing[K any](use string, current Secret, old []Secret, derive func(Secret) K) (ids []keyID, keys map[keyID]K, err error) {
	keys = map[keyID]K{}
	for _, s := range append([]Secret{current}, old...) {
		if s == (Secret{}) {
			return nil, nil, newsletter.Errorf(newsletter.Invalid, "secret_zero", "a secret is empty")
		}
		id := s.id(use)
		if _, twice := keys[id]; twice {
			return nil, nil, newsletter.Errorf(newsletter.Invalid, "secret_twice", "the secret with key id %s is given twice: name it once, as the current or as an old one", id)
		}
		ids = append(ids, id)
		keys[id] = derive(s)
	}
	return ids, keys, nil
}
