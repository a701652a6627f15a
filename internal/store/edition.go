package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"bode.example/internal/newsletter"
)

const editionColumns = `id, public_id, list_id, schedule_id, kind, scheduled_for, state, reason, subject, preheader, introduction,
	post_order, edited_by, corrects, correction, through_seq, approved_at, approved_by, held_until, sooner_at, released_at, cursor, fanned_out_at, ended_at, created_at, changed_at`

// openEdition is the condition of the partial index edition_open, word for word: only so does SQLite
// see that the index serves a query for some of these states.
func openEdition(alias string) string { return alias + `.` + openStates }

const openStates = `state IN ('draft', 'in_review', 'approved', 'sending', 'paused')`

// prefixed puts a table's alias before each of its columns.
func prefixed(alias, columns string) string {
	return alias + "." + strings.ReplaceAll(strings.Join(strings.Fields(columns), " "), ", ", ", "+alias+".")
}

// Edition returns one edition.
func (s *Store) Edition(ctx context.Context, id newsletter.PublicID) (*newsletter.Edition, error) {
	var e newsletter.Edition
	err := s.reader.GetContext(ctx, &e, `SELECT `+editionColumns+` FROM edition WHERE public_id = $1`, id)
	return &e, notFound(err, "edition", id)
}

// Editions returns a list's editions, the newest slot first, at most limit of them.
func (s *Store) Editions(ctx context.Context, listID int64, limit int) ([]newsletter.Edition, error) {
	var editions []newsletter.Edition
	err := s.reader.SelectContext(ctx, &editions, `
		SELECT `+editionColumns+` FROM edition WHERE list_id = $1
		ORDER BY COALESCE(scheduled_for, created_at) DESC, id DESC LIMIT $2`, listID, limit)
	return editions, err
}

func newEdition(c *newsletter.Schedule, slot newsletter.Time, state newsletter.EditionState, now time.Time) *newsletter.Edition {
	kind := newsletter.EditionSlot
	if slot.IsZero() {
		kind = newsletter.EditionExtra
	}
	return &newsletter.Edition{PublicID: newsletter.NewPublicID(), ListID: c.ListID, ScheduleID: c.ID, Kind: kind, ScheduledFor: slot,
		State: state, CreatedAt: newsletter.At(now), ChangedAt: newsletter.At(now)}
}

// addEdition stores an edition and adds it to made, unless its slot has one.
func (t *tx) addEdition(made []newsletter.Edition, e *newsletter.Edition) ([]newsletter.Edition, error) {
	var ids []int64
	err := t.list(&ids, `
		INSERT INTO edition (public_id, list_id, schedule_id, kind, scheduled_for, state, reason, ended_at, created_at, changed_at, edited_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (schedule_id, scheduled_for) DO NOTHING RETURNING id`,
		e.PublicID, e.ListID, e.ScheduleID, e.Kind, e.ScheduledFor, e.State, e.Reason, e.EndedAt, e.CreatedAt, e.ChangedAt, e.EditedBy)
	if err != nil || len(ids) == 0 {
		return made, err
	}
	e.ID = ids[0]
	return append(made, *e), nil
}

// AddExtraEdition makes a draft without a slot for the readers of a schedule. It leaves as soon as
// it is approved.
func (s *Store) AddExtraEdition(ctx context.Context, scheduleID int64, by newsletter.Actor, now time.Time) (*newsletter.Edition, error) {
	var e *newsletter.Edition
	err := s.write(ctx, func(t *tx) error {
		var c newsletter.Schedule
		if err := t.get(&c, `
			SELECT `+prefixed("c", scheduleColumns)+` FROM schedule AS c JOIN list AS l ON l.id = c.list_id
			WHERE c.id = $1 AND `+working, scheduleID); err != nil {
			return notFound(err, "working schedule", scheduleID)
		}
		e = newEdition(&c, newsletter.Time{}, newsletter.EditionDraft, now)
		e.EditedBy = editors(nil, by)
		made, err := t.addEdition(nil, e)
		if err != nil {
			return err
		}
		e = &made[0]
		return t.audit(by, now, "edition.add", editionObject(e), editionDetail{State: e.State})
	})
	if err != nil {
		return nil, err
	}
	return e, nil
}

