package mailer

import (
	"encoding/base64"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Field is a header field. Its value holds no line breaks: folding is the writer's work.
type Field struct{ Name, Value string }

const (
	foldWidth    = 78  // RFC 5322, 2.1.1: characters of a line, without CRLF
	maxLine      = 998 // RFC 5322, 2.1.1: the hard limit
	maxWord      = 75  // RFC 2047, 2: characters of an encoded word
	maxWordLine  = 76  // RFC 2047, 2: characters of a line that holds one
	wordOverhead = len("=?utf-8?q??=")
)

// structured are the header fields whose syntax has no room for encoded words outside a phrase.
// What isn't ASCII in them is an error, not something to encode.
var structured = map[string]bool{
	"auto-submitted": true, "cfbl-address": true, "cfbl-feedback-id": true, "feedback-id": true, "in-reply-to": true,
	"list-archive": true, "list-help": true, "list-id": true, "list-owner": true, "list-post": true, "list-subscribe": true,
	"list-unsubscribe": true, "list-unsubscribe-post": true, "precedence": true, "references": true, "auto-response-suppress": true,
}

func isStructured(name string) bool { return structured[strings.ToLower(name)] }

// ours are the fields that a Letter writes by itself, or that only a relay may write.
var ours = map[string]bool{
	"from": true, "sender": true, "reply-to": true, "to": true, "cc": true, "bcc": true, "subject": true, "date": true,
	"message-id": true, "mime-version": true, "return-path": true, "received": true, "dkim-signature": true,
}

// checkFieldName says why a Draft can't have a further field of that name, or nil.
func checkFieldName(name string) error {
	if name == "" || len(name) > 60 {
		return fmt.Errorf("header field %q: a name has 1 to 60 characters", name)
	}
	for i := 0; i < len(name); i++ {
		if c := name[i]; c <= ' ' || c >= 0x7f || c == ':' {
			return fmt.Errorf("header field %q: a name has printable ASCII without colon and space", name)
		}
	}
	lower := strings.ToLower(name)
	if ours[lower] || strings.HasPrefix(lower, "content-") || strings.HasPrefix(lower, "resent-") {
		return fmt.Errorf("header field %q can't be given as a further field", name)
	}
	return nil
}

// cleanValue makes a header value of what people typed: UTF-8, one line, no controls, white space
// collapsed and trimmed. This is what keeps a name or a subject from adding header fields.
func cleanValue(s string) string {
	clean := true
	for i := 0; i < len(s) && clean; i++ {
		c := s[i]
		clean = c > ' ' && c < 0x7f || c == ' ' && i > 0 && i < len(s)-1 && s[i-1] != ' '
	}
	if clean {
		return s
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' }), " ")
}

// fieldLine appends one header field to dst, folding as it goes (RFC 5322, 2.2.3).
type fieldLine struct {
	dst []byte
	col int
}

func startField(dst []byte, name string) fieldLine {
	return fieldLine{dst: append(append(dst, name...), ':'), col: len(name) + 1}
}

func (f *fieldLine) end() []byte { return append(f.dst, '\r', '\n') }

// token writes a space and the token, on a new line if it doesn't fit on this one.
func (f *fieldLine) token(token string) {
	f.dst = append(append(f.dst, ' '), token...)
	f.fold(1 + len(token))
}

// fold moves the last n octets, a token with the space before it, to a line of their own if the line
// has become too long with them.
func (f *fieldLine) fold(n int) {
	if f.col+n > foldWidth && f.col > 1 {
		f.dst = append(f.dst, "\r\n"...)
		token := f.dst[len(f.dst)-2-n:]
		copy(token[2:], token)
		copy(token, "\r\n")
		f.col = 0
	}
	f.col += n
}

func (f *fieldLine) tokens(s string) {
	for s != "" {
		token, rest, _ := strings.Cut(s, " ")
		f.token(token)
		s = rest
	}
}

// appendUnstructured writes a field of free text. Words that aren't ASCII, that look like encoded
// words or that can't be folded become encoded words, with all that stands between them.
func appendUnstructured(dst []byte, name, value string) []byte {
	f := startField(dst, name)
	value = cleanValue(value)
	first, last := encodedRange(value)
	if first < 0 {
		f.tokens(value)
		return f.end()
	}
	f.tokens(strings.TrimSuffix(value[:first], " "))
	f.encoded(value[first:last])
	f.tokens(strings.TrimPrefix(value[last:], " "))
	return f.end()
}

// encodedRange finds the part of a clean value, in whole words, that must be encoded: first < 0 when
// none must.
func encodedRange(value string) (first, last int) {
	first = -1
	for start := 0; start < len(value); {
		word, _, _ := strings.Cut(value[start:], " ")
		end := start + len(word)
		if !isASCII(word) || strings.Contains(word, "=?") || len(word) > maxWord {
			if first < 0 {
				first = start
			}
			last = end
		}
		start = end + 1
	}
	return first, last
}

// appendStructured writes a field whose value is ASCII and can be folded only where it has spaces.
func appendStructured(dst []byte, name, value string) ([]byte, error) {
	f := startField(dst, name)
	err := f.structured(name, []string{cleanValue(value)}, nil, nil)
	return f.end(), err
}

// structured writes literals with values between them, folding where a literal has a space.
func (f *fieldLine) structured(name string, literals []string, fields []int, values []string) error {
	n := 1 // length of the token that is being written, with its space
	f.dst = append(f.dst, ' ')
	for i, rest := range literals {
		if !isASCII(rest) {
			return fmt.Errorf("header field %q takes ASCII only: percent-encode a URI, encode a phrase (RFC 2047)", name)
		}
		for {
			token, after, more := strings.Cut(rest, " ")
			f.dst = append(f.dst, token...)
			if n += len(token); n > maxLine {
				return fmt.Errorf("header field %q has a part of more than %d octets that can't be folded", name, maxLine-1)
			}
			if !more {
				break
			}
			f.fold(n)
			f.dst = append(f.dst, ' ')
			n, rest = 1, after
		}
		if i == len(fields) {
			break
		}
		v := values[fields[i]]
		if v == "" || !uri.all(v) {
			return fmt.Errorf("header field %q: the merge value is empty or has a character that can't stand in a URI", name)
		}
		f.dst = append(f.dst, v...)
		n += len(v)
	}
	f.fold(n)
	return nil
}

// appendMailbox writes a field that holds one mailbox, whose addr must come from ParseAddr, or anything
// else in angle brackets.
func appendMailbox(dst []byte, name, display, addr string) []byte {
	f := startField(dst, name)
	f.phrase(cleanValue(display))
	f.dst = append(append(append(f.dst, " <"...), addr...), '>')
	f.fold(len(" <>") + len(addr))
	return f.end()
}

// phrase writes a display name: atoms, a quoted string, or encoded words, which may not stand inside
// quotes (RFC 2047, 5).
func (f *fieldLine) phrase(display string) {
	if display == "" {
		return
	}
	if first, _ := encodedRange(display); first >= 0 {
		f.encoded(display)
		return
	}
	plain := true
	for i := 0; i < len(display) && plain; i++ {
		plain = display[i] == ' ' || atext.is(display[i])
	}
	if !plain {
		display = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(display) + `"`
	}
	f.tokens(display)
}

// encoded writes text as encoded words (RFC 2047): whole characters in each, none longer than 75,
// in whichever of the two encodings is the shorter. Only letters, digits and !*+-/ stay as they are
// in Q, so the words may stand in a phrase too.
func (f *fieldLine) encoded(text string) {
	encoding := byte('q')
	if cost := qCost(text); cost > (len(text)+2)/3*4 {
		encoding = 'b'
	}
	for text != "" {
		room := min(maxWord, maxWordLine-f.col-1) - wordOverhead
		if room < 24 && f.col > 1 { // a stump of a word helps nobody
			f.dst = append(f.dst, '\r', '\n')
			f.col, room = 0, maxWord-wordOverhead
		}
		n := wordFits(text, encoding, room)
		start := len(f.dst)
		f.dst = append(f.dst, " =?utf-8?"...)
		f.dst = append(f.dst, encoding, '?')
		if encoding == 'q' {
			f.dst = appendQ(f.dst, text[:n])
		} else {
			f.dst = base64.StdEncoding.AppendEncode(f.dst, []byte(text[:n]))
		}
		f.dst = append(f.dst, '?', '=')
		f.col += len(f.dst) - start
		text = text[n:]
	}
}

// wordFits is how many octets of text, in whole characters, fit in room encoded characters.
func wordFits(text string, encoding byte, room int) int {
	cost, n := 0, 0
	for n < len(text) {
		_, size := utf8.DecodeRuneInString(text[n:])
		if encoding == 'q' {
			cost += qCost(text[n : n+size])
		} else {
			cost = (n + size + 2) / 3 * 4
		}
		if cost > room {
			break
		}
		n += size
	}
	return n
}

func qCost(s string) (cost int) {
	for i := 0; i < len(s); i++ {
		if plainQ.is(s[i]) || s[i] == ' ' {
			cost++
		} else {
			cost += 3
		}
	}
	return cost
}

func appendQ(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case plainQ.is(c):
			dst = append(dst, c)
		case c == ' ':
			dst = append(dst, '_')
		default:
			dst = append(dst, '=', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return dst
}
