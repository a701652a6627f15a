package store

import (
	"context"
	"errors"

	"github.com/jmoiron/sqlx"

	"bode.example/internal/newsletter"
)

// fault is what an error of an engine means to us. The engines' own codes are known to dialect only.
type fault int

const (
	otherFault fault = iota // of the statement, or of ours
	lostRace                // running the transaction once more may win
	duplicate               // a unique key was there already
	noRoom                  // the disk, or the quota, is full
	away                    // the database does not answer; it may come back
	denied                  // the user, the password, or the rights
	noDatabase              // there is none of that name
	damaged                 // what is stored makes no sense
	foreign                 // the file is something else
)

// explain tells people what is the matter with the database. What is no fault of the database, and
// what has been explained, passes.
func (s *Store) explain(err error) error {
	var said *newsletter.Error
	if err == nil || errors.As(err, &said) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	switch s.dialect.fault(err) {
	case noRoom:
		return newsletter.Errorf(newsletter.Unavailable, "disk_full",
			"there is no room left for the database %s; nothing was changed: %w", s.name, err)
	case lostRace:
		return newsletter.Errorf(newsletter.Unavailable, "database_busy", "the database %s is too busy: try again: %w", s.name, err)
	case away:
		return newsletter.Errorf(newsletter.Unavailable, "database_unavailable", "the database %s does not answer: %w", s.name, err)
	case denied:
		return newsletter.Errorf(newsletter.Unavailable, "database_denied",
			"the database %s refuses this program: check the user, the password and the rights: %w", s.name, err)
	case noDatabase:
		return newsletter.Errorf(newsletter.Unavailable, "database_missing", "there is no database %s: make it, or correct the name: %w", s.name, err)
	case damaged:
		return newsletter.Errorf(newsletter.Unavailable, "database_damaged",
			"the database %s is damaged: stop all that uses it, keep a copy, and restore a backup: %w", s.name, err)
	case foreign:
		return newsletter.Errorf(newsletter.Conflict, "database_foreign", "%s is no database of Bode: name another file: %w", s.name, err)
	default:
		return err
	}
}

// pool is a set of connections for single queries. What they fail with is explained.
type pool struct {
	*sqlx.DB
	explain func(error) error
}

// GetContext fills dest from one row. sql.ErrNoRows says that there is none.
func (p pool) GetContext(ctx context.Context, dest any, query string, args ...any) error {
	return p.explain(interrupted(ctx, p.DB.GetContext(ctx, dest, query, args...)))
}

// SelectContext fills the slice dest from all rows.
func (p pool) SelectContext(ctx context.Context, dest any, query string, args ...any) error {
	return p.explain(interrupted(ctx, p.DB.SelectContext(ctx, dest, query, args...)))
}
