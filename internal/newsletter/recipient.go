package newsletter

import "slices"

// RecipientKind says how somebody fared with an edition, as people think of it: several states of a delivery
// are one of these.
type RecipientKind string

// The kinds, as Progress counts them.
const (
	RecipientSent      RecipientKind = "sent"
	RecipientWaiting   RecipientKind = "waiting"
	RecipientDeferred  RecipientKind = "deferred"
	RecipientFailed    RecipientKind = "failed"
	RecipientUncertain RecipientKind = "uncertain"
	RecipientStopped   RecipientKind = "stopped"
)

// RecipientKinds are all kinds.
func RecipientKinds() []RecipientKind {
	return []RecipientKind{RecipientSent, RecipientWaiting, RecipientDeferred, RecipientFailed, RecipientUncertain, RecipientStopped}
}

// Valid reports whether there is such a kind.
func (k RecipientKind) Valid() bool { return slices.Contains(RecipientKinds(), k) }

// RecipientQuery asks for recipients of an edition, in the order in which their mails were made. What is empty is
// no condition.
type RecipientQuery struct {
	Edition PublicID
	Kind    RecipientKind
	Domain  string
	Address Address // one person; typed in any case
	After   int64   // the ID of the last one seen
	Limit   int     // 0: 50
}

// Recipient is one person's delivery of an edition.
type Recipient struct {
	ID           int64         `db:"id"`
	To           Address       `db:"to_address"` // empty for who was erased
	State        DeliveryState `db:"state"`
	Domain       string        `db:"domain"`
	Language     Language      `db:"language"`
	Attempts     int           `db:"attempts"`
	Doubts       int           `db:"doubts"`
	DueAt        Time          `db:"due_at"`
	Code         int           `db:"code"`
	Status       string        `db:"status"`
	Reply        string        `db:"reply"`
	HandedOverAt Time          `db:"handed_over_at"`
	EndedAt      Time          `db:"ended_at"`
}

// Kind says how they fared.
func (r *Recipient) Kind() RecipientKind {
	switch r.State {
	case DeliverySent:
		return RecipientSent
	case DeliveryFailed, DeliveryExpired:
		return RecipientFailed
	case DeliveryUncertain:
		return RecipientUncertain
	case DeliverySuppressed, DeliveryCancelled:
		return RecipientStopped
	}
	if r.State == DeliveryPending && r.Attempts > 0 {
		return RecipientDeferred
	}
	return RecipientWaiting
}

// Meaning says what the last answer means.
func (r *Recipient) Meaning() ReplyMeaning { return Meaning(r.Code, r.Status) }
