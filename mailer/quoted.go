package mailer

import (
	"strings"
	"unicode/utf8"
)

// qpWidth is how many characters of a quoted-printable line we fill: 76 less the "=" of a soft line
// break (RFC 2045, 6.7).
const qpWidth = 75

const hexDigits = "0123456789ABCDEF"

// qpLine appends quoted-printable text to dst and knows the column it is in. It writes no line that
// begins with a dot, so the message needs no dot-stuffing, and none that begins with an F: old mail
// stores change "From " there, and so break the signature.
type qpLine struct {
	dst []byte
	col int
}

// soft breaks the line where the text doesn't.
func (q *qpLine) soft() {
	q.dst = append(q.dst, '=', '\r', '\n')
	q.col = 0
}

// hard breaks the line where the text does.
func (q *qpLine) hard() {
	q.dst = append(q.dst, '\r', '\n')
	q.col = 0
}

// char writes a printable ASCII character, space or tab.
func (q *qpLine) char(c byte) {
	if q.col >= qpWidth {
		q.soft()
	}
	if c == '=' || q.col == 0 && (c == '.' || c == 'F') {
		q.escaped(c)
		return
	}
	q.dst = append(q.dst, c)
	q.col++
}

// escaped writes the octets of one character as =XX, never broken over two lines.
func (q *qpLine) escaped(octets ...byte) {
	if q.col+3*len(octets) > qpWidth {
		q.soft()
	}
	for _, c := range octets {
		q.dst = append(q.dst, '=', hexDigits[c>>4], hexDigits[c&15])
	}
	q.col += 3 * len(octets)
}

// rune writes a character that isn't ASCII.
func (q *qpLine) rune(r rune) {
	var octets [utf8.UTFMax]byte
	q.escaped(octets[:utf8.EncodeRune(octets[:], r)]...)
}

// literal writes text with LF line ends, from the column that q is in. White space before a line end
// is encoded; at the end of the text, where a merge field follows, it can stay as it is.
func (q *qpLine) literal(text string) {
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(text[i:])
			q.rune(r)
			i += size
			continue
		case c == '\n':
			q.hard()
		case c == ' ' || c == '\t':
			if i+1 < len(text) && text[i+1] == '\n' {
				q.escaped(c)
			} else {
				q.char(c)
			}
		default:
			q.char(c)
		}
		i++
	}
}

// escaping is what a merge value needs where it lands in a body.
type escaping byte

const (
	escapeText     escaping = iota // plain text: nothing
	escapeHTML                     // HTML text or a quoted attribute: entities
	escapeURL                      // inside a URL in an attribute: percent-encoding and entities
	escapeURLStart                 // a whole URL in an attribute: also a scheme that is safe
	escapings
)

// keeps is what each escaping leaves alone.
var keeps = [escapings]class{escapeText: plain, escapeHTML: markup, escapeURL: markURL, escapeURLStart: markURL}

// value writes a merge value. It is one line: controls, line breaks included, become spaces.
func (q *qpLine) value(v string, esc escaping) {
	for v != "" {
		if q.col > 0 { // a run of characters that need nothing, as far as the line has room
			n := keeps[esc].span(v[:min(len(v), max(0, qpWidth-q.col))])
			q.dst = append(q.dst, v[:n]...)
			q.col += n
			if v = v[n:]; v == "" {
				return
			}
		}
		if c := v[0]; c < utf8.RuneSelf {
			if c < ' ' || c == 0x7f {
				c = ' '
			}
			q.escape(c, esc)
			v = v[1:]
			continue
		}
		r, size := utf8.DecodeRuneInString(v) // U+FFFD for what isn't UTF-8
		q.valueRune(r, esc)
		v = v[size:]
	}
}

func (q *qpLine) valueRune(r rune, esc escaping) {
	switch {
	case r >= 0x80 && r < 0xa0 || r == 0x2028 || r == 0x2029: // C1 controls, Unicode line breaks
		q.escape(' ', esc)
	case esc >= escapeURL:
		var octets [utf8.UTFMax]byte
		for _, o := range octets[:utf8.EncodeRune(octets[:], r)] {
			q.percent(o)
		}
	default:
		q.rune(r)
	}
}

// escape writes an ASCII character of a value. In HTML some become entities; in a URL those that no
// URI may hold (RFC 3986, 2) are percent-encoded.
func (q *qpLine) escape(c byte, esc escaping) {
	entity := ""
	switch {
	case esc == escapeText:
	case esc >= escapeURL && !uri.is(c):
		q.percent(c)
		return
	case c == '<':
		entity = "&lt;"
	case c == '>':
		entity = "&gt;"
	case c == '&':
		entity = "&amp;"
	case c == '"':
		entity = "&#34;"
	case c == '\'':
		entity = "&#39;"
	}
	if entity == "" {
		q.char(c)
		return
	}
	for i := 0; i < len(entity); i++ {
		q.char(entity[i])
	}
}

func (q *qpLine) percent(c byte) {
	q.char('%')
	q.char(hexDigits[c>>4])
	q.char(hexDigits[c&15])
}

// safeURL reports whether a whole URL may stand in a link: a scheme that runs nothing.
func safeURL(v string) bool {
	for _, scheme := range [...]string{"https://", "http://", "mailto:", "tel:"} {
		if len(v) > len(scheme) && strings.EqualFold(v[:len(scheme)], scheme) {
			return true
		}
	}
	return false
}

// cleanText makes text fit for a body: UTF-8, LF line ends, no controls but tab and line feed.
func cleanText(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r == '\n' || r == '\t':
			return r
		case r < ' ' || r == 0x7f:
			return -1
		}
		return r
	}, s)
}
