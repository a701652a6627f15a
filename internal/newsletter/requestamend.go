package newsletter

import (
	"slices"
	"strings"
	"time"
)

// AmendRequest puts right what was written down of a request. What its person typed on a page themselves stands;
// only the kind of it, and where answers go, can be read otherwise.
type AmendRequest struct {
	To *DataRequest // as it should be; its days and its state are not looked at
}

// Name is "amend".
func (AmendRequest) Name() string { return "amend" }

// Apply winds the clock anew. The address can't be another once its owner was asked, or was shown to be the person.
func (s AmendRequest) Apply(r *DataRequest, today Day, _ time.Time) error {
	if r.State.Ended() {
		return r.ended()
	}
	as := *r
	as.Kind, as.ReplyAddress, as.Postal, as.ReplyWhy, as.Language = s.To.Kind, s.To.ReplyAddress, s.To.Postal, strings.TrimSpace(s.To.ReplyWhy), s.To.Language
	if slices.Contains(ByHand(), r.Channel) {
		as.Channel, as.ReceivedOn, as.Name, as.Representative, as.Wish = s.To.Channel, s.To.ReceivedOn, s.To.Name, s.To.Representative, s.To.Wish
		if !sameAddress(r.Address, s.To.Address) {
			if r.AskedOn != 0 || r.ShownOn != 0 {
				return &Error{Code: Conflict, Reason: "request_address_known", Field: "address",
					Message: "who asks was shown, or asked, for this address: enter what is about another as a request of its own"}
			}
			as.Address, as.AddressKey, as.HashKey, as.Hash = s.To.Address, nil, s.To.HashKey, s.To.Hash
			if as.Address != nil {
				key := as.Address.Key()
				as.AddressKey = &key
			}
		}
	}
	state := as.State
	if err := as.Arrive(today); err != nil {
		return err
	}
	if as.State = state; state == RequestInProgress && as.identified() != nil {
		as.State = RequestReceived // of its new kind, nobody may carry it out before it is shown who asks
	}
	*r = as
	return nil
}

func sameAddress(a, b *Address) bool { return a == b || a != nil && b != nil && *a == *b }
