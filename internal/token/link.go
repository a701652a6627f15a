package token

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"

	"bode.example/internal/newsletter"
)

// Purpose is the one thing that a link token allows. The numbers are in mail that lies in boxes:
// they are never given to another purpose.
type Purpose byte

// The purposes, with what their public id names.
const (
	Confirm       Purpose = 1  // sign-up: confirms it
	Unsubscribe   Purpose = 2  // subscription: ends it, or all of the person's
	Preferences   Purpose = 3  // subscription: changes topics, pace, language, pause, name, large letters
	Why           Purpose = 4  // subscription: shows why the mail came
	Access        Purpose = 5  // access link, single use: sees, erases, changes the address
	AddressChange Purpose = 6  // change of address: the new address confirms
	AddressUndo   Purpose = 7  // change of address: the old address takes it back
	SignIn        Purpose = 8  // staff sign-in, single use
	Ticket        Purpose = 9  // access link that was opened: the pages that follow it
	Request       Purpose = 20 // request about data: shows that it is its owner's
	Export        Purpose = 21 // package of one's data: fetches it
)

// purposes names them for the derivation of keys, where they may not change either.
var purposes = map[Purpose]string{
	Confirm: "confirm", Unsubscribe: "unsubscribe", Preferences: "preferences", Why: "why", Access: "access",
	AddressChange: "address_change", AddressUndo: "address_undo", SignIn: "sign_in", Ticket: "ticket", Request: "request", Export: "export",
}

func (p Purpose) String() string {
	if name, ok := purposes[p]; ok {
		return name
	}
	return "unknown"
}

// The parts of a token, in octets.
const (
	keyIDSize  = 4
	expirySize = 5
	idSize     = 16
	macSize    = 16
	bodySize   = 1 + keyIDSize + expirySize + idSize
	linkSize   = bodySize + macSize
)

// TextSize is the length of a token's text: a multiple of four, so that each token has one text.
const TextSize = linkSize / 3 * 4

// Ring signs with its current secret and verifies with all. It is safe for concurrent use.
type Ring struct {
	ids  []keyID // the current one first
	keys map[keyID]*linkKeys
}

type linkKeys struct {
	purpose map[Purpose]*macKey
	bounce  bounceKeys
	leave   bounceKeys
	code    []byte
}

// NewRing makes a ring. Old secrets stay in it for as long as mail made with them may be opened.
func NewRing(current Secret, old ...Secret) (*Ring, error) {
	ids, keys, err := newRing("link", current, old, func(s Secret) *linkKeys {
		k := &linkKeys{purpose: map[Purpose]*macKey{}, bounce: newBounceKeys(s, "bounce"), leave: newBounceKeys(s, "leave"),
			code: s.derive("code sign_in", sha256.Size)}
		for p, name := range purposes {
			k.purpose[p] = newMACKey(s.derive("link "+name, sha256.Size))
		}
		return k
	})
	if err != nil {
		return nil, err
	}
	return &Ring{ids: ids, keys: keys}, nil
}

// Sign returns the token that allows purpose for id until expires, to the second; a zero expires
// means for ever. The text is TextSize letters, digits, - and _.
func (r *Ring) Sign(purpose Purpose, id newsletter.PublicID, expires time.Time) string {
	var text [TextSize]byte
	return string(r.Append(text[:0], purpose, id, expires))
}

// Append appends the text of Sign to dst.
func (r *Ring) Append(dst []byte, purpose Purpose, id newsletter.PublicID, expires time.Time) []byte {
	var b [linkSize]byte
	b[0] = byte(purpose)
	copy(b[1:], r.ids[0][:])
	putExpiry(b[1+keyIDSize:], expires)
	copy(b[1+keyIDSize+expirySize:], id[:])
	mac, _ := r.keys[r.ids[0]].purpose[purpose].sum(b[:bodySize]) // our own purposes all have a key
	copy(b[bodySize:], mac[:])
	return base64.RawURLEncoding.AppendEncode(dst, b[:])
}

// Verify returns the public id of a token that allows purpose at now. Otherwise the error is
//
//   - Forbidden, reason token_forged: not made by us, cut off, or by a secret that is gone;
//   - Forbidden, reason token_purpose: made by us, for something else;
//   - Expired, reason token_expired: it was good until now. The id is returned with it, so that a
//     page can offer a fresh form.
//
// That the thing still exists and the token was not used before is the caller's to know.
func (r *Ring) Verify(purpose Purpose, token string, now time.Time) (newsletter.PublicID, error) {
	var none newsletter.PublicID
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(token) != TextSize || len(b) != linkSize {
		return none, forged()
	}
	keys, known := r.keys[keyID(b[1:1+keyIDSize])]
	if !known || !keys.purpose[Purpose(b[0])].verify(b[bodySize:], b[:bodySize]) {
		return none, forged()
	}
	if Purpose(b[0]) != purpose {
		return none, newsletter.Errorf(newsletter.Forbidden, "token_purpose", "this link is for something else: use the one that the mail names for this")
	}
	id := newsletter.PublicID(b[1+keyIDSize+expirySize : bodySize])
	if expires := expiry(b[1+keyIDSize:]); expires != 0 && now.Unix() >= expires {
		return id, newsletter.Errorf(newsletter.Expired, "token_expired", "this link has expired: ask for a new one")
	}
	return id, nil
}

func forged() error {
	return newsletter.Errorf(newsletter.Forbidden, "token_forged", "this link is incomplete or not ours: copy it whole from the mail, or ask for a new one")
}

const maxExpiry = 1<<(8*expirySize) - 1

// putExpiry writes seconds since 1970; what ended before then ended in its first second, since 0
// means for ever.
func putExpiry(b []byte, t time.Time) {
	if t.IsZero() {
		return // the octets are zero
	}
	var all [8]byte
	binary.BigEndian.PutUint64(all[:], uint64(min(max(t.Unix(), 1), maxExpiry)))
	copy(b[:expirySize], all[8-expirySize:])
}

func expiry(b []byte) int64 {
	var all [8]byte
	copy(all[8-expirySize:], b[:expirySize])
	return int64(binary.BigEndian.Uint64(all[:]))
}
