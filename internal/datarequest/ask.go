package datarequest

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

// maxWish is how long a wish may be, in characters.
const maxWish = 2000

// Ask takes the public form in. Nil means the same to everyone: whatever is known about the address, one row is
// written and one mail follows.
func (s *Service) Ask(ctx context.Context, form newsletter.RequestForm, now time.Time) error {
	address, err := newsletter.ParseAddress(form.Address)
	name, errName := newsletter.ParseName(form.Name)
	wish, errWish := parseWish(form.Wish)
	var errKind error
	if !form.Kind.Valid() {
		errKind = &newsletter.Error{Code: newsletter.Invalid, Reason: "request_kind", Field: "kind", Message: "say what is asked"}
	}
	if err := errors.Join(errKind, err, errName, errWish); err != nil {
		return err
	}
	r := &newsletter.DataRequest{Kind: form.Kind, Channel: newsletter.ArrivedPage, Language: form.Language, ReceivedOn: s.Today(now),
		Address: &address, Name: name, Wish: wish}
	if form.Preferences {
		r.Channel = newsletter.ArrivedPreferences
	}
	s.stamp(r, address)
	return s.store.CreateRequest(ctx, r, nil, s.quotas(address, form.Client.Network), s.Today(now), system, now)
}

func (s *Service) stamp(r *newsletter.DataRequest, address newsletter.Address) {
	hash := s.hashes.Current(address)
	r.HashKey, r.Hash = hash.KeyID, hash.Sum
}

func parseWish(typed string) (string, error) {
	wish := strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(typed, ""), "\x00", ""))
	if utf8.RuneCountInString(wish) > maxWish {
		return "", &newsletter.Error{Code: newsletter.Invalid, Reason: "request_wish_long", Field: "wish", Message: "this is too long: use at most 2000 characters"}
	}
	return wish, nil
}

// Asked looks at the link of a request and changes nothing.
func (s *Service) Asked(ctx context.Context, link string, now time.Time) (*newsletter.DataRequest, error) {
	id, err := s.links.Verify(token.Request, link, now)
	if err != nil && !newsletter.Is(err, newsletter.Expired) {
		return nil, err
	}
	expired := newsletter.Errorf(newsletter.Expired, "request_link_expired", "this link has expired: send your request once more for a new one")
	r, err := s.store.RequestByLink(ctx, id)
	switch {
	case newsletter.Is(err, newsletter.NotFound):
		return nil, expired
	case err != nil:
		return nil, err
	case r.ShownHow == newsletter.ShownByLink: // pressed before: the page says how it stands
		return r, nil
	case r.State != newsletter.RequestIdentityAsked || !r.LinkUntil.After(now):
		return nil, expired
	}
	return r, nil
}

// Confirm says, by the link, that a request is its owner's, and carries it out if no officer is needed. A second
// time it changes nothing.
func (s *Service) Confirm(ctx context.Context, link string, now time.Time) (*newsletter.DataRequest, error) {
	r, err := s.Asked(ctx, link, now)
	if err != nil {
		return nil, err
	}
	by := newsletter.Person(r.PublicID)
	if r.State == newsletter.RequestIdentityAsked {
		if r, err = s.store.StepRequest(ctx, r.PublicID, newsletter.ShowIdentity{How: newsletter.ShownByLink}, nil, s.Today(now), by, now); err != nil {
			return nil, err
		}
	}
	if r.State != newsletter.RequestVerified || !served(r) {
		return r, nil
	}
	return s.CarryOut(ctx, r.PublicID, nil, by, now)
}

// served reports whether a verified request is carried out without an officer. One whose answer goes to another
// address than the link is not: who has pressed the link was not told where the answer goes.
func served(r *newsletter.DataRequest) bool {
	if r.ReplyAddress != nil {
		return false
	}
	switch r.Kind {
	case newsletter.RequestAccess, newsletter.RequestPortability, newsletter.RequestErasure, newsletter.RequestObjection, newsletter.RequestWithdrawal:
		return true
	}
	return false
}
