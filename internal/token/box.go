package token

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"

	"bode.example/internal/newsletter"
)

// Box seals small secrets that the database keeps and must be able to give back, such as that of an
// authenticator app: whoever gets hold of the database alone can't read them. A sealed text is the
// base64url text of
//
//	key id (4 octets) | nonce (12) | AES-256-GCM of the text, with its tag (16)
//
// and is bound to what it is for: a text that is moved to another row doesn't open there. It is safe
// for concurrent use.
type Box struct {
	ids  []keyID // the current one first
	keys map[keyID]cipher.AEAD
}

// NewBox makes one with a current secret, which seals, and old ones, which still open.
func NewBox(current Secret, old ...Secret) (*Box, error) {
	ids, keys, err := newRing("box", current, old, func(s Secret) cipher.AEAD {
		block, err := aes.NewCipher(s.derive("box", 32))
		if err != nil {
			panic(err) // only for another length of key
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			panic(err) // only for another size of block
		}
		return aead
	})
	if err != nil {
		return nil, err
	}
	return &Box{ids: ids, keys: keys}, nil
}

const nonceSize = 12

// Seal hides a text that is for one thing, such as "authenticator" and its owner's id.
func (b *Box) Seal(purpose, text string) string {
	id := b.ids[0]
	sealed := make([]byte, keyIDSize+nonceSize, keyIDSize+nonceSize+len(text)+16)
	copy(sealed, id[:])
	_, _ = rand.Read(sealed[keyIDSize:]) // crypto/rand.Read never fails: it ends the program instead
	sealed = b.keys[id].Seal(sealed, sealed[keyIDSize:], []byte(text), []byte(purpose))
	return base64.RawURLEncoding.EncodeToString(sealed)
}

// Open gives the text back. stale says that an old secret sealed it: seal it anew before that is gone.
// Otherwise the error is Unavailable (box_locked): sealed for something else, altered, or under a secret
// that is gone.
func (b *Box) Open(purpose, sealed string) (text string, stale bool, err error) {
	locked := newsletter.Errorf(newsletter.Unavailable, "box_locked", "what was sealed can't be opened: the secret that sealed it is gone, or the database was altered")
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil || len(raw) < keyIDSize+nonceSize {
		return "", false, locked
	}
	id := keyID(raw[:keyIDSize])
	key, known := b.keys[id]
	if !known {
		return "", false, locked
	}
	plain, err := key.Open(nil, raw[keyIDSize:keyIDSize+nonceSize], raw[keyIDSize+nonceSize:], []byte(purpose))
	if err != nil {
		return "", false, locked
	}
	return string(plain), id != b.ids[0], nil
}
