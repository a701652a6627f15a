package signup

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

// Confirmation looks at a confirmation link and changes nothing. The row, not the token, knows for
// how long the link is good: one that was used says so for as long as its subscriber is known.
func (s *Service) Confirmation(ctx context.Context, link string, now time.Time) (*newsletter.Confirmation, error) {
	id, err := s.confirmLink(link, now)
	if err != nil {
		return nil, err
	}
	c, u, err := s.store.Confirmation(ctx, id, now)
	if err != nil {
		return nil, gone(err)
	}
	if c.State == newsletter.ConfirmationOpen && !u.ExpiresAt.After(now) {
		return nil, expired()
	}
	s.withLinks(c.Standing)
	return c, nil
}

// Confirm subscribes whoever pressed the button of a confirmation link. A second time it changes
// nothing and says ConfirmationActive, or ConfirmationLeft after they left.
func (s *Service) Confirm(ctx context.Context, link string, from newsletter.Client, now time.Time) (*newsletter.Confirmation, error) {
	id, err := s.confirmLink(link, now)
	if err != nil {
		return nil, err
	}
	_, u, err := s.store.Confirmation(ctx, id, now)
	if err != nil {
		return nil, gone(err)
	}
	proof := newsletter.Proof{Client: newsletter.Client{Network: shorten(from.Network), Agent: cut(from.Agent, maxAgent)}}
	if d, err := s.store.ConfirmationDelivery(ctx, id); err == nil {
		proof.MessageID = d.MessageID(s.config.Domain)
	} else if !newsletter.Is(err, newsletter.NotFound) {
		return nil, err
	}
	c, err := s.store.ConfirmSignup(ctx, id, proof, s.suppression.All(u.Address), newsletter.Person(id), now)
	if err != nil {
		return nil, gone(err)
	}
	s.withLinks(c.Standing)
	return c, nil
}

// confirmLink reads a token. One whose own time is over may have been used before.
func (s *Service) confirmLink(link string, now time.Time) (newsletter.PublicID, error) {
	id, err := s.links.Verify(token.Confirm, link, now)
	if newsletter.Is(err, newsletter.Expired) {
		return id, nil
	}
	return id, err
}

// gone says of a link that we made and whose row is no more what it is to its holder: too old.
func gone(err error) error {
	if newsletter.Is(err, newsletter.NotFound) {
		return expired()
	}
	return err
}

func expired() error {
	return newsletter.Errorf(newsletter.Expired, "confirmation_expired", "the link has expired: sign up again for a new one")
}
