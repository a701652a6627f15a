package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

const topicColumns = `id, list_id, name, texts, seq, merged_into, applied_hash, created_at, archived_at`

// CreateTopic makes a topic and gives it its place in the list's sequence.
func (s *Store) CreateTopic(ctx context.Context, topic *newsletter.Topic, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		if err := t.insertTopic(topic, now); err != nil {
			return err
		}
		return t.audit(by, now, "topic.create", object{"topic", topic.Name}, topic)
	})
}

func (t *tx) insertTopic(topic *newsletter.Topic, now time.Time) (err error) {
	topic.CreatedAt = newsletter.At(now)
	if topic.Seq, err = t.nextSeq(topic.ListID); err != nil {
		return err
	}
	err = t.get(&topic.ID, `
		INSERT INTO topic (list_id, name, texts, seq, applied_hash, created_at)
		VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
		topic.ListID, topic.Name, topic.Texts, topic.Seq, topic.AppliedHash, topic.CreatedAt)
	if err != nil && t.dialect.unique(err) {
		return newsletter.Errorf(newsletter.Conflict, "topic_exists", "the list has a topic named %q already", topic.Name)
	}
	return err
}

// Topics returns a list's topics, archived ones too, in the order in which they were made.
func (s *Store) Topics(ctx context.Context, listID int64) ([]newsletter.Topic, error) {
	var topics []newsletter.Topic
	err := s.reader.SelectContext(ctx, &topics, `SELECT `+topicColumns+` FROM topic WHERE list_id = $1 ORDER BY id`, listID)
	return topics, err
}

// ChangeTopic gives a topic other words; its list and name stay.
func (s *Store) ChangeTopic(ctx context.Context, topic *newsletter.Topic, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		var name string
		if err := t.get(&name, `UPDATE topic SET texts = $2 WHERE id = $1 AND archived_at IS NULL RETURNING name`, topic.ID, topic.Texts); err != nil {
			return notFound(err, "topic", topic.ID)
		}
		return t.audit(by, now, "topic.change", object{"topic", name}, topic.Texts)
	})
}

// Topic returns one topic.
func (s *Store) Topic(ctx context.Context, id int64) (*newsletter.Topic, error) {
	var topic newsletter.Topic
	err := s.reader.GetContext(ctx, &topic, `SELECT `+topicColumns+` FROM topic WHERE id = $1`, id)
	return &topic, notFound(err, "topic", id)
}

// topicSet returns the id of a set of topics, made when it is new. Nil stands for all topics,
// also later ones.
func (t *tx) topicSet(listID int64, topics *newsletter.IDs) (*int64, error) {
	if topics == nil {
		return nil, nil
	}
	id, err := t.intern(`SELECT id FROM topic_set WHERE list_id = $1 AND topics = $2`,
		`INSERT INTO topic_set (list_id, topics) VALUES ($1, $2) ON CONFLICT (list_id, topics) DO NOTHING RETURNING id`, listID, *topics)
	return &id, err
}
