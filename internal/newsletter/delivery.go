package newsletter

// DeliveryKind says what a delivery carries.
type DeliveryKind string

// The kinds of delivery.
const (
	DeliveryEdition      DeliveryKind = "edition"
	DeliveryConfirmation DeliveryKind = "confirmation"
	DeliverySignIn       DeliveryKind = "sign_in"
	DeliveryRequest      DeliveryKind = "request" // about a request for one's data: access links
	DeliveryNotice       DeliveryKind = "notice"  // welcome, already subscribed, address changed
)

// DeliveryState is where a delivery is. The transitions are drawn in docs/states.md.
type DeliveryState string

// The states of a delivery.
const (
	DeliveryPending     DeliveryState = "pending"
	DeliveryHandingOver DeliveryState = "handing_over" // the message may be on its way
	DeliverySent        DeliveryState = "sent"
	DeliveryFailed      DeliveryState = "failed"     // refused for good
	DeliveryExpired     DeliveryState = "expired"    // too late to be of use; its posts are owed again
	DeliverySuppressed  DeliveryState = "suppressed" // the address must not be mailed
	DeliveryUncertain   DeliveryState = "uncertain"  // handed over, and no answer came
	DeliveryCancelled   DeliveryState = "cancelled"  // they left, or the edition was cancelled
)

// deliveryNext holds every transition there is. "Deferred" is no state of its own: it is pending
// with attempts > 0 and a later due time. To sent from a state before it: an answer that came after
// the lease had run out and the delivery was called uncertain.
var deliveryNext = map[DeliveryState][]DeliveryState{
	DeliveryPending:     {DeliveryHandingOver, DeliveryCancelled, DeliverySuppressed, DeliveryExpired, DeliverySent},
	DeliveryHandingOver: {DeliverySent, DeliveryPending, DeliveryFailed, DeliveryExpired, DeliveryUncertain},
	DeliveryFailed:      {DeliveryPending},
	DeliveryUncertain:   {DeliveryPending, DeliveryCancelled, DeliverySent},
}

// CanBecome reports whether a delivery in state s may go to state t.
func (s DeliveryState) CanBecome(t DeliveryState) bool {
	for _, next := range deliveryNext[s] {
		if next == t {
			return true
		}
	}
	return false
}

// Ended reports whether nothing happens to the delivery any more by itself. What failed goes out again only when
// somebody says so.
func (s DeliveryState) Ended() bool { return len(deliveryNext[s]) == 0 || s == DeliveryFailed }

// Delivery is one message owed to one person: the only truth about sending.
type Delivery struct {
	ID             int64         `db:"id" json:"-"`
	Kind           DeliveryKind  `db:"kind" json:"kind"`
	EditionID      *int64        `db:"edition_id" json:"-"`
	VariantID      *int64        `db:"variant_id" json:"-"`
	SubscriptionID *int64        `db:"subscription_id" json:"-"`
	SubscriberID   *int64        `db:"subscriber_id" json:"-"` // of a message that belongs to no subscription
	Address        *Address      `db:"address" json:"-"`       // only of people without a subscription
	Language       Language      `db:"language" json:"language"`
	Template       string        `db:"template" json:"template,omitempty"` // of what is no edition
	Ref            *int64        `db:"ref" json:"-"`                       // the row that the template speaks of
	Key            *string       `db:"key" json:"-"`                       // makes the message unique
	Domain         string        `db:"domain" json:"domain"`
	State          DeliveryState `db:"state" json:"state"`
	// Attempts counts the times that the peer refused this message for a while; a connection that
	// fails counts for nothing. Doubts counts the times that it was handed over and no answer came.
	Attempts int  `db:"attempts" json:"attempts"`
	Doubts   int  `db:"doubts" json:"doubts,omitempty"`
	DueAt    Time `db:"due_at" json:"due_at"`
	// ExpiresAt ends the patience with refusals; the first refusal sets it anew.
	ExpiresAt     Time   `db:"expires_at" json:"expires_at"`
	ReadingBefore *int64 `db:"reading_before" json:"-"`
	ReadingAfter  *int64 `db:"reading_after" json:"-"`
	Code          int    `db:"code" json:"code,omitempty"`     // of the last SMTP reply
	Status        string `db:"status" json:"status,omitempty"` // its enhanced code (RFC 3463)
	Reply         string `db:"reply" json:"reply,omitempty"`   // its text, the address replaced
	CreatedAt     Time   `db:"created_at" json:"created_at"`
	HandedOverAt  Time   `db:"handed_over_at" json:"handed_over_at,omitzero"`
	EndedAt       Time   `db:"ended_at" json:"ended_at,omitzero"`
}

// Claim is a delivery that a worker holds, with what it takes to write the message.
type Claim struct {
	Delivery
	// ClaimID names what it was claimed with: all of that is held under one lease.
	ClaimID int64   `db:"claim_id"`
	To      Address `db:"to_address"`
	Name    string  `db:"to_name"`
	Reader  Layout  `db:"to_layout"`
	// SubscriptionKey and SubscriberKey are the public ids that links carry; nil where the message
	// belongs to no subscription, or to nobody who is known yet.
	SubscriptionKey *PublicID `db:"subscription_key"`
	SubscriberKey   *PublicID `db:"subscriber_key"`
}

// Held names a delivery and the claim that holds it.
type Held struct{ ID, ClaimID int64 }

// Outcome is what became of a message that was handed over.
type Outcome struct {
	Held
	State DeliveryState
	// Refused says that the peer refused this very message, for a while or for good: it counts as
	// an attempt.
	Refused   bool
	DueAt     Time // when pending: not before
	ExpiresAt Time // zero: as it was
	Code      int
	Status    string
	Reply     string // without the address
	// Throttle, when set, leaves the receiving domain alone until then.
	Throttle Time
	Domain   string
}

// Held names the delivery and its claim.
func (c *Claim) Held() Held { return Held{ID: c.ID, ClaimID: c.ClaimID} }

// SuppressionReason says why an address must not be mailed.
type SuppressionReason string

// The reasons.
const (
	SuppressedComplaint SuppressionReason = "complaint"
	SuppressedObjection SuppressionReason = "objection"
	SuppressedBounce    SuppressionReason = "hard_bounce"
	SuppressedErased    SuppressionReason = "erased"
)

// Suppression is an address that must not be mailed, as a keyed hash.
type Suppression struct {
	KeyID   string            `db:"key_id" json:"key_id"`
	Hash    string            `db:"hash" json:"hash"`
	Reason  SuppressionReason `db:"reason" json:"reason"`
	Since   Time              `db:"since" json:"since"`
	Expires Time              `db:"expires" json:"expires,omitzero"`
}

// OfErased reports whether all that is kept of somebody is that they were erased: which is not for editors to know.
func (s Suppression) OfErased() bool { return s.Reason == SuppressedErased }

// SuppressionCount is how many addresses are suppressed for one reason.
type SuppressionCount struct {
	Reason    SuppressionReason `db:"reason"`
	Addresses int64             `db:"addresses"`
}
