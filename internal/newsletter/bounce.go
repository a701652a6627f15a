package newsletter

import "time"

// BounceClass says what came back.
type BounceClass string

// The classes.
const (
	BounceHard        BounceClass = "hard"        // there is no such mailbox, and there won't be
	BounceSoft        BounceClass = "soft"        // not delivered, and nothing says that it is for good
	BounceComplaint   BounceClass = "complaint"   // somebody pressed "spam" (RFC 5965)
	BounceAutoreply   BounceClass = "autoreply"   // a machine's note that asks for nothing (RFC 3834)
	BounceUnsubscribe BounceClass = "unsubscribe" // a wish to leave
	BounceUnknown     BounceClass = "unknown"     // none of these: a person's letter, or a machine's that nobody can read
)

// BounceWay is how a report reached us.
type BounceWay string

// The ways in.
const (
	WaySending  BounceWay = "sending"  // the mail server refused while we were sending
	WayListener BounceWay = "listener" // by LMTP or SMTP
	WayMailbox  BounceWay = "mailbox"  // fetched by IMAP
	WayHook     BounceWay = "hook"     // POST /hooks/bounce
)

// BounceEffect is what a report did. The transitions are drawn in docs/states.md.
type BounceEffect string

// The effects; none of them: undecided.
const (
	EffectNone       BounceEffect = "none"
	EffectCounted    BounceEffect = "counted"    // a soft one, with more to come before it has an effect
	EffectSuppressed BounceEffect = "suppressed" // the address is not mailed any more; after a complaint all lists are left, too
)

// The reasons why a report had no effect.
const (
	ReasonPolicy  = "policy"  // it is about us: x.7.x, our address, the content
	ReasonMoved   = "moved"   // the person has another address by now
	ReasonErased  = "erased"  // nobody is known any more whose mail that was
	ReasonUnknown = "unknown" // it was not understood
	ReasonKnown   = "known"   // the same report came before
	ReasonForged  = "forged"  // it bears no token of ours
	ReasonLate    = "late"    // its token has expired
)

// Bounce is evidence about a delivery: a report that came back, or the refusal of a mail server.
type Bounce struct {
	ID           int64        `db:"id" json:"-"`
	PublicID     PublicID     `db:"public_id" json:"id"`
	DeliveryID   int64        `db:"delivery_id" json:"delivery"`
	SubscriberID *int64       `db:"subscriber_id" json:"-"`
	Way          BounceWay    `db:"way" json:"way"`
	Class        BounceClass  `db:"class" json:"class"`
	Policy       bool         `db:"policy" json:"policy,omitempty"` // it is about us and never counts against a person
	Status       string       `db:"status" json:"status,omitempty"` // enhanced status code (RFC 3463)
	Diagnostic   string       `db:"diagnostic" json:"diagnostic,omitempty"`
	Recognised   string       `db:"recognised" json:"recognised,omitempty"` // how: by which fields, or by whose words
	Hash         string       `db:"hash" json:"-"`                          // of the report; the same one counts once
	Raw          []byte       `db:"raw" json:"-"`                           // the report as it came, while it is kept
	ReceivedAt   Time         `db:"received_at" json:"received_at"`
	DecidedAt    Time         `db:"decided_at" json:"decided_at,omitzero"`
	Effect       BounceEffect `db:"effect" json:"effect,omitempty"`
	Reason       string       `db:"reason" json:"reason,omitempty"` // why there was no effect
}

// Refusal is a bounce of WaySending that nobody has decided on, with what the mail server said.
type Refusal struct {
	ID         int64         `db:"id"`
	DeliveryID int64         `db:"delivery_id"`
	State      DeliveryState `db:"state"` // failed, or expired after having been put off
	Code       int           `db:"code"`
	Status     string        `db:"status"`
	Reply      string        `db:"reply"`
}

// BounceRule says when soft bounces have gone on for too long: when SoftLimit deliveries of a person in a
// row, all handed over within SoftPeriod, came back.
type BounceRule struct {
	SoftLimit  int
	SoftPeriod time.Duration
}

// Effect is what a report does to a person of whom softs deliveries in a row came back softly, this one
// among them. The reason says why it is none.
func (r BounceRule) Effect(class BounceClass, policy bool, softs int) (effect BounceEffect, reason string) {
	switch {
	case class == BounceComplaint:
		return EffectSuppressed, ""
	case policy:
		return EffectNone, ReasonPolicy
	case class == BounceHard:
		return EffectSuppressed, ""
	case class == BounceSoft && softs >= r.SoftLimit:
		return EffectSuppressed, ""
	case class == BounceSoft:
		return EffectCounted, ""
	}
	return EffectNone, ReasonUnknown
}

// BounceFilter chooses bounces; what is empty doesn't choose.
type BounceFilter struct {
	Class  BounceClass
	Effect BounceEffect
	Limit  int
}

// LeaveProposal is a letter that says nothing but that somebody wants to leave, and bears no token: a
// person decides whether it is theirs.
type LeaveProposal struct {
	ID           int64    `db:"id" json:"-"`
	PublicID     PublicID `db:"public_id" json:"id"`
	SubscriberID int64    `db:"subscriber_id" json:"-"`
	ListID       *int64   `db:"list_id" json:"-"` // nil: it does not tell which, so all of them
	List         string   `db:"list" json:"list,omitempty"`
	Address      Address  `db:"address" json:"address"` // the subscriber's
	Words        string   `db:"words" json:"words"`     // the letter's
	ReceivedAt   Time     `db:"received_at" json:"received_at"`
}
