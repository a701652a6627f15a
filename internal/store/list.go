package store

import (
	"context"
	"maps"
	"slices"
	"time"

	"bode.example/internal/newsletter"
)

const listColumns = `id, public_id, name, state, texts, language, sender_name, sender_address, reply_to, list_id,
	last_seq, branding, applied_hash, created_at, archived_at`

// CreateList makes a list and gives it its ids.
func (s *Store) CreateList(ctx context.Context, l *newsletter.List, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		if err := t.insertList(l, now); err != nil {
			return err
		}
		return t.audit(by, now, "list.create", object{"list", l.Name}, l)
	})
}

func (t *tx) insertList(l *newsletter.List, now time.Time) error {
	l.PublicID, l.CreatedAt = newsletter.NewPublicID(), newsletter.At(now)
	if l.State == "" {
		l.State = newsletter.ListActive
	}
	err := t.get(&l.ID, `
		INSERT INTO list (public_id, name, state, texts, language, sender_name, sender_address, reply_to, list_id, branding, applied_hash, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id`,
		l.PublicID, l.Name, l.State, l.Texts, l.Language, l.SenderName, l.SenderAddress, l.ReplyTo, l.ListID, l.Branding, l.AppliedHash, l.CreatedAt)
	if err != nil && t.dialect.unique(err) {
		return newsletter.Errorf(newsletter.Conflict, "list_exists", "a list named %q, or with List-Id %q, exists already", l.Name, l.ListID)
	}
	return err
}

// Lists returns all lists, archived ones too, in the order in which they were made.
func (s *Store) Lists(ctx context.Context) ([]newsletter.List, error) {
	var lists []newsletter.List
	err := s.reader.SelectContext(ctx, &lists, `SELECT `+listColumns+` FROM list ORDER BY id`)
	return lists, err
}

// List returns one list.
func (s *Store) List(ctx context.Context, id int64) (*newsletter.List, error) {
	var l newsletter.List
	err := s.reader.GetContext(ctx, &l, `SELECT `+listColumns+` FROM list WHERE id = $1`, id)
	return &l, notFound(err, "list", id)
}

// ListByName returns the list of a name.
func (s *Store) ListByName(ctx context.Context, name string) (*newsletter.List, error) {
	var l newsletter.List
	err := s.reader.GetContext(ctx, &l, `SELECT `+listColumns+` FROM list WHERE name = $1`, name)
	return &l, notFound(err, "list", name)
}

// nextSeq draws the next number of a list's sequence and keeps the list's row locked until the
// commit: so commit order is sequence order, and a late commit can't hide behind a cursor.
func (t *tx) nextSeq(listID int64) (seq int64, err error) {
	err = t.get(&seq, `UPDATE list SET last_seq = last_seq + 1 WHERE id = $1 RETURNING last_seq`, listID)
	return seq, notFound(err, "list", listID)
}

// ChangeList gives a list other words, another sender or another look; its name, List-Id and state stay.
// What was released keeps the look that it had.
func (s *Store) ChangeList(ctx context.Context, l *newsletter.List, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		was, err := t.lockedList(l.ID)
		if err != nil {
			return err
		}
		if err := t.exec(`
			UPDATE list SET texts = $2, language = $3, sender_name = $4, sender_address = $5, reply_to = $6, branding = $7 WHERE id = $1`,
			l.ID, l.Texts, l.Language, l.SenderName, l.SenderAddress, l.ReplyTo, l.Branding); err != nil {
			return err
		}
		return t.audit(by, now, "list.change", object{"list", was.Name}, l)
	})
}

// MoveList pauses a list, archives it or lets it go on. While it rests no editions are made and nobody can
// join. When it goes on, next says by schedule which slot is its first: what passed in the meantime is not
// made good, for nothing is to leave at the moment that somebody presses a button; its posts stay owed. An
// archived list is gone from the pages, its links keep working, and what has not left is cancelled.
func (s *Store) MoveList(ctx context.Context, id int64, to newsletter.ListState, next map[int64]newsletter.Time, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		was, err := t.lockedList(id)
		if err != nil {
			return err
		}
		if was.State == to {
			return newsletter.Errorf(newsletter.Conflict, "list_state", "the list %q is %s already", was.Name, to)
		}
		var archived newsletter.Time
		if to == newsletter.ListArchived {
			archived = newsletter.At(now)
			if err := t.cancelEditions(openEditions(`list_id`), id, newsletter.ReasonListEnded, now); err != nil {
				return err
			}
		}
		if err := t.exec(`UPDATE list SET state = $2, archived_at = $3 WHERE id = $1`, id, to, archived); err != nil {
			return err
		}
		if to == newsletter.ListActive {
			for _, schedule := range slices.Sorted(maps.Keys(next)) {
				if err := t.resumeAt(schedule, next[schedule], now); err != nil {
					return err
				}
			}
		}
		return t.audit(by, now, "list."+string(to), object{"list", was.Name}, nil)
	})
}

// lockedList reads a list and holds its row until the commit.
func (t *tx) lockedList(id int64) (*newsletter.List, error) {
	var l newsletter.List
	err := t.get(&l, `SELECT `+listColumns+` FROM list WHERE id = $1`+t.dialect.forUpdate, id)
	return &l, notFound(err, "list", id)
}
