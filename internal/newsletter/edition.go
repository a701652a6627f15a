package newsletter

// EditionKind says why an edition exists.
type EditionKind string

// The kinds of edition.
const (
	EditionSlot  EditionKind = "slot"  // a slot of the schedule is due
	EditionExtra EditionKind = "extra" // somebody said: send now
)

// EditionState is where an edition is on its way. The transitions are drawn in docs/states.md.
type EditionState string

// The states of an edition.
const (
	EditionDraft     EditionState = "draft"     // follows its posts
	EditionInReview  EditionState = "in_review" // waits for an editor
	EditionApproved  EditionState = "approved"  // frozen; leaves at its slot
	EditionSending   EditionState = "sending"
	EditionPaused    EditionState = "paused" // while sending
	EditionSent      EditionState = "sent"
	EditionSkipped   EditionState = "skipped"   // nothing to say
	EditionMissed    EditionState = "missed"    // the program was down past the grace time
	EditionCancelled EditionState = "cancelled" // by staff
)

var editionNext = map[EditionState][]EditionState{
	EditionDraft:    {EditionInReview, EditionApproved, EditionSkipped, EditionMissed, EditionCancelled},
	EditionInReview: {EditionApproved, EditionDraft, EditionSkipped, EditionMissed, EditionCancelled},
	EditionApproved: {EditionSending, EditionInReview, EditionSkipped, EditionMissed, EditionCancelled},
	EditionSending:  {EditionPaused, EditionSent, EditionCancelled},
	EditionPaused:   {EditionSending, EditionCancelled},
}

// CanBecome reports whether an edition in state s may go to state t.
func (s EditionState) CanBecome(t EditionState) bool {
	for _, next := range editionNext[s] {
		if next == t {
			return true
		}
	}
	return false
}

// Ended reports whether nothing happens to the edition any more.
func (s EditionState) Ended() bool { return len(editionNext[s]) == 0 }

// Edition is one digest of one schedule.
type Edition struct {
	ID           int64        `db:"id" json:"-"`
	PublicID     PublicID     `db:"public_id" json:"id"`
	ListID       int64        `db:"list_id" json:"-"`
	ScheduleID   int64        `db:"schedule_id" json:"-"`
	Kind         EditionKind  `db:"kind" json:"kind"`
	ScheduledFor Time         `db:"scheduled_for" json:"scheduled_for,omitzero"` // the slot; zero for an extra one
	State        EditionState `db:"state" json:"state"`
	Reason       string       `db:"reason" json:"reason,omitempty"` // why skipped, missed, cancelled, back in review
	// Subject, Preheader and Introduction are the editor's own words; empty: made from the posts.
	Subject      string `db:"subject" json:"subject,omitempty"`
	Preheader    string `db:"preheader" json:"preheader,omitempty"`
	Introduction string `db:"introduction" json:"introduction,omitempty"` // Markdown
	// ThroughSeq is frozen at approval: posts up to and including it are covered.
	ThroughSeq int64  `db:"through_seq" json:"-"`
	ApprovedAt Time   `db:"approved_at" json:"approved_at,omitzero"`
	ApprovedBy string `db:"approved_by" json:"approved_by,omitempty"`
	ReleasedAt Time   `db:"released_at" json:"released_at,omitzero"`
	// Cursor is the last subscription id whose delivery exists; FannedOutAt says that all do.
	Cursor      int64 `db:"cursor" json:"-"`
	FannedOutAt Time  `db:"fanned_out_at" json:"-"`
	EndedAt     Time  `db:"ended_at" json:"ended_at,omitzero"`
	CreatedAt   Time  `db:"created_at" json:"created_at"`
	ChangedAt   Time  `db:"changed_at" json:"changed_at"`
}

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

// Variant is what all readers of an edition with the same language, layout and posts get,
// rendered once.
type Variant struct {
	ID        int64    `db:"id"`
	PublicID  PublicID `db:"public_id"`
	EditionID int64    `db:"edition_id"`
	Key       string   `db:"key"` // a hash of all that makes it differ; unique in the edition
	Language  Language `db:"language"`
	Layout    Layout   `db:"layout"`
	Posts     IDs      `db:"posts"`
	Subject   string   `db:"subject"`
	Letter    []byte   `db:"letter"` // a mailer.Letter
	Web       string   `db:"web"`    // the version for the browser; bears no person
}

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
	OwedPosts IDs   `db:"owed_posts"` // pushed to the next edition
}
