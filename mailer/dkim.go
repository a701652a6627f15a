package mailer

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// minRSABits is what RFC 8301, 3.2 asks of signers, and what large providers refuse to go below.
const minRSABits = 2048

// signed are the fields that a signature names when the message has them: C2 in the order in which
// they are written. Without List-Unsubscribe and List-Unsubscribe-Post among them no mail program
// shows an unsubscribe button (RFC 8058, 4).
var signed = [...]string{
	"From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
	"Reply-To", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted", "Feedback-ID",
}

// Key is a private key and the name under which its public half is published.
type Key struct {
	// Selector names the key: the DNS record is at <selector>._domainkey.<domain>. Two selectors
	// may be live at once, so that a key can be replaced while mail is under way.
	Selector string
	// Private is an RSA key of at least 2048 bits, or an Ed25519 key. See LoadKey.
	Private crypto.Signer
}

// Signer signs messages with DKIM (RFC 6376): rsa-sha256 and, if there is such a key too,
// ed25519-sha256 (RFC 8463) beside it; relaxed/relaxed, the whole body, and From named once more
// than it occurs, so that no second one can be added. There is no t=: the Date field says when. Signing costs
// little beside what the key does: the body is hashed where it stands. A Signer doesn't change and may be used by
// several goroutines.
//
// The domain should be that of the From address, or the two aren't aligned and the signature counts
// for nothing with DMARC.
type Signer struct {
	domain string
	keys   []Key
}

// NewSigner makes a Signer for a domain. The keys are one of RSA and at most one of Ed25519, with
// different selectors: many verifiers know RSA only, so Ed25519 never stands alone.
func NewSigner(domain string, keys ...Key) (*Signer, error) {
	ascii, err := asciiDomain(domain)
	if err != nil {
		return nil, fmt.Errorf("mailer: DKIM domain: %w", err)
	}
	seen := map[string]bool{}
	for _, k := range keys {
		algorithm, err := checkKey(k.Private)
		if err != nil {
			return nil, fmt.Errorf("mailer: DKIM key %q: %w", k.Selector, err)
		}
		if _, err := asciiDomain(k.Selector + ".x"); err != nil {
			return nil, fmt.Errorf("mailer: DKIM selector %q: it must be letters, digits and hyphens, in parts divided by dots", k.Selector)
		}
		if seen[algorithm] || seen["selector "+strings.ToLower(k.Selector)] {
			return nil, errors.New("mailer: DKIM keys: two of one algorithm, or with one selector")
		}
		seen[algorithm], seen["selector "+strings.ToLower(k.Selector)] = true, true
	}
	if !seen["rsa"] {
		return nil, errors.New("mailer: DKIM keys: one of RSA is needed; many verifiers know no other")
	}
	return &Signer{domain: ascii, keys: slices.Clone(keys)}, nil
}

// Domain is the d= of the signatures, as A-labels.
func (s *Signer) Domain() string { return s.domain }

// Sign appends the signatures and then the message to dst. The message must be as it will be sent:
// what changes after it breaks the signature. On an error, which is a *SendError of StageCompose,
// it returns dst as it was.
func (s *Signer) Sign(dst, message []byte) ([]byte, error) {
	end := bytes.Index(message, []byte("\r\n\r\n"))
	if end < 0 {
		return dst, composeError(KindContent, errors.New("the message has no end of the header"))
	}
	names, fields, err := toSign(message[:end+2])
	if err != nil {
		return dst, composeError(KindContent, err)
	}
	if !bytes.HasSuffix(message, []byte("\r\n")) {
		return dst, composeError(KindContent, errors.New("the message doesn't end with CRLF"))
	}
	body := sha256.New()
	hashRelaxed(body, message[end+4:])
	bodyHash := body.Sum(nil)
	start := len(dst)
	for _, k := range s.keys {
		if dst, err = s.sign(dst, k, names, fields, bodyHash); err != nil {
			return dst[:start], composeError(KindContent, fmt.Errorf("DKIM: %w", err))
		}
	}
	return append(dst, message...), nil
}

