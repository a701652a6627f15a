package storetest

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf16"
)

// Traces finds a text in bytes, in any case and in the encodings that files, dumps, mails and logs have: as it is,
// in UTF-16, percent-encoded, quoted-printable, as a character reference, in hexadecimal, and within base64
// wherever it begins. It names what it found.
func Traces(in []byte, text string) (found []string) {
	folded := bytes.ToLower(in)
	look := func(name, needle string) {
		if bytes.Contains(folded, bytes.ToLower([]byte(needle))) {
			found = append(found, fmt.Sprintf("%s as %s", text, name))
		}
	}
	look("it is", text)
	look("percent-encoded", url.QueryEscape(text))
	look("quoted-printable", strings.NewReplacer("@", "=40", ".", "=2E").Replace(text))
	look("quoted-printable, in part", strings.ReplaceAll(text, "@", "=40"))
	look("a character reference", strings.ReplaceAll(text, "@", "&#64;"))
	look("JSON", strings.ReplaceAll(text, "@", `\u0040`))
	for _, cased := range []string{text, strings.ToLower(text), strings.ToUpper(text)} {
		look("hexadecimal", hex.EncodeToString([]byte(cased)))
		for _, order := range []int{0, 1} {
			if bytes.Contains(in, wide(cased, order)) {
				found = append(found, fmt.Sprintf("%s in UTF-16", text))
			}
		}
		for shift := range 3 {
			for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
				// What stands before and after is unknown: only whole groups of the text itself are looked for.
				inner := alphabet.EncodeToString([]byte(strings.Repeat("x", shift) + cased))
				from, to := (shift*8+5)/6, (shift+len(cased))*8/6
				if bytes.Contains(in, []byte(inner[from:to])) {
					found = append(found, fmt.Sprintf("%s in base64", text))
				}
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
