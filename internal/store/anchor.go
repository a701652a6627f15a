package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

// anchorLife is for how long it is tried to bring an anchor to whom it is mailed.
const anchorLife = 4 * 24 * time.Hour

const anchorColumns = `id, at, audit_seq AS "audit.seq", audit_hash AS "audit.hash", consent_seq AS "consent.seq", consent_hash AS "consent.hash"`

// Heads returns how both chains end now.
func (s *Store) Heads(ctx context.Context, now time.Time) (a newsletter.Anchor, err error) {
	err = s.read(ctx, func(t *tx) error {
		a, err = t.heads(now)
		return err
	})
	return a, err
}

func (t *tx) heads(now time.Time) (newsletter.Anchor, error) {
	a := newsletter.Anchor{At: newsletter.At(now.Truncate(time.Second))}
	if err := t.get(&a.Audit, `SELECT seq, hash FROM audit_head WHERE id = 1`); err != nil {
		return a, err
	}
	return a, t.get(&a.Consent, `SELECT seq, hash FROM consent_head WHERE id = 1`)
}

// DropAnchor writes down how the chains end, once on a day whoever calls it how often, and queues the mail that takes it out of
// the house, when to is not empty. It reports whether this call was the day's.
func (s *Store) DropAnchor(ctx context.Context, day newsletter.Day, to newsletter.Address, language newsletter.Language, now time.Time) (dropped bool, err error) {
	err = s.write(ctx, func(t *tx) error {
		a, err := t.heads(now)
		if err != nil {
			return err
		}
		var ids []int64
		if err := t.list(&ids, `
			INSERT INTO anchor (dropped_on, at, audit_seq, audit_hash, consent_seq, consent_hash) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (dropped_on) DO NOTHING RETURNING id`, day, a.At, a.Audit.Seq, a.Audit.Hash, a.Consent.Seq, a.Consent.Hash); err != nil {
			return err
		}
		if dropped = len(ids) == 1; !dropped || to == "" {
			return nil
		}
		return t.queue(&newsletter.Delivery{Kind: newsletter.DeliveryNotice, Template: newsletter.TemplateAnchor, Ref: &ids[0], Address: &to, Language: language,
			ExpiresAt: newsletter.At(now.Add(anchorLife))}, to, newsletter.NewPublicID(), newsletter.At(now))
	})
	return dropped, err
}

// Anchors returns the latest that were dropped, the newest first; unwritten: those alone that no file has yet, the oldest first.
func (s *Store) Anchors(ctx context.Context, unwritten bool, limit int) (ids []int64, all []newsletter.Anchor, err error) {
	query := `SELECT ` + anchorColumns + ` FROM anchor ORDER BY id DESC LIMIT $1`
	if unwritten {
		query = `SELECT ` + anchorColumns + ` FROM anchor WHERE written_at IS NULL ORDER BY id LIMIT $1`
	}
	var rows []struct {
		ID int64 `db:"id"`
		newsletter.Anchor
	}
	err = s.reader.SelectContext(ctx, &rows, query, limit)
	for _, row := range rows {
		ids, all = append(ids, row.ID), append(all, row.Anchor)
	}
	return ids, all, err
}

// AnchorByID returns the anchor that a mail is about.
func (s *Store) AnchorByID(ctx context.Context, id int64) (newsletter.Anchor, error) {
	var row struct {
		ID int64 `db:"id"`
		newsletter.Anchor
	}
	err := s.reader.GetContext(ctx, &row, `SELECT `+anchorColumns+` FROM anchor WHERE id = $1`, id)
	return row.Anchor, notFound(err, "anchor", id)
}

// AnchorsWritten marks anchors as written to the file outside the database.
func (s *Store) AnchorsWritten(ctx context.Context, ids []int64, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		return t.exec(`UPDATE anchor SET written_at = $2 WHERE id `+t.dialect.among("$1"), newsletter.NewIDs(ids...), newsletter.At(now))
	})
}

// Holds reports of each chain whether it still has the entry that an anchor names, with the hash that it had. That the chain is
// whole up to there, VerifyAudit and VerifyConsent tell; both together say that nothing up to the anchor was altered.
func (s *Store) Holds(ctx context.Context, a newsletter.Anchor) (audit, consent bool, err error) {
	err = s.read(ctx, func(t *tx) error {
		if audit, err = t.holds("audit_entry", a.Audit); err != nil {
			return err
		}
		consent, err = t.holds("consent", a.Consent)
		return err
	})
	return audit, consent, err
}

func (t *tx) holds(table string, h newsletter.ChainHead) (bool, error) {
	if h.Seq == 0 {
		return h.Hash == "", nil
	}
	var hash string
	err := t.get(&hash, `SELECT hash FROM `+table+` WHERE seq = $1`, h.Seq)
	return hash == h.Hash && hash != "", absent(err)
}
