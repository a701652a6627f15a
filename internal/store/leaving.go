package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

// Unsubscribe ends the subscription that a link names, or with all every one of the person's, and
// cancels their mail that was not yet handed over. It does nothing to what has ended already. The
// channel goes into the ledger.
func (s *Store) Unsubscribe(ctx context.Context, id newsletter.PublicID, all bool, channel string, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		p, sub, _, err := t.personOf(id)
		if err != nil {
			return err
		}
		only := sub
		if all {
			only = nil
		}
		if err := t.leaveLists(p, only, channel, newsletter.At(now)); err != nil {
			return err
		}
		return t.audit(by, now, "subscription.end", object{"subscription", id.String()}, map[string]any{"all": all, "channel": channel})
	})
}

// leaveLists ends one subscription, or all when it is nil. The chain is locked last.
func (t *tx) leaveLists(p *newsletter.Subscriber, only *newsletter.Subscription, channel string, at newsletter.Time) error {
	return t.leaveListsAsked(p, only, channel, "", at)
}

// leaveListsAsked also keeps, as evidence, how somebody asked for it.
func (t *tx) leaveListsAsked(p *newsletter.Subscriber, only *newsletter.Subscription, channel, asked string, at newsletter.Time) error {
	subs, err := t.lockSubscriptions(p)
	if err != nil {
		return err
	}
	var left []newsletter.Subscription
	staying := 0
	for _, sub := range subs {
		switch {
		case sub.State == newsletter.SubscriptionUnsubscribed:
		case only != nil && sub.ID != only.ID:
			staying++
		default:
			left = append(left, sub)
		}
	}
	for _, sub := range left {
		if err := t.leave(&sub, at); err != nil {
			return err
		}
	}
	if len(left) > 0 {
		if err := t.stopNotices(p, staying == 0, at); err != nil {
			return err
		}
	}
	for _, sub := range left {
		if err := t.appendConsent(&newsletter.Consent{Subject: p.Subject, ListID: sub.ListID, Action: newsletter.ConsentWithdrawn,
			At: at, Channel: channel}, &newsletter.Evidence{Address: string(p.Address), Source: asked}); err != nil {
			return err
		}
	}
	return nil
}

// leave ends one subscription. active_since and paused_until stay as they were: taking it back
// needs to know what it was.
func (t *tx) leave(sub *newsletter.Subscription, at newsletter.Time) error {
	if err := t.stopMail(sub.ID, at); err != nil {
		return err
	}
	return t.exec(`
		UPDATE subscription SET state = 'unsubscribed', ended_at = $2, changed_at = $2 WHERE id = $1`, sub.ID, at)
}

// stopNotices cancels what tells a person who leaves a list that they are subscribed, and with last,
// when it was their last list, also links to join others. What they asked for about their data and
// address still goes.
func (t *tx) stopNotices(p *newsletter.Subscriber, last bool, at newsletter.Time) error {
	return t.exec(`
		UPDATE delivery SET state = 'cancelled', ended_at = $2, apart = NULL, claim_id = NULL
		WHERE subscriber_id = $1 AND state = 'pending'
			AND (template = 'already_subscribed' OR template = 'confirmation' AND $3)`, p.ID, at, last)
}

// ReturnSubscription takes back what a link's Unsubscribe ended, with topics and pace as they were:
// every subscription that ended in the same act. What was published meanwhile is linked in the next
// digest. It does nothing when nothing is left.
func (s *Store) ReturnSubscription(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		p, sub, all, err := t.personOf(id)
		if err != nil || sub.State != newsletter.SubscriptionUnsubscribed {
			return err
		}
		if !p.RestrictedAt.IsZero() {
			return restricted()
		}
		if ok, err := t.canReturn(p, sub, now); err != nil {
			return err
		} else if !ok {
			return newsletter.Errorf(newsletter.Expired, "return_expired", "it is too late to take this back: sign up again")
		}
		return t.returnAll(p, sub, all, newsletter.At(now))
	})
}

// canReturn reports whether a subscription ended through a link, lately.
func (t *tx) canReturn(p *newsletter.Subscriber, sub *newsletter.Subscription, now time.Time) (bool, error) {
	if sub.State != newsletter.SubscriptionUnsubscribed || !p.SuppressedAt.IsZero() || !sub.EndedAt.Add(newsletter.UndoLeaving).After(now) {
		return false, nil
	}
	var channel string
	err := t.get(&channel, `
		SELECT channel FROM consent WHERE subject = $1 AND list_id = $2 ORDER BY seq DESC LIMIT 1`, p.Subject, sub.ListID)
	return channel == newsletter.ChannelOneClick || channel == newsletter.ChannelPage, notFound(err, "consent", "")
}

func (t *tx) returnAll(p *newsletter.Subscriber, sub *newsletter.Subscription, all []newsletter.Subscription, at newsletter.Time) error {
	ended := sub.EndedAt
	var back []newsletter.Subscription
	for _, s := range all {
		if s.State == newsletter.SubscriptionUnsubscribed && s.EndedAt.Equal(ended.Time) {
			back = append(back, s)
		}
	}
	for _, s := range back {
		if err := t.giveItBack(&s, at); err != nil {
			return err
		}
	}
	for _, s := range back {
		if err := t.consentAgain(p, s.ListID, at); err != nil {
			return err
		}
	}
	return nil
}

// giveItBack makes a subscription what it was. Of one that was paused the pause goes on.
func (t *tx) giveItBack(sub *newsletter.Subscription, at newsletter.Time) (err error) {
	sub.State, sub.EndedAt = newsletter.SubscriptionPaused, newsletter.Time{}
	if sub.ActiveSince.IsZero() {
		return t.saveSubscription(sub, at)
	}
	if err := t.activate(sub, at); err != nil {
		return err
	}
	return t.saveSubscription(sub, at)
}

// consentAgain writes that somebody took their leaving back, on the words that they had agreed to.
func (t *tx) consentAgain(p *newsletter.Subscriber, listID int64, at newsletter.Time) error {
	given, err := t.givenConsent(p.Subject, listID)
	if err != nil {
		return err
	}
	return t.appendConsent(&newsletter.Consent{Subject: p.Subject, ListID: listID, Action: newsletter.ConsentConfirmed, At: at,
		Channel: newsletter.ChannelUndo, WordingHash: given.WordingHash, PrivacyHash: given.PrivacyHash}, &newsletter.Evidence{Address: string(p.Address)})
}
