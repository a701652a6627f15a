package signup

import (
	"context"
	"errors"
	"regexp"
	"time"

	"bode.example/internal/newsletter"
)

// Request takes a form in. Nil means the same to everyone: it was taken in, and whatever is known
// about the address, neither this answer nor the time it takes depends on it (STANDARDS D4).
// Faults in what was typed are Invalid, several joined; a limit is TooMany and takes nothing in;
// while nobody can join it is Unavailable.
func (s *Service) Request(ctx context.Context, form newsletter.SignupForm, now time.Time) error {
	if err := s.open(ctx, form.Language, now); err != nil {
		return err
	}
	u, err := s.check(ctx, &form, now)
	if err != nil {
		return err
	}
	err = s.store.CreateSignup(ctx, u, s.quotas("signup", u.Address, form.Client.Network), system, now)
	s.alarm(err, now)
	s.stir()
	return err
}

// open refuses while nobody can join at all.
func (s *Service) open(ctx context.Context, lang newsletter.Language, now time.Time) error {
	terms, err := s.Terms(ctx, lang, now)
	if err != nil {
		return err
	}
	if terms.Closed != "" {
		return closed()
	}
	return nil
}

func closed() error {
	return newsletter.Errorf(newsletter.Unavailable, "signup_closed", "nobody can sign up at the moment: try again later")
}

// check makes a sign-up of a form, or says all that is wrong with it.
func (s *Service) check(ctx context.Context, form *newsletter.SignupForm, now time.Time) (*newsletter.Signup, error) {
	address, addressErr := newsletter.ParseAddress(form.Address)
	name, nameErr := newsletter.ParseName(form.Name)
	choices, choiceErr := s.checkChoices(ctx, form.Choices)
	if newsletter.Is(choiceErr, newsletter.Internal) || newsletter.Is(choiceErr, newsletter.Unavailable) {
		return nil, choiceErr
	}
	if err := errors.Join(addressErr, nameErr, checkLanguage(form.Language), choiceErr); err != nil {
		return nil, err
	}
	if err := checkHuman(form, s.config.MinFill, now); err != nil {
		return nil, err
	}
	if err := s.checkWords(ctx, form); err != nil {
		return nil, err
	}
	return &newsletter.Signup{Address: address, Name: name, Language: form.Language,
		WordingHash: form.WordingHash, PrivacyHash: form.PrivacyHash, FormURL: cut(form.FormURL, maxFormURL),
		Network: shorten(form.Client.Network), Agent: cut(form.Client.Agent, maxAgent),
		ExpiresAt: newsletter.At(now.Add(s.config.LinkLife)), Choices: choices}, nil
}

// checkWords makes sure that the texts which the form says it showed were ours. One that was
// replaced while somebody filled the form in is what they read, and what they agree to.
func (s *Service) checkWords(ctx context.Context, form *newsletter.SignupForm) error {
	notOurs := fault("", "signup_words", "the form shows words that are not ours: load the page again")
	for purpose, hash := range map[string]string{newsletter.WordingSignup: form.WordingHash, newsletter.WordingPrivacy: form.PrivacyHash} {
		if !isHash.MatchString(hash) {
			return notOurs
		}
		w, err := s.store.WordingByHash(ctx, hash)
		if newsletter.Is(err, newsletter.NotFound) || err == nil && (w.Purpose != purpose || w.Text == "") {
			return notOurs
		}
		if err != nil {
			return err
		}
	}
	return nil
}

var isHash = regexp.MustCompile(`^[0-9a-f]{64}$`)

// checkChoices looks every choice up.
func (s *Service) checkChoices(ctx context.Context, choices []newsletter.Choice) ([]newsletter.Choice, error) {
	if len(choices) == 0 {
		return nil, fault("list", "list_missing", "no list is chosen")
	}
	if len(choices) > maxChoices {
		return nil, fault("list", "list_unknown", "more lists are chosen than there are")
	}
	var faults []error
	var checked []newsletter.Choice
	seen := map[int64]bool{}
	for _, c := range choices {
		if seen[c.ListID] {
			return nil, fault("list", "list_unknown", "a list is chosen twice")
		}
		seen[c.ListID] = true
		c.Topics = newsletter.NewIDs(c.Topics...)
		if c.AllTopics {
			c.Topics = nil
		}
		err := s.checkChoice(ctx, c)
		if newsletter.Is(err, newsletter.Internal) || newsletter.Is(err, newsletter.Unavailable) {
			return nil, err
		}
		faults = append(faults, err)
		checked = append(checked, c)
	}
	return checked, errors.Join(faults...)
}

func (s *Service) checkChoice(ctx context.Context, c newsletter.Choice) error {
	o, err := s.offer(ctx, c.ListID)
	if err != nil {
		return err
	}
	switch o.list.State {
	case newsletter.ListActive:
	case newsletter.ListPaused:
		return closed()
	default:
		return fault("list", "list_unknown", "the list %q is no more", o.list.Name)
	}
	return o.check(c, nil)
}

// offer returns what a list has to choose from, archived things too.
func (s *Service) offer(ctx context.Context, listID int64) (*offer, error) {
	list, err := s.store.List(ctx, listID)
	if newsletter.Is(err, newsletter.NotFound) {
		return nil, fault("list", "list_unknown", "there is no such list")
	}
	if err != nil {
		return nil, err
	}
	o := &offer{list: list}
	if o.topics, err = s.store.Topics(ctx, listID); err != nil {
		return nil, err
	}
	o.schedules, err = s.store.Schedules(ctx, listID)
	return o, err
}

// alarm tells the operator, once in a while, when requests come faster than all readers together
// make them.
func (s *Service) alarm(err error, now time.Time) {
	var e *newsletter.Error
	if !errors.As(err, &e) || e.Reason != "limit_total" && e.Reason != "limit_total_hours" {
		return
	}
	if last := s.alarmed.Load(); now.Sub(time.UnixMicro(last)).Abs() < alarmEvery || !s.alarmed.CompareAndSwap(last, now.UnixMicro()) {
		return
	}
	s.log.Error("signup: the limit of all requests together is reached; if this is an attack, bode signup close takes the form away", "for_minutes", e.Args["Count"])
}

// alarmEvery keeps an attack from filling the log.
const alarmEvery = 10 * time.Minute
