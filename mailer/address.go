package mailer

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// Address is a mailbox: a display name, which may be empty, and a bare address.
type Address struct{ Name, Addr string }

// AddressError says what is wrong with an address. It doesn't repeat the address, so that it can be
// logged.
type AddressError struct {
	// Reason is one clause, such as "the domain has no dot".
	Reason string
}

func (e *AddressError) Error() string { return "address can't be used: " + e.Reason }

// Limits of RFC 5321, 4.5.3.1, in octets. A path is the address with its angle brackets.
const (
	maxLocal  = 64
	maxDomain = 255
	maxPath   = 256
)

// domains turns what people type into A-labels by IDNA2008 with the mapping of RFC 5895 (UTS 46,
// non-transitional). The stricter options matter: idna.Lookup passes empty and overlong labels.
var domains = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(true),
	idna.BidiRule(), idna.VerifyDNSLength(true))

// ParseAddr checks a bare address and returns the form that the envelope wants: the local part
// untouched (what it means is the receiving host's business: RFC 5321, 2.3.11), the domain in lower
// case and as A-labels (RFC 5890). It takes a dotted domain name only, no address literal, no
// display name, no comment and no surrounding space. The error is an *AddressError.
func ParseAddr(addr string) (string, error) {
	if !utf8.ValidString(addr) {
		return "", &AddressError{"it isn't valid UTF-8"}
	}
	// The last @ divides: a quoted local part may hold others.
	at := strings.LastIndexByte(addr, '@')
	if at < 0 {
		return "", &AddressError{"it has no @"}
	}
	local := addr[:at]
	if err := checkLocal(local); err != nil {
		return "", err
	}
	domain, err := asciiDomain(addr[at+1:])
	if err != nil {
		return "", err
	}
	if len(local)+len("<@>")+len(domain) > maxPath {
		return "", &AddressError{"it is longer than 254 octets"}
	}
	if domain == addr[at+1:] {
		return addr, nil
	}
	return local + "@" + domain, nil
}

// NeedsSMTPUTF8 reports whether an address can only be sent to a peer that offers SMTPUTF8
// (RFC 6531): its local part isn't ASCII. The domain never needs it: ParseAddr makes it A-labels.
func NeedsSMTPUTF8(addr string) bool {
	local, _, _ := strings.Cut(addr, "@")
	return !isASCII(local)
}

func checkLocal(local string) error {
	switch {
	case local == "":
		return &AddressError{"there is nothing before the @"}
	case len(local) > maxLocal:
		return &AddressError{"the part before the @ is longer than 64 octets"}
	case local[0] == '"':
		return checkQuoted(local)
	}
	return checkDotAtom(local)
}

func checkDotAtom(local string) error {
	if local[0] == '.' || local[len(local)-1] == '.' || strings.Contains(local, "..") {
		return &AddressError{"a dot stands first, last or beside another dot before the @"}
	}
	for rest := local; rest != ""; {
		if n := atext.span(rest); n > 0 || rest[0] == '.' {
			rest = rest[max(n, 1):]
			continue
		}
		r, size := utf8.DecodeRuneInString(rest)
		if !isAtextBeyondASCII(r) {
			return &AddressError{"a character before the @ isn't allowed there"}
		}
		rest = rest[size:]
	}
	return nil
}

// checkQuoted checks a quoted local part (RFC 5321, 4.1.2: Quoted-string).
func checkQuoted(local string) error {
	if len(local) < 3 || local[len(local)-1] != '"' {
		return &AddressError{"the quoted part before the @ isn't closed or is empty"}
	}
	inner := local[1 : len(local)-1]
	for i := 0; i < len(inner); i++ {
		switch c := inner[i]; {
		case c == '\\':
			if i++; i == len(inner) || inner[i] < ' ' || inner[i] > '~' {
				return &AddressError{"a backslash before the @ stands alone"}
			}
		case c == '"' || c < ' ' || c == 0x7f:
			return &AddressError{"a character in the quoted part before the @ isn't allowed there"}
		}
	}
	for _, r := range inner {
		if r > '~' && !isAtextBeyondASCII(r) {
			return &AddressError{"a character in the quoted part before the @ isn't allowed there"}
		}
	}
	return nil
}

// isAtextBeyondASCII is what RFC 6532 adds to atext, or rather of that what can be seen: letters,
// marks, digits, punctuation and symbols; no spaces, controls or unassigned points.
func isAtextBeyondASCII(r rune) bool {
	return r >= utf8.RuneSelf && r != utf8.RuneError && unicode.IsGraphic(r) && !unicode.IsSpace(r)
}

func asciiDomain(domain string) (string, error) {
	switch {
	case domain == "":
		return "", &AddressError{"there is nothing after the @"}
	case domain[0] == '[':
		return "", &AddressError{"it has a network address where the domain should be"}
	case len(domain) > 4*maxDomain: // before the mapping, which may be costly
		return "", &AddressError{"the domain is longer than 255 octets"}
	}
	if !plainDomain(domain) {
		mapped, err := domains.ToASCII(domain)
		if err != nil {
			return "", &AddressError{"the domain isn't a valid (international) domain name"}
		}
		domain = mapped
	}
	if len(domain) > maxDomain {
		return "", &AddressError{"the domain is longer than 255 octets"}
	}
	dot := strings.LastIndexByte(domain, '.')
	if dot < 0 {
		return "", &AddressError{"the domain has no dot"}
	}
	if strings.Trim(domain[dot+1:], "0123456789") == "" {
		return "", &AddressError{"the domain ends in a number"}
	}
	return domain, nil
}

// plainDomain reports whether a domain is in its final form already: labels of 1 to 63 lower-case
// letters, digits and inner hyphens. It spares nearly every address the tables of IDNA.
func plainDomain(domain string) bool {
	for rest := domain; ; {
		label, after, more := strings.Cut(rest, ".")
		if len(label) == 0 || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.HasPrefix(label, "xn--") || !hostname.all(label) {
			return false
		}
		if rest = after; !more {
			return len(domain) <= 253
		}
	}
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
