package editor

import (
	"bode.example/internal/newsletter"
	"bode.example/internal/review"
)

// editionChange is something of an edition that is not as somebody saw it.
type editionChange newsletter.UnseenPart

// Key is the key of the text that says it.
func (c editionChange) Key() string { return "edition_change_" + string(c.Kind) }

// changesOf are the changes since a fingerprint was taken, up to a report.
func changesOf(seen string, report *review.Report) (changes []editionChange) {
	for _, c := range newsletter.Unseen(seen, report.Print, report.Posts) {
		changes = append(changes, editionChange(c))
	}
	return changes
}
