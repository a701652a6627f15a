package newsletter

import "database/sql/driver"

// Ground is what shows that somebody wants the mail of a list, when they didn't say so through a link of
// ours (GDPR art. 7(1)).
type Ground string

// The grounds.
const (
	GroundConfirmed Ground = "confirmed" // they confirmed it by a mail to their own mailbox, in another system
	GroundForm      Ground = "form"      // they filled a form in themselves
	GroundPaper     Ground = "paper"     // they wrote it down and signed
	GroundSpoken    Ground = "spoken"    // they asked, in person or by telephone
)

// Grounds are all of them, the strongest first.
func Grounds() []Ground { return []Ground{GroundConfirmed, GroundForm, GroundPaper, GroundSpoken} }

// Valid reports whether g is a ground.
func (g Ground) Valid() bool {
	for _, one := range Grounds() {
		if g == one {
			return true
		}
	}
	return false
}

// ImportState is where an import is. The transitions are drawn in docs/states.md.
type ImportState string

// The states of an import.
const (
	ImportUploaded  ImportState = "uploaded"  // its columns wait to be matched
	ImportChecking  ImportState = "checking"  // the dry run is under way
	ImportChecked   ImportState = "checked"   // somebody may look at what would happen, and run it
	ImportRunning   ImportState = "running"   // people join, or are invited
	ImportDone      ImportState = "done"      // its rows are gone; the report stays
	ImportCancelled ImportState = "cancelled" // as above; what had happened by then stands
)

// Works reports whether a worker has something to do in this state.
func (s ImportState) Works() bool { return s == ImportChecking || s == ImportRunning }

// Ended reports whether nothing happens any more.
func (s ImportState) Ended() bool { return s == ImportDone || s == ImportCancelled }

// ImportField is what a column of a file holds.
type ImportField string

// The fields. A column may hold nothing that we want: the empty one.
const (
	ImportAddress   ImportField = "address"
	ImportName      ImportField = "name"
	ImportFirstName ImportField = "first_name"
	ImportLastName  ImportField = "last_name"
	ImportLanguage  ImportField = "language"
	ImportTopics    ImportField = "topics"
	ImportPace      ImportField = "pace"
	ImportStatus    ImportField = "status" // in the other system: who isn't subscribed there stays out
	ImportGround    ImportField = "ground"
	ImportSource    ImportField = "source"
	ImportConsented ImportField = "consented_at"
)

// ImportFields are all, in the order in which a choice shows them.
func ImportFields() []ImportField {
	return []ImportField{ImportAddress, ImportName, ImportFirstName, ImportLastName, ImportLanguage, ImportTopics, ImportPace,
		ImportStatus, ImportGround, ImportSource, ImportConsented}
}

// The limits of imports.
const (
	MaxImportLines  = 100_000
	MaxImportBytes  = 20 << 20
	MaxImportFields = 60
	MaxSource       = 200 // characters
	MaxPerHour      = 1000
)

// ImportPlan says how a file is read, and what holds for each line that doesn't say otherwise.
type ImportPlan struct {
	Columns []ImportField `json:"columns"` // by column of the file
	// Invite asks each person to confirm, at most PerHour of them an hour; otherwise they are readers at
	// once, on the ground and the source that are stated.
	Invite      bool     `json:"invite,omitempty"`
	PerHour     int      `json:"per_hour,omitempty"`
	Ground      Ground   `json:"ground,omitempty"`
	Source      string   `json:"source,omitempty"`       // from where the addresses come, in words
	ConsentedAt Time     `json:"consented_at,omitzero"`  // zero: not known
	Words       string   `json:"words,omitempty"`        // what the people agreed to, as far as known
	WordingHash string   `json:"wording_hash,omitempty"` // of Words, once it runs
	Language    Language `json:"language"`
	ScheduleID  int64    `json:"schedule_id"`
	AllTopics   bool     `json:"all_topics,omitempty"`
	Topics      IDs      `json:"topics,omitempty"`
	// LeaveTopicsOut reads a line without the topics that the list doesn't have; otherwise it is refused.
	LeaveTopicsOut bool `json:"leave_topics_out,omitempty"`
}

// Column returns the first column that holds a field, or -1.
func (p *ImportPlan) Column(f ImportField) int {
	for i, field := range p.Columns {
		if field == f {
			return i
		}
	}
	return -1
}

// Value writes the plan as JSON.
func (p ImportPlan) Value() (driver.Value, error) { return jsonValue(p) }

// Scan reads JSON.
func (p *ImportPlan) Scan(src any) error { return scanJSON(src, p) }

