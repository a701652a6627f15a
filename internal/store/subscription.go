package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"bode.example/internal/newsletter"
)

const subscriptionColumns = `id, public_id, subscriber_id, list_id, schedule_id, topic_set_id, reading_id, state, active_since,
	paused_until, created_at, changed_at, ended_at`

// Subscription returns the subscription that a link names.
func (s *Store) Subscription(ctx context.Context, id newsletter.PublicID) (*newsletter.Subscription, error) {
	var sub newsletter.Subscription
	err := s.reader.GetContext(ctx, &sub, `SELECT `+subscriptionColumns+` FROM subscription WHERE public_id = $1`, id)
	return &sub, notFound(err, "subscription", id)
}

// lockSubscriptions returns a person's subscriptions, locked, in the order that all take.
func (t *tx) lockSubscriptions(p *newsletter.Subscriber) ([]newsletter.Subscription, error) {
	var subs []newsletter.Subscription
	err := t.list(&subs, `SELECT `+subscriptionColumns+` FROM subscription WHERE subscriber_id = $1 ORDER BY id`+t.dialect.forUpdate, p.ID)
	return subs, err
}

// personOf locks the person whose subscription a link names, and all their subscriptions.
func (t *tx) personOf(id newsletter.PublicID) (p *newsletter.Subscriber, sub *newsletter.Subscription, all []newsletter.Subscription, err error) {
	var subscriber int64
	if err := t.get(&subscriber, `SELECT subscriber_id FROM subscription WHERE public_id = $1`, id); err != nil {
		return nil, nil, nil, notFound(err, "subscription", id)
	}
	if p, err = t.lockSubscriber(subscriber); err != nil {
		return nil, nil, nil, err
	}
	if all, err = t.lockSubscriptions(p); err != nil {
		return nil, nil, nil, err
	}
	for i := range all {
		if all[i].PublicID == id {
			return p, &all[i], all, nil
		}
	}
	return nil, nil, nil, notFound(sql.ErrNoRows, "subscription", id)
}

// join makes a subscription what somebody confirmed, and says whether that made them a reader of
// the list. Who is active keeps the reading: only the choices change. Who was away begins anew, or
// goes on after the pause.
func (t *tx) join(p *newsletter.Subscriber, c newsletter.Choice, at newsletter.Time) (sub *newsletter.Subscription, joined bool, err error) {
	topics, err := t.topicSetOf(c)
	if err != nil {
		return nil, false, err
	}
	sub = &newsletter.Subscription{}
	err = t.get(sub, `SELECT `+subscriptionColumns+` FROM subscription WHERE subscriber_id = $1 AND list_id = $2`+t.dialect.forUpdate, p.ID, c.ListID)
	if errors.Is(err, sql.ErrNoRows) {
		sub, err = t.insertSubscription(p, c, topics, at)
		return sub, true, err
	}
	if err != nil {
		return nil, false, err
	}
	joined = sub.State == newsletter.SubscriptionUnsubscribed
	sub.ScheduleID, sub.TopicSetID = c.ScheduleID, topics
	if err := t.activate(sub, at); err != nil {
		return nil, false, err
	}
	return sub, joined, t.saveSubscription(sub, at)
}

func (t *tx) insertSubscription(p *newsletter.Subscriber, c newsletter.Choice, topics *int64, at newsletter.Time) (*newsletter.Subscription, error) {
	reading, err := t.freshReading(c.ListID)
	if err != nil {
		return nil, err
	}
	sub := &newsletter.Subscription{}
	err = t.get(sub, `
		INSERT INTO subscription (public_id, subscriber_id, list_id, schedule_id, topic_set_id, reading_id, state, active_since, created_at, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, 'active', $7, $7, $7) RETURNING `+subscriptionColumns,
		newsletter.NewPublicID(), p.ID, c.ListID, c.ScheduleID, topics, reading, at)
	return sub, err
}

