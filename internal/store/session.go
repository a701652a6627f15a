package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

const sessionColumns = `id, public_id, staff_id, factor, carried, network, agent, created_at, proved_at, seen_at, expires_at`

func (t *tx) insertSession(n *newsletter.Session, tokenHash string, at newsletter.Time) error {
	n.PublicID, n.CreatedAt, n.SeenAt = newsletter.NewPublicID(), at, at
	if n.Whole() {
		n.ProvedAt = at
	}
	return t.get(&n.ID, `
		INSERT INTO session (public_id, token_hash, staff_id, factor, carried, network, agent, created_at, proved_at, seen_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id`,
		n.PublicID, tokenHash, n.StaffID, n.Factor, n.Carried, n.Network, n.Agent, n.CreatedAt, n.ProvedAt, n.SeenAt, n.ExpiresAt)
}

// Session returns the session whose token has a hash, with its owner as they are now.
func (s *Store) Session(ctx context.Context, tokenHash string) (n *newsletter.Session, err error) {
	err = s.read(ctx, func(t *tx) error {
		n = &newsletter.Session{}
		if err := t.get(n, `SELECT `+sessionColumns+` FROM session WHERE token_hash = $1`, tokenHash); err != nil {
			return notFound(err, "session", "")
		}
		m, err := t.staff(`id = $1`, n.StaffID)
		if err == nil {
			n.Staff = *m
		}
		return err
	})
	return n, err
}

// SeeSession notes that a session was used.
func (s *Store) SeeSession(ctx context.Context, id int64, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		return t.exec(`UPDATE session SET seen_at = $2 WHERE id = $1 AND seen_at < $2`, id, newsletter.At(now))
	})
}

// CarrySession keeps what one page of signing in hands to the next.
func (s *Store) CarrySession(ctx context.Context, id int64, carried string) error {
	return s.write(ctx, func(t *tx) error {
		return t.one(sessionGone(), `UPDATE session SET carried = $2 WHERE id = $1`, id, carried)
	})
}

func sessionGone() error {
	return newsletter.Errorf(newsletter.Forbidden, "session_gone", "you are not signed in any more: sign in again")
}

// Sessions returns somebody's sessions in which both factors were proved, the latest first.
func (s *Store) Sessions(ctx context.Context, staffID int64) ([]newsletter.Session, error) {
	var all []newsletter.Session
	err := s.reader.SelectContext(ctx, &all, `SELECT `+sessionColumns+` FROM session WHERE staff_id = $1 AND factor <> '' ORDER BY id DESC`, staffID)
	return all, err
}

// EndSession signs out of one session, of the actor's own.
func (s *Store) EndSession(ctx context.Context, m *newsletter.Staff, id newsletter.PublicID, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		missing := newsletter.Errorf(newsletter.NotFound, "no_session", "this session has ended already")
		if err := t.one(missing, `DELETE FROM session WHERE public_id = $1 AND staff_id = $2`, id, m.ID); err != nil {
			return err
		}
		return t.audit(m.Actor(), now, "session.end", object{"session", id.String()}, nil)
	})
}

// EndOtherSessions signs somebody out everywhere but in one session, and says of how many.
func (s *Store) EndOtherSessions(ctx context.Context, keep *newsletter.Session, now time.Time) (n int64, err error) {
	err = s.write(ctx, func(t *tx) (err error) {
		if n, err = t.count(`DELETE FROM session WHERE staff_id = $1 AND id <> $2`, keep.StaffID, keep.ID); err != nil || n == 0 {
			return err
		}
		return t.audit(keep.Staff.Actor(), now, "session.end_others", staffObject(&keep.Staff), map[string]int64{"ended": n})
	})
	return n, err
}

// ForgetSessions deletes the sessions that are over, by age or because nobody used them since idle, and
// says how many.
func (s *Store) ForgetSessions(ctx context.Context, idle time.Time, by newsletter.Actor, now time.Time) (n int64, err error) {
	err = s.write(ctx, func(t *tx) (err error) {
		n, err = t.count(`DELETE FROM session WHERE expires_at <= $1 OR seen_at <= $2`, newsletter.At(now), newsletter.At(idle))
		if err != nil || n == 0 {
			return err
		}
		return t.audit(by, now, "session.forget", object{"session", ""}, map[string]int64{"forgotten": n})
	})
	return n, err
}
