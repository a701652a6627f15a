package mailer

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-msgauth/dkim"
)

// minRSABits is what RFC 8301, 3.2 asks of signers, and what large providers refuse to go below.
const minRSABits = 2048

// signed are the fields that a signature names when the message has them: C2 in the order in which
// they are written. Without List-Unsubscribe and List-Unsubscribe-Post among them no mail program
// shows an unsubscribe button (RFC 8058, 4).
var signed = []string{
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
// than it occurs, so that no second one can be added. The field's h= is one line of up to 250
// characters: go-msgauth doesn't fold it, and RFC 5322 lets it stand. A Signer doesn't change and may be used by
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
	fields, err := presentFields(message)
	if err != nil {
		return dst, composeError(KindContent, err)
	}
	start := len(dst)
	for _, k := range s.keys {
		signature, err := s.sign(k, fields, message)
		if err != nil {
			return dst[:start], composeError(KindContent, fmt.Errorf("DKIM: %w", err))
		}
		dst = append(dst, signature...)
	}
	return append(dst, message...), nil
}

func (s *Signer) sign(k Key, fields []string, message []byte) (string, error) {
	signer, err := dkim.NewSigner(&dkim.SignOptions{
		Domain: s.domain, Selector: k.Selector, Signer: k.Private, Hash: crypto.SHA256,
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
		HeaderKeys: fields,
	})
	if err != nil {
		return "", err
	}
	_, writeErr := signer.Write(message)
	if err := errors.Join(writeErr, signer.Close()); err != nil { // Close ends the signer's goroutine
		return "", err
	}
	return signer.Signature(), nil
}

// presentFields lists the fields to sign that the message has, as often as it has them, and From
// once more.
func presentFields(message []byte) ([]string, error) {
	header, _, found := bytes.Cut(message, []byte("\r\n\r\n"))
	if !found {
		return nil, errors.New("the message has no end of the header")
	}
	var names []string
	for line := range bytes.SplitSeq(header, []byte("\r\n")) {
		name, _, _ := bytes.Cut(line, []byte(":"))
		for _, s := range signed {
			if strings.EqualFold(string(name), s) {
				names = append(names, s)
			}
		}
	}
	if !slices.Contains(names, "From") {
		return nil, errors.New("the message has no From")
	}
	slices.SortStableFunc(names, func(a, b string) int { return slices.Index(signed, a) - slices.Index(signed, b) })
	return append([]string{"From"}, names...), nil
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
