package signup

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

// Publish puts the operator's pages and the words of the form in force. The program calls it when it
// starts: looking at a page writes nothing.
func (s *Service) Publish(ctx context.Context, texts []newsletter.Wording, by newsletter.Actor, now time.Time) error {
	for _, text := range texts {
		if _, err := s.store.SaveWording(ctx, &text, by, now); err != nil {
			return err
		}
	}
	return nil
}

// Terms are the words that a form in this language must show. Somebody may have closed the form by hand
// (STANDARDS D3), which holds from the next request on. While the contact page or the privacy
// statement is empty nobody can join: GDPR art. 13 wants both told when data are collected. A text
// that is missing in the reader's language is shown in the operator's.
func (s *Service) Terms(ctx context.Context, lang newsletter.Language, _ time.Time) (newsletter.Terms, error) {
	terms := newsletter.Terms{LinkDays: max(1, int(s.config.LinkLife/(24*time.Hour)))}
	closed, err := s.store.SignupClosed(ctx)
	if err != nil {
		return terms, err
	}
	if !closed.IsZero() {
		terms.Closed = "switch"
		return terms, nil
	}
	contact, err := s.text(ctx, newsletter.WordingContact, lang)
	if err != nil {
		return terms, err
	}
	if terms.Privacy, err = s.text(ctx, newsletter.WordingPrivacy, lang); err != nil {
		return terms, err
	}
	if terms.Wording, err = s.text(ctx, newsletter.WordingSignup, lang); err != nil {
		return terms, err
	}
	switch {
	case contact.Text == "":
		terms.Closed = "contact"
	case terms.Privacy.Text == "":
		terms.Closed = "privacy"
	case terms.Wording.Text == "":
		terms.Closed = "signup"
	}
	return terms, nil
}

// text returns the text in force, in lang or else in the operator's language or any other; the zero
// Wording where there is none.
func (s *Service) text(ctx context.Context, purpose string, lang newsletter.Language) (newsletter.Wording, error) {
	for _, l := range append([]newsletter.Language{lang, s.config.Language}, newsletter.Languages()...) {
		w, err := s.store.LatestWording(ctx, purpose, l)
		if err == nil && w.Text != "" {
			return *w, nil
		}
		if err != nil && !newsletter.Is(err, newsletter.NotFound) {
			return newsletter.Wording{}, err
		}
	}
	return newsletter.Wording{}, nil
}
