package newsletter

import "time"

// SignInKind says how a sign-in link came to be.
type SignInKind string

// The kinds of link.
const (
	SignInAsked      SignInKind = "asked"      // at the desk's door; bound to the browser that asked
	SignInInvitation SignInKind = "invitation" // mailed to somebody who is new on the staff
	SignInIssued     SignInKind = "issued"     // printed by a command, for the one who asked for it there
	SignInFirst      SignInKind = "first"      // printed by a service without staff: names the first admin
)

// How long links work.
const (
	SignInLife     = 15 * time.Minute
	InvitationLife = 7 * 24 * time.Hour
	IssuedLife     = time.Hour
)

// SignInTries is how often a code may be typed for one link.
const SignInTries = 5

// SignIn is a single-use link to the desks. What the sign-in page asks for makes the same row for
// known and unknown addresses; the worker decides whether a mail is due, and forgets the address.
type SignIn struct {
	ID         int64      `db:"id"`
	PublicID   PublicID   `db:"public_id"`
	Kind       SignInKind `db:"kind"`
	AddressKey *string    `db:"address_key"` // Address.Key, until decided
	StaffID    *int64     `db:"staff_id"`    // nil: nobody of the staff
	// Address and Name are those of the first admin, who is on the staff once the link that was mailed
	// there is used.
	Address Address `db:"address"`
	Name    string  `db:"name"`
	// NonceHash is that of the cookie of the browser that asked; empty: any browser may use the link.
	NonceHash string   `db:"nonce_hash"`
	Language  Language `db:"language"`
	Network   string   `db:"network"` // shortened
	Tries     int      `db:"tries"`   // how often a code was typed
	CreatedAt Time     `db:"created_at"`
	ExpiresAt Time     `db:"expires_at"`
	DecidedAt Time     `db:"decided_at"`
	UsedAt    Time     `db:"used_at"`
}

// Opens reports what is left of a link at an instant: nil, or why it opens nothing.
func (s *SignIn) Opens(now time.Time) error {
	switch {
	case !s.UsedAt.IsZero():
		return Errorf(Used, "sign_in_used", "this link was used already: ask for a new one")
	case !s.ExpiresAt.After(now):
		return Errorf(Expired, "sign_in_expired", "this link has expired: ask for a new one")
	}
	return nil
}
