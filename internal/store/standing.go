package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"bode.example/internal/newsletter"
)

// standings returns a person's subscriptions with what was chosen in each, in words of the person's
// language, in the order of the lists.
func (t *tx) standings(p *newsletter.Subscriber, now newsletter.Time) ([]newsletter.Standing, error) {
	var rows []struct {
		newsletter.Subscription
		ListTexts     newsletter.Texts    `db:"list_texts"`
		ListLanguage  newsletter.Language `db:"list_language"`
		ScheduleTexts newsletter.Texts    `db:"schedule_texts"`
		NextAt        newsletter.Time     `db:"next_at"`
		AllTopics     bool                `db:"all_topics"`
		Topics        newsletter.IDs      `db:"topics"`
		ThroughSeq    int64               `db:"through_seq"`
		OwedPosts     newsletter.IDs      `db:"owed_posts"`
	}
	if err := t.list(&rows, `
		SELECT s.id, s.public_id, s.subscriber_id, s.list_id, s.schedule_id, s.topic_set_id, s.reading_id, s.state, s.active_since,
			s.paused_until, s.created_at, s.changed_at, s.ended_at,
			l.texts AS list_texts, l.language AS list_language, c.texts AS schedule_texts,
			CASE WHEN s.state = 'active' AND l.state = 'active' AND c.state = 'active' AND c.archived_at IS NULL THEN c.next_at END AS next_at,
			s.topic_set_id IS NULL AS all_topics, w.topics, r.through_seq, r.owed_posts
		FROM subscription AS s
		JOIN list AS l ON l.id = s.list_id
		JOIN schedule AS c ON c.id = s.schedule_id
		JOIN reading AS r ON r.id = s.reading_id
		LEFT JOIN topic_set AS w ON w.id = s.topic_set_id
		WHERE s.subscriber_id = $1 ORDER BY s.list_id`, p.ID); err != nil {
		return nil, err
	}
	upcoming, err := t.upcoming(`e.list_id IN (SELECT list_id FROM subscription WHERE subscriber_id = $1)`, p.ID)
	if err != nil {
		return nil, err
	}
	standings := make([]newsletter.Standing, len(rows))
	var topics newsletter.IDs
	for i, row := range rows {
		topics = append(topics, row.Topics...)
		standings[i] = newsletter.Standing{Subscription: row.Subscription, AllTopics: row.AllTopics, Topics: row.Topics,
			ListName: row.ListTexts.In(p.Language, row.ListLanguage).Title,
			Schedule: row.ScheduleTexts.In(p.Language, row.ListLanguage).Title,
			Reading:  newsletter.Reading{ID: row.ReadingID, ListID: row.ListID, ThroughSeq: row.ThroughSeq, OwedPosts: row.OwedPosts}}
		if !row.NextAt.IsZero() {
			pace := newsletter.Schedule{State: newsletter.ScheduleActive, NextAt: row.NextAt, Upcoming: upcoming[row.ScheduleID]}
			standings[i].NextAt = pace.NextEdition(standings[i].Reading, now)
		}
	}
	titles, err := t.topicTitles(topics, p.Language)
	for i := range standings {
		for _, id := range standings[i].Topics {
			standings[i].TopicNames = append(standings[i].TopicNames, titles[id])
		}
	}
	return standings, err
}

func (t *tx) topicTitles(ids newsletter.IDs, language newsletter.Language) (map[int64]string, error) {
	titles := map[int64]string{}
	if len(ids) == 0 {
		return titles, nil
	}
	var rows []struct {
		ID       int64               `db:"id"`
		Texts    newsletter.Texts    `db:"texts"`
		Language newsletter.Language `db:"language"`
	}
	err := t.list(&rows, `
		SELECT o.id, o.texts, l.language FROM topic AS o JOIN list AS l ON l.id = o.list_id
		WHERE o.id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)))`, newsletter.NewIDs(ids...))
	for _, row := range rows {
		titles[row.ID] = row.Texts.In(language, row.Language).Title
	}
	return titles, err
}

