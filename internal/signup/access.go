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
	return err
}

// AccessLink reports whether a link still opens, and changes nothing.
func (s *Service) AccessLink(ctx context.Context, link string, now time.Time) error {
	_, err := s.accessLink(ctx, link, now)
	return err
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

// holder returns the person of a ticket. It is void once its link is gone: after an erasure, or a
// change of address.
func (s *Service) holder(ctx context.Context, ticket string, now time.Time) (*newsletter.Subscriber, error) {
	id, err := s.links.Verify(token.Ticket, ticket, now)
	if err != nil {
		return nil, err
	}
	l, err := s.store.AccessLink(ctx, id)
	if newsletter.Is(err, newsletter.NotFound) || err == nil && (l.UsedAt.IsZero() || l.SubscriberID == nil) {
		return nil, accessExpired()
	}
	if err != nil {
		return nil, err
	}
	p, err := s.store.Subscriber(ctx, *l.SubscriberID)
	if newsletter.Is(err, newsletter.NotFound) {
		return nil, accessExpired()
	}
	return p, err
}

// Dossier is all that is held about the ticket's person (GDPR art. 15 and 20).
func (s *Service) Dossier(ctx context.Context, ticket string, now time.Time) (*newsletter.Dossier, error) {
	p, err := s.holder(ctx, ticket, now)
	if err != nil {
		return nil, err
	}
	d, err := s.store.Dossier(ctx, p.Address, s.suppression.All(p.Address), newsletter.Person(p.PublicID), now)
	if err != nil {
		return nil, err
	}
	s.withLinks(d.Subscriptions)
	return d, nil
}

// Erase removes the ticket's person (GDPR art. 17). The ticket is void afterwards.
func (s *Service) Erase(ctx context.Context, ticket string, now time.Time) error {
	p, err := s.holder(ctx, ticket, now)
	if err != nil {
		return err
	}
	_, err = s.store.Erase(ctx, p.Address, s.suppression.Current, newsletter.Person(p.PublicID), now)
	return err
}
