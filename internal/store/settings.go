package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

// SaveSettings changes what somebody said on the preferences page of a link: name, language, letters,
// and the topics, pace and pause of subscriptions that are there. All of it or nothing. The caller
// has checked that topics and schedules are the list's.
func (s *Store) SaveSettings(ctx context.Context, id newsletter.PublicID, form newsletter.SettingsForm, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		p, _, all, err := t.personOf(id)
		if err != nil {
			return err
		}
		if !p.RestrictedAt.IsZero() {
			return restricted()
		}
		at := newsletter.At(now)
		if err := t.exec(`UPDATE subscriber SET name = $2, language = $3, layout = $4, changed_at = $5 WHERE id = $1`,
			p.ID, form.Name, form.Language, form.Layout, at); err != nil {
			return err
		}
		var changed []int64
		for _, wish := range form.Wishes {
			sub, err := wanted(all, wish)
			if err != nil {
				return err
			}
			did, err := t.grant(sub, wish, at)
			if err != nil {
				return err
			}
			if did {
				changed = append(changed, sub.ListID)
			}
		}
		for _, listID := range changed {
			if err := t.appendConsent(&newsletter.Consent{Subject: p.Subject, ListID: listID, Action: newsletter.ConsentChanged, At: at,
				Channel: newsletter.ChannelPreferences}, &newsletter.Evidence{Address: string(p.Address)}); err != nil {
				return err
			}
		}
		return t.audit(by, now, "subscriber.settings", object{"subscriber", p.PublicID.String()}, map[string]any{"lists": changed})
	})
}

// wanted finds the subscription that a wish is about. A preferences link lets nobody join a list:
// that takes a sign-up with its own confirmation.
func wanted(all []newsletter.Subscription, wish newsletter.Wish) (*newsletter.Subscription, error) {
	for i := range all {
		if all[i].ListID == wish.ListID && all[i].State != newsletter.SubscriptionUnsubscribed {
			return &all[i], nil
		}
	}
	return nil, newsletter.Errorf(newsletter.Conflict, "not_subscribed", "there is no subscription to this list any more: sign up for it again")
}

// grant makes a subscription as it is wished, and says whether that changed it. Neither topics nor
// pace touch the reading; pausing and going on do.
func (t *tx) grant(sub *newsletter.Subscription, wish newsletter.Wish, at newsletter.Time) (changed bool, err error) {
	topics, err := t.topicSetOf(wish.Choice)
	if err != nil {
		return false, err
	}
	before := *sub
	sub.ScheduleID, sub.TopicSetID = wish.ScheduleID, topics
	switch {
	case wish.Paused:
		err = t.pause(sub, wish.Until, at)
	default:
		err = t.activate(sub, at)
	}
	if err != nil {
		return false, err
	}
	if same(&before, sub) {
		return false, nil
	}
	return true, t.saveSubscription(sub, at)
}

// pause stops a subscription's mail. Posts in mail that was not handed over are owed again, and come
// after the pause.
func (t *tx) pause(sub *newsletter.Subscription, until, at newsletter.Time) error {
	sub.PausedUntil = until
	if sub.State == newsletter.SubscriptionPaused {
		return nil
	}
	sub.State, sub.ActiveSince = newsletter.SubscriptionPaused, newsletter.Time{}
	if err := t.stopMail(sub.ID, at); err != nil {
		return err
	}
	return t.get(&sub.ReadingID, `SELECT reading_id FROM subscription WHERE id = $1`, sub.ID)
}

func same(a, b *newsletter.Subscription) bool {
	return a.ScheduleID == b.ScheduleID && a.State == b.State && a.PausedUntil.Equal(b.PausedUntil.Time) &&
		(a.TopicSetID == nil) == (b.TopicSetID == nil) && (a.TopicSetID == nil || *a.TopicSetID == *b.TopicSetID)
}
