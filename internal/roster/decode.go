package roster

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// The names of character sets that Parse tells.
const (
	UTF8        = "UTF-8"
	UTF16       = "UTF-16"
	Windows1252 = "Windows-1252"
)

// decode makes UTF-8 of a file. A byte order mark counts most; then the zeros that UTF-16 has in every
// other byte; what isn't good UTF-8 is what spreadsheets in western Europe write.
func decode(b []byte) (text []byte, name string, err error) {
	var from encoding.Encoding
	switch {
	case bytes.HasPrefix(b, []byte{0xef, 0xbb, 0xbf}):
		return bytes.ToValidUTF8(b[3:], []byte("\ufffd")), UTF8, nil
	case bytes.HasPrefix(b, []byte{0xff, 0xfe}), bytes.HasPrefix(b, []byte{0xfe, 0xff}):
		from, name = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), UTF16
	case len(b) > 3 && b[0] != 0 && b[1] == 0 && b[2] != 0 && b[3] == 0:
		from, name = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), UTF16
	case len(b) > 3 && b[0] == 0 && b[1] != 0 && b[2] == 0 && b[3] != 0:
		from, name = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), UTF16
	case utf8.Valid(b):
		return b, UTF8, nil
	default:
		from, name = charmap.Windows1252, Windows1252
	}
	text, err = from.NewDecoder().Bytes(b)
	return text, name, err
}
