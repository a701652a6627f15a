package newsletter

// Disposition is what happens to a post in an edition.
type Disposition string

// The dispositions.
const (
	PostIn      Disposition = "in"
	PostLeftOut Disposition = "left_out" // owed no more
	PostPushed  Disposition = "pushed"   // owed in the next edition
)

// EditionPost is a post as an edition froze it.
type EditionPost struct {
	EditionID   int64       `db:"edition_id"`
	PostID      int64       `db:"post_id"`
	Position    int         `db:"position"`
	Disposition Disposition `db:"disposition"`
	Seq         int64       `db:"seq"`
	PublicID    PublicID    `db:"public_id"`
	Own         bool        `db:"own"` // written here: its page is ours
	Title       string      `db:"title"`
	Summary     string      `db:"summary"`
	HTML        string      `db:"html"`
	Link        string      `db:"link"`
	Picture     string      `db:"picture"`
	Alt         string      `db:"alt"`
	Author      string      `db:"author"`
	Language    Language    `db:"language"`
	PublishedAt Time        `db:"published_at"`
	StartsAt    Time        `db:"starts_at"`
	EndsAt      Time        `db:"ends_at"`
	Place       string      `db:"place"`
	Topics      IDs         `db:"topics"` // empty: for everyone
}
