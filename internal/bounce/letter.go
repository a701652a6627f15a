package bounce

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"bode.example/internal/newsletter"
)

// ErrNotForwarded says that a letter can't be passed on as it is, now or later: a line is too long, say.
var ErrNotForwarded = errors.New("bounce: the letter can't be passed on")

// Why a letter was not passed on.
const (
	reasonLoop         = "loop"
	reasonNoContact    = "no_contact"
	reasonNotForwarded = "not_forwarded"
)

// wish treats a letter that only asks to leave. With the token of a delivery, which only its receiver knows,
// it is carried out; without one, anybody may have written the sender, and the desk decides. Of somebody who is not
// subscribed it is a letter like others: a person may find out whom they mean.
func (s *Service) wish(ctx context.Context, m Message, r *Report, now time.Time) (Result, error) {
	for _, address := range r.to {
		if delivery, err := s.deliveryOf(address, now); err == nil {
			result, err := s.leave(ctx, func() (*newsletter.Subscription, error) { return s.store.SubscriptionOfDelivery(ctx, delivery) }, false, newsletter.ChannelMail, now)
			if err != nil || result.Effect == effectLeft {
				return result, err
			}
		}
	}
	list, err := s.listOf(ctx, r, now)
	if err != nil {
		return Result{}, err
	}
	var only *int64
	if list != nil {
		only = &list.ID
	}
	if from, err := newsletter.ParseAddress(r.from); err == nil {
		proposed, err := s.store.ProposeLeave(ctx, from, only, r.words, system, now)
		if err != nil {
			return Result{}, err
		}
		if proposed {
			return Result{Effect: effectProposed, Settled: true}, nil
		}
	}
	return s.letter(ctx, m, r, now)
}

// letter passes a person's letter on to the contact of its list.
func (s *Service) letter(ctx context.Context, m Message, r *Report, now time.Time) (Result, error) {
	if r.hops > maxHops {
		return Result{Effect: newsletter.EffectNone, Reason: reasonLoop}, nil
	}
	list, err := s.listOf(ctx, r, now)
	if err != nil {
		return Result{}, err
	}
	contact := s.contact(list, r.to)
	if contact == "" {
		return Result{Effect: newsletter.EffectNone, Reason: reasonNoContact}, nil
	}
	if err := s.forwarder.Forward(ctx, contact, m.Raw); errors.Is(err, ErrNotForwarded) {
		return Result{Effect: newsletter.EffectNone, Reason: reasonNotForwarded}, nil
	} else if err != nil {
		return Result{}, err
	}
	return Result{Effect: effectForwarded}, nil
}

// listOf is the list that a letter is about: by the token of the delivery that it answers, or by the list's
// own address; nil when neither tells, or when the address is that of several.
func (s *Service) listOf(ctx context.Context, r *Report, now time.Time) (*newsletter.List, error) {
	lists, err := s.store.Lists(ctx)
	if err != nil {
		return nil, err
	}
	for _, address := range r.to {
		delivery, err := s.deliveryOf(address, now)
		if err != nil {
			continue
		}
		sub, err := s.store.SubscriptionOfDelivery(ctx, delivery)
		if err != nil && !newsletter.Is(err, newsletter.NotFound) {
			return nil, err
		}
		if i := slices.IndexFunc(lists, func(l newsletter.List) bool { return err == nil && l.ID == sub.ListID }); i >= 0 {
			return &lists[i], nil
		}
	}
	var found *newsletter.List
	for i := range lists {
		if slices.Contains(r.to, strings.ToLower(lists[i].SenderAddress)) || lists[i].ReplyTo != "" && slices.Contains(r.to, strings.ToLower(lists[i].ReplyTo)) {
			if found != nil {
				return nil, nil
			}
			found = &lists[i]
		}
	}
	return found, nil
}

// contact is who gets a letter: the first of the list's reply-to and the contacts that stands behind every
// address that it came to. So a letter that goes round comes to an end.
func (s *Service) contact(list *newsletter.List, to []string) newsletter.Address {
	var all []newsletter.Address
	if list != nil && list.ReplyTo != "" {
		all = append(all, newsletter.Address(list.ReplyTo))
	}
	all = append(all, s.config.Contacts...)
	for i := len(all) - 1; i >= 0; i-- {
		if slices.Contains(to, all[i].Key()) {
			all = all[i+1:]
			break
		}
	}
	for _, a := range all {
		if a != "" && a.Key() != s.config.Mailbox.Key() && a.Key() != s.config.Leaving.Key() && a.Key() != s.config.Privacy.Key() {
			return a
		}
	}
	return ""
}

// Accepts reports whether mail to an address is for us: the mailbox of reports and that of leaving, with a
// token that we made or none; the privacy desk; the senders and reply-to addresses of lists; our other own ones. Nothing else
// is: there is nobody to relay it to.
func (s *Service) Accepts(ctx context.Context, to string, now time.Time) (bool, error) {
	key := strings.ToLower(to)
	if s.config.Mailbox != "" && key == s.config.Mailbox.Key() || s.config.Leaving != "" && key == s.config.Leaving.Key() || s.config.Privacy != "" && key == s.config.Privacy.Key() {
		return true, nil
	}
	if _, err := s.deliveryOf(key, now); err == nil || newsletter.Is(err, newsletter.Expired) {
		return true, nil
	}
	if s.leaving != nil {
		if _, err := s.leaving.Parse(key); err == nil {
			return true, nil
		}
	}
	for _, own := range s.config.Own {
		if key == own.Key() {
			return s.contact(nil, []string{key}) != "", nil
		}
	}
	lists, err := s.store.Lists(ctx)
	if err != nil {
		return false, err
	}
	for i := range lists {
		if key == strings.ToLower(lists[i].SenderAddress) || key == strings.ToLower(lists[i].ReplyTo) {
			return s.contact(&lists[i], []string{key}) != "", nil
		}
	}
	return false, nil
}
