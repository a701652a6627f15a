package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

// PlanMerge says what MergeTopics would move. It changes nothing.
func (s *Store) PlanMerge(ctx context.Context, from, into int64) (plan newsletter.Merge, err error) {
	err = s.read(ctx, func(t *tx) error {
		topics, err := t.mergeable(from, into, "")
		if err != nil {
			return err
		}
		plan, err = t.planMerge(topics[0])
		return err
	})
	return plan, err
}

// MergeTopics ends a topic and lets another of its list take its place: its posts get the other one, and so do
// those who had chosen it and the feeds whose mapping names it. Nobody's reading moves: who has read past a
// post is not owed it again, and who is owed one still is (promise 2). Editions that have not ended find
// their posts under the other one from now on.
func (s *Store) MergeTopics(ctx context.Context, from, into int64, by newsletter.Actor, now time.Time) (merged newsletter.Merge, err error) {
	err = s.write(ctx, func(t *tx) error {
		topics, err := t.mergeable(from, into, t.dialect.forUpdate)
		if err != nil {
			return err
		}
		ends, stays := topics[0], topics[1]
		if merged, err = t.planMerge(ends); err != nil {
			return err
		}
		for _, step := range []func(ends, stays *newsletter.Topic) error{t.mergePosts, t.mergeEditions, t.mergeSets, t.mergeMappings, t.mergeSources} {
			if err := step(ends, stays); err != nil {
				return err
			}
		}
		if err := t.exec(`UPDATE topic SET archived_at = $2, merged_into = $3, applied_hash = '' WHERE id = $1`, ends.ID, newsletter.At(now), stays.ID); err != nil {
			return err
		}
		return t.audit(by, now, "topic.merge", object{"topic", ends.Name}, map[string]any{"into": stays.Name, "moved": merged})
	})
	return merged, err
}

// mergeable reads the two topics, behind their list's lock.
func (t *tx) mergeable(from, into int64, lock string) ([2]*newsletter.Topic, error) {
	var topics [2]*newsletter.Topic
	var list int64
	if err := t.get(&list, `SELECT id FROM list WHERE id = (SELECT list_id FROM topic WHERE id = $1)`+lock, from); err != nil {
		return topics, notFound(err, "topic", from)
	}
	for i, id := range []int64{from, into} {
		topics[i] = &newsletter.Topic{}
		if err := t.get(topics[i], `SELECT `+topicColumns+` FROM topic WHERE id = $1 AND list_id = $2 AND archived_at IS NULL`, id, list); err != nil {
			return topics, notFound(err, "topic", id)
		}
	}
	if from == into {
		e := newsletter.Errorf(newsletter.Invalid, "topic_merge_self", "a topic can't be merged with itself: choose another")
		e.Field = "into"
		return topics, e
	}
	return topics, nil
}

func (t *tx) planMerge(ends *newsletter.Topic) (plan newsletter.Merge, err error) {
	if err := t.get(&plan.Posts, `SELECT COUNT(*) FROM post_topic WHERE topic_id = $1`, ends.ID); err != nil {
		return plan, err
	}
	sets, err := t.setsWith(ends)
	if err != nil {
		return plan, err
	}
	var ids []int64
	for _, set := range sets {
		ids = append(ids, set.ID)
	}
	if err := t.get(&plan.Readers, `
		SELECT COUNT(*) FROM (
			SELECT id FROM subscription WHERE topic_set_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)))
			UNION ALL
			SELECT signup_id FROM signup_list WHERE topic_set_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)))) AS chosen`,
		newsletter.NewIDs(ids...)); err != nil {
		return plan, err
	}
	feeds, err := t.feedsNaming(ends)
	plan.Feeds = len(feeds)
	return plan, err
}

func (t *tx) mergePosts(ends, stays *newsletter.Topic) error {
	if err := t.exec(`
		INSERT INTO post_topic (post_id, topic_id) SELECT post_id, CAST($2 AS BIGINT) FROM post_topic WHERE topic_id = $1
		ON CONFLICT (post_id, topic_id) DO NOTHING`, ends.ID, stays.ID); err != nil {
		return err
	}
	return t.exec(`DELETE FROM post_topic WHERE topic_id = $1`, ends.ID)
}