// EditEdition replaces the editor's words in an edition that is not released. The words of an
// approved one are part of what was approved: it must be taken back first (ReviewEdition).
func (s *Store) EditEdition(ctx context.Context, id newsletter.PublicID, words newsletter.EditionWords, by newsletter.Actor, now time.Time) error {
	if err := words.Check(); err != nil {
		return err
	}
	return s.write(ctx, func(t *tx) error {
		e, err := t.lockEdition(id)
		if err != nil {
			return err
		}
		if !e.State.Follows() {
			return editionState(e, "its words can be changed while it is a draft or in review")
		}
		if err := t.exec(`UPDATE edition SET subject = $2, preheader = $3, introduction = $4, changed_at = $5, edited_by = $6 WHERE id = $1`,
			e.ID, words.Subject, words.Preheader, words.Introduction, changedAfter(e, now), editors(e.EditedBy, by)); err != nil {
			return err
		}
		return t.audit(by, now, "edition.edit", editionObject(e), words)
	})
}

// editors are the staff who changed an edition, with who does now.
func editors(before newsletter.Strings, by newsletter.Actor) newsletter.Strings {
	if by.Kind != newsletter.ByStaff || slices.Contains(before, by.ID) {
		return before
	}
	return append(slices.Clone(before), by.ID)
}

// ReviewEdition asks for a look at a draft, or takes an approval back.
func (s *Store) ReviewEdition(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) (*newsletter.Edition, error) {
	return s.changeEdition(ctx, id, newsletter.EditionInReview, by, now)
}

// PauseEdition stops an edition that is being sent; what has been handed over is out. The rest
// waits for ResumeEdition.
func (s *Store) PauseEdition(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) (*newsletter.Edition, error) {
	return s.changeEdition(ctx, id, newsletter.EditionPaused, by, now)
}

// ResumeEdition lets a paused edition go on.
func (s *Store) ResumeEdition(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) (*newsletter.Edition, error) {
	return s.changeEdition(ctx, id, newsletter.EditionSending, by, now)
}

// CancelEdition ends an edition. If it is being sent, nothing more is handed over from now on, and
// StopDeliveries gives back what has not been.
func (s *Store) CancelEdition(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) (*newsletter.Edition, error) {
	return s.changeEdition(ctx, id, newsletter.EditionCancelled, by, now)
}

// changeEdition moves an edition to a state because somebody says so.
func (s *Store) changeEdition(ctx context.Context, id newsletter.PublicID, to newsletter.EditionState, by newsletter.Actor, now time.Time) (*newsletter.Edition, error) {
	var e *newsletter.Edition
	err := s.write(ctx, func(t *tx) (err error) {
		if e, err = t.lockEdition(id); err != nil {
			return err
		}
		// A paused edition is resumed; only a release can start one.
		if !e.State.CanBecome(to) || to == newsletter.EditionSending && e.State != newsletter.EditionPaused {
			return cantBecome(e, to)
		}
		if err := t.moveEdition(e, to, "", now); err != nil {
			return err
		}
		return t.audit(by, now, "edition."+string(to), editionObject(e), editionDetail{State: e.State, Through: e.ThroughSeq})
	})
	if err != nil {
		return nil, err
	}
	return e, nil
}

// MoveEdition moves an edition that was read to another state, for a reason, unless it has been
// changed meanwhile: then it does nothing and returns false.
func (s *Store) MoveEdition(ctx context.Context, e *newsletter.Edition, to newsletter.EditionState, reason string, now time.Time) (moved bool, err error) {
	err = s.write(ctx, func(t *tx) error {
		moved = false
		current, err := t.lockEdition(e.PublicID)
		if err != nil || current.State != e.State || current.ChangedAt != e.ChangedAt {
			return err
		}
		moved = true
		return t.moveEdition(current, to, reason, now)
	})
	return moved, err
}

// NoteEdition records why an approved edition can't go on, without moving it.
func (s *Store) NoteEdition(ctx context.Context, e *newsletter.Edition, reason string, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		return t.exec(`UPDATE edition SET reason = $3, changed_at = $4 WHERE id = $1 AND state = $2 AND changed_at = $5`,
			e.ID, e.State, reason, changedAfter(e, now), e.ChangedAt)
	})
}

