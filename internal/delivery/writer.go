package delivery

import (
	"context"
	"fmt"
	"strings"
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
	desks      sync.Pool // of *desk
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
		domain: p.Domain, signer: p.Signer, zone: p.Zone, desks: sync.Pool{New: func() any { return new(desk) }}}
}

// desk is what one message is written with, and then the next.
type desk struct {
	recipient mailer.Recipient
	draft     []byte // the message before it is signed
}

// Write merges, signs and addresses the message of a claim.
func (w *LetterWriter) Write(ctx context.Context, dst []byte, c *newsletter.Claim, now time.Time) (mailer.Envelope, []byte, error) {
	d := w.desks.Get().(*desk)
	defer w.desks.Put(d)
	letter, err := w.merge(ctx, d, c, now)
	if err != nil {
		return mailer.Envelope{}, dst, err
	}
	r := &d.recipient
	r.To, r.MessageID, r.Date = mailer.Address{Name: c.Name, Addr: string(c.To)}, c.MessageID(w.domain), now.In(w.zone)
	message, err := w.append(dst, letter, d)
	if err != nil {
		return mailer.Envelope{}, dst, err
	}
	return w.envelope(c, r.MessageID, now), message, nil
}

// envelope asks for a report of failure only, without the message, where the peer can be asked (RFC 3461,
// 4): what a server may say of itself, that a mail is late or has arrived, is nothing to act upon. The report
// names the message by its own name.
func (w *LetterWriter) envelope(c *newsletter.Claim, messageID string, now time.Time) mailer.Envelope {
	e := mailer.Envelope{From: w.returnPath(c.ID, now), To: string(c.To)}
	if e.From != "" {
		name, _, _ := strings.Cut(messageID, "@")
		e.DSN = mailer.DSN{Notify: mailer.NotifyFailure, HeadersOnly: true, EnvelopeID: name}
	}
	return e
}

// append writes a letter at the end of dst, and signs it if there is who signs.
func (w *LetterWriter) append(dst []byte, letter *mailer.Letter, d *desk) ([]byte, error) {
	if w.signer == nil {
		return letter.Append(dst, &d.recipient)
	}
	var err error
	if d.draft, err = letter.Append(d.draft[:0], &d.recipient); err != nil {
		return dst, err
	}
	return w.signer.Sign(dst, d.draft)
}

// merge returns the claim's letter, and sets the values for its fields, in their order.
func (w *LetterWriter) merge(ctx context.Context, d *desk, c *newsletter.Claim, now time.Time) (*mailer.Letter, error) {
	if c.VariantID != nil {
		kept, err := w.letters.get(ctx, *c.VariantID)
		if err != nil {
			return nil, err
		}
		return kept.letter, d.fill(kept.fields, func(name string) (string, error) { return w.fields.Field(c, name) })
	}
	letter, byName, err := w.notices.Notice(ctx, c, now)
	if err != nil {
		return nil, err
	}
	return letter, d.fill(letter.Fields(), func(name string) (string, error) {
		if value, ok := byName[name]; ok {
			return value, nil
		}
		return w.fields.Field(c, name)
	})
}

func (d *desk) fill(names []string, value func(string) (string, error)) error {
	values := d.recipient.Values[:0]
	for _, name := range names {
		v, err := value(name)
		if err != nil {
			return fmt.Errorf("merge field %q: %w", name, err)
		}
		values = append(values, v)
	}
	d.recipient.Values = values
	return nil
}
