package newsletter

import (
	"crypto/rand"
	"database/sql/driver"
	"encoding/base32"
	"fmt"
)

// PublicID is 128 random bits: what links and tokens carry instead of a row's id, so that nobody
// can count or guess. Its text is 26 letters and digits.
type PublicID [16]byte

var publicIDText = base32.NewEncoding("abcdefghijkmnpqrstuvwxyz23456789").WithPadding(base32.NoPadding)

// NewPublicID draws one from the system's random source.
func NewPublicID() PublicID {
	var id PublicID
	_, _ = rand.Read(id[:]) // crypto/rand.Read never fails: it ends the program instead
	return id
}

// ParsePublicID reads the 26 characters of String.
func ParsePublicID(s string) (PublicID, error) {
	id, ok := readPublicID([]byte(s))
	if !ok {
		return id, Errorf(NotFound, "unknown_id", "%q is not an id", s)
	}
	return id, nil
}

// publicIDSize is how many characters an id has: the last of them holds three bits, so others would do for some
// of the same ids. Only the text that String gives is read.
const publicIDSize = 26

func readPublicID(text []byte) (id PublicID, ok bool) {
	if len(text) != publicIDSize {
		return PublicID{}, false
	}
	var back [publicIDSize]byte
	n, err := publicIDText.Decode(id[:], text)
	publicIDText.Encode(back[:], id[:])
	if err != nil || n != len(id) || string(back[:]) != string(text) {
		return PublicID{}, false
	}
	return id, true
}

func (id PublicID) String() string {
	var text [publicIDSize]byte
	publicIDText.Encode(text[:], id[:])
	return string(text[:])
}

// IsZero reports whether id was never set.
func (id PublicID) IsZero() bool { return id == PublicID{} }

// MarshalText gives the same text as String.
func (id PublicID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the text of MarshalText.
func (id *PublicID) UnmarshalText(b []byte) (err error) {
	read, ok := readPublicID(b)
	if !ok {
		*id, err = ParsePublicID(string(b)) // which says what is wrong
		return err
	}
	*id = read
	return nil
}

// Value writes the text.
func (id PublicID) Value() (driver.Value, error) { return id.String(), nil }

// Scan reads the text.
func (id *PublicID) Scan(src any) error {
	switch v := src.(type) {
	case string:
		return id.UnmarshalText([]byte(v))
	case []byte:
		return id.UnmarshalText(v)
	}
	return fmt.Errorf("newsletter.PublicID: cannot scan %T", src)
}
