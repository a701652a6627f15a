package mailer

import (
	"encoding/base32"
	"fmt"
	"io"
	"strings"
)

const (
	maxFields   = 200 // merge fields of one letter
	markRandom  = 26  // letters that 128 bits take in base 32
	markIndex   = 2   // letters that number the field
	markLen     = 1 + markRandom + markIndex + 1
	markEnd     = 'z'
	markUnknown = "zz" // the number of no field
	// markProbe is how much of the random prefix is looked for when marks that were cut short
	// must be found: 55 bits, which no text holds by chance.
	markProbe = 1 + 11
)

// Marker makes the marks that stand for merge fields while templates run.
//
// A mark is a word of ASCII letters and digits, so it comes through html/template unchanged in
// text, in an attribute and in a URL. It holds 128 random bits, so no content can contain one, by
// chance or on purpose. A Marker doesn't change and may be used by several goroutines.
type Marker struct {
	prefix string // a letter and 128 random bits
	fields []string
}

// NewMarker makes a Marker for the merge fields named: 1 to 200, without doubles, each of lower-case
// ASCII letters, digits and underscores. The random bits come from rand; use crypto/rand.Reader
// where others write part of the content.
func NewMarker(rand io.Reader, fields ...string) (*Marker, error) {
	if len(fields) > maxFields {
		return nil, fmt.Errorf("mailer: a letter can have %d merge fields, not %d", maxFields, len(fields))
	}
	if err := checkFields(fields); err != nil {
		return nil, err
	}
	var random [16]byte
	if _, err := io.ReadFull(rand, random[:]); err != nil {
		return nil, fmt.Errorf("mailer: no randomness for the marks: %w", err)
	}
	encoded := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(random[:])
	return &Marker{prefix: "m" + strings.ToLower(encoded), fields: append([]string(nil), fields...)}, nil
}

func checkFields(fields []string) error {
	seen := make(map[string]bool, len(fields))
	for _, f := range fields {
		if f == "" || strings.Trim(f, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
			return fmt.Errorf("mailer: merge field %q: a name has lower-case ASCII letters, digits and underscores only", f)
		}
		if seen[f] {
			return fmt.Errorf("mailer: merge field %q is named twice", f)
		}
		seen[f] = true
	}
	return nil
}

// Mark returns the mark of a field. The mark of a field that the Marker doesn't know makes
// Draft.Compile fail: a template can't lose a field without a word.
func (m *Marker) Mark(field string) string {
	for i, f := range m.fields {
		if f == field {
			return m.prefix + string([]byte{'a' + byte(i/26), 'a' + byte(i%26), markEnd})
		}
	}
	return m.prefix + markUnknown + string(markEnd)
}

// split cuts s at its marks: literals[0], the field fields[0], literals[1], … One more literal
// than fields. A nil Marker knows no marks.
func (m *Marker) split(s string) (literals []string, fields []int, err error) {
	if m == nil {
		return []string{s}, nil, nil
	}
	probe := m.prefix[:markProbe]
	for {
		at := strings.Index(s, probe)
		if at < 0 {
			return append(literals, s), fields, nil
		}
		field, err := m.field(s[at:])
		if err != nil {
			return nil, nil, fmt.Errorf("%w, after %q", err, lastRunes(s[:at], 40))
		}
		literals, fields = append(literals, s[:at]), append(fields, field)
		s = s[at+markLen:]
	}
}

// field reads the mark at the beginning of s.
func (m *Marker) field(s string) (int, error) {
	if len(s) < markLen || !strings.HasPrefix(s, m.prefix) || s[markLen-1] != markEnd {
		return 0, fmt.Errorf("the mark of a merge field was cut or changed")
	}
	number := s[len(m.prefix) : markLen-1]
	if i := int(number[0]-'a')*26 + int(number[1]-'a'); number != markUnknown && i < len(m.fields) {
		return i, nil
	}
	return 0, fmt.Errorf("a mark stands for a merge field that was not declared")
}

// lastRunes is the end of s, for an error message.
func lastRunes(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return "…" + string(r[len(r)-n:])
	}
	return s
}
