package mailer

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Letter is a compiled form letter: a message that is written but for the fields that differ from
// recipient to recipient. It doesn't change, and several goroutines may Append from one.
type Letter struct {
	fields []string
	open   []openField // header fields with values in them, and those before each
	fixed  []byte      // header fields after the last of them, each with its CRLF
	// The rest, from MIME-Version on: literals[0], slots[0], literals[1], … One literal more.
	literals []literal
	slots    []slot
}

// openField is a header field that is folded when its values are known.
type openField struct {
	before     []byte // header fields that are the same for all, each with its CRLF
	name       string
	structured bool
	literals   []string // one more than fields
	fields     []int
}

// literal is ready quoted-printable text with the two lengths that decide where lines break around
// the values beside it.
type literal struct {
	text []byte
	head int // characters of its first line, without CRLF
	tail int // characters of its last line; -1 if it has one line only
}

func measure(text []byte) literal {
	first := bytes.IndexByte(text, '\n')
	if first < 0 {
		return literal{text, len(text), -1}
	}
	return literal{text, max(0, first-1), len(text) - 1 - bytes.LastIndexByte(text, '\n')}
}

// slot is a gap in the body: a field, and what its value needs there.
type slot struct {
	field  int
	escape escaping
}

// Recipient is what one person's copy differs in.
type Recipient struct {
	To Address
	// MessageID is unique to this message and stays the same when it is sent again. Without <>.
	MessageID string
	// Date is written with its own zone.
	Date time.Time
	// Values are the merge values, in the order of Letter.Fields. Each is cleaned, escaped for where
	// it lands and encoded; none can add a header field, markup or a line.
	Values []string
}

// Fields returns the names of the merge fields, as given to NewMarker and in that order, whether or
// not the draft uses them all.
func (l *Letter) Fields() []string { return append([]string(nil), l.fields...) }

// Size is about how many bytes of memory the letter holds.
func (l *Letter) Size() int {
	n := len(l.fixed)
	for i := range l.open {
		n += len(l.open[i].before) + 200
	}
	for _, lit := range l.literals {
		n += len(lit.text) + 64
	}
	return n
}

// Append appends one whole message to dst and returns the longer slice: CRLF line ends, header lines
// of at most 78 characters where they can be folded, body lines of at most 76, 7-bit throughout (but
// for a To address that needs SMTPUTF8), no line that begins with a dot. On an error, which is a
// *SendError of StageCompose, it returns dst as it was: of KindRecipient when the address can't be
// used, of KindContent when something else can't.
func (l *Letter) Append(dst []byte, r *Recipient) ([]byte, error) {
	to, err := ParseAddr(r.To.Addr)
	if err != nil {
		return dst, composeError(KindRecipient, err)
	}
	if err := l.check(r); err != nil {
		return dst, composeError(KindContent, err)
	}
	msg := appendDate(dst, r.Date)
	msg = appendMailbox(msg, "Message-ID", "", r.MessageID)
	msg = appendMailbox(msg, "To", r.To.Name, to)
	for i := range l.open {
		msg = append(msg, l.open[i].before...)
		if msg, err = l.open[i].append(msg, r.Values); err != nil {
			return dst, composeError(KindContent, err)
		}
	}
	msg = append(msg, l.fixed...)
	if msg, err = l.appendBody(msg, r.Values); err != nil {
		return dst, composeError(KindContent, err)
	}
	return msg, nil
}

// appendBody writes the body. A value is broken wherever a line is full; the literal after it goes
// on in the same line if its first line fits there.
func (l *Letter) appendBody(dst []byte, values []string) ([]byte, error) {
	q := qpLine{dst: dst}
	for i := range l.literals {
		lit := &l.literals[i]
		if i > 0 {
			q.join(lit)
		}
		q.dst = append(q.dst, lit.text...)
		if lit.tail >= 0 {
			q.col = lit.tail
		} else {
			q.col += len(lit.text)
		}
		if i == len(l.slots) {
			break
		}
		s := l.slots[i]
		v := values[s.field]
		if s.escape == escapeURLStart && !safeURL(v) {
			return dst, fmt.Errorf("merge field %q is a link: it must begin with https:, http:, mailto: or tel: and go on", l.fields[s.field])
		}
		q.value(v, s.escape)
	}
	return q.dst, nil
}

// join breaks the line between a value and the literal after it where that is needed: the literal's
// first line doesn't fit, or the value left white space where a line ends.
func (q *qpLine) join(lit *literal) {
	blank := lit.tail >= 0 && lit.head == 0 && q.col > 0 && (q.dst[len(q.dst)-1] == ' ' || q.dst[len(q.dst)-1] == '\t')
	width := qpWidth
	if lit.tail >= 0 {
		width++ // the "=" of its own soft line break, if any, is counted in head
	}
	if blank || q.col+lit.head > width {
		q.soft()
	}
}

func (f *openField) append(dst []byte, values []string) ([]byte, error) {
	if f.structured {
		line := startField(dst, f.name)
		err := line.structured(f.name, f.literals, f.fields, values)
		return line.end(), err
	}
	var b strings.Builder
	for i, lit := range f.literals {
		b.WriteString(lit)
		if i < len(f.fields) {
			b.WriteString(values[f.fields[i]])
		}
	}
	return appendUnstructured(dst, f.name, b.String()), nil
}

func (l *Letter) check(r *Recipient) error {
	if len(r.Values) != len(l.fields) {
		return fmt.Errorf("there are %d merge values for %d fields", len(r.Values), len(l.fields))
	}
	if year := r.Date.Year(); year < 1970 || year > 9999 {
		return errors.New("the date is missing or out of range")
	}
	return checkMessageID(r.MessageID)
}

// checkMessageID takes what every mail program takes: dot-atoms on both sides of one @ (RFC 5322,
// 3.6.4).
func checkMessageID(id string) error {
	left, right, _ := strings.Cut(id, "@")
	if !isDotAtom(left) || !isDotAtom(right) || len(id) > maxLine-4 {
		return errors.New("the Message-ID isn't of the form left@right")
	}
	return nil
}

func isDotAtom(s string) bool {
	for {
		n := atext.span(s)
		if n == 0 || n == len(s) {
			return n > 0
		}
		if s[n] != '.' {
			return false
		}
		s = s[n+1:]
	}
}

func appendDate(dst []byte, t time.Time) []byte {
	dst = append(dst, "Date: "...)
	dst = t.AppendFormat(dst, time.RFC1123Z)
	return append(dst, '\r', '\n')
}
