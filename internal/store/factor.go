package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"bode.example/internal/newsletter"
)

// Factors returns somebody's second factors.
func (s *Store) Factors(ctx context.Context, staffID int64) (f *newsletter.Factors, err error) {
	err = s.read(ctx, func(t *tx) (err error) {
		f, err = t.factors(staffID)
		return err
	})
	return f, err
}

func (t *tx) factors(staffID int64) (*newsletter.Factors, error) {
	f := &newsletter.Factors{}
	var a newsletter.Authenticator
	switch err := t.get(&a, `SELECT sealed, last_step, created_at FROM authenticator WHERE staff_id = $1`, staffID); {
	case err == nil:
		f.Authenticator = &a
	case !errors.Is(err, sql.ErrNoRows):
		return nil, err
	}
	if err := t.list(&f.Passkeys, `
		SELECT public_id, credential, data, name, created_at, used_at FROM passkey WHERE staff_id = $1 ORDER BY created_at, public_id`, staffID); err != nil {
		return nil, err
	}
	err := t.get(&f.RecoveryCodes, `SELECT COUNT(*) FROM recovery_code WHERE staff_id = $1 AND used_at IS NULL`, staffID)
	return f, err
}

// CountAttempt counts that somebody tries a second factor.
func (s *Store) CountAttempt(ctx context.Context, quotas []newsletter.Quota, now time.Time) error {
	return s.write(ctx, func(t *tx) error { return t.take(quotas, now) })
}

// ProveFactor ends the session of the first factor and begins the whole one, next, whose token has the
// hash given. A code of an authenticator that was used, or is older than one that was, a recovery code
// that was used, and a passkey that is not theirs are refused (Forbidden), and nothing changes. Attempts
// counted on forgive are forgotten. In a session that is whole already next is nil: it goes on, as one in which the
// factor was proved just now.
func (s *Store) ProveFactor(ctx context.Context, first, next *newsletter.Session, tokenHash string, proof newsletter.FactorProof, forgive []newsletter.Quota, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		at := newsletter.At(now)
		if err := t.spend(first.StaffID, proof, at); err != nil {
			return err
		}
		action, session := "session.begin", next
		if next == nil {
			action, session = "session.prove", first
			if err := t.one(sessionGone(), `UPDATE session SET proved_at = $2 WHERE id = $1 AND factor <> ''`, first.ID, at); err != nil {
				return err
			}
			first.ProvedAt = at
		} else {
			next.Factor = proof.Factor
			if err := t.replaceSession(first, next, tokenHash, at); err != nil {
				return err
			}
		}
		for _, q := range forgive {
			if err := t.exec(`DELETE FROM counter WHERE name = $1 AND key = $2`, q.Counter, q.Key); err != nil {
				return err
			}
		}
		return t.audit(session.Staff.Actor(), now, action, object{"session", session.PublicID.String()}, map[string]any{"factor": proof.Factor})
	})
}

// RefuseFactor notes that somebody who had used a link did not prove their second factor.
func (s *Store) RefuseFactor(ctx context.Context, n *newsletter.Session, factor newsletter.Factor, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		return t.enter(by, now, "factor.refuse", staffObject(&n.Staff), map[string]any{"factor": factor, "session": n.PublicID.String()})
	})
}

// spend uses a proof up.
func (t *tx) spend(staffID int64, proof newsletter.FactorProof, at newsletter.Time) error {
	refused := newsletter.Errorf(newsletter.Forbidden, "factor_refused", "this code or key is not good, or not any more: take the next one")
	switch proof.Factor {
	case newsletter.FactorCode:
		return t.one(refused, `
			UPDATE authenticator SET last_step = $2, sealed = CASE WHEN CAST($3 AS TEXT) = '' THEN sealed ELSE $3 END
			WHERE staff_id = $1 AND last_step < $2`, staffID, proof.Step, proof.Sealed)
	case newsletter.FactorPasskey:
		return t.one(refused, `UPDATE passkey SET data = $3, used_at = $4 WHERE staff_id = $1 AND credential = $2`, staffID, proof.Credential, proof.Data, at)
	case newsletter.FactorRecovery:
		return t.one(refused, `UPDATE recovery_code SET used_at = $3 WHERE staff_id = $1 AND hash = $2 AND used_at IS NULL`, staffID, proof.CodeHash, at)
	}
	return refused
}

// replaceSession gives whoever signs in another token: one that was known before is of no use.
func (t *tx) replaceSession(first, next *newsletter.Session, tokenHash string, at newsletter.Time) error {
	if err := t.one(sessionGone(), `DELETE FROM session WHERE id = $1`, first.ID); err != nil {
		return err
	}
	m, err := t.staff(`disabled_at IS NULL AND id = $1`, first.StaffID)
	if newsletter.Is(err, newsletter.NotFound) {
		return sessionGone()
	}
	if err != nil {
		return err
	}
	next.StaffID, next.Staff = m.ID, *m
	if err := t.insertSession(next, tokenHash, at); err != nil {
		return err
	}
	return t.noteSignedIn(next, at)
}

