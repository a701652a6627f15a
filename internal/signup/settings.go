package signup

import (
	"context"
	"errors"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

// maxPause is how long a pause may last by the form; a pause without an end is possible too.
const maxPause = 2 * 366 * 24 * time.Hour

// Settings looks at a preferences link: what its person gets, on all lists, the link's own first.
func (s *Service) Settings(ctx context.Context, link string, now time.Time) (*newsletter.Settings, error) {
	id, err := s.links.Verify(token.Preferences, link, now)
	if err != nil {
		return nil, err
	}
	settings, err := s.store.Settings(ctx, id, now)
	if err != nil {
		return nil, unknown(err)
	}
	s.withLinks(settings.Standing)
	return settings, nil
}

// SaveSettings changes what a preferences link allows; all of it or nothing. It can change and pause
// what one gets, and nothing more: neither join a list nor see, move or erase anything.
func (s *Service) SaveSettings(ctx context.Context, link string, form newsletter.SettingsForm, now time.Time) error {
	id, err := s.links.Verify(token.Preferences, link, now)
	if err != nil {
		return err
	}
	standing, err := s.store.Settings(ctx, id, now)
	if err != nil {
		return unknown(err)
	}
	if err := s.checkSettings(ctx, &form, standing, now); err != nil {
		return err
	}
	return unknown(s.store.SaveSettings(ctx, id, form, newsletter.Person(id), now))
}

func (s *Service) checkSettings(ctx context.Context, form *newsletter.SettingsForm, settings *newsletter.Settings, now time.Time) error {
	name, err := newsletter.ParseName(form.Name)
	faults := []error{err, checkLanguage(form.Language)}
	form.Name = name
	if !form.Layout.Valid() {
		faults = append(faults, fault("layout", "layout_unknown", "the layout %q is not one of ours", form.Layout))
	}
	seen := map[int64]bool{}
	for i := range form.Wishes {
		wish := &form.Wishes[i]
		if seen[wish.ListID] {
			return fault("list", "list_unknown", "a list is named twice")
		}
		seen[wish.ListID] = true
		err := s.checkWish(ctx, wish, settings, now)
		if newsletter.Is(err, newsletter.Internal) {
			return err
		}
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

func (s *Service) checkWish(ctx context.Context, wish *newsletter.Wish, settings *newsletter.Settings, now time.Time) error {
	wish.Topics = newsletter.NewIDs(wish.Topics...)
	if wish.AllTopics {
		wish.Topics = nil
	}
	switch {
	case !wish.Paused:
		wish.Until = newsletter.Time{}
	case wish.Until.IsZero():
	case !wish.Until.After(now):
		return fault("until", "until_past", "the day on which the pause is to end has passed")
	case wish.Until.After(now.Add(maxPause)):
		return fault("until", "until_far", "a pause lasts two years at most: leave the day empty to pause until you say so")
	}
	o, err := s.offer(ctx, wish.ListID)
	if err != nil {
		return err
	}
	var standing *newsletter.Choice
	for _, now := range settings.Standing {
		if now.Subscription.ListID == wish.ListID {
			choice := now.Choice()
			standing = &choice
		}
	}
	return o.check(wish.Choice, standing)
}

// Leaving looks at an unsubscribe link.
func (s *Service) Leaving(ctx context.Context, link string, now time.Time) (*newsletter.Leaving, error) {
	id, err := s.links.Verify(token.Unsubscribe, link, now)
	if err != nil {
		return nil, err
	}
	leaving, err := s.store.Leaving(ctx, id, now)
	if err != nil {
		return nil, unknown(err)
	}
	leaving.Standing.Links = s.Links(id)
	return leaving, nil
}

// Leave ends the link's subscription, or all of the person's, at once. Leaving twice is leaving once,
// and so is leaving after an erasure.
func (s *Service) Leave(ctx context.Context, link string, all bool, channel string, now time.Time) error {
	id, err := s.links.Verify(token.Unsubscribe, link, now)
	if err != nil {
		return err
	}
	err = s.store.Unsubscribe(ctx, id, all, channel, newsletter.Person(id), now)
	if newsletter.Is(err, newsletter.NotFound) {
		return nil
	}
	return err
}

// Return takes the last Leave by this link back, in full, within newsletter.UndoLeaving.
func (s *Service) Return(ctx context.Context, link string, now time.Time) error {
	id, err := s.links.Verify(token.Unsubscribe, link, now)
	if err != nil {
		return err
	}
	return unknown(s.store.ReturnSubscription(ctx, id, newsletter.Person(id), now))
}

// Why looks at a "waarom krijg ik dit?" link.
func (s *Service) Why(ctx context.Context, link string, now time.Time) (*newsletter.Why, error) {
	id, err := s.links.Verify(token.Why, link, now)
	if err != nil {
		return nil, err
	}
	why, err := s.store.Why(ctx, id, now)
	if err != nil {
		return nil, unknown(err)
	}
	why.Standing.Links = s.Links(id)
	return why, nil
}

// unknown says to the holder of a link that we made, and whose subscription is no more, what that
// means.
func unknown(err error) error {
	if newsletter.Is(err, newsletter.NotFound) {
		return newsletter.Errorf(newsletter.NotFound, "subscription_gone", "nothing is held any more that this link belongs to: no mail is sent for it")
	}
	return err
}
