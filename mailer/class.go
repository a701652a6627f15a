package mailer

// class is a set of ASCII characters; several share one table, so that a loop over a value costs a
// look-up an octet.
type class uint8

const (
	atext    class = 1 << iota // RFC 5322, 3.2.3
	uri                        // RFC 3986, 2: all that may stand in a URI
	plainQ                     // what stays as it is in an encoded word of a phrase (RFC 2047, 5)
	plain                      // what stays as it is in quoted-printable, within a line
	markup                     // what of that has no meaning in HTML text and quoted attributes
	markURL                    // what of that may stand in a URI
	hostname                   // lower-case letters, digits and hyphen
)

var classes = func() (table [256]class) {
	set := func(c class, characters string) {
		for i := 0; i < len(characters); i++ {
			table[characters[i]] |= c
		}
	}
	const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	set(atext|uri|plainQ, alphanumeric)
	set(atext, "!#$%&'*+-/=?^_`{|}~")
	set(uri, "-._~:/?#[]@!$&'()*+,;=%")
	set(plainQ, "!*+-/")
	set(hostname, "abcdefghijklmnopqrstuvwxyz0123456789-")
	for c := ' '; c <= '~'; c++ {
		if c == '=' {
			continue
		}
		table[c] |= plain
		switch c {
		case '<', '>', '&', '"', '\'':
			continue
		}
		table[c] |= markup
		if table[c]&uri != 0 {
			table[c] |= markURL
		}
	}
	return table
}()

// is reports whether c belongs to the class.
func (k class) is(c byte) bool { return classes[c]&k != 0 }

// all reports whether s has characters of the class only.
func (k class) all(s string) bool { return k.span(s) == len(s) }

// span is the length of the longest beginning of s that is of the class.
func (k class) span(s string) int {
	for i := 0; i < len(s); i++ {
		if classes[s[i]]&k == 0 {
			return i
		}
	}
	return len(s)
}
