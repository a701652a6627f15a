package compose

import (
	"html"
	"reflect"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"bode.example/internal/newsletter"
	"bode.example/mailer"
)

// leftovers are what templates leave behind when something is wrong (STANDARDS A8). A post may speak
// of them ("schrijf {{naam}}"), so what the content holds itself is no leftover, except where no
// reader could want it.
var leftovers = []struct {
	pattern *regexp.Regexp
	always  bool // also when it was in the content
}{
	{regexp.MustCompile(`<no value>|&lt;no value&gt;|<nil>|&lt;nil&gt;`), false},
	{regexp.MustCompile(`ZgotmplZ`), false},
	{regexp.MustCompile(`\{\{|\}\}`), false},
	{regexp.MustCompile(`%!\w?\(`), false},
	{regexp.MustCompile(`&amp;(#\d+|#x[0-9a-fA-F]+|[a-zA-Z]{2,8});`), false},
	{regexp.MustCompile(`[ÃÂ][\x{80}-\x{bf}]|â€|ï»¿|\x{fffd}`), true},
	{regexp.MustCompile(`[\x00-\x08\x0b-\x1f\x7f-\x{9f}]`), true},
}

// doubleEscape is a character reference where plain text stands.
var doubleEscape = regexp.MustCompile(`&(amp|lt|gt|quot|apos|nbsp|#\d+|#x[0-9a-fA-F]+);`)

// part is a piece of a mail to be inspected.
type part struct{ name, text string }

// inspectDigest refuses a digest that should not leave: with something left behind in it, or
// without the links that every reader must find.
func inspectDigest(d *Digest, o Organisation, draft *mailer.Draft, web string, marker *mailer.Marker) error {
	content := contentOf(d) + contentOf(o)
	parts := []part{{"subject", draft.Subject}, {"HTML", draft.HTML}, {"plain text", draft.Text}, {"version for the browser", web}}
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
		for _, leftover := range leftovers {
			if found := find(leftover.pattern, p.text, content, leftover.always); found != "" {
				return leftBehind(mail, p.name, found)
			}
		}
		if p.name == "plain text" || p.name == "subject" {
			if found := find(doubleEscape, p.text, content, false); found != "" {
				return leftBehind(mail, p.name, found)
			}
		}
		if !utf8.ValidString(p.text) {
			return leftBehind(mail, p.name, "bytes that are not UTF-8")
		}
	}
	return nil
}

// find returns the first match with some words around it, unless the content has the same.
func find(pattern *regexp.Regexp, text, content string, always bool) string {
	for _, at := range pattern.FindAllStringIndex(text, -1) {
		match := text[at[0]:at[1]]
		if !always && (strings.Contains(content, match) || strings.Contains(content, html.UnescapeString(match))) {
			continue
		}
		from, to := at[0], at[1]
		for i := 0; i < 24 && from > 0 && text[from-1] != '\n'; i++ {
			from--
		}
		for i := 0; i < 24 && to < len(text) && text[to] != '\n'; i++ {
			to++
		}
		return strings.ToValidUTF8(text[from:to], "")
	}
	return ""
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

// repairMojibake undoes the commonest fault of feeds: UTF-8 that somebody read as Windows-1252. What
// doesn't come out whole is left as it was.
func repairMojibake(s string) string {
	if !strings.ContainsAny(s, "ÃÂâ") {
		return s
	}
	raw, err := charmap.Windows1252.NewEncoder().String(s)
	if err != nil || !utf8.ValidString(raw) {
		return s
	}
	return raw
}

// unescape returns the text of a part as a reader has it.
func unescape(p part) string {
	if p.name == "HTML" {
		return html.UnescapeString(p.text)
	}
	return p.text
}
