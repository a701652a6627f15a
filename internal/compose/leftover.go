package compose

import (
	"html"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"bode.example/internal/newsletter"
	"bode.example/mailer"
)

// A leftover is something that a template leaves behind when something is wrong (STANDARDS A8).
type leftover struct {
	hints   []string // one of them is in every match; looking for them first is far cheaper
	pattern *regexp.Regexp
	// always: also when the content has it. A post may speak of {{naam}}; no reader wants mojibake.
	always bool
}

var leftovers = []leftover{
	{[]string{"no value", "nil"}, regexp.MustCompile(`<no value>|&lt;no value&gt;|<nil>|&lt;nil&gt;`), false},
	{[]string{"ZgotmplZ"}, regexp.MustCompile(`ZgotmplZ`), false},
	{[]string{"{{", "}}"}, regexp.MustCompile(`\{\{|\}\}`), false},
	{[]string{"%!"}, regexp.MustCompile(`%!\w?\(`), false},
	{[]string{"&amp;"}, regexp.MustCompile(`&amp;(#\d+|#x[0-9a-fA-F]+|[a-zA-Z]{2,8});`), false},
	{[]string{"Ã", "Â", "â€", "ï»¿", "\ufffd"}, regexp.MustCompile(`[ÃÂ][\x{80}-\x{bf}]|â€|ï»¿|\x{fffd}`), true},
}

// plainLeftovers are looked for where no markup should be.
var plainLeftovers = []leftover{
	{[]string{";"}, regexp.MustCompile(`&(amp|lt|gt|quot|apos|nbsp|#\d+|#x[0-9a-fA-F]+);`), false},
}

// part is a piece of a mail to be inspected.
type part struct{ name, text string }

// The names of parts, as errors tell them.
const (
	subjectLine = "subject"
	markup      = "HTML"
	plainText   = "plain text"
	webVersion  = "version for the browser"
)

// inspectDigest refuses a digest that should not leave: with something left behind in it, or
// without the links that every reader must find.
func inspectDigest(d *Digest, o Organisation, draft *mailer.Draft, web string, marker *mailer.Marker) error {
	content := contentOf(d) + contentOf(o)
	parts := []part{{subjectLine, draft.Subject}, {markup, draft.HTML}, {plainText, draft.Text}, {webVersion, web}}
	if err := inspect("digest", parts, content); err != nil {
		return err
	}
	for _, p := range parts[1:3] {
		for _, field := range []string{FieldUnsubscribe, FieldPreferences, FieldWhy} {
			if !strings.Contains(p.text, marker.Mark(field)) {
				return newsletter.Errorf(newsletter.Internal, "mail_incomplete",
					"the digest was not made: its %s lacks the merge field %s; put it back in the template", p.name, field)
			}
		}
	}
	for _, field := range Fields() {
		if strings.Contains(web, marker.Mark(field)) {
			return newsletter.Errorf(newsletter.Internal, "mail_incomplete",
				"the digest was not made: its version for the browser holds the merge field %s, which belongs to one reader", field)
		}
	}
	return nil
}

// inspect refuses a mail in which a template left something behind.
func inspect(mail string, parts []part, content string) error {
	for _, p := range parts {
		if !utf8.ValidString(p.text) {
			return leftBehind(mail, p.name, "bytes that are not UTF-8")
		}
		if at := strings.IndexFunc(p.text, isControl); at >= 0 {
			return leftBehind(mail, p.name, around(p.text, at, at+1))
		}
		suspects := leftovers
		if p.name == plainText || p.name == subjectLine {
			suspects = append(suspects[:len(suspects):len(suspects)], plainLeftovers...)
		}
		for i := range suspects {
			if found := suspects[i].find(p.text, content); found != "" {
				return leftBehind(mail, p.name, found)
			}
		}
	}
	return nil
}

func isControl(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }

// find returns the first match with some words around it, unless the content has the same.
func (l *leftover) find(text, content string) string {
	if !slices.ContainsFunc(l.hints, func(hint string) bool { return strings.Contains(text, hint) }) {
		return ""
	}
	for _, at := range l.pattern.FindAllStringIndex(text, -1) {
		match := text[at[0]:at[1]]
		if l.always || !strings.Contains(content, match) && !strings.Contains(content, html.UnescapeString(match)) {
			return around(text, at[0], at[1])
		}
	}
	return ""
}

// around returns a piece of a text with the words beside it, within its line.
func around(text string, from, to int) string {
	for i := 0; i < 24 && from > 0 && text[from-1] != '\n'; i++ {
		from--
	}
	for i := 0; i < 24 && to < len(text) && text[to] != '\n'; i++ {
		to++
	}
	return strings.ToValidUTF8(text[from:to], "")
}

func leftBehind(mail, part, found string) error {
	return newsletter.Errorf(newsletter.Internal, "mail_leftover",
		"the %s was not made: its %s holds what no reader should see, near %q; correct the template or the text", mail, part, found)
}

// contentOf collects all texts in a value.
func contentOf(v any) string {
	var b strings.Builder
	collect(&b, reflect.ValueOf(v))
	return b.String()
}

func collect(b *strings.Builder, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		b.WriteString(v.String() + "\n")
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			collect(b, v.Elem())
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			collect(b, v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				collect(b, v.Field(i))
			}
		}
	}
}

// repairMojibake undoes the commonest fault of feeds: UTF-8 that somebody read as Windows-1252, once or
// more often, in all of a text or in a part. It leaves nothing behind that inspect would refuse: a feed's
// fault must not keep a digest from its readers.
func repairMojibake(s string) string {
	for range maxMisread {
		if !strings.ContainsAny(s, "ÃÂâï") {
			return s
		}
		repaired := repairOnce(s)
		if repaired == s {
			break
		}
		s = repaired
	}
	return s
}

// maxMisread is how often one text is taken to have been misread.
const maxMisread = 4

func repairOnce(s string) string {
	s = strings.ReplaceAll(s, "â€\u009d", "”") // Windows-1252 has nothing at 9D, of all bytes …
	var b strings.Builder
	for s != "" {
		r, size := utf8.DecodeRuneInString(s)
		if whole, length := misread(s); length > 0 {
			if whole != '\ufeff' {
				b.WriteRune(whole)
			}
			s = s[length:]
			continue
		}
		b.WriteRune(r)
		s = s[size:]
	}
	return strings.ReplaceAll(b.String(), "â€", "”") // … and as a control character it is often gone
}

// misread returns the character that the beginning of s was before it was misread, and how many bytes of
// s it takes; 0 if s doesn't begin so. Only characters of Latin-1, punctuation and the byte order mark are
// looked for: others are as likely to be what they seem.
func misread(s string) (whole rune, length int) {
	var raw [3]byte
	n := 0
	for at, r := range s {
		c, ok := charmap.Windows1252.EncodeRune(r)
		if n == 0 && !strings.ContainsRune("ÃÂâï", r) || n > 0 && (!ok || c < 0x80 || c > 0xbf) {
			return 0, 0
		}
		raw[n] = c
		n++
		if whole, size := utf8.DecodeRune(raw[:n]); size == n && whole != utf8.RuneError {
			return whole, at + utf8.RuneLen(r)
		}
		if n == len(raw) {
			return 0, 0
		}
	}
	return 0, 0
}

// unescape returns the text of a part as a reader has it.
func unescape(p part) string {
	if p.name == markup {
		return html.UnescapeString(p.text)
	}
	return p.text
}
