package newsletter

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// EditionKind says why an edition exists.
type EditionKind string

// The kinds of edition.
const (
	EditionSlot  EditionKind = "slot"  // a slot of the schedule is due
	EditionExtra EditionKind = "extra" // somebody said: send now
	// EditionCorrection tells those whom another edition reached what was wrong with it. It has no posts.
	EditionCorrection EditionKind = "correction"
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

// editionNext holds every transition there is. A sent one is being sent again when somebody releases
// what was uncertain of it.
var editionNext = map[EditionState][]EditionState{
	EditionDraft:    {EditionInReview, EditionApproved, EditionSkipped, EditionMissed, EditionCancelled},
	EditionInReview: {EditionApproved, EditionSkipped, EditionMissed, EditionCancelled},
	EditionApproved: {EditionSending, EditionInReview, EditionSkipped, EditionMissed, EditionCancelled},
	EditionSending:  {EditionPaused, EditionSent, EditionCancelled},
	EditionPaused:   {EditionSending, EditionCancelled},
	EditionSent:     {EditionSending},
}

// CanBecome reports whether an edition in state s may go to state t.
func (s EditionState) CanBecome(t EditionState) bool { return slices.Contains(editionNext[s], t) }

// Before returns the states from which an edition may come to s, in alphabetical order.
func (s EditionState) Before() Strings {
	var from Strings
	for before := range editionNext {
		if before.CanBecome(s) {
			from = append(from, string(before))
		}
	}
	slices.Sort(from)
	return from
}

// Words is the state as people read it, in English.
func (s EditionState) Words() string { return strings.ReplaceAll(string(s), "_", " ") }

// Follows reports whether the edition still follows its posts; afterwards they are frozen.
func (s EditionState) Follows() bool { return s == EditionDraft || s == EditionInReview }

// Ended reports whether nothing happens to the edition any more by itself.
func (s EditionState) Ended() bool { return len(editionNext[s]) == 0 || s == EditionSent }

// Edition is one digest of one schedule.
type Edition struct {
	ID           int64        `db:"id" json:"-"`
	PublicID     PublicID     `db:"public_id" json:"id"`
	ListID       int64        `db:"list_id" json:"-"`
	ScheduleID   int64        `db:"schedule_id" json:"-"`
	Kind         EditionKind  `db:"kind" json:"kind"`
	ScheduledFor Time         `db:"scheduled_for" json:"scheduled_for,omitzero"` // the slot; zero for an extra one
	State        EditionState `db:"state" json:"state"`
	// Reason is why it is skipped, missed, held, stopped, or back in review: one of the words below, and
	// after a colon what else there is to say.
	Reason string `db:"reason" json:"reason,omitempty"`
	// Subject, Preheader and Introduction are the editor's own words; empty: made from the posts.
	Subject      string `db:"subject" json:"subject,omitempty"`
	Preheader    string `db:"preheader" json:"preheader,omitempty"`
	Introduction string `db:"introduction" json:"introduction,omitempty"` // Markdown
	// PostOrder are the ids of posts that an editor put in order: see OrderPosts. EditedBy are the ids of
	// staff who made or changed it.
	PostOrder Order   `db:"post_order" json:"-"`
	EditedBy  Strings `db:"edited_by" json:"-"`
	// Corrects is the edition that a correction is about, and Correction what it says.
	Corrects   *int64          `db:"corrects" json:"-"`
	Correction CorrectionTexts `db:"correction" json:"correction,omitempty"`
	// ThroughSeq is frozen at approval: posts up to and including it are covered.
	ThroughSeq int64  `db:"through_seq" json:"-"`
	ApprovedAt Time   `db:"approved_at" json:"approved_at,omitzero"`
	ApprovedBy string `db:"approved_by" json:"approved_by,omitempty"`
	// HeldUntil is until when an approval can be taken back before anything happens by it; zero: it isn't held.
	HeldUntil Time `db:"held_until" json:"held_until,omitzero"`
	// SoonerAt is when somebody let an approved edition leave before its slot, which is used by that; zero: nobody did.
	SoonerAt   Time `db:"sooner_at" json:"sooner_at,omitzero"`
	ReleasedAt Time `db:"released_at" json:"released_at,omitzero"`
	// Cursor is the last subscription id whose delivery exists; FannedOutAt says that all do.
	Cursor      int64 `db:"cursor" json:"-"`
	FannedOutAt Time  `db:"fanned_out_at" json:"-"`
	EndedAt     Time  `db:"ended_at" json:"ended_at,omitzero"`
	CreatedAt   Time  `db:"created_at" json:"created_at"`
	ChangedAt   Time  `db:"changed_at" json:"changed_at"`
}

// The reasons of editions. Doors look them up in the text catalogue under "edition_" + reason.
const (
	ReasonEmpty      = "empty"          // skipped: there were no posts
	ReasonNobody     = "nobody"         // skipped: no reader was owed any of its posts
	ReasonPastGrace  = "past_grace"     // missed
	ReasonEarlier    = "earlier_slots"  // missed, and so were earlier slots that have no row of their own
	ReasonNewerSlot  = "newer_slot"     // missed: only the newest slot is made good
	ReasonUnapproved = "unapproved"     // held: its slot came and nobody had approved it
	ReasonFlaws      = "flaws"          // held: its slot came, and the checks found what must not leave
	ReasonWithdrawn  = "post_withdrawn" // back in review
	ReasonCompose    = "compose_failed" // approved, and can't leave: none of its letters could be made
	ReasonLeftBehind = "left_behind"    // on its way, without the readers whose letter could not be made

	ReasonSenderRefused = "sender_refused" // paused: the mail server refuses us, or our sender
	ReasonMailRefused   = "mail_refused"   // paused: it refuses one mail after another, for what we or they are

	ReasonScheduleChanged = "schedule_changed" // cancelled: its schedule no longer has the slot
	ReasonScheduleEnded   = "schedule_ended"   // cancelled: its schedule was archived
	ReasonSchedulePaused  = "schedule_paused"  // cancelled: its slot passed while its schedule rested
	ReasonListEnded       = "list_ended"       // cancelled: its list was archived
)

// EditionWords are the editor's own words in an edition. Empty ones are made from the posts.
type EditionWords struct {
	Subject      string `json:"subject"`
	Preheader    string `json:"preheader"`
	Introduction string `json:"introduction"` // Markdown
}

// What the words of an edition may be at most, in characters. Mail programs show some 60 of a subject.
const (
	MaxSubject      = 150
	MaxPreheader    = 200
	MaxIntroduction = 4000
)

// Check returns all that is wrong with the words, each with its field.
func (w *EditionWords) Check() error {
	var errs []error
	for _, field := range []struct {
		name, text string
		most       int
		line       bool
	}{{"subject", w.Subject, MaxSubject, true}, {"preheader", w.Preheader, MaxPreheader, true}, {"introduction", w.Introduction, MaxIntroduction, false}} {
		var err *Error
		switch n := utf8.RuneCountInString(field.text); {
		case n > field.most:
			err = Errorf(Invalid, "edition_words_long", "the %s has %d characters; at most %d are possible", field.name, n, field.most)
			err.Args = map[string]any{"Count": n, "Most": field.most}
		case field.line && strings.ContainsAny(field.text, "\r\n"):
			err = Errorf(Invalid, "edition_words_line", "the %s must be one line", field.name)
		default:
			continue
		}
		err.Field = field.name
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// Step is what the loop does next with an edition.
type Step string

// The steps.
const (
	StepWait    Step = ""
	StepMiss    Step = "miss"
	StepHold    Step = "hold"
	StepApprove Step = "approve"
	StepRelease Step = "release"
)

// composeAgain is how long an edition rests of which no letter could be made.
const composeAgain = time.Minute

// Step decides by the rules of the edition's schedule. Those without a slot wait for an approval and then
// leave at once.
func (e *Edition) Step(c *Schedule, now Time) Step {
	if e.Kind == EditionSlot && e.ScheduledFor.After(now.Time) && e.SoonerAt.IsZero() {
		return StepWait
	}
	switch {
	case e.State == EditionApproved && e.Held(now):
		return StepWait
	case e.State == EditionApproved && e.Kind == EditionSlot && e.late(c, now):
		return StepMiss
	case e.State == EditionApproved && e.Resting(now):
		return StepWait
	case e.State == EditionApproved:
		return StepRelease
	case e.Kind != EditionSlot || !e.State.Follows():
		return StepWait
	case !e.approvesItself(c) && e.State == EditionDraft:
		return StepHold
	case !e.approvesItself(c):
		return StepWait
	case e.late(c, now):
		return StepMiss
	}
	return StepApprove
}

// approvesItself reports whether the slot is approval enough.
func (e *Edition) approvesItself(c *Schedule) bool {
	if e.Flawed() {
		return false
	}
	if c.Unapproved == UnapprovedSend {
		return true
	}
	return c.Review == ReviewAutomatic && (e.State == EditionDraft || e.Reason == ReasonWithdrawn)
}

// FlawsReason is the reason of an edition that is held for what was found in it.
func FlawsReason(flaws []string) string { return ReasonFlaws + ": " + strings.Join(flaws, ", ") }

// Flawed reports whether the edition is held for what was found in it: only somebody's approval lets it go.
func (e *Edition) Flawed() bool { return strings.HasPrefix(e.Reason, ReasonFlaws+":") }

// Dated is the day that the edition bears: that of its slot, unless it leaves before; zero for one without a slot.
func (e *Edition) Dated() Time {
	if !e.SoonerAt.IsZero() {
		return e.SoonerAt
	}
	return e.ScheduledFor
}

// Held reports whether an approval can still be taken back before anything happens by it.
func (e *Edition) Held(now Time) bool { return e.HeldUntil.After(now.Time) }

// late reports whether the grace time is over. It begins at the slot, or at a later approval when that counts.
func (e *Edition) late(c *Schedule, now Time) bool {
	from := e.ScheduledFor
	for _, later := range []Time{e.ApprovedAt, e.HeldUntil} {
		if later.After(from.Time) {
			from = later
		}
	}
	return !now.Before(c.MissedAt(from).Time)
}

// Resting reports whether no letter could be made a moment ago: it isn't tried again at once.
func (e *Edition) Resting(now Time) bool {
	return strings.HasPrefix(e.Reason, ReasonCompose) && now.Before(e.ChangedAt.Add(composeAgain))
}
