package newsletter

// Reading is what a subscription has had, interned: distinct ones are counted in tens.
type Reading struct {
	ID     int64 `db:"id"`
	ListID int64 `db:"list_id"`
	// ThroughSeq: posts up to and including it are dealt with, but for OwedPosts.
	ThroughSeq int64 `db:"through_seq"`
	// ToldSeq: topics up to and including it are known to the reader.
	ToldSeq int64 `db:"told_seq"`
	// AwayFrom and AwayTo: posts with AwayFrom < seq <= AwayTo appeared during a pause; the next
	// digest links them, once. Both zero: none.
	AwayFrom  int64 `db:"away_from"`
	AwayTo    int64 `db:"away_to"`
	OwedPosts IDs   `db:"owed_posts"` // not dealt with, whatever ThroughSeq says
}

// FreshReading is that of somebody who joins, or returns after leaving: all that was published
// until now is dealt with, all topics are known, and nothing is owed.
func FreshReading(listID, lastSeq int64) Reading {
	return Reading{ListID: listID, ThroughSeq: lastSeq, ToldSeq: lastSeq}
}

// Resumed is the reading of somebody who comes back from a pause: what was published meanwhile is
// owed no more, but linked in the next digest, once. A pause before that no digest followed is part
// of it. What was owed by its id before the pause stays owed.
func (r Reading) Resumed(lastSeq int64) Reading {
	if lastSeq <= r.ThroughSeq {
		return r
	}
	if !r.away() {
		r.AwayFrom = r.ThroughSeq
	}
	r.AwayTo, r.ThroughSeq = lastSeq, lastSeq
	return r
}

// GivenBack is the reading of a subscription that a mail never reached: r is what it has read by
// now, before and after are its readings around that mail, posts are those in the mail. They are
// owed again, however far it has read since.
func (r Reading) GivenBack(before, after Reading, posts IDs) Reading {
	r.OwedPosts = NewIDs(append(r.OwedPosts[:len(r.OwedPosts):len(r.OwedPosts)], posts...)...)
	if r.ToldSeq == after.ToldSeq {
		r.ToldSeq = before.ToldSeq
	}
	if before.away() && !r.away() {
		r.AwayFrom, r.AwayTo = before.AwayFrom, before.AwayTo
	}
	return r
}

// same reports whether r and other say the same, under whatever id.
func (r Reading) same(other Reading) bool {
	return r.ListID == other.ListID && r.ThroughSeq == other.ThroughSeq && r.ToldSeq == other.ToldSeq &&
		r.AwayFrom == other.AwayFrom && r.AwayTo == other.AwayTo && r.OwedPosts.String() == other.OwedPosts.String()
}

func (r Reading) away() bool { return r.AwayTo != 0 }

// lacks reports whether a post is not dealt with.
func (r Reading) lacks(postID, seq int64) bool { return seq > r.ThroughSeq || r.OwedPosts.Has(postID) }

// missed reports whether a post appeared during a pause whose posts were not yet linked.
func (r Reading) missed(seq int64) bool { return r.AwayFrom < seq && seq <= r.AwayTo }
