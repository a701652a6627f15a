package newsletter

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
)

// Reviewed says what somebody who approves an edition has looked at.
type Reviewed struct {
	// Print is the Fingerprint of what was looked at; when the edition holds something else by now, it is
	// not approved.
	Print string
	// Despite is why it leaves although something severe was found, and Flaws what that was: for the
	// audit log.
	Despite string
	Flaws   []string
}

// EditionChanged is the error of an approval of something else than was looked at.
func EditionChanged(id PublicID) error {
	return Errorf(Conflict, "edition_changed", "the edition %s was changed since you looked at it: look again before you approve it", id)
}

// IsEditionChanged reports whether an error is that of EditionChanged.
func IsEditionChanged(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Reason == "edition_changed"
}

// Fingerprint tells one content of an edition from another: its words, its posts, the order that an editor
// gave them (that of SortPosts follows the clock), its list with sender and look, and the names of topics.
// How many readers there are is no part of it.
//
// It begins with a hash of all; after that follow short ones of each part, so that Unseen can say what
// it is that changed. What two fingerprints have in common is decided by the first alone.
func Fingerprint(e *Edition, posts []EditionPost, l *List, topics []Topic) string {
	words := hashOf(e.Subject, e.Preheader, e.Introduction)
	order, text, look := hashOf(e.PostOrder), hashOf(e.Correction), hashOf(l, topics)
	sorted := slices.Clone(posts)
	slices.SortFunc(sorted, func(a, b EditionPost) int { return cmp.Compare(a.PostID, b.PostID) })
	whole, parts := []string{words, order, text, look}, []string{short(words), short(order), short(text), short(look)}
	for i := range sorted {
		p := &sorted[i]
		disposition := string(p.Disposition)
		p.EditionID, p.Position, p.Disposition = 0, 0, ""
		hash := hashOf(p)
		whole = append(whole, disposition, hash)
		parts = append(parts, strconv.FormatInt(p.PostID, 10)+(disposition + "-")[:1]+short(hash))
	}
	return strings.Join(append([]string{hashOf(whole)}, parts...), ".")
}

// hashOf is the SHA-256 of values that hold nothing but texts, numbers and times.
func hashOf(values ...any) string {
	text, _ := json.Marshal(values)
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// short is enough of a hash to tell what changed, once the whole one says that something did.
func short(hash string) string { return hash[:8] }

// UnseenKind says what somebody who looked at an edition has not seen of it.
type UnseenKind string

// The kinds. Doors look them up in the text catalogue under "edition_change_" + kind.
const (
	UnseenWords      UnseenKind = "words"      // subject, preheader or introduction
	UnseenOrder      UnseenKind = "order"      // of the posts
	UnseenCorrection UnseenKind = "correction" // what a correction says
	UnseenLook       UnseenKind = "look"       // the list's words, sender or look, or the names of its topics
	UnseenAdded      UnseenKind = "added"      // a post that was not there
	UnseenGone       UnseenKind = "gone"       // Count posts that are there no more
	UnseenPost       UnseenKind = "post"       // a post says something else
	UnseenDisposed   UnseenKind = "disposed"   // a post was in and is not, or the other way round
)

// UnseenPart is one thing that is not as it was looked at. Title is that of the post, Count how many are gone.
type UnseenPart struct {
	Kind  UnseenKind
	Title string
	Count int
}

// Unseen says what is different between what was seen (a Fingerprint) and print, that of an edition which
// holds these posts now. What is no fingerprint tells nothing.
func Unseen(seen, print string, posts []EditionPost) (changes []UnseenPart) {
	before, after := strings.Split(seen, "."), strings.Split(print, ".")
	const fixed = 5 // the whole, and the four parts below
	if len(before) < fixed || len(after) < fixed || before[0] == after[0] {
		return nil
	}
	for i, kind := range []UnseenKind{UnseenWords, UnseenOrder, UnseenCorrection, UnseenLook} {
		if before[i+1] != after[i+1] {
			changes = append(changes, UnseenPart{Kind: kind})
		}
	}
	titles := map[string]string{}
	for i := range posts {
		titles[strconv.FormatInt(posts[i].PostID, 10)] = posts[i].Title
	}
	had := map[string]string{}
	for _, part := range before[fixed:] {
		id, rest := postPart(part)
		had[id] = rest
	}
	for _, part := range after[fixed:] {
		id, rest := postPart(part)
		was, there := had[id]
		delete(had, id)
		switch {
		case !there:
			changes = append(changes, UnseenPart{Kind: UnseenAdded, Title: titles[id]})
		case was == "" || rest == "" || was[1:] != rest[1:]:
			changes = append(changes, UnseenPart{Kind: UnseenPost, Title: titles[id]})
		case was != rest:
			changes = append(changes, UnseenPart{Kind: UnseenDisposed, Title: titles[id]})
		}
	}
	if len(had) > 0 {
		changes = append(changes, UnseenPart{Kind: UnseenGone, Count: len(had)})
	}
	return changes
}

// postPart takes the part of a post apart: its id, and disposition with hash.
func postPart(part string) (id, rest string) {
	i := strings.IndexFunc(part, func(r rune) bool { return r < '0' || r > '9' })
	if i < 0 {
		return part, ""
	}
	return part[:i], part[i:]
}
