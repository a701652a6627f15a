package signup

import (
	"context"
	"errors"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

// RequestAccess takes a wish for a fresh link in. Nil means the same to everyone.
func (s *Service) RequestAccess(ctx context.Context, form newsletter.AccessForm, now time.Time) error {
	address, err := newsletter.ParseAddress(form.Address)
	if err := errors.Join(err, checkLanguage(form.Language)); err != nil {
		return err
	}
	key := address.Key()
	l := &newsletter.AccessLink{AddressKey: &key, Language: form.Language, Network: shorten(form.Client.Network),
		ExpiresAt: newsletter.At(now.Add(AccessLife))}
	err = s.store.CreateAccessLink(ctx, l, s.quotas("access", address, form.Client.Network), system, now)
	s.alarm(err, now)
	s.stir()
	return err
}

// AccessLink reports whether a link still opens, and the language of its mail; it changes nothing.
func (s *Service) AccessLink(ctx context.Context, link string, now time.Time) (newsletter.Language, error) {
	l, err := s.accessLink(ctx, link, now)
	if err != nil {
		return "", err
	}
	return l.Language, nil
}

func (s *Service) accessLink(ctx context.Context, link string, now time.Time) (*newsletter.AccessLink, error) {
	id, err := s.links.Verify(token.Access, link, now)
	if err != nil && !newsletter.Is(err, newsletter.Expired) {
		return nil, err
	}
	l, err := s.store.AccessLink(ctx, id)
	switch {
	case newsletter.Is(err, newsletter.NotFound):
		return nil, accessExpired()
	case err != nil:
		return nil, err
	case !l.UsedAt.IsZero():
		return nil, newsletter.Errorf(newsletter.Used, "access_used", "this link was used already: ask for a new one")
	case !l.ExpiresAt.After(now):
		return nil, accessExpired()
	}
	return l, nil
}

func accessExpired() error {
	return newsletter.Errorf(newsletter.Expired, "access_expired", "this link has expired: ask for a new one")
}

// OpenAccess uses the link up. The ticket stands for it on the pages that follow, for
// newsletter.TicketLife.
func (s *Service) OpenAccess(ctx context.Context, link string, now time.Time) (ticket string, err error) {
	l, err := s.accessLink(ctx, link, now)
	if err != nil {
		return "", err
	}
	if err := s.store.UseAccessLink(ctx, l.PublicID, newsletter.Person(l.PublicID), now); err != nil {
		return "", err
	}
	return s.links.Sign(token.Ticket, l.PublicID, now.Add(newsletter.TicketLife)), nil
}

// holder is whose a ticket is: a subscriber, or somebody who has signed up and not confirmed yet.
type holder struct {
	address    newsletter.Address
	subscriber *newsletter.Subscriber // nil: not confirmed yet
	by         newsletter.Actor
}

// holder returns whose a ticket is. It is void once its link is gone: after an erasure, or a change of
// address.
func (s *Service) holder(ctx context.Context, ticket string, now time.Time) (*holder, error) {
	id, err := s.links.Verify(token.Ticket, ticket, now)
	if err != nil {
		return nil, err
	}
	l, err := s.store.AccessLink(ctx, id)
	var h *holder
	switch {
	case err != nil:
	case l.UsedAt.IsZero():
		return nil, accessExpired()
	case l.SubscriberID != nil:
		h, err = s.subscribed(ctx, *l.SubscriberID)
	case l.SignupID != nil:
		h, err = s.waiting(ctx, *l.SignupID, now)
	default:
		return nil, accessExpired()
	}
	if newsletter.Is(err, newsletter.NotFound) {
		return nil, accessExpired()
	}
	return h, err
}

func (s *Service) subscribed(ctx context.Context, id int64) (*holder, error) {
	p, err := s.store.Subscriber(ctx, id)
	if err != nil {
		return nil, err
	}
	return &holder{p.Address, p, newsletter.Person(p.PublicID)}, nil
}

func (s *Service) waiting(ctx context.Context, signup int64, now time.Time) (*holder, error) {
	u, err := s.store.SignupByID(ctx, signup)
	if err != nil {
		return nil, err
	}
	if u.Address == "" || !u.ExpiresAt.After(now) {
		return nil, accessExpired()
	}
	return &holder{u.Address, nil, newsletter.Person(u.PublicID)}, nil
}

// Dossier is all that is held about the ticket's person (GDPR art. 15 and 20).
func (s *Service) Dossier(ctx context.Context, ticket string, now time.Time) (*newsletter.Dossier, error) {
	h, err := s.holder(ctx, ticket, now)
	if err != nil {
		return nil, err
	}
	d, err := s.store.Dossier(ctx, h.address, s.suppression.All(h.address), h.by, now)
	if err != nil {
		return nil, err
	}
	s.withLinks(d.Subscriptions)
	return d, nil
}

// Erase removes the ticket's person (GDPR art. 17). The ticket is void afterwards.
func (s *Service) Erase(ctx context.Context, ticket string, now time.Time) error {
	h, err := s.holder(ctx, ticket, now)
	if err != nil {
		return err
	}
	_, err = s.store.Erase(ctx, h.address, s.suppression.Current, h.by, now)
	return err
}
