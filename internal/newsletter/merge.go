package newsletter

// Merge tells what merging two topics moves, or has moved.
type Merge struct {
	Posts   int `json:"posts"`   // that carried the topic which ends
	Readers int `json:"readers"` // subscriptions that had chosen it, or would when their sign-up is confirmed
	Feeds   int `json:"feeds"`   // whose mapping named it
}

// Replace is the set with one id in place of another.
func (s IDs) Replace(old, by int64) IDs {
	ids := make([]int64, 0, len(s))
	for _, id := range s {
		if id == old {
			id = by
		}
		ids = append(ids, id)
	}
	return NewIDs(ids...)
}

// Rename is the mapping with one topic's name in place of another.
func (m Mapping) Rename(old, by string) (renamed Mapping, changed bool) {
	renamed = make(Mapping, len(m))
	for category, topic := range m {
		if topic == old {
			topic, changed = by, true
		}
		renamed[category] = topic
	}
	return renamed, changed
}