func (t *tx) noteSignedIn(n *newsletter.Session, at newsletter.Time) error {
	n.Staff.SignedIn = at
	return t.exec(`UPDATE staff SET signed_in_at = $2 WHERE id = $1`, n.StaffID, at)
}

// EnrolFactor adds a second factor. In a session that has proved none yet it may be the first one only
// (Conflict: somebody else was quicker), and next replaces that session, as ProveFactor does. In a whole
// session next is nil.
func (s *Store) EnrolFactor(ctx context.Context, session, next *newsletter.Session, tokenHash string, e newsletter.Enrolment, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		at := newsletter.At(now)
		m, err := t.lockStaff(session.Staff.PublicID)
		if err != nil {
			return err
		}
		if next != nil {
			had, err := t.factors(m.ID)
			if err != nil {
				return err
			}
			if had.Enrolled() {
				return newsletter.Errorf(newsletter.Conflict, "factor_exists", "there is a second factor already: sign in with that one")
			}
		}
		action, err := t.addFactor(m.ID, e, at)
		if err != nil {
			return err
		}
		if len(e.CodeHashes) > 0 {
			if err := t.saveRecoveryCodes(m.ID, e.CodeHashes); err != nil {
				return err
			}
		}
		if next == nil {
			return t.audit(m.Actor(), now, action, staffObject(m), nil)
		}
		next.Factor = newsletter.FactorCode
		if e.Passkey != nil {
			next.Factor = newsletter.FactorPasskey
		}
		if err := t.replaceSession(session, next, tokenHash, at); err != nil {
			return err
		}
		return t.audit(m.Actor(), now, action, staffObject(m), map[string]string{"session": next.PublicID.String()})
	})
}

func (t *tx) addFactor(staffID int64, e newsletter.Enrolment, at newsletter.Time) (action string, err error) {
	if a := e.Authenticator; a != nil {
		return "authenticator.add", t.exec(`
			INSERT INTO authenticator (staff_id, sealed, last_step, created_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (staff_id) DO UPDATE SET sealed = excluded.sealed, last_step = excluded.last_step, created_at = excluded.created_at`,
			staffID, a.Sealed, a.LastStep, at)
	}
	k := e.Passkey
	k.PublicID, k.CreatedAt = newsletter.NewPublicID(), at
	return "passkey.add", t.one(newsletter.Errorf(newsletter.Conflict, "passkey_exists", "this passkey was added already"), `
		INSERT INTO passkey (public_id, staff_id, credential, data, name, created_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (credential) DO NOTHING`, k.PublicID, staffID, k.Credential, k.Data, k.Name, at)
}

func (t *tx) saveRecoveryCodes(staffID int64, hashes []string) error {
	if err := t.exec(`DELETE FROM recovery_code WHERE staff_id = $1`, staffID); err != nil {
		return err
	}
	for _, hash := range hashes {
		if err := t.exec(`INSERT INTO recovery_code (staff_id, hash) VALUES ($1, $2)`, staffID, hash); err != nil {
			return err
		}
	}
	return nil
}

// SaveRecoveryCodes puts new recovery codes in the place of the old.
func (s *Store) SaveRecoveryCodes(ctx context.Context, m *newsletter.Staff, hashes []string, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		if err := t.saveRecoveryCodes(m.ID, hashes); err != nil {
			return err
		}
		return t.audit(m.Actor(), now, "recovery_codes.make", staffObject(m), nil)
	})
}

// RemoveAuthenticator takes the app away, unless it is the only second factor.
func (s *Store) RemoveAuthenticator(ctx context.Context, m *newsletter.Staff, now time.Time) error {
	return s.removeFactor(ctx, m, "authenticator.remove", now, func(t *tx) error {
		return t.one(noFactor(), `DELETE FROM authenticator WHERE staff_id = $1`, m.ID)
	})
}

// RemovePasskey takes a passkey away, unless it is the only second factor.
func (s *Store) RemovePasskey(ctx context.Context, m *newsletter.Staff, id newsletter.PublicID, now time.Time) error {
	return s.removeFactor(ctx, m, "passkey.remove", now, func(t *tx) error {
		return t.one(noFactor(), `DELETE FROM passkey WHERE staff_id = $1 AND public_id = $2`, m.ID, id)
	})
}

func noFactor() error {
	return newsletter.Errorf(newsletter.NotFound, "no_factor", "this was taken away already")
}

func (s *Store) removeFactor(ctx context.Context, m *newsletter.Staff, action string, now time.Time, remove func(*tx) error) error {
	return s.write(ctx, func(t *tx) error {
		if _, err := t.lockStaff(m.PublicID); err != nil {
			return err
		}
		if err := remove(t); err != nil {
			return err
		}
		left, err := t.factors(m.ID)
		if err != nil {
			return err
		}
		if !left.Enrolled() {
			return newsletter.Errorf(newsletter.Conflict, "last_factor", "this is the only second factor: add another one first")
		}
		return t.audit(m.Actor(), now, action, staffObject(m), nil)
	})
}
