package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"strings"
	"time"

	"bode.example/internal/newsletter"
)

// A bounce token is: key id (4 octets) | day of expiry since 1970 (2) | delivery, masked (8) | MAC (16).
// The MAC covers day and delivery and makes the mask, so that a row's number, and with it how much
// mail we send, is not for every recipient to read.
const (
	daySize    = 2
	bounceSize = keyIDSize + daySize + 8 + macSize
)

// bounceTextSize is the length of its text: base32 of a multiple of five octets, one text each.
const bounceTextSize = bounceSize / 5 * 8

// maxLocal is RFC 5321, section 4.5.3.1.1.
const maxLocal = 64

// bounceText has lower case only: a local part may come back with its case changed.
var bounceText = base32.NewEncoding("abcdefghijkmnpqrstuvwxyz23456789").WithPadding(base32.NoPadding)

type bounceKeys struct{ mac, mask []byte }

func newBounceKeys(s Secret) bounceKeys {
	return bounceKeys{mac: s.derive("bounce mac", sha256.Size), mask: s.derive("bounce mask", sha256.Size)}
}

// ReturnPath makes the envelope sender of each delivery (VERP) and reads it in what comes back. It
// is safe for concurrent use.
type ReturnPath struct {
	ring          *Ring
	local, domain string
}

// NewReturnPath makes senders in the mailbox that takes bounces: for bounce@lists.example.org they
// are bounce+TOKEN@lists.example.org.
func NewReturnPath(ring *Ring, mailbox newsletter.Address) (*ReturnPath, error) {
	local, domain, ok := strings.Cut(string(mailbox), "@")
	if !ok || local == "" || domain == "" {
		return nil, newsletter.Errorf(newsletter.Invalid, "bounce_address", "the bounce address %q is not an address", mailbox)
	}
	if room := maxLocal - len("+") - bounceTextSize; len(local) > room {
		return nil, newsletter.Errorf(newsletter.Invalid, "bounce_address_long", "the bounce address %q has more than %d characters before the @: no room is left for the token", mailbox, room)
	}
	return &ReturnPath{ring: ring, local: local, domain: domain}, nil
}

// Address returns the sender of a delivery. It is believed until the end of the day (UTC) of
// expires; the same day gives the same sender on a retry.
func (p *ReturnPath) Address(delivery int64, expires time.Time) string {
	id := p.ring.ids[0]
	keys := p.ring.keys[id].bounce
	var b [bounceSize]byte
	copy(b[:], id[:])
	binary.BigEndian.PutUint16(b[keyIDSize:], dayOf(expires))
	sum := keys.sum(b[keyIDSize:keyIDSize+daySize], uint64(delivery))
	binary.BigEndian.PutUint64(b[keyIDSize+daySize:], uint64(delivery)^keys.maskOf(sum))
	copy(b[bounceSize-macSize:], sum)
	return p.local + "+" + bounceText.EncodeToString(b[:]) + "@" + p.domain
}

// Parse returns the delivery of a sender that Address made. Otherwise the error is Forbidden
// (bounce_forged: not ours; nothing may change) or Expired (bounce_expired: the delivery is
// returned with it).
func (p *ReturnPath) Parse(address string, now time.Time) (delivery int64, err error) {
	local, domain, _ := strings.Cut(strings.ToLower(address), "@")
	text, ok := strings.CutPrefix(local, strings.ToLower(p.local)+"+")
	if !ok || domain != strings.ToLower(p.domain) || len(text) != bounceTextSize {
		return 0, forgedBounce()
	}
	b, err := bounceText.DecodeString(text)
	if err != nil || len(b) != bounceSize {
		return 0, forgedBounce()
	}
	known, ok := p.ring.keys[keyID(b[:keyIDSize])]
	if !ok {
		return 0, forgedBounce()
	}
	keys, day, sum := known.bounce, b[keyIDSize:keyIDSize+daySize], b[bounceSize-macSize:]
	number := binary.BigEndian.Uint64(b[keyIDSize+daySize:]) ^ keys.maskOf(sum)
	if !hmac.Equal(sum, keys.sum(day, number)) {
		return 0, forgedBounce()
	}
	if dayOf(now) > binary.BigEndian.Uint16(day) {
		return int64(number), newsletter.Errorf(newsletter.Expired, "bounce_expired", "the bounce is for a mail of too long ago")
	}
	return int64(number), nil
}

func (k bounceKeys) sum(day []byte, delivery uint64) []byte {
	var body [daySize + 8]byte
	copy(body[:], day)
	binary.BigEndian.PutUint64(body[daySize:], delivery)
	return mac(k.mac, body[:])
}

func (k bounceKeys) maskOf(sum []byte) uint64 { return binary.BigEndian.Uint64(mac(k.mask, sum)) }

// dayOf counts days since 1970 in UTC, within what two octets hold (until 2149).
func dayOf(t time.Time) uint16 {
	return uint16(min(max(t.Unix()/(24*60*60), 0), 1<<16-1))
}

func forgedBounce() error {
	return newsletter.Errorf(newsletter.Forbidden, "bounce_forged", "the address that the bounce came to is not one that we made")
}
