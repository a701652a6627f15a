package newsletter

import (
	"errors"
	"time"
)

// The paces at which a feed may be asked.
const (
	minFeedInterval = Duration(5 * time.Minute)
	maxFeedInterval = Duration(24 * time.Hour)
)

// Check says all that is wrong with a feed, joined as by errors.Join. Fields are those of a form: "name",
// "url", "interval".
func (f *Feed) Check() error {
	var faults []error
	fault := func(wrong bool, field, reason, message string) {
		if wrong {
			e := Errorf(Invalid, reason, "%s", message)
			e.Field = field
			faults = append(faults, e)
		}
	}
	fault(NameFrom(f.Name) != f.Name || f.Name == "", "name", "feed_name", "the name must be of letters, digits and hyphens")
	fault(!isWebAddress(f.URL), "url", "feed_address", "the address of a feed begins with https:// or http://")
	fault(f.Interval < minFeedInterval || f.Interval > maxFeedInterval, "interval", "feed_interval", "a feed is asked at most every five minutes and at least once a day")
	return errors.Join(faults...)
}

// Categories are those of a document's items, each once, in the order in which they first come.
func Categories(items []Item) []string {
	var all []string
	seen := map[string]bool{}
	for i := range items {
		for _, category := range items[i].Categories {
			if key := foldSpace(category); key != "" && !seen[key] {
				all, seen[key] = append(all, category), true
			}
		}
	}
	return all
}

// TopicFor is the topic's name that the mapping has for a category; known says that it names the category
// at all.
func (m Mapping) TopicFor(category string) (topic string, known bool) {
	for written, topic := range m {
		if foldSpace(written) == foldSpace(category) {
			return topic, true
		}
	}
	return "", false
}
