package newsletter

// Upcoming is the edition of a slot that is made and has not left yet.
type Upcoming struct {
	ScheduleID int64        `db:"schedule_id"`
	At         Time         `db:"scheduled_for"`
	State      EditionState `db:"state"`
	ThroughSeq int64        `db:"through_seq"` // once approved
	Everyone   bool         `db:"everyone"`    // approved without posts, and goes out all the same
}

// open reports whether somebody with a reading can still be in the edition. While it follows its posts
// they can: more may be published. Once it is approved there must be something in it for them.
func (u *Upcoming) open(reading Reading) bool {
	return u.State.Follows() || u.Everyone || u.ThroughSeq > reading.ThroughSeq || len(reading.OwedPosts) > 0
}

// NextEdition is when the next edition leaves that somebody with a reading can be in: the earliest that
// is made already and is still ahead, or else the next slot. The zero Reading has read nothing, so for it
// that is the next one to leave at all; FreshReading is that of who would join now. Zero: the schedule
// makes no editions. Upcoming must be filled in.
func (s *Schedule) NextEdition(reading Reading, now Time) Time {
	if !s.Works() {
		return Time{}
	}
	next := s.NextAt
	for i := range s.Upcoming {
		u := &s.Upcoming[i]
		if u.At.After(now.Time) && u.At.Before(next.Time) && u.open(reading) {
			next = u.At
		}
	}
	return next
}
