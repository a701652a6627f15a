package newsletter

// LetterKind is what a letter about a request says.
type LetterKind string

// The kinds of letter. There is a template of each, in every language (templates/locale/*/letters.toml).
const (
	LetterReceipt         LetterKind = "receipt"
	LetterProof           LetterKind = "proof" // of who asks, where a link is not enough
	LetterExtension       LetterKind = "extension"
	LetterAccess          LetterKind = "access"
	LetterPortability     LetterKind = "portability"
	LetterRectification   LetterKind = "rectification"
	LetterErasure         LetterKind = "erasure"
	LetterRestriction     LetterKind = "restriction"
	LetterRestrictionEnds LetterKind = "restriction_ends"
	LetterObjection       LetterKind = "objection"
	LetterWithdrawal      LetterKind = "withdrawal"
	LetterOther           LetterKind = "other"
	LetterNothingHeld     LetterKind = "nothing_held"
	LetterSuppressionOnly LetterKind = "suppression_only"
	LetterRefusal         LetterKind = "refusal"
)

// LetterKinds are all kinds.
func LetterKinds() []LetterKind {
	return []LetterKind{LetterReceipt, LetterProof, LetterExtension, LetterAccess, LetterPortability, LetterRectification, LetterErasure, LetterRestriction,
		LetterRestrictionEnds, LetterObjection, LetterWithdrawal, LetterOther, LetterNothingHeld, LetterSuppressionOnly, LetterRefusal}
}

// RequestLetter is a letter about a request: in words that somebody could read and amend before it went. It
// says nothing that names the person; the greeting is added when it leaves.
type RequestLetter struct {
	ID        int64      `db:"id" json:"-"`
	PublicID  PublicID   `db:"public_id" json:"id"`
	RequestID int64      `db:"request_id" json:"-"`
	Kind      LetterKind `db:"kind" json:"kind"`
	Language  Language   `db:"language" json:"language"`
	Subject   string     `db:"subject" json:"subject"`
	Body      string     `db:"body" json:"body"` // plain text, paragraphs parted by an empty line
	CreatedAt Time       `db:"created_at" json:"created_at"`
	QueuedAt  Time       `db:"queued_at" json:"queued_at,omitzero"`    // as mail; zero: it goes on paper
	PostedAt  Time       `db:"posted_at" json:"posted_at,omitzero"`    // on paper: when somebody said that it was posted
	AmendedBy string     `db:"amended_by" json:"amended_by,omitempty"` // by whom the template's text was changed
	Delivery  string     `db:"delivery" json:"delivery,omitempty"`     // the state of its mail
}

// WriteAnswer writes the letter that closes a request, once it is known what could be done: result is one of
// the results of a request, and export is set where data are given. It may be asked more than once.
type WriteAnswer func(r *DataRequest, result string, export *DataExport) (*RequestLetter, error)

// Carried is what became of a request that was carried out.
type Carried struct {
	Request *DataRequest
	Erasure *Erasure // of a request to erase; nil when nothing was held
}
