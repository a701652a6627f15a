package mailer

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// Draft is a message before it is compiled: what all recipients get alike, with marks where they
// differ. Marks may stand in the subject, in the values of further header fields, in the text and
// in the HTML.
type Draft struct {
	From    Address
	ReplyTo Address // none when its Addr is empty
	Subject string
	// Header holds further fields, each at most once: not those that a Letter writes itself (From,
	// To, Subject, Date, Message-ID, MIME-Version, Content-…). See ListHeaders. A mark in a
	// structured field stands for characters of a URI, such as the https URI of List-Unsubscribe.
	Header []Field
	// Text is the plain-text part, with LF line ends; it must not be empty. Lines may be of any
	// length.
	Text string
	// HTML is the other part. Without it the message is of type text/plain.
	HTML string
}

// Compile encodes the draft once: what comes out is a message with gaps. The error names the part
// and what to change in it.
func (d *Draft) Compile(m *Marker) (*Letter, error) {
	l := &Letter{}
	if m != nil {
		l.fields = append(l.fields, m.fields...)
	}
	if err := d.compileHeader(l, m); err != nil {
		return nil, fmt.Errorf("mailer: draft: %w", err)
	}
	if err := d.compileBody(l, m); err != nil {
		return nil, fmt.Errorf("mailer: draft: %w", err)
	}
	return l, nil
}

func (d *Draft) compileHeader(l *Letter, m *Marker) error {
	if err := l.mailbox("From", d.From); err != nil {
		return err
	}
	if d.ReplyTo.Addr != "" {
		if err := l.mailbox("Reply-To", d.ReplyTo); err != nil {
			return err
		}
	}
	if err := l.field(m, Field{"Subject", d.Subject}); err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, f := range d.Header {
		if err := checkFieldName(f.Name); err != nil {
			return err
		}
		lower := strings.ToLower(f.Name)
		if seen[lower] {
			return fmt.Errorf("header field %q is given twice", f.Name)
		}
		seen[lower] = true
		if err := l.field(m, f); err != nil {
			return err
		}
	}
	return nil
}

// mailbox adds a field that holds one of our own mailboxes. Its address must be ASCII: a message
// from an address that most of the world can't answer or sign is no use.
func (l *Letter) mailbox(name string, a Address) error {
	addr, err := ParseAddr(a.Addr)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if NeedsSMTPUTF8(addr) {
		return fmt.Errorf("%s: the part before the @ must be ASCII", name)
	}
	l.fixed = appendMailbox(l.fixed, name, a.Name, addr)
	return nil
}

// field adds a further field: encoded now when it is the same for all, else when a recipient's
// values are known.
func (l *Letter) field(m *Marker, f Field) error {
	value := cleanValue(f.Value)
	literals, fields, err := m.split(value)
	if err != nil {
		return fmt.Errorf("header field %q: %w", f.Name, err)
	}
	switch structured := isStructured(f.Name); {
	case value == "":
		return fmt.Errorf("header field %q is empty", f.Name)
	case len(fields) > 0:
		if structured && !isASCII(value) {
			_, err = appendStructured(nil, f.Name, value) // the same error, now rather than at every recipient
		}
		l.open = append(l.open, openField{l.fixed, f.Name, structured, literals, fields})
		l.fixed = nil
	case structured:
		l.fixed, err = appendStructured(l.fixed, f.Name, value)
	default:
		l.fixed = appendUnstructured(l.fixed, f.Name, value)
	}
	return err
}

func (d *Draft) compileBody(l *Letter, m *Marker) error {
	text, html := cleanText(d.Text), cleanText(d.HTML)
	if strings.TrimSpace(text) == "" {
		return errors.New("text: it is empty; every message has a plain-text part")
	}
	b := &bodyBuilder{marker: m}
	b.raw("MIME-Version: 1.0\r\n")
	if html == "" {
		b.raw(partHeader("plain") + "\r\n")
		if err := b.part(text, nil); err != nil {
			return fmt.Errorf("text: %w", err)
		}
		l.literals, l.slots = b.finish()
		return nil
	}
	// "=_" can't stand in quoted-printable text, so no content and no value can hold the boundary.
	// It is the same for the same content, whatever the marks.
	content := d.Subject + "\x00" + text + "\x00" + html
	if m != nil {
		content = strings.ReplaceAll(content, m.prefix, "\x00")
	}
	sum := sha256.Sum256([]byte(content))
	boundary := "=_" + hex.EncodeToString(sum[:12])
	b.raw("Content-Type: multipart/alternative;\r\n boundary=\"" + boundary + "\"\r\n\r\n")
	b.raw("--" + boundary + "\r\n" + partHeader("plain") + "\r\n")
	if err := b.part(text, nil); err != nil {
		return fmt.Errorf("text: %w", err)
	}
	b.raw("\r\n--" + boundary + "\r\n" + partHeader("html") + "\r\n")
	var places []escaping
	if m != nil {
		var err error
		if places, err = m.places(html); err != nil {
			return fmt.Errorf("html: %w", err)
		}
	}
	if err := b.part(html, places); err != nil {
		return fmt.Errorf("html: %w", err)
	}
	b.raw("\r\n--" + boundary + "--\r\n")
	l.literals, l.slots = b.finish()
	return nil
}

func partHeader(subtype string) string {
	return "Content-Type: text/" + subtype + "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n"
}

// bodyBuilder collects the encoded literals of a body and the slots between them.
type bodyBuilder struct {
	marker   *Marker
	current  []byte
	literals [][]byte
	slots    []slot
}

func (b *bodyBuilder) raw(s string) { b.current = append(b.current, s...) }

// part encodes a body part, which ends with a line end. Without places every mark is in plain text.
func (b *bodyBuilder) part(text string, places []escaping) error {
	literals, fields, err := b.marker.split(strings.TrimRight(text, "\n") + "\n")
	if err != nil {
		return err
	}
	if places != nil && len(places) != len(fields) {
		return errors.New("a merge field stands where it can't be told from the markup around it")
	}
	for i, literal := range literals {
		q := qpLine{dst: b.current}
		q.literal(literal)
		b.current = q.dst
		if i == len(fields) {
			break
		}
		s := slot{field: fields[i]}
		if places != nil {
			s.escape = places[i]
		}
		b.literals, b.slots, b.current = append(b.literals, b.current), append(b.slots, s), nil
	}
	return nil
}

func (b *bodyBuilder) finish() ([]literal, []slot) {
	literals := make([]literal, 0, len(b.literals)+1)
	for _, text := range append(b.literals, b.current) {
		literals = append(literals, measure(text))
	}
	return literals, b.slots
}
