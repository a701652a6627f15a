package newsletter

import (
	"fmt"
	"slices"
)

// RequestKind is what somebody asks of an organisation about their personal data.
type RequestKind string

// The kinds of request, with the article of the GDPR that they rest on.
const (
	RequestAccess        RequestKind = "access"        // 15
	RequestPortability   RequestKind = "portability"   // 20
	RequestRectification RequestKind = "rectification" // 16
	RequestErasure       RequestKind = "erasure"       // 17
	RequestRestriction   RequestKind = "restriction"   // 18
	RequestObjection     RequestKind = "objection"     // 21: against mail that sells or recruits, absolute
	RequestWithdrawal    RequestKind = "withdrawal"    // 7(3): of consent
	RequestOther         RequestKind = "other"         // a complaint, or what fits none of these
)

// RequestKinds are all kinds.
func RequestKinds() []RequestKind {
	return []RequestKind{RequestAccess, RequestPortability, RequestRectification, RequestErasure,
		RequestRestriction, RequestObjection, RequestWithdrawal, RequestOther}
}

// Valid reports whether k is a kind.
func (k RequestKind) Valid() bool { return slices.Contains(RequestKinds(), k) }

// Article names the article of the GDPR, "" for other.
func (k RequestKind) Article() string {
	return map[RequestKind]string{RequestAccess: "15", RequestPortability: "20", RequestRectification: "16", RequestErasure: "17",
		RequestRestriction: "18", RequestObjection: "21", RequestWithdrawal: "7(3)"}[k]
}

// NeedsIdentity reports whether who asks must be shown to be the person. To end mail needs nothing: a wrong
// stop harms less than mail that goes on, and the person can join again.
func (k RequestKind) NeedsIdentity() bool {
	return k != RequestObjection && k != RequestWithdrawal && k != RequestOther
}

// RequestState is where a request is. The transitions are drawn in docs/states.md.
type RequestState string

// The states of a request. That it was extended is no state: it goes on where it was.
const (
	RequestDraft         RequestState = "draft" // a mail came, and nobody has read yet what it asks
	RequestReceived      RequestState = "received"
	RequestIdentityAsked RequestState = "identity_asked"
	RequestVerified      RequestState = "verified"
	RequestInProgress    RequestState = "in_progress"
	RequestFulfilled     RequestState = "fulfilled"
	RequestRefused       RequestState = "refused"
	RequestLapsed        RequestState = "lapsed" // nobody showed that it was theirs
)

var requestNext = map[RequestState][]RequestState{
	RequestDraft:         {RequestReceived},
	RequestReceived:      {RequestIdentityAsked, RequestVerified, RequestInProgress, RequestFulfilled, RequestRefused},
	RequestIdentityAsked: {RequestVerified, RequestRefused, RequestLapsed},
	RequestVerified:      {RequestInProgress, RequestFulfilled, RequestRefused},
	RequestInProgress:    {RequestFulfilled, RequestRefused, RequestReceived},
}

// CanBecome reports whether a request in state s may go to state t.
func (s RequestState) CanBecome(t RequestState) bool { return slices.Contains(requestNext[s], t) }

// Ended reports whether nothing happens to the request any more.
func (s RequestState) Ended() bool { return len(requestNext[s]) == 0 }

// The ways by which a request comes in.
const (
	ArrivedPage        = "page"         // the public form
	ArrivedPreferences = "preferences"  // the form, from the preferences page
	ArrivedSelfService = "self_service" // a link that only the mailbox has: carried out at once
	ArrivedMail        = "mail"
	ArrivedLetter      = "letter"
	ArrivedPhone       = "phone"
	ArrivedVisit       = "visit"
)

// ByHand are the ways of a request that somebody enters for another.
func ByHand() []string { return []string{ArrivedMail, ArrivedLetter, ArrivedPhone, ArrivedVisit} }

// The ways by which somebody showed that they are the person.
const (
	ShownByLink    = "link"    // to the address on file
	ShownByOfficer = "officer" // otherwise, for a reason that is written down
)

// The results of a request that was fulfilled.
const (
	ResultDone        = "done"
	ResultNothing     = "nothing_held"     // also an answer (EDPB 01/2022)
	ResultSuppression = "suppression_only" // only a keyed hash, so that no import brings the person back
)

