package newsletter

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
)

// The purposes of a wording: the words of the sign-up form, and the operator's pages.
const (
	WordingSignup        = "signup"
	WordingImport        = "import" // what people agreed to elsewhere
	WordingContact       = "contact"
	WordingPrivacy       = "privacy"
	WordingAccessibility = "accessibility"
	WordingDisclaimer    = "disclaimer"
	WordingProcessing    = "processing" // the register of processing: nobody agrees to it, but it has versions
)

// NewWording names a text by its hash: SHA-256 over purpose, language and text, the first two led
// by their lengths, so that no two wordings give the same bytes.
func NewWording(purpose string, language Language, text string) Wording {
	h := sha256.New()
	for _, part := range []string{purpose, string(language)} {
		h.Write([]byte(strconv.Itoa(len(part)) + ":" + part))
	}
	h.Write([]byte(text))
	return Wording{Hash: hex.EncodeToString(h.Sum(nil)), Purpose: purpose, Language: language, Text: text}
}
