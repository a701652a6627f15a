package newsletter

import (
	"crypto/sha256"
	"encoding/binary"
)

// MessageID is the Message-ID of a delivery, without its angle brackets, at the sender's domain. It
// is made of what never changes about the row and of no key, so that each try of a message bears the
// same one, also after a change of keys; and it tells nobody how many messages there were.
func (d *Delivery) MessageID(domain string) string {
	var room [64]byte
	b := append(room[:0], "bode message-id"...)
	b = binary.BigEndian.AppendUint64(b, uint64(d.ID))                    // only the bits matter
	b = binary.BigEndian.AppendUint64(b, uint64(d.CreatedAt.UnixMicro())) // only the bits matter
	sum := sha256.Sum256(b)
	return PublicID(sum[:16]).String() + "@" + domain
}
