package datarequest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"bode.example/internal/newsletter"
)

// Entry is a request as somebody writes it down for another.
type Entry struct {
	Kind           newsletter.RequestKind
	Channel        string // one of newsletter.ByHand
	ReceivedOn     newsletter.Day
	Language       newsletter.Language
	Address        string // the person's; may be empty: then letters are printed
	ReplyAddress   string // where answers go, when elsewhere
	Name           string
	Representative string
	Wish           string
	Receipt        bool // tell the person that it arrived
}

// Enter writes a request down. The day of arrival counts, not the day on which it is entered.
func (s *Service) Enter(ctx context.Context, e Entry, by newsletter.Actor, now time.Time) (*newsletter.DataRequest, error) {
	r := &newsletter.DataRequest{Kind: e.Kind, Channel: e.Channel, ReceivedOn: e.ReceivedOn, Language: e.Language,
		Representative: strings.TrimSpace(e.Representative)}
	var err, errName, errWish error
	r.Name, errName = newsletter.ParseName(e.Name)
	r.Wish, errWish = parseWish(e.Wish)
	r.Address, err = optional(e.Address)
	reply, errReply := optional(e.ReplyAddress)
	r.ReplyAddress = reply
	if !slices.Contains(newsletter.ByHand(), e.Channel) {
		err = errors.Join(err, &newsletter.Error{Code: newsletter.Invalid, Reason: "request_channel", Field: "channel",
			Message: "say how the request came in: " + strings.Join(newsletter.ByHand(), ", ")})
	}
	if err := errors.Join(err, errReply, errName, errWish); err != nil {
		return nil, err
	}
	if r.Address != nil {
		s.stamp(r, *r.Address)
	}
	today := s.Today(now)
	var receipt newsletter.WriteAnswer
	if e.Receipt && r.ReplyTo() != "" {
		receipt = func(r *newsletter.DataRequest, _ string, _ *newsletter.DataExport) (*newsletter.RequestLetter, error) {
			letter, err := s.Draft(r, newsletter.LetterReceipt, "", time.Time{})
			if err == nil {
				mailed(r, letter, now)
			}
			return letter, err
		}
	}
	if err := s.store.CreateRequest(ctx, r, receipt, nil, today, by, now); err != nil {
		return nil, err
	}
	return r, nil
}

func optional(typed string) (*newsletter.Address, error) {
	if strings.TrimSpace(typed) == "" {
		return nil, nil
	}
	a, err := newsletter.ParseAddress(typed)
	if err != nil {
		return nil, err
	}
	return &a, nil
}

// AskIdentity mails a link to the address on file. why is for more than that, and is written down.
func (s *Service) AskIdentity(ctx context.Context, id newsletter.PublicID, why string, by newsletter.Actor, now time.Time) (*newsletter.DataRequest, error) {
	return s.store.StepRequest(ctx, id, newsletter.AskIdentity{Why: why}, nil, s.Today(now), by, now)
}

// Verify records that an officer found who asks, and how.
func (s *Service) Verify(ctx context.Context, id newsletter.PublicID, why string, by newsletter.Actor, now time.Time) (*newsletter.DataRequest, error) {
	return s.store.StepRequest(ctx, id, newsletter.ShowIdentity{How: newsletter.ShownByOfficer, Why: why}, nil, s.Today(now), by, now)
}

// Begin says that somebody is at it.
func (s *Service) Begin(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) (*newsletter.DataRequest, error) {
	return s.store.StepRequest(ctx, id, newsletter.BeginRequest{}, nil, s.Today(now), by, now)
}

// Extend takes two months more, with the letter that says so. letter may be nil: then it is the template's.
func (s *Service) Extend(ctx context.Context, id newsletter.PublicID, reason string, letter *newsletter.RequestLetter, by newsletter.Actor, now time.Time) (*newsletter.DataRequest, error) {
	return s.tell(ctx, id, newsletter.ExtendRequest{Reason: reason}, newsletter.LetterExtension, reason, letter, by, now)
}

// Refuse ends a request with the letter that names the authority and the way to court.
func (s *Service) Refuse(ctx context.Context, id newsletter.PublicID, reason string, letter *newsletter.RequestLetter, by newsletter.Actor, now time.Time) (*newsletter.DataRequest, error) {
	return s.tell(ctx, id, newsletter.RefuseRequest{Reason: reason}, newsletter.LetterRefusal, reason, letter, by, now)
}

// tell does a step with its letter. The letter is made of the request as it will be: the rule is run on a copy
// first. What came between is seen by the store, which runs it again on the locked row.
func (s *Service) tell(ctx context.Context, id newsletter.PublicID, step newsletter.RequestStep, kind newsletter.LetterKind, reason string, letter *newsletter.RequestLetter, by newsletter.Actor, now time.Time) (*newsletter.DataRequest, error) {
	r, err := s.store.RequestByLink(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := step.Apply(r, s.Today(now), now); err != nil {
		return nil, err
	}
	if letter == nil {
		if letter, err = s.Draft(r, kind, reason, time.Time{}); err != nil {
			return nil, err
		}
	}
	mailed(r, letter, now)
	return s.store.StepRequest(ctx, id, step, letter, s.Today(now), by, now)
}

// mailed queues a letter where there is an address to mail it to; otherwise it is to be printed.
func mailed(r *newsletter.DataRequest, letter *newsletter.RequestLetter, now time.Time) {
	if r.ReplyTo() != "" {
		letter.QueuedAt = newsletter.At(now)
	}
}

// CarryOut does what a request asks, closes it and tells the person. answer is what was done by hand, for
// rectification and questions, or the officer's own letter; nil: the template's.
func (s *Service) CarryOut(ctx context.Context, id newsletter.PublicID, answer *Answer, by newsletter.Actor, now time.Time) (*newsletter.DataRequest, error) {
	if answer == nil {
		answer = &Answer{}
	}
	done, err := s.store.CarryOutRequest(ctx, id, s.hashes, func(r *newsletter.DataRequest, result string, export *newsletter.DataExport) (*newsletter.RequestLetter, error) {
		return s.answer(r, result, export, answer, now)
	}, s.Today(now), by, now)
	if err != nil {
		return nil, err
	}
	return done.Request, nil
}

// Lift ends a restriction, and tells the person why, in the template's words or the officer's.
func (s *Service) Lift(ctx context.Context, id newsletter.PublicID, reason string, answer *Answer, by newsletter.Actor, now time.Time) error {
	r, err := s.store.RequestByLink(ctx, id)
	if err != nil {
		return err
	}
	if strings.TrimSpace(reason) == "" {
		return &newsletter.Error{Code: newsletter.Invalid, Reason: "request_reason", Field: "reason", Message: "say why the restriction ends: the person is told (GDPR art. 18(3))"}
	}
	letter, err := s.Draft(r, newsletter.LetterRestrictionEnds, reason, time.Time{})
	if err != nil {
		return err
	}
	letter.QueuedAt = newsletter.At(now)
	if answer != nil && answer.Body != "" {
		letter.Subject, letter.Body, letter.AmendedBy = answer.Subject, answer.Body, answer.Author
	}
	return s.store.LiftRestriction(ctx, id, letter, by, now)
}
