package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

// testLife is for how long a test mail is of use.
const testLife = 6 * time.Hour

// AddTestLetter stores the letter of an edition and owes it to each of the addresses, as a notice: it is no
// delivery of the edition, nobody's reading moves by it, and it counts nowhere. Hashes are those of each
// address, in its place. Who must not be mailed gets no test either, and nobody is told: whether somebody objected or was
// erased is not for who asks. Each address takes one from the quotas.
func (s *Store) AddTestLetter(ctx context.Context, l *newsletter.TestLetter, to []newsletter.Address, hashes [][]token.Hash, quotas []newsletter.Quota, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		at := newsletter.At(now)
		var e newsletter.Edition
		if err := t.get(&e, `SELECT `+editionColumns+` FROM edition WHERE id = $1`, l.EditionID); err != nil {
			return notFound(err, "edition", l.EditionID)
		}
		l.PublicID, l.CreatedAt = newsletter.NewPublicID(), at
		if err := t.get(&l.ID, `
			INSERT INTO test_letter (public_id, edition_id, language, letter, created_at) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
			l.PublicID, l.EditionID, l.Language, l.Letter, at); err != nil {
			return err
		}
		for i, address := range to {
			if err := t.take(quotas, now); err != nil {
				return err
			}
			if may, err := t.mayTest(address, hashes[i], at); err != nil {
				return err
			} else if !may {
				continue
			}
			if err := t.queue(&newsletter.Delivery{Kind: newsletter.DeliveryNotice, Template: newsletter.TemplateEditionTest, Ref: &l.ID, Address: &to[i],
				Language: l.Language, ExpiresAt: newsletter.At(now.Add(testLife))}, address, newsletter.NewPublicID(), at); err != nil {
				return err
			}
		}
		return t.audit(by, now, "edition.test", editionObject(&e), map[string]int{"addresses": len(to)})
	})
}

// mayTest reports whether an address may be mailed.
func (t *tx) mayTest(address newsletter.Address, hashes []token.Hash, at newsletter.Time) (bool, error) {
	found, err := t.suppressions(hashes, at)
	if err != nil || len(found) > 0 {
		return false, err
	}
	var stopped int
	err = t.get(&stopped, `
		SELECT COUNT(*) FROM subscriber WHERE address_key = $1 AND (suppressed_at IS NOT NULL OR restricted_at IS NOT NULL)`, address.Key())
	return stopped == 0, err
}

// TestLetter returns the letter that a delivery brings.
func (s *Store) TestLetter(ctx context.Context, id int64) (*newsletter.TestLetter, error) {
	var l newsletter.TestLetter
	err := s.reader.GetContext(ctx, &l, `SELECT id, public_id, edition_id, language, letter, created_at FROM test_letter WHERE id = $1`, id)
	return &l, notFound(err, "test letter", id)
}

// ForgetTestLetters deletes letters that were made before a time, and to whom they went.
func (s *Store) ForgetTestLetters(ctx context.Context, before time.Time, by newsletter.Actor, now time.Time) (n int64, err error) {
	err = s.write(ctx, func(t *tx) error {
		var ids []int64
		err := t.list(&ids, `DELETE FROM test_letter WHERE created_at < $1 RETURNING id`, newsletter.At(before))
		if n = int64(len(ids)); err != nil || n == 0 {
			return err
		}
		if err := t.exec(`
			UPDATE delivery SET address = NULL, domain = '', reply = '', `+endWaiting("expired", "$1")+`
			WHERE template = 'edition_test' AND ref IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($2 AS TEXT)))`,
			newsletter.At(now), newsletter.NewIDs(ids...)); err != nil {
			return err
		}
		return t.audit(by, now, "edition.forget_tests", object{"test_letter", ""}, map[string]int64{"forgotten": n})
	})
	if n > 0 && err == nil {
		s.erased.Store(true) // see TruncateLog
	}
	return n, err
}
