package store

import (
	"context"

	"github.com/jmoiron/sqlx"
)

// keep returns a statement that is prepared once for each connection: for those few that run for every
// group of messages, which take longer to plan than to run. nil when none is to be had: then it is
// planned each time (see portDialer.direct).
//
// It must be called before the transaction begins: on SQLite that has the only connection.
func (s *Store) keep(ctx context.Context, query string) *sqlx.Stmt {
	if !s.keeps {
		return nil
	}
	s.keptMu.Lock()
	defer s.keptMu.Unlock()
	if stmt := s.kept[query]; stmt != nil {
		return stmt
	}
	stmt, err := s.db.PreparexContext(ctx, query)
	if err != nil {
		return nil // what is wrong, the transaction will tell
	}
	if s.kept == nil {
		s.kept = map[string]*sqlx.Stmt{}
	}
	s.kept[query] = stmt
	return stmt
}

// listKept is list by a kept statement; without one, by the query itself.
func (t *tx) listKept(stmt *sqlx.Stmt, dest any, query string, args ...any) error {
	if stmt == nil {
		return t.list(dest, query, args...)
	}
	return t.StmtxContext(t.ctx, stmt).SelectContext(t.ctx, dest, args...)
}

// execKept is exec by a kept statement; without one, by the query itself.
func (t *tx) execKept(stmt *sqlx.Stmt, query string, args ...any) error {
	if stmt == nil {
		return t.exec(query, args...)
	}
	_, err := t.StmtxContext(t.ctx, stmt).ExecContext(t.ctx, args...)
	return err
}
