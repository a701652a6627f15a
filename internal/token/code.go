package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"

	"bode.example/internal/newsletter"
)

// codeDigits is how long a code is: one guess in a hundred million hits.
const codeDigits = 8

// Code is the short code that stands beside the sign-in link of an id in the same mail, for those who
// read mail on another device than they sign in on: eight digits in two groups, "1234 5678". It proves
// little by itself: whoever takes it must count the tries. Like a token it is made anew each time, so
// that the outbox needs not hold it.
func (r *Ring) Code(id newsletter.PublicID) string { return r.code(r.ids[0], id) }

// IsCode reports whether somebody typed the code of an id: with or without spaces or dashes.
func (r *Ring) IsCode(id newsletter.PublicID, typed string) bool {
	typed = strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' {
			return c
		}
		if strings.ContainsRune(" -\t\u00a0\u202f", c) {
			return -1
		}
		return 'x'
	}, typed)
	is := false
	for _, key := range r.ids { // all of them, in the same time
		want := strings.ReplaceAll(r.code(key, id), " ", "")
		is = hmac.Equal([]byte(want), []byte(typed)) || is
	}
	return is
}

func (r *Ring) code(key keyID, id newsletter.PublicID) string {
	h := hmac.New(sha256.New, r.keys[key].code)
	h.Write(id[:])
	n := binary.BigEndian.Uint64(h.Sum(nil)) % 100_000_000 // of 2^64: no digit is likelier than another, to nine places
	digits := fmt.Sprintf("%0*d", codeDigits, n)
	return digits[:codeDigits/2] + " " + digits[codeDigits/2:]
}
