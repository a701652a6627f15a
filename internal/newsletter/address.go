package newsletter

import (
	"database/sql/driver"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// Address is an e-mail address that can be mailed: local part as typed, domain as lower-case
// A-labels (RFC 5890). The zero value is no address.
type Address string

// hosts is IDNA2008 with the checks that idna.Lookup leaves out.
var hosts = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(true), idna.BidiRule(), idna.VerifyDNSLength(true))

// The limits of RFC 5321, section 4.5.3.1, in octets.
const (
	maxLocal   = 64
	maxDomain  = 255
	maxAddress = 254 // a path is 256 with its angle brackets
)

// ParseAddress checks what somebody typed and returns it in the form that is stored. White space
// around it is dropped; nothing else is mended. Quoted local parts, address literals and comments
// are refused: nobody's mailbox is lost by it, and much abuse is.
func ParseAddress(typed string) (Address, error) {
	s := strings.TrimSpace(typed)
	switch {
	case s == "":
		return "", addressError("address_empty", "the address is empty")
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unprintable):
		return "", addressError("address_characters", "the address holds characters that can't be in one")
	case len(s) > maxAddress+64: // an IDN grows when it becomes A-labels; the exact test is below
		return "", addressError("address_too_long", "the address is longer than 254 characters")
	}
	switch strings.Count(s, "@") {
	case 0:
		return "", addressError("address_without_at", "the address has no @")
	case 1:
	default:
		return "", addressError("address_two_ats", "the address has more than one @")
	}
	local, domain, _ := strings.Cut(s, "@")
	if err := checkLocal(local); err != nil {
		return "", err
	}
	host, err := checkDomain(domain)
	if err != nil {
		return "", err
	}
	if len(local)+1+len(host) > maxAddress {
		return "", addressError("address_too_long", "the address is longer than 254 characters")
	}
	return Address(local + "@" + host), nil
}

func checkLocal(local string) error {
	switch {
	case local == "":
		return addressError("address_without_local", "before the @ a name is missing")
	case len(local) > maxLocal:
		return addressError("address_too_long", "the part before the @ is longer than 64 characters")
	case strings.HasPrefix(local, "."), strings.HasSuffix(local, "."), strings.Contains(local, ".."):
		return addressError("address_dots", "before the @ a dot stands at an end, or two stand together")
	case strings.ContainsFunc(local, notAtom):
		return addressError("address_characters", "before the @ stands a character that can't be there")
	}
	return nil
}

func checkDomain(domain string) (string, error) {
	if domain == "" {
		return "", addressError("address_without_domain", "after the @ a name is missing, such as example.org")
	}
	host, err := hosts.ToASCII(domain)
	if err != nil || len(host) > maxDomain {
		return "", addressError("address_domain", "the part after the @ can't be the name of a mail server")
	}
	if !strings.Contains(host, ".") {
		return "", addressError("address_domain_dot", "after the @ an ending is missing, such as .nl")
	}
	if top := host[strings.LastIndexByte(host, '.')+1:]; strings.Trim(top, "0123456789") == "" {
		return "", addressError("address_domain", "the part after the @ can't be the name of a mail server")
	}
	return host, nil
}

// notAtom reports what RFC 5322 (atext and the dot) and RFC 6531 (UTF-8) don't allow.
func notAtom(r rune) bool {
	if r >= utf8.RuneSelf {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsNumber(r) && !unicode.IsSymbol(r)
	}
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("!#$%&'*+-/=?^_`{|}~.", r))
}

func unprintable(r rune) bool {
	return unicode.IsControl(r) || unicode.IsSpace(r) || unicode.Is(unicode.Cf, r)
}

func addressError(reason, message string) error {
	return &Error{Code: Invalid, Reason: reason, Field: "address", Message: message}
}

// Key is what makes an address the same person's: the local part in lower case too. Dots and
// plus signs stay: they are other mailboxes with most providers.
func (a Address) Key() string { return strings.ToLower(string(a)) }

// Domain is the part after the @, in lower-case A-labels.
func (a Address) Domain() string { return string(a[strings.LastIndexByte(string(a), '@')+1:]) }

// Unicode is the address with its domain as people write it (U-labels, RFC 5890).
func (a Address) Unicode() string {
	host, err := hosts.ToUnicode(a.Domain())
	if err != nil {
		return string(a)
	}
	return strings.TrimSuffix(string(a), a.Domain()) + host
}

// String shows the address. It is for the person it belongs to and for the desks, never for logs.
func (a Address) String() string { return string(a) }

// Value writes the address.
func (a Address) Value() (driver.Value, error) { return string(a), nil }

// Scan reads an address that Value wrote; it is not checked again.
func (a *Address) Scan(src any) error {
	switch v := src.(type) {
	case string:
		*a = Address(v)
	case []byte:
		*a = Address(v)
	default:
		return fmt.Errorf("newsletter.Address: cannot scan %T", src)
	}
	return nil
}
