package newsletter

// Combination is all in which the readers of an edition can differ. Millions of readers have tens
// of combinations: what is decided, is decided once for each.
type Combination struct {
	Reading
	TopicSetID int64    `db:"topic_set_id"` // 0: all topics, also later ones
	Topics     *IDs     `db:"topics"`       // nil: all
	Language   Language `db:"language"`
	Layout     Layout   `db:"layout"`
	Readers    int64    `db:"readers"`
}

// Wants reports whether a post with these topics is for the reader. A post without topics is for
// everyone.
func (c *Combination) Wants(topics IDs) bool {
	if c.Topics == nil || len(topics) == 0 {
		return true
	}
	for _, id := range topics {
		if c.Topics.Has(id) {
			return true
		}
	}
	return false
}

// Under is the topic under which the reader finds a post with these topics: the first of those that the
// reader chose; 0 if there is none.
func (c *Combination) Under(topics IDs) int64 {
	for _, id := range topics {
		if c.Topics == nil || c.Topics.Has(id) {
			return id
		}
	}
	return 0
}

// Owes reports whether the list owes a published post to the reader.
func (c *Combination) Owes(p *EditionPost) bool { return c.lacks(p.PostID, p.Seq) && c.Wants(p.Topics) }

// Collect returns those of the posts that are owed to any of the readers.
func Collect(posts []EditionPost, readers []Combination) []EditionPost {
	var owed []EditionPost
	for _, p := range posts {
		for i := range readers {
			if readers[i].Owes(&p) {
				owed = append(owed, p)
				break
			}
		}
	}
	return owed
}