// mergeEditions changes what editions froze that may still be released, or are being sent: otherwise those
// whose topics move would not be recognised as wanting a post of the topic that ended.
func (t *tx) mergeEditions(ends, stays *newsletter.Topic) error {
	var frozen []struct {
		EditionID int64          `db:"edition_id"`
		PostID    int64          `db:"post_id"`
		Topics    newsletter.IDs `db:"topics"`
	}
	if err := t.list(&frozen, `
		SELECT p.edition_id, p.post_id, p.topics FROM edition_post AS p JOIN edition AS e ON e.id = p.edition_id
		WHERE `+openEdition("e")+` AND e.list_id = $1`, ends.ListID); err != nil {
		return err
	}
	for _, p := range frozen {
		if !p.Topics.Has(ends.ID) {
			continue
		}
		if err := t.exec(`UPDATE edition_post SET topics = $3 WHERE edition_id = $1 AND post_id = $2`,
			p.EditionID, p.PostID, p.Topics.Replace(ends.ID, stays.ID)); err != nil {
			return err
		}
	}
	return nil
}

// interned is a set of topics as subscriptions share it.
type interned struct {
	ID     int64          `db:"id"`
	Topics newsletter.IDs `db:"topics"`
}

func (t *tx) setsWith(topic *newsletter.Topic) ([]interned, error) {
	var all, with []interned
	err := t.list(&all, `SELECT id, topics FROM topic_set WHERE list_id = $1`, topic.ListID)
	for _, set := range all {
		if set.Topics.Has(topic.ID) {
			with = append(with, set)
		}
	}
	return with, err
}

// mergeSets lets whoever holds to a set with the topic hold to the set with the other one in its place.
func (t *tx) mergeSets(ends, stays *newsletter.Topic) error {
	sets, err := t.setsWith(ends)
	if err != nil {
		return err
	}
	for _, set := range sets {
		topics := set.Topics.Replace(ends.ID, stays.ID)
		to, err := t.topicSet(ends.ListID, &topics)
		if err != nil {
			return err
		}
		for _, table := range []string{"subscription", "signup_list"} {
			if err := t.exec(`UPDATE `+table+` SET topic_set_id = $2 WHERE topic_set_id = $1`, set.ID, *to); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *tx) feedsNaming(topic *newsletter.Topic) ([]newsletter.Feed, error) {
	var all, naming []newsletter.Feed
	err := t.list(&all, `SELECT `+feedColumns+` FROM feed WHERE list_id = $1 ORDER BY id`, topic.ListID)
	for _, f := range all {
		if _, changed := f.Mapping.Rename(topic.Name, ""); changed {
			naming = append(naming, f)
		}
	}
	return naming, err
}

func (t *tx) mergeMappings(ends, stays *newsletter.Topic) error {
	feeds, err := t.feedsNaming(ends)
	if err != nil {
		return err
	}
	for _, f := range feeds {
		mapping, _ := f.Mapping.Rename(ends.Name, stays.Name)
		if err := t.exec(`UPDATE feed SET mapping = $2 WHERE id = $1`, f.ID, mapping); err != nil {
			return err
		}
	}
	return nil
}

// mergeSources changes what feeds said of posts that staff corrected.
func (t *tx) mergeSources(ends, stays *newsletter.Topic) error {
	var corrected []newsletter.Post
	if err := t.list(&corrected, `SELECT `+postColumns+` FROM post WHERE list_id = $1 AND corrected <> '[]'`, ends.ListID); err != nil {
		return err
	}
	for _, p := range corrected {
		if !p.Source.Topics.Has(ends.ID) {
			continue
		}
		p.Source.Topics = p.Source.Topics.Replace(ends.ID, stays.ID)
		if err := t.exec(`UPDATE post SET source = $2 WHERE id = $1`, p.ID, p.Source); err != nil {
			return err
		}
	}
	return nil
}
