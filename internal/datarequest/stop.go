package datarequest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"bode.example/internal/newsletter"
)

// Stop is what somebody tells of an address whose owner won't ask themselves: that they have died, or left.
type Stop struct {
	Address  string
	Why      string // one of StopReasons
	Channel  string // how it was told, one of newsletter.ByHand
	By       string // who told it; may be empty
	Language newsletter.Language
}

// StopReasons are why mail is stopped for another.
func StopReasons() []string { return []string{"deceased", "departed"} }

// StopMail ends all mail to an address, at once and for good. It asks nobody to prove anything: a wrong stop harms
// less than mail to the dead, and who is alive can join again. Nothing is sent to anybody.
func (s *Service) StopMail(ctx context.Context, stop Stop, by newsletter.Actor, now time.Time) (*newsletter.DataRequest, error) {
	address, err := newsletter.ParseAddress(stop.Address)
	if !slices.Contains(StopReasons(), stop.Why) {
		err = errors.Join(err, &newsletter.Error{Code: newsletter.Invalid, Reason: "stop_why", Field: "because", Message: "say why mail is to stop: " + strings.Join(StopReasons(), " or ")})
	}
	if !slices.Contains(newsletter.ByHand(), stop.Channel) {
		err = errors.Join(err, errChannel())
	}
	if err != nil {
		return nil, err
	}
	r := &newsletter.DataRequest{Channel: stop.Channel, Language: stop.Language, ReceivedOn: s.Today(now), Address: &address, Representative: strings.TrimSpace(stop.By)}
	s.stamp(r, address)
	return r, s.store.StopMail(ctx, r, stop.Why, s.hashes, s.Today(now), by, now)
}

func errChannel() error {
	return &newsletter.Error{Code: newsletter.Invalid, Reason: "request_channel", Field: "channel",
		Message: "say how the request came in: " + strings.Join(newsletter.ByHand(), ", ")}
}
