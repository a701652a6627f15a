package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

// HoldEdition keeps an edition that follows its posts from leaving by itself, because of what is wrong with it: it
// waits for approval, however long that takes. Those who are reminded of its schedule's editions, or else all who may
// approve it, are owed a mail in the same transaction. When the edition isn't as it was read, nothing is done and
// false returned.
func (s *Store) HoldEdition(ctx context.Context, e *newsletter.Edition, flaws []string, by newsletter.Actor, now time.Time) (held bool, err error) {
	err = s.write(ctx, func(t *tx) error {
		held = false
		current, err := t.lockEdition(e.PublicID)
		if err != nil || !current.State.Follows() || current.State != e.State || current.ChangedAt != e.ChangedAt || current.Flawed() {
			return err
		}
		held = true
		reason := newsletter.FlawsReason(flaws)
		if current.State == newsletter.EditionDraft {
			err = t.moveEdition(current, newsletter.EditionInReview, reason, now)
		} else {
			err = t.exec(`UPDATE edition SET reason = $2, changed_at = $3 WHERE id = $1`, current.ID, reason, changedAfter(current, now))
		}
		if err != nil {
			return err
		}
		if err := t.remind(current, newsletter.TemplateEditionHeld, now); err != nil {
			return err
		}
		return t.audit(by, now, "edition.hold", editionObject(current), editionDetail{State: newsletter.EditionInReview, Flaws: flaws})
	})
	return held, err
}
