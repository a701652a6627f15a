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

type bounceKeys struct{ mac, mask *macKey }

func newBounceKeys(s Secret, use string) bounceKeys {
	return bounceKeys{mac: newMACKey(s.derive(use+" mac", sha256.Size)), mask: newMACKey(s.derive(use+" mask", sha256.Size))}
}

// tagged makes and reads addresses of a mailbox that carry a token, each purpose with keys of its own: a
// token of one is noise for the other.
type tagged struct {
	ring          *Ring
	keys          func(*linkKeys) bounceKeys
	local, domain string
}

// ReturnPath makes the envelope sender of each delivery (VERP) and reads it in what comes back. It
// is safe for concurrent use.
type ReturnPath struct{ tagged }

// LeavePath makes the address of each subscription that a mail to ends it (mailto in List-Unsubscribe, RFC
// 2369), and reads it. It is safe for concurrent use.
type LeavePath struct{ tagged }

// NewReturnPath makes senders in the mailbox that takes bounces: for bounce@lists.example.org they
// are bounce+TOKEN@lists.example.org.
func NewReturnPath(ring *Ring, mailbox newsletter.Address) (*ReturnPath, error) {
	t, err := newTagged(ring, mailbox, func(k *linkKeys) bounceKeys { return k.bounce })
	if err != nil {
		return nil, err
	}
	return &ReturnPath{t}, nil
}

// NewLeavePath makes addresses in the mailbox that takes wishes to leave, as NewReturnPath does.
func NewLeavePath(ring *Ring, mailbox newsletter.Address) (*LeavePath, error) {
	t, err := newTagged(ring, mailbox, func(k *linkKeys) bounceKeys { return k.leave })
	if err != nil {
		return nil, err
	}
	return &LeavePath{t}, nil
}

func newTagged(ring *Ring, mailbox newsletter.Address, keys func(*linkKeys) bounceKeys) (tagged, error) {
	local, domain, ok := strings.Cut(string(mailbox), "@")
	if !ok || local == "" || domain == "" {
		return tagged{}, newsletter.Errorf(newsletter.Invalid, "bounce_address", "the address %q of a mailbox is not an address", mailbox)
	}
	if room := maxLocal - len("+") - bounceTextSize; len(local) > room {
		return tagged{}, newsletter.Errorf(newsletter.Invalid, "bounce_address_long", "the address %q has more than %d characters before the @: no room is left for the token", mailbox, room)
	}
	return tagged{ring, keys, local, domain}, nil
}

// Address returns the sender of a delivery. It is believed until the end of the day (UTC) of
// expires; the same day gives the same sender on a retry.
func (p *ReturnPath) Address(delivery int64, expires time.Time) string {
	return p.address(delivery, dayOf(expires))
}

// Address returns the address that ends a subscription. It works for as long as the subscription is
// known: mail lies in boxes for years (RFC 8058).
func (p *LeavePath) Address(subscription int64) string { return p.address(subscription, maxDay) }

// Parse returns the subscription of an address that Address made. Otherwise the error is Forbidden
// (bounce_forged).
func (p *LeavePath) Parse(address string) (subscription int64, err error) {
	subscription, _, err = p.parse(address)
	return subscription, err
}

func (p *tagged) address(row int64, day uint16) string {
	id := p.ring.ids[0]
	keys := p.keys(p.ring.keys[id])
	var b [bounceSize]byte
	copy(b[:], id[:])
	binary.BigEndian.PutUint16(b[keyIDSize:], day)
	sum := keys.sum(b[keyIDSize:keyIDSize+daySize], uint64(row))
	binary.BigEndian.PutUint64(b[keyIDSize+daySize:], uint64(row)^keys.maskOf(sum[:]))
	copy(b[bounceSize-macSize:], sum[:])
	address := make([]byte, 0, len(p.local)+len("+@")+bounceTextSize+len(p.domain))
	address = append(append(address, p.local...), '+')
	address = append(bounceText.AppendEncode(address, b[:]), '@')
	return string(append(address, p.domain...))
}

// Parse returns the delivery of a sender that Address made. Otherwise the error is Forbidden
// (bounce_forged: not ours; nothing may change) or Expired (bounce_expired: the delivery is
// returned with it).
func (p *ReturnPath) Parse(address string, now time.Time) (delivery int64, err error) {
	delivery, day, err := p.parse(address)
	if err == nil && dayOf(now) > day {
		err = newsletter.Errorf(newsletter.Expired, "bounce_expired", "the bounce is for a mail of too long ago")
	}
	return delivery, err
}

func (p *tagged) parse(address string) (row int64, day uint16, err error) {
	local, domain, _ := strings.Cut(strings.ToLower(address), "@")
	text, ok := strings.CutPrefix(local, strings.ToLower(p.local)+"+")
	if !ok || domain != strings.ToLower(p.domain) || len(text) != bounceTextSize {
		return 0, 0, forgedBounce()
	}
	b, err := bounceText.DecodeString(text)
	if err != nil || len(b) != bounceSize {
		return 0, 0, forgedBounce()
	}
	known, ok := p.ring.keys[keyID(b[:keyIDSize])]
	if !ok {
		return 0, 0, forgedBounce()
	}
	keys, until, sum := p.keys(known), b[keyIDSize:keyIDSize+daySize], b[bounceSize-macSize:]
	number := binary.BigEndian.Uint64(b[keyIDSize+daySize:]) ^ keys.maskOf(sum)
	if want := keys.sum(until, number); !hmac.Equal(sum, want[:]) {
		return 0, 0, forgedBounce()
	}
	return int64(number), binary.BigEndian.Uint16(until), nil
}

func (k bounceKeys) sum(day []byte, delivery uint64) [macSize]byte {
	var body [daySize + 8]byte
	copy(body[:], day)
	binary.BigEndian.PutUint64(body[daySize:], delivery)
	sum, _ := k.mac.sum(body[:])
	return sum
}

func (k bounceKeys) maskOf(sum []byte) uint64 {
	mask, _ := k.mask.sum(sum)
	return binary.BigEndian.Uint64(mask[:])
}

const maxDay = 1<<16 - 1

// dayOf counts days since 1970 in UTC, within what two octets hold (until 2149).
func dayOf(t time.Time) uint16 {
	return uint16(min(max(t.Unix()/(24*60*60), 0), maxDay))
}

func forgedBounce() error {
	return newsletter.Errorf(newsletter.Forbidden, "bounce_forged", "the address that the bounce came to is not one that we made")
}
