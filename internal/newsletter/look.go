package newsletter

import "unicode/utf8"

// Ask is how somebody asked for what an editor then does for them.
type Ask string

// The ways of asking.
const (
	AskPhone    Ask = "phone"
	AskMail     Ask = "mail"
	AskInPerson Ask = "in_person"
	AskLetter   Ask = "letter"
)

// Asks are all of them.
func Asks() []Ask { return []Ask{AskPhone, AskMail, AskInPerson, AskLetter} }

// Asked is that somebody asked, and a note about it. The note may be about a person: it is kept as evidence,
// which an erasure removes, and not in the audit log.
type Asked struct {
	How  Ask
	Note string
}

// Check says what is wrong with it.
func (a Asked) Check() error {
	known := false
	for _, how := range Asks() {
		known = known || how == a.How
	}
	switch {
	case !known:
		return &Error{Code: Invalid, Reason: "asked_how", Field: "how", Message: "say how the person asked"}
	case utf8.RuneCountInString(a.Note) > MaxSource:
		return &Error{Code: Invalid, Reason: "asked_note", Field: "note", Message: "the note is longer than 200 characters"}
	}
	return nil
}

// String is how they asked, and the note.
func (a Asked) String() string {
	if a.Note == "" {
		return string(a.How)
	}
	return string(a.How) + ": " + a.Note
}

// LiftGround is why an address that came back may be mailed again.
type LiftGround string

// The grounds for lifting a suppression.
const (
	LiftWorks   LiftGround = "works_again" // its owner says that the mailbox works
	LiftMistake LiftGround = "mistake"     // the mail came back because of a fault of ours, or of their provider's
)

// LiftGrounds are both.
func LiftGrounds() []LiftGround { return []LiftGround{LiftWorks, LiftMistake} }

// Look is a person as an editor sees them: what belongs to the editor's lists, and nothing of requests
// about personal data.
type Look struct {
	Subscriber
	Memberships  []Membership
	Consents     []ConsentRecord // the newest first
	Deliveries   []SentMail      // the newest of them first, at most fifty
	Bounces      []Bounce        // as above
	Signups      []Signup        // that wait to be confirmed
	Suppressions []Suppression
}

// SuppressedPerson is somebody known whose address must not be mailed, and why.
type SuppressedPerson struct {
	Subscriber
	Suppressions []Suppression // in force
}

// Coming is how many people joined a list and left it within a time.
type Coming struct {
	From   Time
	Joined int64
	Left   int64
}
