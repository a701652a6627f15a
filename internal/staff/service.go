package staff

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"log/slog"
	"net/netip"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

// Config is what an operator may set.
type Config struct {
	URL          *url.URL // where the site is: passkeys belong to its host
	Organisation string   // what an authenticator app calls us
	// Life ends a session however much it is used, 12 hours unless set; Idle one that nobody uses, an hour.
	Life, Idle time.Duration
	Limits     Limits
}

const (
	defaultLife = 12 * time.Hour
	defaultIdle = time.Hour
	// halfLife is for how long the second factor may take.
	halfLife = 15 * time.Minute
	// seeEvery is how closely it is noted when a session was used.
	seeEvery = time.Minute
)

// Service is signing in and the rules of staff. It is safe for concurrent use.
type Service struct {
	store    Store
	links    *token.Ring
	box      *token.Box
	counting *token.Hashes
	passkeys *webauthn.WebAuthn // nil: this address can't have any
	config   Config
	log      *slog.Logger
	waives   atomic.Bool
}

// New makes one. counting are the hashes of limits; box seals the secrets of authenticators.
func New(store Store, links *token.Ring, box *token.Box, counting *token.Hashes, config Config, log *slog.Logger) (*Service, error) {
	if config.Life <= 0 {
		config.Life = defaultLife
	}
	if config.Idle <= 0 {
		config.Idle = defaultIdle
	}
	if config.Limits == (Limits{}) {
		config.Limits = DefaultLimits()
	}
	s := &Service{store: store, links: links, box: box, counting: counting, config: config, log: log}
	if !passkeysAt(config.URL) {
		return s, nil
	}
	var err error
	s.passkeys, err = webauthn.New(&webauthn.Config{RPID: config.URL.Hostname(), RPDisplayName: config.Organisation,
		RPOrigins: []string{config.URL.Scheme + "://" + config.URL.Host}})
	return s, err
}

// passkeysAt reports whether browsers let a site have passkeys: on https, or on localhost, by name.
func passkeysAt(u *url.URL) bool {
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		return false
	}
	return u.Scheme == "https" || u.Hostname() == "localhost"
}

// Waive lets a link alone sign in. It is for the demonstration, whose staff nobody is: no other code calls
// it, and sessions that it began open nothing where it was not called.
func (s *Service) Waive() { s.waives.Store(true) }

// system is the actor of what nobody has proved to be theirs yet.
var system = newsletter.System("staff")

// newToken draws a token and the hash by which the database knows it.
func newToken() (text, hash string) {
	var b [32]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails: it ends the program instead
	text = base64.RawURLEncoding.EncodeToString(b[:])
	return text, hashOf("session", text)
}

// NewNonce draws what a browser that asks to sign in keeps in a cookie.
func NewNonce() string {
	text, _ := newToken()
	return text
}

// hashOf is what the database knows of 256 or 80 random bits. They can't be guessed, so a plain hash is
// enough; the use keeps them apart.
func hashOf(use, text string) string {
	sum := sha256.Sum256([]byte("bode " + use + " " + text))
	return hex.EncodeToString(sum[:])
}

// unknown reports whether err says that something isn't there.
func unknown(err error) bool { return newsletter.Is(err, newsletter.NotFound) }

// refused is what every wrong code is answered, whatever is wrong with it.
func refused(field string) error {
	return &newsletter.Error{Code: newsletter.Invalid, Reason: "code_refused", Field: field,
		Message: "this code is not good, or not any more: take the newest one"}
}
