package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"

	"bode.example/internal/newsletter"
)

// tx is a running transaction with its context, so that steps read without noise.
type tx struct {
	*sqlx.Tx
	ctx     context.Context
	dialect dialect
}

// attempts is how often a transaction that lost a race is run. A fan-out among many who write its readers loses
// every third: of five in a row that happened, of a dozen it is one in half a million.
const attempts = 12

// write runs fn in a transaction and commits it when fn returns nil. fn may run more than once: it
// must leave nothing behind but what it does through tx, and set its results anew each time.
func (s *Store) write(ctx context.Context, fn func(*tx) error) error { return s.writeAt(ctx, nil, fn) }

// writeSnapshot is write where all statements see one state of the database. Rows that others changed
// since it began can't be changed then: the transaction has lost a race, and runs again. SQLite has
// one writer, for which that is always so.
func (s *Store) writeSnapshot(ctx context.Context, fn func(*tx) error) error {
	return s.writeAt(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead}, fn)
}

func (s *Store) writeAt(ctx context.Context, options *sql.TxOptions, fn func(*tx) error) error {
	return s.retry(ctx, func() error {
		if err := s.turns.enter(ctx); err != nil {
			return err
		}
		defer s.turns.leave()
		return s.once(ctx, s.db, options, fn)
	})
}

// retry runs a transaction until it has not lost a race.
func (s *Store) retry(ctx context.Context, once func() error) error {
	return s.through(func() (err error) {
		for range attempts {
			err = once()
			if err == nil || !s.dialect.again(err) || ctx.Err() != nil {
				break
			}
		}
		return s.explain(err)
	})
}

// through runs what writes to the database's files.
func (s *Store) through(run func() error) error {
	if s.around != nil {
		return s.around(run)
	}
	return run()
}

// read runs fn in a transaction that sees one state of the database and changes nothing. A single
// SELECT needs none: use s.reader.
func (s *Store) read(ctx context.Context, fn func(*tx) error) error {
	return s.explain(s.once(ctx, s.reader.DB, &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}, fn))
}

func (s *Store) once(ctx context.Context, db *sqlx.DB, options *sql.TxOptions, fn func(*tx) error) error {
	t, err := db.BeginTxx(ctx, options)
	if err != nil {
		return interrupted(ctx, err)
	}
	// After the commit it does nothing. The error or the panic that brought us here is the one to tell,
	// and a transaction that stayed open would hold SQLite's write lock for good.
	defer func() { _ = t.Rollback() }()
	if err := fn(&tx{Tx: t, ctx: ctx, dialect: s.dialect}); err != nil {
		return interrupted(ctx, err)
	}
	return interrupted(ctx, t.Commit())
}

// interrupted puts the context's error in front when the context has ended: lib/pq then reports
// that the statement was cancelled, which errors.Is doesn't recognise.
func interrupted(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && !errors.Is(err, ctx.Err()) {
		return fmt.Errorf("%w: %w", ctx.Err(), err)
	}
	return err
}

// get fills dest from one row. sql.ErrNoRows says that there is none.
func (t *tx) get(dest any, query string, args ...any) error {
	return t.GetContext(t.ctx, dest, query, args...)
}

// list fills the slice dest from all rows.
func (t *tx) list(dest any, query string, args ...any) error {
	return t.SelectContext(t.ctx, dest, query, args...)
}

// exec runs a statement.
func (t *tx) exec(query string, args ...any) error {
	_, err := t.ExecContext(t.ctx, query, args...)
	return err
}

// count runs a statement and says how many rows it changed.
func (t *tx) count(query string, args ...any) (int64, error) {
	result, err := t.ExecContext(t.ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// one runs a statement that must change exactly one row; otherwise it returns missing.
func (t *tx) one(missing error, query string, args ...any) error {
	n, err := t.count(query, args...)
	if err != nil {
		return err
	}
	if n != 1 {
		return missing
	}
	return nil
}

// notFound turns sql.ErrNoRows into an error for people; other errors pass.
func notFound(err error, what string, name any) error {
	if errors.Is(err, sql.ErrNoRows) {
		return newsletter.Errorf(newsletter.NotFound, "not_found", "there is no %s %v", what, name)
	}
	return err
}
