package storetest

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf16"

	"bode.example/internal/newsletter"
)

// Traces finds a text in bytes, in any case and in the encodings that files, dumps, mails and logs have: as it is,
// in UTF-16, percent-encoded, quoted-printable, as a character reference, in hexadecimal, and within base64
// wherever it begins; also where lines were folded within it, and with its domain as A-labels or as people write it.
// It names what it found.
func Traces(in []byte, text string) (found []string) {
	folded := bytes.ToLower(in)
	mended := bytes.ReplaceAll(bytes.ReplaceAll(folded, []byte("=\r\n"), nil), []byte("=\n"), nil)
	whole := bytes.ReplaceAll(bytes.ReplaceAll(in, []byte("\r"), nil), []byte("\n"), nil)
	forms := []string{text}
	if a, err := newsletter.ParseAddress(text); err == nil {
		forms = append(forms, a.Unicode(), string(a))
	}
	slices.Sort(forms)
	for _, form := range slices.Compact(forms) {
		for name, needle := range readable(form) {
			if needle = bytes.ToLower(needle); bytes.Contains(folded, needle) || bytes.Contains(mended, needle) {
				found = append(found, fmt.Sprintf("%s as %s", form, name))
			}
		}
		for _, cased := range []string{form, strings.ToLower(form), strings.ToUpper(form)} {
			found = append(found, opaque(in, whole, cased)...)
		}
	}
	return found
}

// readable are the ways in which a text is still read as text.
func readable(text string) map[string][]byte {
	at := func(as string) []byte { return []byte(strings.ReplaceAll(text, "@", as)) }
	return map[string][]byte{"text": []byte(text), "percent-encoded": []byte(url.QueryEscape(text)),
		"quoted-printable": []byte(strings.NewReplacer("@", "=40", ".", "=2E").Replace(text)), "quoted-printable, in part": at("=40"),
		"a character reference": at("&#64;"), "a hexadecimal reference": at("&#x40;"), "a named reference": at("&commat;"), "JSON": at(`\u0040`)}
}

// opaque finds a text where it can't be read. whole is the same bytes without ends of lines.
func opaque(in, whole []byte, text string) (found []string) {
	if bytes.Contains(in, []byte(text)) {
		found = append(found, text+" as it is")
	}
	if bytes.Contains(bytes.ToLower(whole), []byte(hex.EncodeToString([]byte(text)))) {
		found = append(found, text+" in hexadecimal")
	}
	for _, order := range []int{0, 1} {
		if bytes.Contains(in, wide(text, order)) {
			found = append(found, text+" in UTF-16")
		}
	}
	for shift := range 3 {
		for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			// What stands before and after is unknown: only whole groups of the text itself are looked for.
			inner := alphabet.EncodeToString([]byte(strings.Repeat("x", shift) + text))
			from, to := (shift*8+5)/6, (shift+len(text))*8/6
			if bytes.Contains(whole, []byte(inner[from:to])) {
				found = append(found, text+" in base64")
			}
		}
	}
	return found
}

func wide(text string, order int) []byte {
	var b []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		pair := []byte{byte(unit), byte(unit >> 8)}
		b = append(b, pair[order], pair[1-order])
	}
	return b
}