// moveEdition changes the state of an edition. The statement itself holds the table of the states:
// what docs/states.md doesn't draw can't happen.
func (t *tx) moveEdition(e *newsletter.Edition, to newsletter.EditionState, reason string, now time.Time) error {
	from := e.State
	if reason == "" && e.Reason == newsletter.ReasonLeftBehind { // whatever happens to it, they were
		reason = e.Reason
	}
	e.State, e.Reason, e.ChangedAt = to, reason, changedAfter(e, now)
	if to.Follows() {
		e.ApprovedAt, e.ApprovedBy, e.HeldUntil, e.SoonerAt = newsletter.Time{}, "", newsletter.Time{}, newsletter.Time{}
	}
	if !to.Ended() {
		e.EndedAt = newsletter.Time{}
	}
	// A cancelled edition has ended when the last of its deliveries has: StopDeliveries sees to it.
	if to.Ended() && (to != newsletter.EditionCancelled || e.ReleasedAt.IsZero()) {
		e.EndedAt = newsletter.At(now)
	}
	if from == newsletter.EditionApproved || to == newsletter.EditionApproved { // what lies ready was for what it was
		if err := t.exec(`DELETE FROM prepared_variant WHERE edition_id = $1`, e.ID); err != nil {
			return err
		}
	}
	return t.one(editionState(e, fmt.Sprintf("from %s it can't become %s", from, to)), `
		UPDATE edition SET state = $2, reason = $3, through_seq = $4, approved_at = $5, approved_by = $6, released_at = $7, ended_at = $8, changed_at = $9,
			held_until = $11, sooner_at = $12, remind_at = CASE WHEN $2 = 'approved' THEN NULL ELSE remind_at END
		WHERE id = $1 AND state IN (SELECT value FROM json_each(CAST($10 AS TEXT)))`,
		e.ID, e.State, e.Reason, e.ThroughSeq, e.ApprovedAt, e.ApprovedBy, e.ReleasedAt, e.EndedAt, e.ChangedAt, to.Before(), e.HeldUntil, e.SoonerAt)
}

// changedAfter is the time of a change: always later than that of the one before, so that who has
// read an edition can tell whether it is still as it was read.
func changedAfter(e *newsletter.Edition, now time.Time) newsletter.Time {
	if at := newsletter.At(now); at.After(e.ChangedAt.Time) {
		return at
	}
	return newsletter.At(e.ChangedAt.Add(time.Microsecond))
}

// lockEdition reads an edition and holds its row until the commit.
func (t *tx) lockEdition(id newsletter.PublicID) (*newsletter.Edition, error) {
	var e newsletter.Edition
	err := t.get(&e, `SELECT `+editionColumns+` FROM edition WHERE public_id = $1`+t.dialect.forUpdate, id)
	return &e, notFound(err, "edition", id)
}

// lockList holds the row of a list until the commit and returns where its sequence stands. Posts
// are published and withdrawn under the same lock, which is always taken before that of an edition.
func (t *tx) lockList(id int64) (lastSeq int64, err error) {
	err = t.get(&lastSeq, `SELECT last_seq FROM list WHERE id = $1`+t.dialect.forUpdate, id)
	return lastSeq, notFound(err, "list", id)
}

// editionDetail is what the audit log keeps about an edition.
type editionDetail struct {
	State   newsletter.EditionState `json:"state"`
	Through int64                   `json:"through,omitempty"`
	Posts   int                     `json:"posts,omitempty"`
	// Despite is why an admin approved it although something severe was found, and Flaws what that was.
	Despite string   `json:"despite,omitempty"`
	Flaws   []string `json:"flaws,omitempty"`
}

func editionObject(e *newsletter.Edition) object { return object{"edition", e.PublicID.String()} }

func editionState(e *newsletter.Edition, why string) error {
	return newsletter.Errorf(newsletter.Conflict, "edition_state", "the edition %s is %s: %s", e.PublicID, e.State.Words(), why)
}

// cantBecome says why somebody's wish for an edition can't be granted.
func cantBecome(e *newsletter.Edition, to newsletter.EditionState) error {
	switch from := strings.Join(to.Before(), ", "); {
	case e.State == to:
		return editionState(e, "that is so already")
	case e.State.Ended():
		return editionState(e, "nothing happens to it any more")
	case to == newsletter.EditionSending:
		return editionState(e, "only a paused one can go on")
	default:
		return editionState(e, fmt.Sprintf("only one that is %s can become %s", strings.ReplaceAll(from, "_", " "), to.Words()))
	}
}
