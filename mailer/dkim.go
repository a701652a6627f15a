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
	"sync"
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
	keys   []signingKey
	sheets *sync.Pool // of *sheet
}

// signingKey is a key, and what its signatures begin with.
type signingKey struct {
	Key
	options crypto.SignerOpts
	begin   []byte // the field up to the value of h=
}

// sheet is what one signature is worked out on, and then the next.
type sheet struct {
	found     [len(signed)][][]byte // fields of the message, by the place of their name in signed
	names     []byte                // the value of h=
	canonical []byte                // the fields of h=, as they are hashed, and behind them that of a signature
	encoded   []byte
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
	s := &Signer{domain: ascii, sheets: &sync.Pool{New: func() any { return new(sheet) }}}
	for _, k := range keys {
		algorithm, options := "rsa-sha256", crypto.SignerOpts(crypto.SHA256)
		if _, ok := k.Private.Public().(ed25519.PublicKey); ok {
			algorithm, options = "ed25519-sha256", crypto.Hash(0) // RFC 8463, 3: it signs the hash as if it were the message
		}
		begin := fmt.Appendf(nil, "DKIM-Signature: v=1; a=%s; c=relaxed/relaxed;\r\n d=%s; s=%s;\r\n h=", algorithm, ascii, k.Selector)
		s.keys = append(s.keys, signingKey{k, options, begin})
	}
	return s, nil
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
	if !bytes.HasSuffix(message, []byte("\r\n")) {
		return dst, composeError(KindContent, errors.New("the message doesn't end with CRLF"))
	}
	w := s.sheets.Get().(*sheet)
	defer s.sheets.Put(w)
	if err := w.read(message[:end+2]); err != nil {
		return dst, composeError(KindContent, err)
	}
	bodyHash := hashRelaxed(message[end+4:])
	start := len(dst)
	for i := range s.keys {
		var err error
		if dst, err = w.sign(dst, &s.keys[i], bodyHash[:]); err != nil {
			return dst[:start], composeError(KindContent, fmt.Errorf("DKIM: %w", err))
		}
	}
	return append(dst, message...), nil
}

// sign appends the field of one signature. The signature is of the fields named and of this field
// itself, without the signature in it and without its CRLF (RFC 6376, 3.7).
func (w *sheet) sign(dst []byte, k *signingKey, bodyHash []byte) ([]byte, error) {
	start := len(dst)
	dst = append(append(append(dst, k.begin...), w.names...), ";\r\n bh="...)
	dst = base64.StdEncoding.AppendEncode(dst, bodyHash)
	dst = append(dst, ";\r\n b="...)
	fields := len(w.canonical)
	w.canonical = appendRelaxed(w.canonical, dst[start:])
	header := sha256.Sum256(w.canonical)
	w.canonical = w.canonical[:fields] // for the next key
	signature, err := k.Private.Sign(rand.Reader, header[:], k.options)
	if err != nil {
		return dst, err
	}
	w.encoded = base64.StdEncoding.AppendEncode(w.encoded[:0], signature)
	first := min(len(w.encoded), foldWidth-3) // beside " b="
	dst = append(dst, w.encoded[:first]...)
	for line := range slices.Chunk(w.encoded[first:], foldWidth-2) {
		dst = append(append(dst, "\r\n  "...), line...)
	}
	return append(dst, "\r\n"...), nil
}

// read works out the value of h=, folded, and the fields that it names in canonical form, for a header
// with its final CRLF: those of signed that the header has, as often as it has them, from the last to
// the first (RFC 6376, 5.4.2), and From once more than there is.
func (w *sheet) read(header []byte) error {
	for i := range w.found {
		w.found[i] = w.found[i][:0]
	}
	for len(header) > 0 {
		field := header[:fieldLen(header)]
		header = header[len(field):]
		name, _, _ := bytes.Cut(field, []byte(":"))
		name = bytes.TrimRight(name, " \t")
		for i, s := range signed {
			if len(name) == len(s) && strings.EqualFold(string(name), s) {
				w.found[i] = append(w.found[i], field)
			}
		}
	}
	if len(w.found[0]) == 0 {
		return errors.New("the message has no From")
	}
	w.names, w.canonical = append(w.names[:0], signed[0]...), w.canonical[:0]
	col := len(" h=") + len(signed[0])
	for i, fields := range w.found {
		for _, field := range slices.Backward(fields) {
			if col += 1 + len(signed[i]); col >= foldWidth {
				w.names = append(w.names, ":\r\n  "...)
				col = len("  ") + len(signed[i])
			} else {
				w.names = append(w.names, ':')
			}
			w.names = append(w.names, signed[i]...)
			w.canonical = append(appendRelaxed(w.canonical, field), "\r\n"...)
		}
		clear(fields) // they are the caller's
	}
	return nil
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
		records = append(records, keyRecord(s.domain, k.Key))
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
