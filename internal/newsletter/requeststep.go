package newsletter

import (
	"slices"
	"strings"
	"time"
)

// RequestStep is something that is done about a request. Apply is the whole rule: it changes the request, or
// says why it can't be. The store runs it on a locked row and writes what became of it.
type RequestStep interface {
	// Name is the step in the register, such as "extend".
	Name() string
	Apply(r *DataRequest, today Day, now time.Time) error
}

// IdentityLife is for how long the link that shows who somebody is can be used.
const IdentityLife = 7 * 24 * time.Hour

// AskIdentity asks who wrote the request to show that it is theirs: by a link to the address, or, only for a reason,
// by something else, which a letter names (GDPR art. 12(6)). It stops the clock if it comes without delay.
type AskIdentity struct{ Why string }

// ShowIdentity records that they did.
type ShowIdentity struct {
	How string // ShownByLink or ShownByOfficer
	Why string // of the officer: on what ground
}

// BeginRequest says that somebody is at it.
type BeginRequest struct{}

// ExtendRequest takes two months more (GDPR art. 12(3)); once, for a reason, told within the first month.
type ExtendRequest struct{ Reason string }

// FulfilRequest ends a request with what was asked for, or with the answer that there is nothing.
type FulfilRequest struct{ Result string }

// RefuseRequest ends a request without, for a reason (GDPR art. 12(4)).
type RefuseRequest struct{ Reason string }

// LapseRequest ends a request of which nobody showed in time that it was theirs.
type LapseRequest struct{}

// Name is "ask_identity".
func (AskIdentity) Name() string { return "ask_identity" }

// Name is "show_identity".
func (ShowIdentity) Name() string { return "show_identity" }

// Name is "begin".
func (BeginRequest) Name() string { return "begin" }

// Name is "extend".
func (ExtendRequest) Name() string { return "extend" }

// Name is "fulfil".
func (FulfilRequest) Name() string { return "fulfil" }

// Name is "refuse".
func (RefuseRequest) Name() string { return "refuse" }

// Name is "lapse".
func (LapseRequest) Name() string { return "lapse" }

// Apply needs an address to send a link to.
func (s AskIdentity) Apply(r *DataRequest, today Day, now time.Time) error {
	why := strings.TrimSpace(s.Why)
	if r.Address == nil && why == "" {
		return Errorf(Conflict, "request_without_address", "request %s holds no address to send a link to: verify who asks otherwise, and write down how", r.Reference())
	}
	if err := r.become(RequestIdentityAsked); err != nil {
		return err
	}
	r.AskedOn, r.AskedWhy = today, why
	if why == "" {
		r.LinkUntil = At(now.Add(IdentityLife))
	}
	r.wind(today)
	return nil
}

// Apply starts the clock again.
func (s ShowIdentity) Apply(r *DataRequest, today Day, now time.Time) error {
	why := strings.TrimSpace(s.Why)
	switch s.How {
	case ShownByLink:
		if !r.LinkUntil.After(now) {
			return Errorf(Expired, "request_link_expired", "this link has expired: send your request once more for a new one")
		}
	case ShownByOfficer:
		if why == "" {
			return &Error{Code: Invalid, Reason: "request_why", Field: "why", Message: "say how it was shown that this is the person: without a link to the address on file that must be written down"}
		}
	default:
		return Errorf(Invalid, "request_why", "identity can't be shown by %q", s.How)
	}
	if err := r.become(RequestVerified); err != nil {
		return err
	}
	r.ShownOn, r.ShownHow, r.ShownWhy, r.LinkUntil = today, s.How, why, Time{}
	r.wind(today)
	return nil
}

// Apply needs to know that it is the person, where the kind does.
func (BeginRequest) Apply(r *DataRequest, _ Day, _ time.Time) error {
	if err := r.identified(); err != nil {
		return err
	}
	return r.become(RequestInProgress)
}

// Apply leaves the state as it is.
func (s ExtendRequest) Apply(r *DataRequest, today Day, _ time.Time) error {
	reason := strings.TrimSpace(s.Reason)
	switch {
	case r.State.Ended():
		return r.ended()
	case r.State == RequestDraft:
		return Errorf(Conflict, "request_state", "request %s is a mail that nobody has read yet: confirm it first", r.Reference())
	case reason == "":
		return &Error{Code: Invalid, Reason: "request_reason", Field: "reason", Message: "say why it takes longer: the person is told (GDPR art. 12(3))"}
	case r.ExtendedOn != 0:
		return Errorf(Conflict, "request_extended", "request %s was extended already: that can be done once", r.Reference())
	case today > r.Clock().ExtendUntil(today):
		return Errorf(Conflict, "request_extend_late", "request %s can't be extended any more: the person had to be told within the first month", r.Reference())
	}
	r.ExtendedOn, r.ExtensionReason = today, reason
	r.wind(today)
	return nil
}

