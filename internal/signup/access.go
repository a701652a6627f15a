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
	ticket = s.links.Sign(token.Ticket, l.PublicID, now.Add(newsletter.TicketLife))
	h, err := s.holder(ctx, ticket, now)
	if err != nil {
		return "", err
	}
	return ticket, s.serve(ctx, newsletter.RequestAccess, h, l.PublicID, now)
}

// served is a request that its person carries out by themselves: it is entered in the register, closed at once,
// and holds no more than a hash. Of one link and kind there is one.
func (s *Service) served(kind newsletter.RequestKind, address newsletter.Address, lang newsletter.Language, link newsletter.PublicID, now time.Time) *newsletter.DataRequest {
	hash, key := s.suppression.Current(address), string(kind)+":"+link.String()
	return &newsletter.DataRequest{Kind: kind, Channel: newsletter.ArrivedSelfService, Language: lang, ReceivedOn: newsletter.DayOf(now, s.config.Zone),
		HashKey: hash.KeyID, Hash: hash.Sum, Key: &key}
}

func (s *Service) serve(ctx context.Context, kind newsletter.RequestKind, h *holder, link newsletter.PublicID, now time.Time) error {
	r := s.served(kind, h.address, h.language, link, now)
	return s.store.RegisterServed(ctx, r, r.ReceivedOn, h.by, now)
}

// holder is whose a ticket is: a subscriber, or somebody who has signed up and not confirmed yet.
type holder struct {
	address    newsletter.Address
	subscriber *newsletter.Subscriber // nil: not confirmed yet
	language   newsletter.Language
	by         newsletter.Actor
	link       newsletter.PublicID // that was opened
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
	if h != nil {
		h.link = id
	}
	return h, err
}

func (s *Service) subscribed(ctx context.Context, id int64) (*holder, error) {
	p, err := s.store.Subscriber(ctx, id)
	if err != nil {
		return nil, err
	}
	return &holder{address: p.Address, subscriber: p, language: p.Language, by: newsletter.Person(p.PublicID)}, nil
}

func (s *Service) waiting(ctx context.Context, signup int64, now time.Time) (*holder, error) {
	u, err := s.store.SignupByID(ctx, signup)
	if err != nil {
		return nil, err
	}
	if u.Address == "" || !u.ExpiresAt.After(now) {
		return nil, accessExpired()
	}
	return &holder{address: u.Address, language: u.Language, by: newsletter.Person(u.PublicID)}, nil
}

// Dossier is all that is held about the ticket's person (GDPR art. 15 and 20).
func (s *Service) Dossier(ctx context.Context, ticket string, now time.Time) (*newsletter.Dossier, error) {
	h, err := s.holder(ctx, ticket, now)
	if err != nil {
		return nil, err
	}
	return s.dossier(ctx, h, now)
}

// Export is the Dossier, to be taken along (GDPR art. 20): that is entered in the register.
func (s *Service) Export(ctx context.Context, ticket string, now time.Time) (*newsletter.Dossier, error) {
	h, err := s.holder(ctx, ticket, now)
	if err != nil {
		return nil, err
	}
	if err := s.serve(ctx, newsletter.RequestPortability, h, h.link, now); err != nil {
		return nil, err
	}
	return s.dossier(ctx, h, now)
}

func (s *Service) dossier(ctx context.Context, h *holder, now time.Time) (*newsletter.Dossier, error) {
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
	r := s.served(newsletter.RequestErasure, h.address, h.language, h.link, now)
	_, err = s.store.EraseForRequest(ctx, h.address, s.suppression.Current, r, r.ReceivedOn, h.by, now)
	return err
}
