package feed

import (
	"bytes"
	"mime"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"

	"bode.example/internal/newsletter"
)

var (
	prolog         = regexp.MustCompile(`^\s*<\?xml[^>]*\?>`)
	prologEncoding = regexp.MustCompile(`encoding\s*=\s*["']([A-Za-z0-9._:-]+)["']`)
)

// decode makes UTF-8 of a document. By RFC 7303, section 3, a byte order mark counts more than the
// charset of the Content-Type, and that more than the XML prolog. We bend that where it is known
// to lie: a document that is good UTF-8 is UTF-8 whatever a server's default says, and one that
// isn't is not, though everybody says so. The prolog of what comes back names no encoding.
func decode(body []byte, contentType string) ([]byte, error) {
	name := ""
	e, n := byteOrderMark(body)
	body = body[n:]
	if e == nil {
		e = utf16WithoutMark(body)
	}
	if e == nil && !utf8.Valid(body) {
		if e, name = declared(body, contentType); e == nil && name != "" {
			return nil, newsletter.Errorf(newsletter.Invalid, "feed_charset", "the feed is written in %q, a character set that we don't know", name)
		}
	}
	if e == nil {
		body = bytes.ToValidUTF8(body, nil)
	} else {
		decoded, err := e.NewDecoder().Bytes(body)
		if err != nil {
			return nil, newsletter.Errorf(newsletter.Invalid, "feed_charset", "the feed is not written in the character set that it names: %w", err)
		}
		body = decoded
	}
	return prolog.ReplaceAll(bytes.TrimLeft(body, " \t\r\n"), []byte(`<?xml version="1.0"?>`)), nil
}

// byteOrderMark returns the encoding that a mark tells, nil for UTF-8, and the mark's length.
func byteOrderMark(b []byte) (encoding.Encoding, int) {
	switch {
	case bytes.HasPrefix(b, []byte{0xef, 0xbb, 0xbf}):
		return nil, 3
	case bytes.HasPrefix(b, []byte{0xfe, 0xff}):
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), 2
	case bytes.HasPrefix(b, []byte{0xff, 0xfe}):
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), 2
	}
	return nil, 0
}

// utf16WithoutMark knows UTF-16 by its first character, a < or a { between zeros (XML 1.0, appendix F).
func utf16WithoutMark(b []byte) encoding.Encoding {
	if len(b) < 2 {
		return nil
	}
	switch {
	case b[0] == 0 && (b[1] == '<' || b[1] == '{'):
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case b[1] == 0 && (b[0] == '<' || b[0] == '{'):
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	}
	return nil
}

// declared returns the encoding that the Content-Type or the prolog names, but UTF-8, which the
// document is not. For a name that nobody knows, it returns that name. When neither names another,
// it is windows-1252, the commonest truth behind a false "UTF-8"; or nil, for UTF-8 after all, when
// most of the document is: some programs cut a summary in the middle of a letter.
func declared(body []byte, contentType string) (e encoding.Encoding, unknown string) {
	var names []string
	if _, parameters, err := mime.ParseMediaType(contentType); err == nil {
		names = append(names, parameters["charset"])
	}
	if m := prologEncoding.FindSubmatch(prolog.Find(body)); m != nil {
		names = append(names, string(m[1]))
	}
	for _, name := range names {
		known, canonical := charset.Lookup(strings.TrimSpace(name))
		switch {
		case canonical == "utf-8" || canonical == "replacement":
		case known != nil:
			return known, ""
		case name != "":
			unknown = name
		}
	}
	if unknown == "" && !mostlyUTF8(body) {
		e, _ = charset.Lookup("windows-1252")
	}
	return e, unknown
}

// mostlyUTF8 reports whether more letters beyond ASCII are right in UTF-8 than are wrong.
func mostlyUTF8(b []byte) bool {
	right, wrong := 0, 0
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && size == 1:
			wrong++
		case size > 1:
			right++
		}
		b = b[size:]
	}
	return right > wrong
}