// activate begins a new time of being active, unless one is running.
func (t *tx) activate(sub *newsletter.Subscription, at newsletter.Time) (err error) {
	switch sub.State {
	case newsletter.SubscriptionActive:
		return nil
	case newsletter.SubscriptionPaused:
		sub.ReadingID, err = t.resumedReading(sub)
	case newsletter.SubscriptionUnsubscribed:
		sub.ReadingID, err = t.freshReading(sub.ListID)
	}
	sub.State, sub.ActiveSince = newsletter.SubscriptionActive, at
	sub.PausedUntil, sub.EndedAt = newsletter.Time{}, newsletter.Time{}
	return err
}

// saveSubscription writes all that can change of a subscription that this transaction has locked.
func (t *tx) saveSubscription(sub *newsletter.Subscription, at newsletter.Time) error {
	sub.ChangedAt = at
	_, err := t.NamedExecContext(t.ctx, `
		UPDATE subscription SET schedule_id = :schedule_id, topic_set_id = :topic_set_id, reading_id = :reading_id, state = :state,
			active_since = :active_since, paused_until = :paused_until, changed_at = :changed_at, ended_at = :ended_at
		WHERE id = :id`, sub)
	return err
}

// topicSetOf interns the topics of a choice.
func (t *tx) topicSetOf(c newsletter.Choice) (*int64, error) {
	if c.AllTopics {
		return nil, nil
	}
	return t.topicSet(c.ListID, &c.Topics)
}

// freshReading is the reading of who joins a list now.
func (t *tx) freshReading(listID int64) (int64, error) {
	seq, err := t.lastSeq(listID)
	if err != nil {
		return 0, err
	}
	return t.reading(newsletter.FreshReading(listID, seq))
}

// resumedReading is the reading of who comes back from a pause.
func (t *tx) resumedReading(sub *newsletter.Subscription) (int64, error) {
	seq, err := t.lastSeq(sub.ListID)
	if err != nil {
		return 0, err
	}
	r, err := t.readingByID(sub.ReadingID)
	if err != nil {
		return 0, err
	}
	return t.reading(r.Resumed(seq))
}

func (t *tx) lastSeq(listID int64) (seq int64, err error) {
	err = t.get(&seq, `SELECT last_seq FROM list WHERE id = $1`, listID)
	return seq, notFound(err, "list", listID)
}

// stopMail cancels what was not yet handed over of a subscription's mail, and makes the posts owed
// again that an edition among it would have brought.
func (t *tx) stopMail(subscriptionID int64, at newsletter.Time) error {
	var ids newsletter.IDs
	if err := t.list((*[]int64)(&ids), `
		UPDATE delivery SET state = 'cancelled', ended_at = $2, apart = NULL, claim_id = NULL
		WHERE subscription_id = $1 AND state = 'pending' RETURNING id`, subscriptionID, at); err != nil {
		return err
	}
	if len(ids) == 0 {
		return nil
	}
	return t.giveBack(newsletter.NewIDs(ids...))
}

// ResumeSubscriptions ends the pauses that were to last until now, at most limit of them, and says
// how many. Call it until it says fewer.
func (s *Store) ResumeSubscriptions(ctx context.Context, limit int, by newsletter.Actor, now time.Time) (n int, err error) {
	err = s.write(ctx, func(t *tx) error {
		var subs []newsletter.Subscription
		at := newsletter.At(now)
		if err := t.list(&subs, `
			SELECT `+subscriptionColumns+` FROM subscription
			WHERE state = 'paused' AND paused_until IS NOT NULL AND paused_until <= $1
				AND NOT EXISTS (SELECT 1 FROM subscriber AS p WHERE p.id = subscription.subscriber_id AND p.restricted_at IS NOT NULL)
			ORDER BY id LIMIT $2`+t.dialect.skipLocked, at, limit); err != nil {
			return err
		}
		for i := range subs {
			if err := t.activate(&subs[i], at); err != nil {
				return err
			}
			if err := t.saveSubscription(&subs[i], at); err != nil {
				return err
			}
		}
		n = len(subs)
		if n == 0 {
			return nil
		}
		return t.audit(by, now, "subscription.resume", object{"subscription", ""}, map[string]int{"resumed": n})
	})
	return n, err
}
