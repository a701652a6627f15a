package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

// EditionReader tells what is known of an address that matters to an edition. It is a look at a person,
// and audited as one; the log names the edition and the person's id, not the address.
func (s *Store) EditionReader(ctx context.Context, edition newsletter.PublicID, address newsletter.Address, by newsletter.Actor, now time.Time) (*newsletter.EditionReader, error) {
	var of *newsletter.EditionReader
	err := s.write(ctx, func(t *tx) (err error) {
		var e newsletter.Edition
		if err := t.get(&e, `SELECT `+editionColumns+` FROM edition WHERE public_id = $1`, edition); err != nil {
			return notFound(err, "edition", edition)
		}
		if of, err = t.editionReader(&e, address); err != nil {
			return err
		}
		who := ""
		if of.Subscriber != nil {
			who = of.Subscriber.PublicID.String()
		}
		return t.audit(by, now, "subscriber.look", object{"subscriber", who}, map[string]any{"edition": edition})
	})
	return of, err
}

const subscriptionOf = `id, public_id, subscriber_id, list_id, schedule_id, topic_set_id, reading_id, state, active_since, paused_until,
	created_at, changed_at, ended_at`

func (t *tx) editionReader(e *newsletter.Edition, address newsletter.Address) (*newsletter.EditionReader, error) {
	of := &newsletter.EditionReader{}
	var people []newsletter.Subscriber
	if err := t.list(&people, `SELECT `+subscriberColumns+` FROM subscriber WHERE address_key = $1`, address.Key()); err != nil || len(people) == 0 {
		return of, err
	}
	of.Subscriber = &people[0]
	var subscriptions []newsletter.Subscription
	if err := t.list(&subscriptions, `SELECT `+subscriptionOf+` FROM subscription WHERE subscriber_id = $1 AND list_id = $2`, of.Subscriber.ID, e.ListID); err != nil || len(subscriptions) == 0 {
		return of, err
	}
	of.Subscription = &subscriptions[0]
	of.Pace = &newsletter.Schedule{}
	if err := t.get(of.Pace, `SELECT `+scheduleColumns+` FROM schedule WHERE id = $1`, of.Subscription.ScheduleID); err != nil {
		return nil, err
	}
	if err := t.get(&of.Reader, `
		SELECT r.id, r.list_id, r.through_seq, r.told_seq, r.away_from, r.away_to, r.owed_posts,
			COALESCE(s.topic_set_id, 0) AS topic_set_id, ts.topics, u.language, u.layout, 1 AS readers
		FROM subscription AS s JOIN subscriber AS u ON u.id = s.subscriber_id JOIN reading AS r ON r.id = s.reading_id
		LEFT JOIN topic_set AS ts ON ts.id = s.topic_set_id
		WHERE s.id = $1`, of.Subscription.ID); err != nil {
		return nil, err
	}
	var deliveries []newsletter.Delivery
	if err := t.list(&deliveries, `
		SELECT id, kind, state, attempts, due_at, code, status, reply, created_at, handed_over_at, ended_at
		FROM delivery WHERE subscription_id = $1 AND edition_id = $2`, of.Subscription.ID, e.ID); err != nil {
		return nil, err
	}
	if len(deliveries) > 0 {
		of.Delivery = &deliveries[0]
	}
	return of, nil
}
