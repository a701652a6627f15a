package newsletter

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxName bounds a person's name, in characters.
const maxName = 100

// ParseName returns a person's name as it is stored, one line of text, or why it can't be one. A name
// is never asked for: empty is a name too.
func ParseName(typed string) (string, error) {
	name := strings.Join(strings.Fields(typed), " ")
	switch {
	case !utf8.ValidString(name) || strings.ContainsFunc(name, invisible):
		return "", nameError("name_characters", "the name holds characters that can't be in one")
	case utf8.RuneCountInString(name) > maxName:
		return "", nameError("name_too_long", "the name is longer than 100 characters")
	}
	return name, nil
}

func nameError(reason, message string) error {
	return &Error{Code: Invalid, Reason: reason, Field: "name", Message: message}
}

// invisible reports what nobody types into a name. Joiners shape the names of some scripts.
func invisible(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != '\u200d' && r != '\u200c'
}
