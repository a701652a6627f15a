package newsletter

import (
	"crypto/sha256"
	"encoding/binary"
)

// MessageID is the Message-ID of a delivery, without its angle brackets, at the sender's domain. It
// is made of what never changes about the row and of no key, so that each try of a message bears the
// same one, also after a change of keys; and it tells nobody how many messages there were.
func (d *Delivery) MessageID(domain string) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(d.ID))                    // only the bits matter
	binary.BigEndian.PutUint64(b[8:], uint64(d.CreatedAt.UnixMicro())) // only the bits matter
	sum := sha256.Sum256(append([]byte("bode message-id"), b[:]...))
	return PublicID(sum[:16]).String() + "@" + domain
}
