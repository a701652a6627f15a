package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"sync"
)

// macKey makes MACs with one key. How HMAC begins, a block for the key inside and one outside, is worked out once for
// many messages: half of the work for what is as short as a token. It is safe for concurrent use.
type macKey struct {
	key  []byte
	idle sync.Pool // of *macState
}

// macState is an HMAC that has been begun, with room for what goes in and comes out of it.
type macState struct {
	hash.Hash
	body []byte
	sum  [sha256.Size]byte
}

func newMACKey(key []byte) *macKey { return &macKey{key: key} }

// sum returns the first macSize octets of the HMAC of a body. A purpose that we don't know has no key: it gets what
// no token can equal, and ok is false.
func (k *macKey) sum(body []byte) (mac [macSize]byte, ok bool) {
	if k == nil {
		return mac, false
	}
	s, _ := k.idle.Get().(*macState)
	if s == nil {
		s = &macState{Hash: hmac.New(sha256.New, k.key)}
	}
	s.body = append(s.body[:0], body...) // so that what the caller has needn't be on the heap
	s.Write(s.body)
	mac = [macSize]byte(s.Sum(s.sum[:0]))
	s.Reset()
	k.idle.Put(s)
	return mac, true
}

// verify reports whether mac is that of a body.
func (k *macKey) verify(mac, body []byte) bool {
	want, ok := k.sum(body)
	return ok && hmac.Equal(mac, want[:])
}
