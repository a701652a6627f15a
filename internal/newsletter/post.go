package newsletter

// PostState says whether a post is out.
type PostState string

// The states of a post.
const (
	PostDraft     PostState = "draft"
	PostPublished PostState = "published"
	PostWithdrawn PostState = "withdrawn"
)

// Post is one article: from a feed, or written here.
type Post struct {
	ID       int64     `db:"id" json:"-"`
	PublicID PublicID  `db:"public_id" json:"id"`
	ListID   int64     `db:"list_id" json:"-"`
	FeedID   *int64    `db:"feed_id" json:"-"` // nil: written here
	State    PostState `db:"state" json:"state"`
	// Seq is the post's place in the list's sequence, given when it is published, in commit order.
	// It alone says what is new. Nil while a draft, and for good in a feed's baseline: such a post
	// is on the pages but owed to nobody.
	Seq         *int64   `db:"seq" json:"seq,omitempty"`
	Language    Language `db:"language" json:"language"`
	Title       string   `db:"title" json:"title"`
	Summary     string   `db:"summary" json:"summary"` // plain text
	HTML        string   `db:"html" json:"-"`          // sanitised
	Link        string   `db:"link" json:"link,omitempty"`
	Picture     string   `db:"picture" json:"picture,omitempty"`
	Alt         string   `db:"alt" json:"alt,omitempty"`
	Author      string   `db:"author" json:"author,omitempty"`
	PublishedAt Time     `db:"published_at" json:"published_at"` // the date it shows; says nothing about what is new
	StoredAt    Time     `db:"stored_at" json:"stored_at"`
	ChangedAt   Time     `db:"changed_at" json:"changed_at"`
	WithdrawnAt Time     `db:"withdrawn_at" json:"withdrawn_at,omitzero"`
	// StartsAt, EndsAt and Place are set for an event, such as a work session.
	StartsAt Time   `db:"starts_at" json:"starts_at,omitzero"`
	EndsAt   Time   `db:"ends_at" json:"ends_at,omitzero"`
	Place    string `db:"place" json:"place,omitempty"`
	// Markdown is the text of a post of our own as it was written, where that is known.
	Markdown string `db:"markdown" json:"-"`
	// PublishAt is when a draft goes out by itself; zero: when somebody says so.
	PublishAt Time `db:"publish_at" json:"publish_at,omitzero"`
	// Corrected names what staff corrected of a feed's post; Source is what the feed says of that, now.
	Corrected Corrections `db:"corrected" json:"corrected,omitempty"`
	Source    SourceWords `db:"source" json:"-"`
	// Topics is filled from post_topic where the query asks for it. Empty: for everyone.
	Topics IDs `db:"-" json:"-"`
}

// Publish puts a draft out at a time: at the date that its author gave it, if that has passed. Its number in
// the list's sequence is not drawn here.
func (p *Post) Publish(now Time) {
	undated := p.PublishedAt.IsZero() || p.PublishedAt.Equal(p.StoredAt.Time)
	if undated || p.PublishedAt.After(now.Time) {
		p.PublishedAt = now
	}
	p.State, p.PublishAt = PostPublished, Time{}
}

// IdentityKind is a way in which a feed's item can be known.
type IdentityKind string

// The kinds of identity.
const (
	ByGUID      IdentityKind = "guid"
	ByLink      IdentityKind = "link"
	ByTitleDate IdentityKind = "title+date"
)

// Identity is one way in which a post of a list is known. Unique (list, kind, value).
type Identity struct {
	Kind   IdentityKind `db:"kind"`
	Value  string       `db:"value"`
	PostID int64        `db:"post_id"`
}
