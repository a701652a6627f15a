package signup

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

// ChangeAddress takes in that the ticket's person wants to be mailed at another address. Nothing
// changes until that confirms. Nil says nothing about whether the new address is known.
func (s *Service) ChangeAddress(ctx context.Context, ticket, typed string, now time.Time) error {
	h, err := s.holder(ctx, ticket, now)
	if err != nil {
		return err
	}
	p := h.subscriber
	if p == nil {
		return newsletter.Errorf(newsletter.Conflict, "move_unconfirmed", "this sign-up is not confirmed yet: sign up with the other address instead")
	}
	address, err := newsletter.ParseAddress(typed)
	if err != nil {
		return err
	}
	if address == p.Address {
		return fault("address", "address_same", "this is the address that you have now")
	}
	c := &newsletter.AddressChange{SubscriberID: p.ID, NewAddress: address, ExpiresAt: newsletter.At(now.Add(ChangeLife))}
	err = s.store.CreateAddressChange(ctx, c, append(s.quotas("signup", address, ""), moveQuota(p)), newsletter.Person(p.PublicID), now)
	s.alarm(err, now)
	s.stir()
	return err
}

// moveQuota bounds how many strangers one person can have mailed by typing their addresses (STANDARDS D3).
func moveQuota(p *newsletter.Subscriber) newsletter.Quota {
	return newsletter.Quota{Counter: "moves", Key: p.PublicID.String(), Reason: "limit_moves", Limits: []newsletter.Limit{{Most: 5, Per: 24 * time.Hour}}}
}

// AddressChange looks at a link in the new mailbox. It must not tell the address that the person
// comes from: by a slip of the pen the new one may be a stranger's.
func (s *Service) AddressChange(ctx context.Context, link string, now time.Time) (*newsletter.AddressChange, error) {
	c, err := s.change(ctx, token.AddressChange, link, now)
	if err != nil {
		return nil, err
	}
	if c.ConfirmedAt.IsZero() && !c.ExpiresAt.After(now) {
		return nil, accessExpired()
	}
	return withoutOld(c), nil
}

// ConfirmAddress carries the change out. A second time it changes nothing.
func (s *Service) ConfirmAddress(ctx context.Context, link string, now time.Time) (*newsletter.AddressChange, error) {
	c, err := s.change(ctx, token.AddressChange, link, now)
	if err != nil {
		return nil, err
	}
	c, err = s.store.ConfirmAddress(ctx, c.PublicID, s.suppression.All(c.NewAddress), newsletter.Person(c.PublicID), now)
	if err != nil {
		return nil, gone(err)
	}
	r := s.served(newsletter.RequestRectification, c.NewAddress, c.Language, c.PublicID, now)
	if err := s.store.RegisterServed(ctx, r, r.ReceivedOn, newsletter.Person(c.PublicID), now); err != nil {
		return nil, err
	}
	return withoutOld(c), nil
}

// AddressUndo looks at a link in the old mailbox. It must not tell the new address: the old mailbox
// may be another's by now.
func (s *Service) AddressUndo(ctx context.Context, link string, now time.Time) (*newsletter.AddressChange, error) {
	c, err := s.change(ctx, token.AddressUndo, link, now)
	if err != nil {
		return nil, err
	}
	if c.UndoneAt.IsZero() && (c.ConfirmedAt.IsZero() || !c.UndoUntil.After(now)) {
		return nil, accessExpired()
	}
	return withoutNew(c), nil
}

// UndoAddress takes the change back. A second time it changes nothing.
func (s *Service) UndoAddress(ctx context.Context, link string, now time.Time) (*newsletter.AddressChange, error) {
	c, err := s.change(ctx, token.AddressUndo, link, now)
	if err != nil {
		return nil, err
	}
	c, err = s.store.UndoAddress(ctx, c.PublicID, s.suppression.All(c.OldAddress), newsletter.Person(c.PublicID), now)
	if err != nil {
		return nil, gone(err)
	}
	return withoutNew(c), nil
}

func (s *Service) change(ctx context.Context, purpose token.Purpose, link string, now time.Time) (*newsletter.AddressChange, error) {
	id, err := s.links.Verify(purpose, link, now)
	if err != nil && !newsletter.Is(err, newsletter.Expired) {
		return nil, err
	}
	c, err := s.store.AddressChange(ctx, id)
	if newsletter.Is(err, newsletter.NotFound) {
		return nil, accessExpired()
	}
	return c, err
}

func withoutOld(c *newsletter.AddressChange) *newsletter.AddressChange {
	c.OldAddress = ""
	return c
}

func withoutNew(c *newsletter.AddressChange) *newsletter.AddressChange {
	c.NewAddress = ""
	return c
}
