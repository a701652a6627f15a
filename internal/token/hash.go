package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"

	"bode.example/internal/newsletter"
)

// Use is what a keyed hash of an address is for. Hashes of one use can't be matched with another's.
type Use string

// The uses.
const (
	Suppression Use = "suppression" // survives erasure: the row says "do not mail", not whom
	Limit       Use = "limit"       // counters of sign-ups and link requests
	Proof       Use = "proof"       // consent kept after leaving
)

// Hash stands for an address: the id of the key and HMAC-SHA-256 of the normalised address
// (newsletter.Address.Key) in hexadecimal. A plain hash of an address can be guessed; this can't
// without the key.
type Hash struct {
	KeyID string `db:"key_id"`
	Sum   string `db:"hash"`
}

// Hashes makes them with a current secret and looks up with old ones too. It is safe for
// concurrent use.
type Hashes struct {
	ids  []keyID // the current one first
	keys map[keyID][]byte
}

// NewHashes makes a ring of keys for one use. Give it secrets of its own, not those of links: these
// are never to be forgotten while a hash that they made is kept.
func NewHashes(use Use, current Secret, old ...Secret) (*Hashes, error) {
	ids, keys, err := newRing("hash "+string(use), current, old, func(s Secret) []byte {
		return s.derive("hash "+string(use), sha256.Size)
	})
	if err != nil {
		return nil, err
	}
	return &Hashes{ids: ids, keys: keys}, nil
}

// Current returns the hash to store.
func (h *Hashes) Current(a newsletter.Address) Hash { return h.hash(h.ids[0], a) }

// All returns the hashes to look for, one per key, the current one first.
func (h *Hashes) All(a newsletter.Address) []Hash {
	all := make([]Hash, len(h.ids))
	for i, id := range h.ids {
		all[i] = h.hash(id, a)
	}
	return all
}

func (h *Hashes) hash(id keyID, a newsletter.Address) Hash {
	m := hmac.New(sha256.New, h.keys[id])
	m.Write([]byte(a.Key()))
	return Hash{KeyID: id.String(), Sum: hex.EncodeToString(m.Sum(nil))}
}
