package newsletter

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
)

// Reviewed says what somebody who approves an edition has looked at.
type Reviewed struct {
	// Print is the Fingerprint of what was checked; when the edition holds something else by now, it is
	// not approved.
	Print string
	// Despite is why it leaves although something severe was found, and Flaws what that was: for the
	// audit log.
	Despite string
	Flaws   []string
}

// Fingerprint tells one content of an edition from another: its words, its posts, and the order that an editor
// gave them; that of SortPosts follows the clock.
func Fingerprint(e *Edition, posts []EditionPost) string {
	sorted := slices.Clone(posts)
	slices.SortFunc(sorted, func(a, b EditionPost) int { return cmp.Compare(a.PostID, b.PostID) })
	for i := range sorted {
		sorted[i].EditionID, sorted[i].Position = 0, 0
	}
	text, _ := json.Marshal([]any{e.Subject, e.Preheader, e.Introduction, e.Correction, e.PostOrder, sorted}) // holds nothing but texts, numbers and times
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
