package newsletter

import "time"

// Session is somebody's being signed in at the desks, in one browser.
type Session struct {
	ID       int64    `db:"id"`
	PublicID PublicID `db:"public_id"`
	StaffID  int64    `db:"staff_id"`
	Staff    Staff    `db:"-"` // as they are now: roles that were taken are gone at the next page
	// Factor is how they proved, beside their mailbox, that it is them. Until they have, the session
	// opens nothing but the pages where they do.
	Factor Factor `db:"factor"`
	// Carried is what one page of signing in hands to the next, sealed.
	Carried   string `db:"carried"`
	Network   string `db:"network"` // shortened
	Agent     string `db:"agent"`
	CreatedAt Time   `db:"created_at"`
	ProvedAt  Time   `db:"proved_at"` // when a second factor was proved last; zero: never yet
	SeenAt    Time   `db:"seen_at"`
	ExpiresAt Time   `db:"expires_at"`
}

// FreshFor is for how long after a second factor was proved one may change who can sign in: whoever finds a
// browser that somebody left signed in can't make it theirs.
const FreshFor = 10 * time.Minute

// Fresh reports whether a second factor was proved within FreshFor, or is waived.
func (s *Session) Fresh(now time.Time) bool {
	return s.Factor == FactorWaived || s.Whole() && now.Sub(s.ProvedAt.Time) < FreshFor
}

// Whole reports whether both factors were proved.
func (s *Session) Whole() bool { return s.Factor != FactorNone }

// Factor is a second factor of signing in; the first is the mailbox.
type Factor string

// The factors.
const (
	FactorNone     Factor = ""
	FactorCode     Factor = "code"     // of an authenticator app (RFC 6238)
	FactorPasskey  Factor = "passkey"  // WebAuthn
	FactorRecovery Factor = "recovery" // one of the codes that were shown once
	FactorWaived   Factor = "waived"   // in the demonstration only
)

// Authenticator is an app that shows codes (TOTP, RFC 6238).
type Authenticator struct {
	Sealed    string `db:"sealed"`    // the secret, sealed
	LastStep  int64  `db:"last_step"` // the last period of 30 seconds since 1970 of which a code was taken
	CreatedAt Time   `db:"created_at"`
}

// Passkey is a key that somebody's device or password manager keeps (WebAuthn).
type Passkey struct {
	PublicID   PublicID `db:"public_id"`
	Credential string   `db:"credential"` // its id in base64url
	Data       string   `db:"data"`       // public key, counter and flags, as JSON
	Name       string   `db:"name"`       // what its owner calls it
	CreatedAt  Time     `db:"created_at"`
	UsedAt     Time     `db:"used_at"`
}

// Factors are somebody's second factors.
type Factors struct {
	Authenticator *Authenticator // nil: none
	Passkeys      []Passkey
	RecoveryCodes int // that were not used yet
}

// Enrolled reports whether there is a second factor to sign in with. Recovery codes alone are none.
func (f *Factors) Enrolled() bool { return f.Authenticator != nil || len(f.Passkeys) > 0 }

// FactorProof is a second factor that was just proved.
type FactorProof struct {
	Factor Factor
	// Step is the period of the code that was typed; one of it or an earlier one is a replay. Sealed, if
	// it is set, is the secret sealed anew.
	Step   int64
	Sealed string
	// Credential is the passkey's, and Data what it is like now.
	Credential string
	Data       string
	// CodeHash is that of the recovery code.
	CodeHash string
}

// Enrolment is a second factor that somebody adds: an authenticator or a passkey.
type Enrolment struct {
	Authenticator *Authenticator
	Passkey       *Passkey
	CodeHashes    []string // of recovery codes, if there are none yet
}
