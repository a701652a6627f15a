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

// readReply reads one reply of one line or more. It trusts nothing: neither the length of lines, nor
// their number, nor that they agree.
func readReply(r *bufio.Reader) (reply, error) {
	var got reply
	var text []byte
	for range maxReplyLines {
		line, err := r.ReadSlice('\n')
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
		if enhanced := enhancedCode(rest, code); enhanced != "" {
			got.enhanced = enhanced
			rest = bytes.TrimLeft(rest[len(enhanced):], " ")
		}
		if len(rest) > 0 && len(text) < 4*maxReplyText {
			if len(text) > 0 {
				text = append(text, ' ')
			}
			text = append(text, rest...)
		}
		if len(line) == 3 || line[3] == ' ' {
			got.text = string(text)
			return got, nil
		}
	}
	return reply{}, fmt.Errorf("%w: it has too many lines", errBadReply)
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

var enhancedPattern = regexp.MustCompile(`^[245]\.[0-9]{1,3}\.[0-9]{1,3}(?: |$)`)

// enhancedCode is the enhanced status code (RFC 3463) at the beginning of text, if it is one and of
// the same class as the code.
func enhancedCode(text []byte, code int) string {
	if len(text) < 5 || text[1] != '.' || int(text[0]-'0') != code/100 {
		return ""
	}
	return strings.TrimSuffix(string(enhancedPattern.Find(text)), " ")
}

// redactor takes the addresses out of what servers say: they like to echo them, and replies are
// stored and logged.
type redactor struct{ sender, recipient string }

// addressLike is anything that could be an address: other forms of the recipient's (an alias that
// was expanded, an international domain) must not be kept either.
var addressLike = regexp.MustCompile(`[^\s<>()\[\]"',;:]+@[^\s<>()\[\]"',;:]+`)

func (r redactor) text(s string) string {
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
		if 'A' <= c && c <= 'Z' {
			b[i] = c + ('a' - 'A')
		}
	}
	return string(b)
}
