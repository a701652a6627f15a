package newsletter

import "strings"

// Item is one entry of a feed's document, cleaned, before it is known which post it is.
type Item struct {
	GUID       string
	Link       string // absolute, http or https; may be empty
	Title      string // never empty
	Summary    string // plain text
	HTML       string // sanitised; may be empty
	Picture    string
	Alt        string
	Author     string
	Language   Language // empty: the list's
	Published  Time     // zero where the document gives none
	Categories []string // as written there
	StartsAt   Time
	EndsAt     Time
	Place      string
}

// Fetch is the outcome of asking a feed once, ready to be saved.
type Fetch struct {
	FeedID   int64
	URL      string // the feed's address when it was asked
	NextAt   Time
	State    FeedState
	Failures int    // in a row, this one counted
	Error    string // for people; empty when all went well
	Reason   string // of the Error, in the text catalogue; may be empty
	Cause    error  // what Error tells of, for the log; it is not saved
	MovedTo  string // where the source says it lives now, for good; empty if it says nothing
	// Read says that a document came and was understood: Items, ETag and Modified count only then.
	Read     bool
	ETag     string
	Modified string
	Items    []Item
}

// Saved says what saving a fetch changed.
type Saved struct {
	Baseline bool // it was the feed's first success
	New      int  // posts that were not known
	Changed  int  // known posts that now read otherwise
}

// Owes reports whether an item that is new to the list is owed to its subscribers. The first
// successful fetch of a feed is a baseline: what it brings is old news, owed to nobody, unless it
// was published at or after ImportSince. When the baseline was empty, so that the feed has no posts
// yet, what was published before it is old news too: a site that is being built shows its archive
// a little later.
func (f *Feed) Owes(published Time, hasPosts bool) bool {
	if !f.BaselineAt.IsZero() && (hasPosts || published.IsZero() || !published.Before(f.BaselineAt.Time)) {
		return true
	}
	return !f.ImportSince.IsZero() && !published.IsZero() && !published.Before(f.ImportSince.Time)
}

// PostQuery asks for posts of a list, newest first by the date that they show.
type PostQuery struct {
	ListID int64
	States []PostState // empty: published ones
	Limit  int         // 0: 50
	// After continues a list behind its last post; nil starts at the newest.
	After *Post
}

// OtherCategories is the key of a Mapping for items none of whose categories it names.
const OtherCategories = "*"

// TopicNames returns the names of the topics of an item with these categories, each once. Case and
// white space do not count in a category. A category mapped to "" is known and has no topic.
// Nothing comes back for an item without a known category, unless the mapping names a topic for
// OtherCategories.
func (m Mapping) TopicNames(categories []string) []string {
	known := make(map[string]string, len(m))
	for category, topic := range m {
		known[foldSpace(category)] = topic
	}
	var names []string
	seen := map[string]bool{"": true}
	matched := false
	for _, category := range categories {
		topic, ok := known[foldSpace(category)]
		matched = matched || ok
		if ok && !seen[topic] {
			names, seen[topic] = append(names, topic), true
		}
	}
	if other := known[OtherCategories]; !matched && other != "" {
		names = append(names, other)
	}
	return names
}

// foldSpace is s in lower case with all white space taken out.
func foldSpace(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), "")) }
