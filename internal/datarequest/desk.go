package datarequest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

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
	Postal         string // where they go on paper, a line each; then nothing is mailed
	ReplyWhy       string // how it was shown that an answer there reaches the person
	Name           string
	Representative string
	Wish           string
	Receipt        bool // tell the person that it arrived
}

// Enter writes a request down. The day of arrival counts, not the day on which it is entered.
func (s *Service) Enter(ctx context.Context, e Entry, by newsletter.Actor, now time.Time) (*newsletter.DataRequest, error) {
	r, err := s.read(e)
	if !slices.Contains(newsletter.ByHand(), e.Channel) {
		err = errors.Join(err, errChannel())
	}
	if err != nil {
		return nil, err
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

// read makes of an entry what it says, or says all that is wrong with it.
func (s *Service) read(e Entry) (*newsletter.DataRequest, error) {
	r := &newsletter.DataRequest{Kind: e.Kind, Channel: e.Channel, ReceivedOn: e.ReceivedOn, Language: e.Language,
		Representative: strings.TrimSpace(e.Representative), ReplyWhy: strings.TrimSpace(e.ReplyWhy)}
	var errName, errWish, errPostal, errAddress, errReply error
	r.Name, errName = newsletter.ParseName(e.Name)
	r.Wish, errWish = parseWish(e.Wish)
	r.Postal, errPostal = parsePostal(e.Postal)
	r.Address, errAddress = optional(e.Address, "address")
	r.ReplyAddress, errReply = optional(e.ReplyAddress, "reply")
	if err := errors.Join(errAddress, errReply, errPostal, errName, errWish); err != nil {
		return nil, err
	}
	if r.Address != nil {
		s.stamp(r, *r.Address)
	}
	return r, nil
}

func optional(typed, field string) (*newsletter.Address, error) {
	if strings.TrimSpace(typed) == "" {
		return nil, nil
	}
	a, err := newsletter.ParseAddress(typed)
	if wrong := (*newsletter.Error)(nil); errors.As(err, &wrong) {
		wrong.Field = field
	}
	if err != nil {
		return nil, err
	}
	return &a, nil
}

// postalLines and postalLine bound a postal address, in lines and characters: what a window envelope shows.
const postalLines, postalLine = 6, 60

func parsePostal(typed string) (string, error) {
	var lines []string
	for line := range strings.Lines(strings.ToValidUTF8(typed, "")) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, line)
		}
	}
	for _, line := range lines {
		if len(lines) > postalLines || utf8.RuneCountInString(line) > postalLine {
			return "", &newsletter.Error{Code: newsletter.Invalid, Reason: "request_postal", Field: "postal",
				Message: "this doesn't fit the window of an envelope: use at most 6 lines of 60 characters"}
		}
	}
	return strings.Join(lines, "\n"), nil
}

// AskIdentity mails a link to the address on file.
func (s *Service) AskIdentity(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) (*newsletter.DataRequest, error) {
	return s.store.StepRequest(ctx, id, newsletter.AskIdentity{}, nil, s.Today(now), by, now)
}

// AskProof asks for something else than a link, in a letter that says what. why is the doubt that there must be, and is
// written down (GDPR art. 12(6)).
func (s *Service) AskProof(ctx context.Context, id newsletter.PublicID, what, why string, letter *newsletter.RequestLetter, by newsletter.Actor, now time.Time) (*newsletter.DataRequest, error) {
	if strings.TrimSpace(why) == "" {
		return nil, &newsletter.Error{Code: newsletter.Invalid, Reason: "request_doubt", Field: "why",
			Message: "say why a link is not enough: more may be asked only where there is reasonable doubt (GDPR art. 12(6))"}
	}
	return s.tell(ctx, id, newsletter.AskIdentity{Why: why}, newsletter.LetterProof, what, letter, by, now)
}

// Verify records that an officer found who asks, and how.
func (s *Service) Verify(ctx context.Context, id newsletter.PublicID, why string, by newsletter.Actor, now time.Time) (*newsletter.DataRequest, error) {
	return s.store.StepRequest(ctx, id, newsletter.ShowIdentity{How: newsletter.ShownByOfficer, Why: why}, nil, s.Today(now), by, now)
}

// Amend puts right what was written down. Of what the person typed themselves only the kind and where answers go can change.
func (s *Service) Amend(ctx context.Context, id newsletter.PublicID, e Entry, by newsletter.Actor, now time.Time) (*newsletter.DataRequest, error) {
	r, err := s.store.RequestByLink(ctx, id)
	if err != nil {
		return nil, err
	}
	to, err := s.read(e)
	if err != nil {
		return nil, err
	}
	if r.State == newsletter.RequestDraft {
		return s.confirmDraft(ctx, r, to, e.Receipt, by, now)
	}
	return s.store.StepRequest(ctx, id, newsletter.AmendRequest{To: to}, nil, s.Today(now), by, now)
}

// Posted writes down that a printed letter went on its way.
func (s *Service) Posted(ctx context.Context, letter newsletter.PublicID, by newsletter.Actor, now time.Time) error {
	return s.store.PostLetter(ctx, letter, by, now)
}

// Enclose counts that what goes with a printed letter is fetched by who posts it, and returns it. What goes by mail is
// its owner's to fetch.
func (s *Service) Enclose(ctx context.Context, r *newsletter.DataRequest, by newsletter.Actor, now time.Time) (*newsletter.Dossier, error) {
	x, err := s.store.DataExportOf(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	if r.ReplyTo() != "" {
		return nil, newsletter.Errorf(newsletter.Forbidden, "export_mailed", "the data of request %s go to their owner by mail, and to nobody else", r.Reference())
	}
	if err := s.store.FetchDataExport(ctx, x.PublicID, by, now); err != nil {
		return nil, err
	}
	return s.store.Dossier(ctx, x.Address, s.hashes.All(x.Address), by, now)
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