// Apply closes it.
func (s FulfilRequest) Apply(r *DataRequest, _ Day, now time.Time) error {
	if !slices.Contains([]string{ResultDone, ResultNothing, ResultSuppression}, s.Result) {
		return Errorf(Invalid, "request_result", "a request can't be fulfilled with the result %q", s.Result)
	}
	if err := r.identified(); err != nil {
		return err
	}
	if err := r.become(RequestFulfilled); err != nil {
		return err
	}
	r.Result, r.ClosedAt = s.Result, At(now)
	return nil
}

// Apply closes it. An objection to mail and a withdrawal of consent can't be refused: both are absolute
// (GDPR art. 21(3) and 7(3)).
func (s RefuseRequest) Apply(r *DataRequest, _ Day, now time.Time) error {
	reason := strings.TrimSpace(s.Reason)
	if reason == "" {
		return &Error{Code: Invalid, Reason: "request_reason", Field: "reason", Message: "say why it is refused: the person is told (GDPR art. 12(4))"}
	}
	if r.Kind == RequestObjection || r.Kind == RequestWithdrawal {
		return Errorf(Conflict, "request_absolute", "request %s can't be refused: who wants no more mail gets none (GDPR art. 21(3), 7(3))", r.Reference())
	}
	if err := r.become(RequestRefused); err != nil {
		return err
	}
	r.Reason, r.ClosedAt = reason, At(now)
	return nil
}

// Apply closes it when its link has run out.
func (LapseRequest) Apply(r *DataRequest, _ Day, now time.Time) error {
	if r.LinkUntil.After(now) {
		return Errorf(Conflict, "request_state", "the link of request %s can still be used", r.Reference())
	}
	if err := r.become(RequestLapsed); err != nil {
		return err
	}
	r.ClosedAt = At(now)
	return nil
}

func (r *DataRequest) identified() error {
	if r.Kind.NeedsIdentity() && r.ShownOn == 0 && !r.State.Ended() && r.State != RequestDraft {
		return Errorf(Conflict, "request_unidentified", "request %s (%s) needs to be shown to be the person's own first", r.Reference(), r.Kind)
	}
	return nil
}

func (r *DataRequest) become(next RequestState) error {
	switch {
	case r.State.CanBecome(next):
		r.State = next
		return nil
	case r.State.Ended():
		return r.ended()
	}
	return Errorf(Conflict, "request_state", "request %s is %s and can't become %s", r.Reference(), r.State, next)
}

func (r *DataRequest) ended() error {
	return Errorf(Conflict, "request_ended", "request %s is closed already (%s)", r.Reference(), r.State)
}

// wind sets the days that follow from the clock.
func (r *DataRequest) wind(today Day) { r.StrictOn, r.DueOn = r.Clock().Due(today) }

// Arrive begins a request: it checks what was written down and winds the clock.
func (r *DataRequest) Arrive(today Day) error {
	switch {
	case !r.Kind.Valid():
		return &Error{Code: Invalid, Reason: "request_kind", Field: "kind", Message: "say what is asked: " + kindsInWords()}
	case r.ReceivedOn == 0 || r.ReceivedOn > today:
		return &Error{Code: Invalid, Reason: "request_received", Field: "received", Message: "the day of arrival is missing, or has yet to come"}
	case !r.Language.Valid():
		return &Error{Code: Invalid, Reason: "language_unknown", Field: "language", Message: "the language of letters is not one of ours"}
	case (r.ReplyAddress != nil || r.Postal != "") && strings.TrimSpace(r.ReplyWhy) == "":
		return &Error{Code: Invalid, Reason: "request_reply_why", Field: "reply_why", Message: "say how it was shown that an answer there reaches the person: it doesn't go to the address that the request is about"}
	}
	if r.State = RequestReceived; r.Mail != nil {
		r.State = RequestDraft
	}
	r.wind(today)
	return nil
}

// Serve closes a request that its person carried out by themselves, through a link that only their mailbox got:
// that is the proof, and the answer was the page.
func (r *DataRequest) Serve(today Day, now time.Time) error {
	r.LinkUntil = At(now.Add(IdentityLife))
	if err := (ShowIdentity{How: ShownByLink}).Apply(r, today, now); err != nil {
		return err
	}
	return FulfilRequest{Result: ResultDone}.Apply(r, today, now)
}

func kindsInWords() string {
	var words []string
	for _, k := range RequestKinds() {
		words = append(words, string(k))
	}
	return strings.Join(words, ", ")
}
