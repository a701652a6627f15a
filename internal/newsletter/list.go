package newsletter

// ListState says whether a list takes part.
type ListState string

// The states of a list.
const (
	ListActive   ListState = "active"
	ListPaused   ListState = "paused"   // no editions are made, nobody can join
	ListArchived ListState = "archived" // gone from the pages; its links keep working
)

// List is what one subscribes to: an expert group's updates.
type List struct {
	ID       int64     `db:"id" json:"-"`
	PublicID PublicID  `db:"public_id" json:"id"`
	Name     string    `db:"name" json:"name"` // short, in addresses: [a-z0-9-]
	State    ListState `db:"state" json:"state"`
	Texts    Texts     `db:"texts" json:"texts"`
	Language Language  `db:"language" json:"language"` // of its posts, and the default of its readers
	// SenderName and SenderAddress stand in From; ReplyTo may be empty.
	SenderName    string `db:"sender_name" json:"sender_name"`
	SenderAddress string `db:"sender_address" json:"sender_address"`
	ReplyTo       string `db:"reply_to" json:"reply_to,omitempty"`
	// ListID is the List-Id of RFC 2919, label.domain; it never changes during the list's life.
	ListID      string   `db:"list_id" json:"list_id"`
	LastSeq     int64    `db:"last_seq" json:"-"` // the newest post.seq or topic.seq
	Branding    Branding `db:"branding" json:"branding,omitzero"`
	AppliedHash string   `db:"applied_hash" json:"-"`
	CreatedAt   Time     `db:"created_at" json:"created_at"`
	ArchivedAt  Time     `db:"archived_at" json:"archived_at,omitzero"`
}

// Topic is a subject that posts carry and subscribers choose.
type Topic struct {
	ID     int64  `db:"id" json:"-"`
	ListID int64  `db:"list_id" json:"-"`
	Name   string `db:"name" json:"name"`
	Texts  Texts  `db:"texts" json:"texts"`
	// MergedInto is what the topic is now, after it was merged.
	MergedInto *int64 `db:"merged_into" json:"-"`
	// Seq is the topic's place in the list's sequence: who has read past it knows of it.
	Seq         int64  `db:"seq" json:"-"`
	AppliedHash string `db:"applied_hash" json:"-"`
	CreatedAt   Time   `db:"created_at" json:"created_at"`
	ArchivedAt  Time   `db:"archived_at" json:"archived_at,omitzero"`
}

// FeedState says how a feed does.
type FeedState string

// The states of a feed.
const (
	FeedOK       FeedState = "ok"
	FeedFailing  FeedState = "failing"
	FeedDisabled FeedState = "disabled" // by the source (410 Gone), or by us
)

// Feed is a source of posts for a list.
type Feed struct {
	ID          int64     `db:"id" json:"-"`
	ListID      int64     `db:"list_id" json:"-"`
	Name        string    `db:"name" json:"name"`
	URL         string    `db:"url" json:"url"`
	Internal    bool      `db:"internal" json:"internal"` // may live at a private address
	Interval    Duration  `db:"interval_us" json:"interval"`
	ImportSince Time      `db:"import_since" json:"import_since,omitzero"` // zero: the first fetch is owed to nobody
	Mapping     Mapping   `db:"mapping" json:"mapping"`
	State       FeedState `db:"state" json:"state"`
	ETag        string    `db:"etag" json:"-"`
	Modified    string    `db:"last_modified" json:"-"` // the Last-Modified header, as it came
	Failures    int       `db:"failures" json:"failures"`
	LastError   string    `db:"last_error" json:"last_error,omitempty"`
	LastReason  string    `db:"last_reason" json:"-"`                    // of LastError, in the text catalogue; may be empty
	MovedTo     string    `db:"moved_to" json:"moved_to,omitempty"`      // where the source says it lives now, for good
	BaselineAt  Time      `db:"baseline_at" json:"baseline_at,omitzero"` // the first fetch that succeeded
	FetchedAt   Time      `db:"fetched_at" json:"fetched_at,omitzero"`
	NextAt      Time      `db:"next_at" json:"next_at"`
	AppliedHash string    `db:"applied_hash" json:"-"`
	CreatedAt   Time      `db:"created_at" json:"created_at"`
	ArchivedAt  Time      `db:"archived_at" json:"archived_at,omitzero"`
}
