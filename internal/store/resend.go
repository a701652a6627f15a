package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

// resendLife is how long what is sent again is good, until its first refusal sets that anew.
const resendLife = 24 * time.Hour

// ResendFailed lets deliveries of an edition that were refused for good go out once more, because somebody says so:
// those named, or all without any. It says how many. Only to those who are still the same readers of the list and
// may be mailed; what had expired gave its posts back, and comes with a later edition. An edition that has been sent
// is being sent again meanwhile; of one that was cancelled, or corrected since, nothing is (Conflict).
func (s *Store) ResendFailed(ctx context.Context, id newsletter.PublicID, deliveries []int64, by newsletter.Actor, now time.Time) (n int, err error) {
	err = s.write(ctx, func(t *tx) error {
		e, err := t.lockEdition(id)
		if err != nil {
			return err
		}
		if e.State == newsletter.EditionCancelled {
			return editionState(e, "nothing of it is sent any more")
		}
		var corrected bool
		if err := t.get(&corrected, `SELECT EXISTS (SELECT 1 FROM edition WHERE corrects = $1 AND released_at IS NOT NULL)`, e.ID); err != nil {
			return err
		}
		if corrected {
			return newsletter.Errorf(newsletter.Conflict, "edition_corrected", "the edition %s was corrected: whoever gets it now would not get the correction", id)
		}
		if n, err = t.resend(e, deliveries, now); err != nil || n == 0 {
			return err
		}
		if e.State == newsletter.EditionSent {
			if err := t.moveEdition(e, newsletter.EditionSending, "", now); err != nil {
				return err
			}
		}
		return t.audit(by, now, "edition.resend_failed", editionObject(e), uncertainDetail{n})
	})
	return n, err
}

// resend makes what failed wait again. The address may be another one by now.
func (t *tx) resend(e *newsletter.Edition, deliveries []int64, now time.Time) (int, error) {
	var moved []int64
	err := t.list(&moved, `
		UPDATE delivery SET state = 'pending', apart = 'waiting', claim_id = NULL, due_at = $2, expires_at = $3, attempts = 0, ended_at = NULL,
			domain = (SELECT `+t.dialect.domain("u.address")+` FROM subscription AS s JOIN subscriber AS u ON u.id = s.subscriber_id WHERE s.id = delivery.subscription_id)
		WHERE edition_id = $1 AND state = 'failed'
		AND ($4 OR id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($5 AS TEXT))))
		AND EXISTS (SELECT 1 FROM subscription AS s JOIN subscriber AS u ON u.id = s.subscriber_id
			WHERE s.id = delivery.subscription_id AND s.state = 'active' AND `+mailable+`
			AND (s.active_since IS NULL OR s.active_since <= delivery.created_at))
		RETURNING id`,
		e.ID, newsletter.At(now), newsletter.At(now.Add(resendLife)), len(deliveries) == 0, newsletter.NewIDs(deliveries...))
	return len(moved), err
}