// DataRequest is one request about personal data, with all that shows it was answered and when (GDPR
// art. 5(2)). Address, name and wish are held only while they are of use; a keyed hash finds the request by
// typing the address for as long as it is kept.
type DataRequest struct {
	ID       int64        `db:"id" json:"-"`
	PublicID PublicID     `db:"public_id" json:"id"`
	Kind     RequestKind  `db:"kind" json:"kind"`
	State    RequestState `db:"state" json:"state"`
	Channel  string       `db:"channel" json:"channel"`
	Language Language     `db:"language" json:"language"` // of its letters

	ReceivedOn Day  `db:"received_on" json:"received_on"` // the day that it arrived
	CreatedAt  Time `db:"created_at" json:"registered_at"`

	Address      *Address `db:"address" json:"address,omitempty"` // the person's
	AddressKey   *string  `db:"address_key" json:"-"`
	ReplyAddress *Address `db:"reply_address" json:"reply_address,omitempty"` // where answers go, when elsewhere
	// Postal is where answers go on paper, a line each; then nothing is mailed. ReplyWhy is how it was shown that an
	// answer elsewhere than to the address reaches the person (EDPB guidelines 01/2022, 3.3).
	Postal         string       `db:"postal" json:"postal_address,omitempty"`
	ReplyWhy       string       `db:"reply_why" json:"reply_why,omitempty"`
	Name           string       `db:"name" json:"name,omitempty"`
	Representative string       `db:"representative" json:"representative,omitempty"` // who asks for the person
	Wish           string       `db:"wish" json:"wish,omitempty"`                     // in the person's words
	Mail           *RequestMail `db:"mail" json:"-"`                                  // of a draft
	HashKey        string       `db:"hash_key" json:"-"`
	Hash           string       `db:"hash" json:"-"`
	SubscriberID   *int64       `db:"subscriber_id" json:"-"`

	AskedOn         Day    `db:"asked_on" json:"identity_asked_on,omitzero"`
	AskedWhy        string `db:"asked_why" json:"identity_asked_why,omitempty"` // more than a link
	ShownOn         Day    `db:"shown_on" json:"identity_shown_on,omitzero"`
	ShownHow        string `db:"shown_how" json:"identity_shown_how,omitempty"`
	ShownWhy        string `db:"shown_why" json:"identity_shown_why,omitempty"`
	ExtendedOn      Day    `db:"extended_on" json:"extended_on,omitzero"`
	ExtensionReason string `db:"extension_reason" json:"extension_reason,omitempty"`
	StrictOn        Day    `db:"strict_on" json:"strict_on"`
	DueOn           Day    `db:"due_on" json:"due_on"`
	RemindedOn      Day    `db:"reminded_on" json:"-"`

	Result    string  `db:"result" json:"result,omitempty"`
	Reason    string  `db:"reason" json:"reason,omitempty"` // of a refusal
	ClosedAt  Time    `db:"closed_at" json:"closed_at,omitzero"`
	LinkUntil Time    `db:"link_until" json:"-"` // of the link that shows who they are
	ChangedAt Time    `db:"changed_at" json:"changed_at"`
	Key       *string `db:"key" json:"-"` // makes one that is carried out at once unique
}

// Reference names a request to people: the year in which it was written down, and a number.
func (r *DataRequest) Reference() string {
	return fmt.Sprintf("%d-%04d", r.CreatedAt.Year(), r.ID)
}

// Clock is what the request's last day follows from.
func (r *DataRequest) Clock() RequestClock {
	return RequestClock{Received: r.ReceivedOn, Asked: r.AskedOn, Shown: r.ShownOn, Extended: r.ExtendedOn != 0}
}

// Late reports whether the last day has passed without an answer.
func (r *DataRequest) Late(today Day) bool {
	return !r.State.Ended() && !r.Clock().Stands() && today > r.DueOn
}

// ReplyTo is where letters go by mail; "" when no address is held, or when answers go on paper.
func (r *DataRequest) ReplyTo() Address {
	switch {
	case r.Postal != "":
		return ""
	case r.ReplyAddress != nil:
		return *r.ReplyAddress
	case r.Address != nil:
		return *r.Address
	}
	return ""
}

// ByHand is the result of a request that names no address, by which nothing can be looked up: an officer did what
// was asked, or searched by name and found nothing. What a program would carry out needs an address.
func (r *DataRequest) ByHand() string {
	if r.Kind == RequestRectification || r.Kind == RequestOther {
		return ResultDone
	}
	return ResultNothing
}

// RequestEvent is one thing that happened to a request.
type RequestEvent struct {
	Seq       int64        `db:"id" json:"-"`
	RequestID int64        `db:"request_id" json:"-"`
	At        Time         `db:"at" json:"at"`
	ActorKind ActorKind    `db:"actor_kind" json:"actor_kind"`
	ActorID   string       `db:"actor_id" json:"-"`
	Step      string       `db:"step" json:"step"`
	Before    RequestState `db:"state_before" json:"state_before,omitempty"`
	After     RequestState `db:"state_after" json:"state_after"`
	Note      string       `db:"note" json:"note,omitempty"`
}
