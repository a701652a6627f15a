package store

import (
	"context"
	"strconv"

	"bode.example/internal/newsletter"
)

// appendConsent writes one entry of the consent ledger with its evidence, or without: the entry
// that an erasure writes leaves nothing behind. It locks the head of the chain until the commit:
// take it as late in the transaction as can be, and before audit.
func (t *tx) appendConsent(c *newsletter.Consent, e *newsletter.Evidence) (err error) {
	if c.Seq, c.PrevHash, err = t.nextLink("consent_head"); err != nil {
		return err
	}
	link(c, e)
	if _, err := t.NamedExecContext(t.ctx, `
		INSERT INTO consent (seq, subject, list_id, action, at, channel, wording_hash, privacy_hash, evidence_hash, prev_hash, hash)
		VALUES (:seq, :subject, :list_id, :action, :at, :channel, :wording_hash, :privacy_hash, :evidence_hash, :prev_hash, :hash)`, c); err != nil {
		return err
	}
	if e != nil {
		if err := t.insertEvidence(e, c.At); err != nil {
			return err
		}
	}
	return t.exec(`UPDATE consent_head SET hash = $1 WHERE id = 1`, c.Hash)
}

// link seals the evidence of an entry and makes the entry's hash; its number and the hash before it stand already.
func link(c *newsletter.Consent, e *newsletter.Evidence) {
	if e != nil {
		e.ConsentSeq = c.Seq
		c.EvidenceHash = seal(e)
	}
	c.Hash = consentHash(c)
}

func consentHash(c *newsletter.Consent) string {
	return chainHash(c.PrevHash, strconv.FormatInt(c.Seq, 10), c.Subject.String(), strconv.FormatInt(c.ListID, 10),
		string(c.Action), strconv.FormatInt(c.At.UnixMicro(), 10), c.Channel, c.WordingHash, c.PrivacyHash, c.EvidenceHash)
}

// VerifyConsent walks the whole ledger, and the evidence that is still there, and returns the
// sequence number of the first entry that was altered, lost or moved, or 0.
func (s *Store) VerifyConsent(ctx context.Context) (broken int64, err error) {
	err = s.read(ctx, func(t *tx) error {
		var seq int64
		var hash string
		if broken, seq, hash, err = t.walkConsent(); err != nil || broken != 0 {
			return err
		}
		if broken, err = t.tail("consent_head", seq, hash); err != nil || broken != 0 {
			return err
		}
		broken, err = t.walkEvidence()
		return err
	})
	return broken, err
}

func (t *tx) walkConsent() (broken, seq int64, hash string, err error) {
	rows, err := t.QueryxContext(t.ctx, `
		SELECT seq, subject, list_id, action, at, channel, wording_hash, privacy_hash, evidence_hash, prev_hash, hash
		FROM consent ORDER BY seq`)
	if err != nil {
		return 0, 0, "", err
	}
	defer rows.Close()
	for rows.Next() {
		var c newsletter.Consent
		if err := rows.StructScan(&c); err != nil {
			return 0, 0, "", err
		}
		seq++
		if c.Seq != seq || c.PrevHash != hash || c.Hash != consentHash(&c) {
			return seq, seq, "", nil
		}
		hash = c.Hash
	}
	return 0, seq, hash, rows.Err()
}
