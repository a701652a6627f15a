package store

import "bode.example/internal/newsletter"

// giveBack makes the posts of deliveries owed again: the reading goes back to what it was before,
// if nothing changed it since.
func (t *tx) giveBack(deliveries newsletter.IDs) error {
	return t.exec(`
		UPDATE subscription SET reading_id = d.reading_before FROM delivery AS d
		WHERE d.id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)))
			AND subscription.id = d.subscription_id AND d.reading_before IS NOT NULL
			AND subscription.reading_id = d.reading_after`, deliveries)
}