// ImportTally counts the lines of an import by what became of them, or would.
type ImportTally struct {
	Added      int64 `json:"added"`      // are readers now
	Invited    int64 `json:"invited"`    // were asked to confirm
	Known      int64 `json:"known"`      // are readers already: nothing of theirs changes
	Left       int64 `json:"left"`       // have left the list: they stay away
	KeptAway   int64 `json:"kept_away"`  // are suppressed, restricted or erased
	Duplicates int64 `json:"duplicates"` // stand in the file before
	Refused    int64 `json:"refused"`    // can't be read; the report says why
}

// Value writes the tally as JSON.
func (t ImportTally) Value() (driver.Value, error) { return jsonValue(t) }

// Scan reads JSON.
func (t *ImportTally) Scan(src any) error { return scanJSON(src, t) }

// Import is a file of people who are to become readers of a list.
type Import struct {
	ID        int64       `db:"id" json:"-"`
	PublicID  PublicID    `db:"public_id" json:"id"`
	ListID    int64       `db:"list_id" json:"-"`
	List      string      `db:"list" json:"list"` // its name
	FileName  string      `db:"file_name" json:"file"`
	State     ImportState `db:"state" json:"state"`
	Head      Strings     `db:"head" json:"head"` // of its columns; empty names where the file has none
	Encoding  string      `db:"encoding" json:"encoding"`
	Separator string      `db:"separator" json:"separator"`
	Plan      ImportPlan  `db:"plan" json:"plan"`
	Lines     int64       `db:"lines" json:"lines"`     // that hold something
	Handled   int64       `db:"handled" json:"handled"` // of these, in this state
	Cursor    int64       `db:"cursor" json:"-"`        // the last line that was handled
	Tally     ImportTally `db:"tally" json:"tally"`
	CreatedAt Time        `db:"created_at" json:"created_at"`
	DueAt     Time        `db:"due_at" json:"-"` // when the worker goes on
	StartedAt Time        `db:"started_at" json:"started_at,omitzero"`
	EndedAt   Time        `db:"ended_at" json:"ended_at,omitzero"`
}

// ImportRow is a line of the file, as its cells.
type ImportRow struct {
	Line  int64   `db:"line"` // of the file, from 1
	Cells Strings `db:"cells"`
}

// ImportLine is a row as it was understood. Refusal is the reason why it can't be.
type ImportLine struct {
	Line    int64
	Refusal string
	Admission
}

// Admission is somebody who is to become a reader without a sign-up of their own.
type Admission struct {
	Address     Address
	Name        string
	Language    Language
	Choice      Choice
	Ground      Ground
	Source      string
	ConsentedAt Time // zero: not known
	WordingHash string
}

// ImportOutcome is what became of a line.
type ImportOutcome string

// The outcomes. Known, left and kept away are one: a report by line doesn't tell who left or was erased.
const (
	LineAdded     ImportOutcome = "added"
	LineInvited   ImportOutcome = "invited"
	LineUntouched ImportOutcome = "untouched"
	LineRefused   ImportOutcome = "refused"
)

// ReasonDuplicate is why a line is refused whose address stands in the file before.
const ReasonDuplicate = "import_duplicate"

// Acquaintance is what is known of the address of a line.
type Acquaintance struct {
	Earlier  bool              // it stands in the file before
	KeptAway bool              // suppressed or erased, or restricted
	State    SubscriptionState // of its subscription to the list; empty: none
}

// Judge says what is to become of a line, and counts it: nobody who is a reader is changed, nobody who
// left comes back, and nobody is asked who must not be mailed.
func (l *ImportLine) Judge(invite bool, a Acquaintance, tally *ImportTally) (outcome ImportOutcome, reason string) {
	switch {
	case l.Refusal != "":
		tally.Refused++
		return LineRefused, l.Refusal
	case a.Earlier:
		tally.Duplicates++
		return LineRefused, ReasonDuplicate
	case a.KeptAway:
		tally.KeptAway++
		return LineUntouched, ""
	case a.State == SubscriptionUnsubscribed:
		tally.Left++
		return LineUntouched, ""
	case a.State != "":
		tally.Known++
		return LineUntouched, ""
	case invite:
		tally.Invited++
		return LineInvited, ""
	}
	tally.Added++
	return LineAdded, ""
}

// ImportRecord is a line of an import's report. It bears no address: who made the file finds the line there.
type ImportRecord struct {
	Line    int64         `db:"line" json:"line"`
	Outcome ImportOutcome `db:"outcome" json:"outcome"`
	Reason  string        `db:"reason" json:"reason,omitempty"` // of a refusal; "error_" + Reason in the catalogue
}
