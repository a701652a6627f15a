package delivery

import (
	"context"
	"fmt"
	"sync"
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

// ReturnPath gives the envelope's sender of a delivery, to which bounces come.
type ReturnPath func(delivery int64, now time.Time) string

// Signer signs a message. *mailer.Signer is one.
type Signer interface {
	// Sign appends the signed message to dst.
	Sign(dst, message []byte) ([]byte, error)
}

// LetterWriter is the Writer of real life: it merges letters that were compiled before.
type LetterWriter struct {
	letters    *letters
	fields     Fields
	notices    Notices
	returnPath ReturnPath
	domain     string
	signer     Signer // nil: unsigned
	zone       *time.Location
	drafts     sync.Pool // of *[]byte: messages before they are signed
}

// WriterParts are the parts of a LetterWriter.
type WriterParts struct {
	// Load gives the compiled letter of a variant.
	Load       func(ctx context.Context, variantID int64) ([]byte, error)
	Fields     Fields
	Notices    Notices
	ReturnPath ReturnPath
	// Domain is the sender's, for Message-IDs.
	Domain string
	// Signer may be nil: then messages go out unsigned.
	Signer Signer
	// Zone is that of the Date field.
	Zone *time.Location
}

// NewLetterWriter puts the parts together.
func NewLetterWriter(p WriterParts) *LetterWriter {
	return &LetterWriter{letters: newLetters(p.Load), fields: p.Fields, notices: p.Notices, returnPath: p.ReturnPath,
		domain: p.Domain, signer: p.Signer, zone: p.Zone, drafts: sync.Pool{New: func() any { return new([]byte) }}}
}

// Write merges, signs and addresses the message of a claim.
func (w *LetterWriter) Write(ctx context.Context, dst []byte, c *newsletter.Claim, now time.Time) (mailer.Envelope, []byte, error) {
	letter, values, err := w.merge(ctx, c, now)
	if err != nil {
		return mailer.Envelope{}, dst, err
	}
	message, err := w.append(dst, letter, &mailer.Recipient{
		To:        mailer.Address{Name: c.Name, Addr: string(c.To)},
		MessageID: c.MessageID(w.domain),
		Date:      now.In(w.zone),
		Values:    values,
	})
	if err != nil {
		return mailer.Envelope{}, dst, err
	}
	return mailer.Envelope{From: w.returnPath(c.ID, now), To: string(c.To)}, message, nil
}

// append merges a letter at the end of dst, and signs it if there is who signs.
func (w *LetterWriter) append(dst []byte, letter *mailer.Letter, to *mailer.Recipient) ([]byte, error) {
	if w.signer == nil {
		return letter.Append(dst, to)
	}
	draft := w.drafts.Get().(*[]byte)
	defer w.drafts.Put(draft)
	var err error
	if *draft, err = letter.Append((*draft)[:0], to); err != nil {
		return dst, err
	}
	return w.signer.Sign(dst, *draft)
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
