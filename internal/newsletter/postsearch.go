package newsletter

// PostSearch asks for posts of some lists as an editor looks for them, the newest date first.
type PostSearch struct {
	Lists  []int64     // only of these
	States []PostState // empty: any
	Topic  int64       // 0: any, or none
	Words  string      // in the title, each of them, in any order; empty: any title
	Origin PostOrigin
	Limit  int   // 0: 50
	After  *Post // continues behind this one; nil starts at the newest
}

// PostOrigin says where a post comes from.
type PostOrigin string

// The origins.
const (
	AnyOrigin PostOrigin = ""
	OwnPosts  PostOrigin = "own"
	FeedPosts PostOrigin = "feed"
)

// FoundPost is a post that was found, without its text.
type FoundPost struct {
	Post
	Twins []Twin // those of the same title or link in its list, but for withdrawn ones
}

// Twin is another post that may be the same article.
type Twin struct {
	PostID   int64     `db:"post_id"` // whose twin it is
	PublicID PublicID  `db:"public_id"`
	Title    string    `db:"title"`
	State    PostState `db:"state"`
}

// Holding is an edition that holds a post, or would.
type Holding struct {
	Edition      PublicID     `db:"public_id"`
	ScheduleID   int64        `db:"schedule_id"`
	ScheduledFor Time         `db:"scheduled_for"`
	State        EditionState `db:"state"`
}

// Out reports whether the edition has left: what it brought can't be called back.
func (h Holding) Out() bool {
	return h.State == EditionSending || h.State == EditionPaused || h.State == EditionSent
}
