package store

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"bode.example/internal/newsletter"
)

const readingColumns = `id, list_id, through_seq, told_seq, away_from, away_to, owed_posts`

// reading returns the id of a reading, made when it is new.
func (t *tx) reading(r newsletter.Reading) (int64, error) {
	return t.intern(`
		SELECT id FROM reading WHERE list_id = $1 AND through_seq = $2 AND told_seq = $3 AND away_from = $4 AND away_to = $5 AND owed_posts = $6`, `
		INSERT INTO reading (list_id, through_seq, told_seq, away_from, away_to, owed_posts) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (list_id, through_seq, told_seq, away_from, away_to, owed_posts) DO NOTHING RETURNING id`,
		r.ListID, r.ThroughSeq, r.ToldSeq, r.AwayFrom, r.AwayTo, r.OwedPosts)
}

// intern finds a row that is shared by many and never changed, or makes it. It locks none that is
// there: all who join a list share one.
func (t *tx) intern(find, add string, args ...any) (id int64, err error) {
	for _, query := range []string{find, add, find} { // in the end somebody else has made it meanwhile
		if err = t.get(&id, query, args...); !errors.Is(err, sql.ErrNoRows) {
			return id, err
		}
	}
	return id, err
}

// readingByID reads a reading.
func (t *tx) readingByID(id int64) (r newsletter.Reading, err error) {
	err = t.get(&r, `SELECT `+readingColumns+` FROM reading WHERE id = $1`, id)
	return r, err
}

// givable is the condition that the posts of a delivery d go back to its subscription s: it is still the
// same stretch of reading. Leaving, pausing and returning begin a new one, to which nothing old is owed.
const givable = `d.subscription_id = s.id AND (s.active_since IS NULL OR s.active_since <= d.created_at)`

// giveBack returns the posts of deliveries that were never handed over (expired, cancelled, stopped by
// a suppression) to their subscriptions: they are owed again, however far those have read since. Call it
// once for a delivery, in the transaction that ends it, with at most MaxChunk of them. Deliveries that
// are no editions, or corrections of one, are passed over.
func (t *tx) giveBack(deliveries newsletter.IDs) error {
	if len(deliveries) == 0 {
		return nil
	}
	if err := t.lockReaders(deliveries); err != nil {
		return err
	}
	var mails []struct {
		Variant int64 `db:"variant_id"`
		Before  int64 `db:"reading_before"`
		After   int64 `db:"reading_after"`
	}
	if err := t.list(&mails, `
		SELECT DISTINCT d.variant_id, d.reading_before, d.reading_after FROM delivery AS d
		WHERE d.kind = 'edition' AND d.reading_before IS NOT NULL AND d.subscription_id IS NOT NULL AND d.id `+t.dialect.among("$1")+`
		ORDER BY d.variant_id, d.reading_before`, deliveries); err != nil {
		return err
	}
	// One mail after the other: a subscription may get several back at once.
	for _, m := range mails {
		if err := t.giveBackMail(deliveries, m.Variant, m.Before, m.After); err != nil {
			return err
		}
	}
	return nil
}

// lockReaders holds the subscriptions of deliveries until the commit.
func (t *tx) lockReaders(deliveries newsletter.IDs) error {
	if len(deliveries) == 0 {
		return nil
	}
	var ids []int64
	return t.list(&ids, `
		SELECT s.id FROM subscription AS s WHERE s.id IN (
			SELECT d.subscription_id FROM delivery AS d WHERE d.id `+t.dialect.among("$1")+`)
		ORDER BY s.id`+t.dialect.forUpdate, deliveries)
}

// giveBackMail gives one variant back to all who read it from and up to the same reading.
func (t *tx) giveBackMail(deliveries newsletter.IDs, variant, beforeID, afterID int64) error {
	var posts newsletter.IDs
	if err := t.get(&posts, `SELECT posts FROM variant WHERE id = $1`, variant); err != nil {
		return err
	}
	before, err := t.readingByID(beforeID)
	if err != nil {
		return err
	}
	after, err := t.readingByID(afterID)
	if err != nil {
		return err
	}
	theirs := `d.variant_id = $2 AND d.reading_before = $3 AND d.reading_after = $4
		AND d.id ` + t.dialect.among("$1")
	var readings []int64
	if err := t.list(&readings, `
		SELECT DISTINCT s.reading_id FROM subscription AS s JOIN delivery AS d ON `+givable+` WHERE `+theirs+` ORDER BY s.reading_id`,
		deliveries, variant, beforeID, afterID); err != nil {
		return err
	}
	var moves []string
	for _, id := range readings {
		now, err := t.readingByID(id)
		if err != nil {
			return err
		}
		next, err := t.reading(now.GivenBack(before, after, posts))
		if err != nil {
			return err
		}
		moves = append(moves, fmt.Sprintf("(%d, %d)", id, next))
	}
	if len(moves) == 0 {
		return nil
	}
	// One statement for all: what one reading becomes may be another that is to become a third.
	return t.exec(`
		WITH moved (was, next) AS (VALUES `+strings.Join(moves, ", ")+`)
		UPDATE subscription SET reading_id = moved.next
		FROM moved, subscription AS s JOIN delivery AS d ON `+givable+`
		WHERE subscription.id = s.id AND s.reading_id = moved.was AND `+theirs, deliveries, variant, beforeID, afterID)
}
