package delivery

import (
	"context"
	"fmt"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/mailer"
)

// Fields gives the values of a letter's merge fields for one person: greeting, unsubscribe_url,
// preferences_url, why_url.
type Fields interface {
	Field(c *newsletter.Claim, name string) (string, error)
}

// Notices writes what is no edition: the letter of a claim's template, and the values of its merge
// fields by name.
type Notices interface {
	Notice(ctx context.Context, c *newsletter.Claim, now time.Time) (*mailer.Letter, map[string]string, error)
}

// Identity names a message: the same delivery always gets the same names, so that a repeated one can
// be recognised as such.
type Identity interface {
	MessageID(delivery int64) string
	// ReturnPath is the envelope's sender, to which bounces come.
	ReturnPath(delivery int64) string
}

// Signer signs a message. *mailer.Signer is one.
type Signer interface {
	Sign(message []byte) ([]byte, error)
}

// LetterWriter is the Writer of real life: it merges letters that were compiled before.
type LetterWriter struct {
	letters  *letters
	fields   Fields
	notices  Notices
	identity Identity
	signer   Signer // nil: unsigned
	zone     *time.Location
}

// NewLetterWriter makes one. load gives the compiled letter of a variant; signer may be nil; dates
// are written in zone.
func NewLetterWriter(load func(context.Context, int64) ([]byte, error), fields Fields, notices Notices, identity Identity, signer Signer, zone *time.Location) *LetterWriter {
	return &LetterWriter{letters: newLetters(load), fields: fields, notices: notices, identity: identity, signer: signer, zone: zone}
}

// Write merges, signs and addresses the message of a claim.
func (w *LetterWriter) Write(ctx context.Context, c *newsletter.Claim, now time.Time) (mailer.Envelope, []byte, error) {
	letter, values, err := w.merge(ctx, c, now)
	if err != nil {
		return mailer.Envelope{}, nil, err
	}
	message, err := letter.Append(nil, &mailer.Recipient{
		To:        mailer.Address{Name: c.Name, Addr: string(c.To)},
		MessageID: w.identity.MessageID(c.ID),
		Date:      now.In(w.zone),
		Values:    values,
	})
	if err != nil {
		return mailer.Envelope{}, nil, err
	}
	if w.signer != nil {
		if message, err = w.signer.Sign(message); err != nil {
			return mailer.Envelope{}, nil, err
		}
	}
	return mailer.Envelope{From: w.identity.ReturnPath(c.ID), To: string(c.To)}, message, nil
}

// merge returns the claim's letter and the values for its fields, in their order.
func (w *LetterWriter) merge(ctx context.Context, c *newsletter.Claim, now time.Time) (*mailer.Letter, []string, error) {
	if c.VariantID != nil {
		letter, err := w.letters.get(ctx, *c.VariantID)
		if err != nil {
			return nil, nil, err
		}
		values, err := inOrder(letter, func(name string) (string, error) { return w.fields.Field(c, name) })
		return letter, values, err
	}
	letter, byName, err := w.notices.Notice(ctx, c, now)
	if err != nil {
		return nil, nil, err
	}
	values, err := inOrder(letter, func(name string) (string, error) {
		if value, ok := byName[name]; ok {
			return value, nil
		}
		return w.fields.Field(c, name)
	})
	return letter, values, err
}

func inOrder(letter *mailer.Letter, value func(string) (string, error)) ([]string, error) {
	names := letter.Fields()
	values := make([]string, len(names))
	for i, name := range names {
		v, err := value(name)
		if err != nil {
			return nil, fmt.Errorf("merge field %q: %w", name, err)
		}
		values[i] = v
	}
	return values, nil
}