// sign appends the field of one signature. The signature is of the fields named and of this field
// itself, without the signature in it and without its CRLF (RFC 6376, 3.7).
func (s *Signer) sign(dst []byte, k Key, names string, fields, bodyHash []byte) ([]byte, error) {
	algorithm, options := "rsa-sha256", crypto.SignerOpts(crypto.SHA256)
	if _, ok := k.Private.Public().(ed25519.PublicKey); ok {
		algorithm, options = "ed25519-sha256", crypto.Hash(0) // RFC 8463, 3: it signs the hash as if it were the message
	}
	start := len(dst)
	dst = fmt.Appendf(dst, "DKIM-Signature: v=1; a=%s; c=relaxed/relaxed;\r\n d=%s; s=%s;\r\n h=%s;\r\n bh=", algorithm, s.domain, k.Selector, names)
	dst = base64.StdEncoding.AppendEncode(dst, bodyHash)
	dst = append(dst, ";\r\n b="...)
	header := sha256.New()
	header.Write(fields)
	header.Write(appendRelaxed(nil, dst[start:]))
	signature, err := k.Private.Sign(rand.Reader, header.Sum(nil), options)
	if err != nil {
		return dst, err
	}
	encoded := base64.StdEncoding.AppendEncode(nil, signature)
	dst = append(dst, encoded[:min(len(encoded), foldWidth-3)]...) // beside " b="
	for line := range slices.Chunk(encoded[min(len(encoded), foldWidth-3):], foldWidth-2) {
		dst = append(append(dst, "\r\n  "...), line...)
	}
	return append(dst, "\r\n"...), nil
}

// toSign returns the value of h=, folded, and the fields that it names in canonical form, for a header
// with its final CRLF: those of signed that the header has, as often as it has them, from the last to
// the first (RFC 6376, 5.4.2), and From once more than there is.
func toSign(header []byte) (names string, canonical []byte, err error) {
	var found [len(signed)][][]byte
	for len(header) > 0 {
		field := header[:fieldLen(header)]
		header = header[len(field):]
		name, _, _ := bytes.Cut(field, []byte(":"))
		name = bytes.TrimRight(name, " \t")
		for i, s := range signed {
			if len(name) == len(s) && strings.EqualFold(string(name), s) {
				found[i] = append(found[i], field)
			}
		}
	}
	if len(found[0]) == 0 {
		return "", nil, errors.New("the message has no From")
	}
	var h strings.Builder
	h.WriteString(signed[0])
	col := len(" h=") + len(signed[0])
	canonical = make([]byte, 0, 4096)
	for i, fields := range found {
		for _, field := range slices.Backward(fields) {
			if col += 1 + len(signed[i]); col >= foldWidth {
				h.WriteString(":\r\n  " + signed[i])
				col = len("  ") + len(signed[i])
			} else {
				h.WriteString(":" + signed[i])
			}
			canonical = append(appendRelaxed(canonical, field), "\r\n"...)
		}
	}
	return h.String(), canonical, nil
}

// fieldLen is the length of the first field of a header, with its continuation lines and CRLF.
func fieldLen(header []byte) int {
	for n := 0; ; {
		end := bytes.IndexByte(header[n:], '\n')
		if end < 0 {
			return len(header)
		}
		if n += end + 1; n == len(header) || header[n] != ' ' && header[n] != '\t' {
			return n
		}
	}
}

// checkKey returns the k= of a key that may sign.
func checkKey(key crypto.Signer) (algorithm string, err error) {
	if key == nil {
		return "", errors.New("there is no private key")
	}
	switch public := key.Public().(type) {
	case *rsa.PublicKey:
		if bits := public.N.BitLen(); bits < minRSABits {
			return "", fmt.Errorf("an RSA key of %d bits is too weak; it needs %d", bits, minRSABits)
		}
		return "rsa", nil
	case ed25519.PublicKey:
		return "ed25519", nil
	default:
		return "", fmt.Errorf("a key of type %T can't sign; RSA and Ed25519 can", public)
	}
}

// Record is the TXT record in DNS that publishes a key.
type Record struct {
	Name  string // without the final dot
	Value string // the strings of the record, joined
}

// Records returns what must be in DNS for the signatures to verify, one record a key.
func (s *Signer) Records() []Record {
	records := make([]Record, 0, len(s.keys))
	for _, k := range s.keys {
		records = append(records, keyRecord(s.domain, k))
	}
	return records
}

// keyRecord writes RFC 6376, 3.6.1. An Ed25519 key is its 32 octets, without ASN.1 (RFC 8463, 4).
func keyRecord(domain string, k Key) Record {
	var algorithm string
	var octets []byte
	switch public := k.Private.Public().(type) {
	case *rsa.PublicKey:
		algorithm = "rsa"
		octets, _ = x509.MarshalPKIXPublicKey(public) // can't fail for an RSA key
	case ed25519.PublicKey:
		algorithm, octets = "ed25519", public
	}
	return Record{
		Name:  k.Selector + "._domainkey." + domain,
		Value: "v=DKIM1; k=" + algorithm + "; p=" + base64.StdEncoding.EncodeToString(octets),
	}
}

// Zone returns the record as a line of a zone file, its value in strings of at most 255 octets, which
// is all that DNS has room for in one.
func (r Record) Zone() string {
	var b strings.Builder
	b.WriteString(r.Name + ". IN TXT (")
	for part := range slices.Chunk([]byte(r.Value), 255) {
		b.WriteString(` "` + string(part) + `"`)
	}
	return b.String() + " )"
}
