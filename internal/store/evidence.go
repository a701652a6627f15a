package store

import (
	"context"
	"crypto/rand"
	"time"

	"bode.example/internal/newsletter"
)

// seal gives evidence its salts and hashes, and returns the hash that the ledger holds: over that of
// the person and that of the origin, each salted by itself, so that either part can be erased and what
// stays still verifies.
func seal(e *newsletter.Evidence) string {
	e.Salt = newSalt()
	if e.Network != "" || e.Agent != "" {
		e.Origin.Salt = newSalt()
		e.Origin.Hash = originHash(e.Origin)
	}
	return evidenceHash(e)
}

func newSalt() []byte {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // crypto/rand.Read never fails
	return salt
}

func evidenceHash(e *newsletter.Evidence) string {
	return chainHash(chainHash(string(e.Salt), e.Address, e.FormURL, e.MessageID, string(e.Ground), e.Source), e.Origin.Hash)
}

func originHash(o newsletter.Origin) string {
	return chainHash(string(o.Salt), o.Network, o.Agent)
}

func (t *tx) insertEvidence(e *newsletter.Evidence, at newsletter.Time) error {
	originAt := at
	if e.Origin.Hash == "" {
		originAt = newsletter.Time{}
	}
	return t.exec(`
		INSERT INTO consent_evidence (consent_seq, salt, address, address_key, form_url, confirmation_message_id,
			ground, source, origin_hash, origin_at, origin_salt, network, agent)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		e.ConsentSeq, e.Salt, e.Address, newsletter.Address(e.Address).Key(), e.FormURL, e.MessageID, e.Ground, e.Source,
		e.Origin.Hash, originAt, e.Origin.Salt, e.Network, e.Agent)
}

// ForgetOrigins erases from where consents were given that are as old as before or older, at most
// limit of them, and says how many. That they were given, by whom and on which words stays, and
// VerifyConsent finds the ledger as whole as it was. Those of restricted people stay (GDPR art. 18).
func (s *Store) ForgetOrigins(ctx context.Context, before time.Time, limit int, by newsletter.Actor, now time.Time) (n int64, err error) {
	err = s.write(ctx, func(t *tx) (err error) {
		// One that an erasure holds is going anyway.
		if n, err = t.count(`
			UPDATE consent_evidence SET origin_at = NULL, origin_salt = NULL, network = '', agent = '', origin_gone_at = $3
			WHERE consent_seq IN (
				SELECT consent_seq FROM consent_evidence WHERE origin_at <= $1
					AND consent_seq NOT IN (SELECT c.seq FROM consent AS c JOIN subscriber AS p ON p.subject = c.subject WHERE p.restricted_at IS NOT NULL)
				ORDER BY origin_at LIMIT $2`+t.dialect.skipLocked+`)`,
			newsletter.At(before), limit, newsletter.At(now)); err != nil || n == 0 {
			return err
		}
		return t.audit(by, now, "consent.forget_origin", object{"consent", ""}, map[string]int64{"forgotten": n})
	})
	if n > 0 && err == nil {
		s.erased.Store(true) // SQLite's log may hold them still: see TruncateLog
	}
	return n, err
}

// walkEvidence checks the evidence that is still there against the ledger.
func (t *tx) walkEvidence() (broken int64, err error) {
	rows, err := t.QueryxContext(t.ctx, `
		SELECT e.consent_seq, e.salt, e.address, e.form_url, e.confirmation_message_id, e.ground, e.source, e.origin_hash, e.origin_salt, e.network, e.agent,
			e.origin_gone_at, c.evidence_hash
		FROM consent_evidence AS e JOIN consent AS c ON c.seq = e.consent_seq ORDER BY e.consent_seq`)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var e struct {
			newsletter.Evidence
			Sealed string `db:"evidence_hash"`
		}
		if err := rows.StructScan(&e); err != nil {
			return 0, err
		}
		if e.Sealed != evidenceHash(&e.Evidence) || !asSealed(e.Origin) {
			return e.ConsentSeq, nil
		}
	}
	return 0, rows.Err()
}

// asSealed reports whether an origin is what its hash was made of, or gone altogether.
func asSealed(o newsletter.Origin) bool {
	if len(o.Salt) > 0 {
		return o.Hash == originHash(o)
	}
	return o.Network == "" && o.Agent == "" && (o.Hash == "") == o.GoneAt.IsZero()
}
