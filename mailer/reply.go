package mailer

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

const (
	maxReplyLines = 100
	maxReplyText  = 500
)

// reply is what the peer said (RFC 5321, 4.2).
type reply struct {
	code     int
	enhanced string
	text     string // lines joined by spaces, without codes; as the peer wrote it
}

func (r reply) ok() bool { return r.code/100 == 2 }

var errBadReply = errors.New("the peer's reply isn't SMTP")

// replies reads one reply after another.
type replies struct {
	r    *bufio.Reader
	text []byte
	// lately are texts that were read before: a server says the same few things to every message, and
	// they needn't be kept in memory again each time.
	lately [8]string
	next   int
}

// read reads one reply of one line or more. It trusts nothing: neither the length of lines, nor
// their number, nor that they agree.
func (p *replies) read() (reply, error) {
	var got reply
	p.text = p.text[:0]
	for range maxReplyLines {
		line, err := p.r.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			return reply{}, fmt.Errorf("%w: a line is too long", errBadReply)
		}
		if err != nil {
			return reply{}, err
		}
		line = bytes.TrimRight(line, "\r\n")
		code, ok := replyCode(line)
		if !ok || got.code != 0 && code != got.code {
			return reply{}, fmt.Errorf("%w: %.40q", errBadReply, line)
		}
		got.code = code
		rest := line[min(4, len(line)):]
		if n := enhancedLen(rest, code); n > 0 {
			got.enhanced = p.string(rest[:n])
			rest = bytes.TrimLeft(rest[n:], " ")
		}
		if len(rest) > 0 && len(p.text) < 4*maxReplyText {
			if len(p.text) > 0 {
				p.text = append(p.text, ' ')
			}
			p.text = append(p.text, rest...)
		}
		if len(line) == 3 || line[3] == ' ' {
			got.text = p.string(p.text)
			return got, nil
		}
	}
	return reply{}, fmt.Errorf("%w: it has too many lines", errBadReply)
}

// string is b as a string, the same as lately if there is one.
func (p *replies) string(b []byte) string {
	for _, s := range p.lately {
		if s == string(b) {
			return s
		}
	}
	s := string(b)
	p.lately[p.next] = s
	p.next = (p.next + 1) % len(p.lately)
	return s
}

func replyCode(line []byte) (int, bool) {
	if len(line) < 3 || line[0] < '2' || line[0] > '5' || len(line) > 3 && line[3] != ' ' && line[3] != '-' {
		return 0, false
	}
	code := 0
	for _, c := range line[:3] {
		if c < '0' || c > '9' {
			return 0, false
		}
		code = 10*code + int(c-'0')
	}
	return code, true
}

// enhancedLen is the length of the enhanced status code (RFC 3463) at the beginning of text, if it is
// one and of the same class as the code: class, subject and detail, of three digits at most.
func enhancedLen(text []byte, code int) int {
	if len(text) < 5 || text[0] < '2' || text[0] > '5' || int(text[0]-'0') != code/100 {
		return 0
	}
	n := 1
	for range 2 {
		if n == len(text) || text[n] != '.' {
			return 0
		}
		digits := 0
		for n++; n < len(text) && '0' <= text[n] && text[n] <= '9'; n++ {
			digits++
		}
		if digits < 1 || digits > 3 {
			return 0
		}
	}
	if n < len(text) && text[n] != ' ' {
		return 0
	}
	return n
}

// enhancedCode is that code.
func enhancedCode(text string, code int) string { return text[:enhancedLen([]byte(text), code)] }

// redactor takes the addresses out of what servers say: they like to echo them, and replies are
// stored and logged.
type redactor struct{ sender, recipient string }

// addressLike is anything that could be an address: other forms of the recipient's (an alias that
// was expanded, an international domain) must not be kept either.
var addressLike = regexp.MustCompile(`[^\s<>()\[\]"',;:]+@[^\s<>()\[\]"',;:]+`)

func (r redactor) text(s string) string {
	if r.harmless(s) {
		return s
	}
	s = replaceFold(s, r.recipient, "\x01")
	s = replaceFold(s, r.sender, "\x02")
	s = addressLike.ReplaceAllString(s, "\x03")
	if at := strings.LastIndexByte(r.recipient, '@'); at > 2 {
		s = replaceWord(s, r.recipient[:at], "\x01") // some echo the part before the @ alone
	}
	s = strings.NewReplacer("\x01", "<recipient>", "<\x01>", "<recipient>", "\x02", "<sender>", "<\x02>", "<sender>", "\x03", "<address>", "<\x03>", "<address>").Replace(s)
	s = cleanValue(s)
	if len(s) > maxReplyText {
		cut := maxReplyText - len("…")
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut] + "…"
	}
	return s
}

// harmless reports whether there is nothing to take out, as in nearly every reply that says yes.
func (r redactor) harmless(s string) bool {
	if len(s) > maxReplyText || strings.IndexByte(s, '@') >= 0 || cleanValue(s) != s {
		return false
	}
	at := max(0, strings.LastIndexByte(r.recipient, '@'))
	return !containsFold(s, r.recipient[:at])
}

// containsFold reports whether part, if it isn't empty, is in s, whatever the case of ASCII letters.
func containsFold(s, part string) bool {
	for i := 0; part != "" && i+len(part) <= len(s); i++ {
		n := 0
		for n < len(part) && lower(s[i+n]) == lower(part[n]) {
			n++
		}
		if n == len(part) {
			return true
		}
	}
	return false
}

// replaceFold replaces old in s, whatever the case of ASCII letters.
func replaceFold(s, old, new string) string {
	if old == "" {
		return s
	}
	lower, old := lowerASCII(s), lowerASCII(old)
	var b strings.Builder
	for {
		i := strings.Index(lower, old)
		if i < 0 {
			return b.String() + s
		}
		b.WriteString(s[:i] + new)
		s, lower = s[i+len(old):], lower[i+len(old):]
	}
}

// replaceWord replaces old in s where it isn't part of a longer word.
func replaceWord(s, old, new string) string {
	lower, old := lowerASCII(s), lowerASCII(old)
	var b strings.Builder
	for from := 0; ; {
		i := strings.Index(lower[from:], old)
		if i < 0 {
			return b.String() + s
		}
		i += from
		end := i + len(old)
		if i > 0 && atext.is(lower[i-1]) || end < len(lower) && atext.is(lower[end]) {
			from = i + 1
			continue
		}
		b.WriteString(s[:i] + new)
		s, lower, from = s[end:], lower[end:], 0
	}
}

// lowerASCII keeps the length, which strings.ToLower doesn't.
func lowerASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		b[i] = lower(c)
	}
	return string(b)
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + ('a' - 'A')
	}
	return c
}
