package newsletter

import (
	"slices"
	"time"
)

// UndoLeaving is for how long somebody who left through a link may take that back by it: long
// enough for who notices the next morning (WCAG 2.2.1 asks for 20 hours), short enough that an old
// link brings nobody back.
const UndoLeaving = 24 * time.Hour

// SignupDecision is what the worker found to do about a sign-up.
type SignupDecision string

// The decisions.
const (
	SignupConfirm SignupDecision = "confirm" // a mail with a link that confirms it
	SignupAlready SignupDecision = "already" // a mail that says: you are subscribed, settings here
	SignupSilent  SignupDecision = "silent"  // no mail: the address must not be mailed
)

// Signup is a form that somebody filled in. It changes nothing that exists until a link that only
// its address was sent confirms it. Once used, or decided without a link, it has let go of the
// address and of where it came from.
type Signup struct {
	ID           int64          `db:"id" json:"-"`
	PublicID     PublicID       `db:"public_id" json:"-"`
	Address      Address        `db:"address" json:"address,omitempty"`
	Name         string         `db:"name" json:"name,omitempty"`
	Language     Language       `db:"language" json:"language"`
	Channel      string         `db:"channel" json:"channel"` // form, or invitation
	WordingHash  string         `db:"wording_hash" json:"wording_hash"`
	PrivacyHash  string         `db:"privacy_hash" json:"privacy_hash"`
	FormURL      string         `db:"form_url" json:"form_url,omitempty"`
	Network      string         `db:"network" json:"network,omitempty"` // shortened
	Agent        string         `db:"agent" json:"agent,omitempty"`
	SubscriberID *int64         `db:"subscriber_id" json:"-"` // whose it turned out to be
	CreatedAt    Time           `db:"created_at" json:"created_at"`
	ExpiresAt    Time           `db:"expires_at" json:"expires_at"` // of its link
	DecidedAt    Time           `db:"decided_at" json:"decided_at,omitzero"`
	Decision     SignupDecision `db:"decision" json:"decision,omitempty"`
	UsedAt       Time           `db:"used_at" json:"used_at,omitzero"`
	Choices      []Choice       `db:"-" json:"-"`               // from signup_list
	ListNames    []string       `db:"-" json:"lists,omitempty"` // in a dossier
}

// Applicant is what is known about the address of a sign-up when it is decided.
type Applicant struct {
	Suppressed bool     // by complaint, objection or hard bounce; "erased" doesn't keep anybody from coming back
	Restricted bool     // GDPR art. 18
	Active     []Choice // of the active subscriptions
}

// Decide says which mail a sign-up deserves, if any. Whoever has all that the form asks for, exactly
// so, is told that; any other wish is confirmed first, also a change of choices.
func (s *Signup) Decide(a Applicant) SignupDecision {
	if a.Suppressed || a.Restricted {
		return SignupSilent
	}
	for _, wish := range s.Choices {
		if !slices.ContainsFunc(a.Active, wish.Equal) {
			return SignupConfirm
		}
	}
	return SignupAlready
}

// Equal reports whether two choices are the same.
func (c Choice) Equal(d Choice) bool {
	return c.ListID == d.ListID && c.ScheduleID == d.ScheduleID && c.AllTopics == d.AllTopics &&
		(c.AllTopics || slices.Equal(c.Topics, d.Topics))
}

// AccessLink is a wish for a fresh link to one's own data. Known and unknown addresses make the same
// row; the worker decides, and forgets the address.
type AccessLink struct {
	ID           int64    `db:"id"`
	PublicID     PublicID `db:"public_id"`
	AddressKey   *string  `db:"address_key"` // Address.Key, until decided
	SubscriberID *int64   `db:"subscriber_id"`
	SignupID     *int64   `db:"signup_id"` // of somebody of whom only a sign-up waits to be confirmed
	Language     Language `db:"language"`
	Network      string   `db:"network"`
	CreatedAt    Time     `db:"created_at"`
	ExpiresAt    Time     `db:"expires_at"` // of the link
	DecidedAt    Time     `db:"decided_at"`
	UsedAt       Time     `db:"used_at"` // from then on a ticket stands for the link
}

// TicketLife is for how long the pages that follow an access link work after it was opened. No page
// takes less than 20 hours from its reader (WCAG 2.2.1).
const TicketLife = 24 * time.Hour

// UndoAddressChange is for how long the old address may take a change of address back.
const UndoAddressChange = 7 * 24 * time.Hour

// Erasure is what an erasure did, without a trace of whose it was: a certificate.
type Erasure struct {
	PublicID   PublicID `json:"certificate"`
	At         Time     `json:"at"`
	Lists      []int64  `json:"lists"`      // left by it
	Deliveries int64    `json:"deliveries"` // made anonymous
}

// ErasureEntry is an erasure as the replay list outside the database has it: hashes, and nobody's name.
type ErasureEntry struct {
	PublicID PublicID `db:"public_id"`
	At       Time     `db:"at"`
	Hashes   Strings  `db:"hashes"` // of the addresses, each as key:hash
}