// holder returns the person of a link's subscription, all subscriptions, and the link's own.
func (t *tx) holder(id newsletter.PublicID, now newsletter.Time) (p *newsletter.Subscriber, all []newsletter.Standing, own *newsletter.Standing, err error) {
	p = &newsletter.Subscriber{}
	if err := t.get(p, `
		SELECT `+subscriberColumns+` FROM subscriber
		WHERE id = (SELECT subscriber_id FROM subscription WHERE public_id = $1)`, id); err != nil {
		return nil, nil, nil, notFound(err, "subscription", id)
	}
	if all, err = t.standings(p, now); err != nil {
		return nil, nil, nil, err
	}
	for i := range all {
		if all[i].Subscription.PublicID == id {
			own = &all[i]
		}
	}
	return p, all, own, nil
}

// Settings returns what the preferences page of a link shows, the link's own list first.
func (s *Store) Settings(ctx context.Context, id newsletter.PublicID, now time.Time) (settings *newsletter.Settings, err error) {
	err = s.read(ctx, func(t *tx) error {
		p, all, own, err := t.holder(id, newsletter.At(now))
		if err != nil {
			return err
		}
		settings = &newsletter.Settings{Address: p.Address, Name: p.Name, Language: p.Language, Layout: p.Layout, Standing: []newsletter.Standing{*own}}
		for _, s := range all {
			if s.Subscription.ID != own.Subscription.ID {
				settings.Standing = append(settings.Standing, s)
			}
		}
		return nil
	})
	return settings, err
}

// Leaving returns what the unsubscribe page of a link shows.
func (s *Store) Leaving(ctx context.Context, id newsletter.PublicID, now time.Time) (leaving *newsletter.Leaving, err error) {
	err = s.read(ctx, func(t *tx) error {
		p, all, own, err := t.holder(id, newsletter.At(now))
		if err != nil {
			return err
		}
		leaving = &newsletter.Leaving{Standing: *own, Language: p.Language}
		for _, s := range all {
			if s.Subscription.ID != own.Subscription.ID && s.Subscription.State != newsletter.SubscriptionUnsubscribed {
				leaving.Others++
			}
		}
		if own.Subscription.State == newsletter.SubscriptionUnsubscribed {
			leaving.CanUndo, err = t.canReturn(p, &own.Subscription, now)
		}
		return err
	})
	return leaving, err
}

// Why returns why somebody gets the mail of a link's list: when they asked for it, and the words.
func (s *Store) Why(ctx context.Context, id newsletter.PublicID, now time.Time) (why *newsletter.Why, err error) {
	err = s.read(ctx, func(t *tx) error {
		p, _, own, err := t.holder(id, newsletter.At(now))
		if err != nil {
			return err
		}
		given, err := t.givenConsent(p.Subject, own.Subscription.ListID)
		if err != nil {
			return err
		}
		why = &newsletter.Why{Standing: *own, Language: p.Language, RequestedAt: given.RequestedAt, ConfirmedAt: given.ConfirmedAt, Channel: given.Channel}
		err = t.get(&why.Wording, `SELECT `+wordingColumns+` FROM wording WHERE hash = $1`, given.WordingHash)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return why, err
}

// given is when somebody asked for a list and confirmed that, last, and on which words.
type given struct {
	RequestedAt newsletter.Time `db:"requested_at"`
	ConfirmedAt newsletter.Time `db:"confirmed_at"`
	Channel     string          `db:"channel"`
	WordingHash string          `db:"wording_hash"`
	PrivacyHash string          `db:"privacy_hash"`
}

func (t *tx) givenConsent(subject newsletter.PublicID, listID int64) (given, error) {
	var g given
	err := t.get(&g, `
		SELECT r.at AS requested_at, r.channel, r.wording_hash, r.privacy_hash,
			(SELECT MIN(c.at) FROM consent AS c WHERE c.subject = r.subject AND c.list_id = r.list_id AND c.action = 'confirmed' AND c.seq > r.seq) AS confirmed_at
		FROM consent AS r WHERE r.subject = $1 AND r.list_id = $2 AND r.action = 'requested'
		ORDER BY r.seq DESC LIMIT 1`, subject, listID)
	if errors.Is(err, sql.ErrNoRows) {
		return g, nil
	}
	return g, err
}
