package newsletter

import "time"

// ReviewRule says whether somebody looks before an edition leaves.
type ReviewRule string

// The review rules.
const (
	ReviewAutomatic ReviewRule = "automatic" // approved by itself at the slot
	ReviewApproval  ReviewRule = "approval"  // waits for an editor
)

// EmptyRule says what happens to a digest without posts.
type EmptyRule string

// The empty rules.
const (
	EmptySkip EmptyRule = "skip"
	EmptySend EmptyRule = "send" // with its introduction only
)

// UnapprovedRule says what happens at the slot when nobody has approved.
type UnapprovedRule string

// The unapproved rules.
const (
	UnapprovedHold UnapprovedRule = "hold"
	UnapprovedSend UnapprovedRule = "send"
)

// ScheduleState says whether a schedule makes editions.
type ScheduleState string

// The states of a schedule.
const (
	ScheduleActive ScheduleState = "active"
	SchedulePaused ScheduleState = "paused"
)

// Schedule is a named pace of a list: a cron line in a zone, and the rules of its editions.
type Schedule struct {
	ID         int64          `db:"id" json:"-"`
	ListID     int64          `db:"list_id" json:"-"`
	Name       string         `db:"name" json:"name"`
	Texts      Texts          `db:"texts" json:"texts"`
	Cron       string         `db:"cron" json:"cron"` // five fields, on the wall clock of Zone
	Zone       string         `db:"zone" json:"zone"` // IANA
	Review     ReviewRule     `db:"review" json:"review"`
	Unapproved UnapprovedRule `db:"unapproved" json:"unapproved"`
	Empty      EmptyRule      `db:"empty" json:"empty"`
	Lead       Duration       `db:"lead_us" json:"lead"`   // a draft appears this long before the slot
	Grace      Duration       `db:"grace_us" json:"grace"` // a slot missed for no longer is made good
	State      ScheduleState  `db:"state" json:"state"`
	// NextAt is the next slot that has no edition yet. The database is the schedule: the loop
	// asks what is due.
	NextAt      Time   `db:"next_at" json:"next_at"`
	AppliedHash string `db:"applied_hash" json:"-"`
	CreatedAt   Time   `db:"created_at" json:"created_at"`
	ArchivedAt  Time   `db:"archived_at" json:"archived_at,omitzero"`
	// Reminded are those of the staff who are sent a proof of each edition that waits for approval;
	// store.ScheduleByID fills it in.
	Reminded IDs `db:"-" json:"reminded,omitempty"`
	// Upcoming are the editions that are made and have not left; store.Schedules fills it in.
	Upcoming []Upcoming `db:"-" json:"-"`
}

// minGrace is the shortest grace time: a slot is always noticed a little late.
const minGrace = Duration(5 * time.Minute)

// MissedAt is the instant from which a slot can't be made good any more.
func (s *Schedule) MissedAt(slot Time) Time { return At(slot.Add(max(s.Grace, minGrace).D())) }

// Works reports whether the schedule makes editions.
func (s *Schedule) Works() bool { return s.State == ScheduleActive && s.ArchivedAt.IsZero() }
