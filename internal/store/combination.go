package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"bode.example/internal/newsletter"
)

// countAtOnce is how many subscriptions are grouped at a time. SQLite sorts what it groups in memory (temp_store): of a
// million at once that would be a hundred megabytes.
const countAtOnce = 20_000

// group is what a combination is known by.
type group struct {
	ReadingID  int64               `db:"reading_id"`
	TopicSetID int64               `db:"topic_set_id"`
	Language   newsletter.Language `db:"language"`
	Layout     newsletter.Layout   `db:"layout"`
}

// readers returns the distinct combinations among the people who would get an edition of a
// schedule now.
func (t *tx) readers(scheduleID int64) ([]newsletter.Combination, error) {
	counts := map[group]int64{}
	for after, last := int64(0), int64(0); ; after = last {
		if err := t.get(&last, `
			SELECT COALESCE(MAX(id), 0) FROM (
				SELECT id FROM subscription WHERE schedule_id = $1 AND state = 'active' AND id > $2 ORDER BY id LIMIT $3) AS chunk`,
			scheduleID, after, countAtOnce); err != nil {
			return nil, err
		}
		if last == 0 {
			return t.combinations(counts)
		}
		var some []struct {
			group
			Readers int64 `db:"readers"`
		}
		if err := t.list(&some, `
			SELECT s.reading_id, COALESCE(s.topic_set_id, 0) AS topic_set_id, u.language, u.layout, COUNT(*) AS readers
			FROM subscription AS s JOIN subscriber AS u ON u.id = s.subscriber_id
			WHERE s.schedule_id = $1 AND s.state = 'active' AND s.id > $2 AND s.id <= $3 AND `+mailable+`
			GROUP BY s.reading_id, COALESCE(s.topic_set_id, 0), u.language, u.layout`, scheduleID, after, last); err != nil {
			return nil, err
		}
		for _, g := range some {
			counts[g.group] += g.Readers
		}
	}
}

// ReadingsMoved says when an edition of a schedule last moved on what its readers have had: now, while one does so; zero, if none ever did.
func (s *Store) ReadingsMoved(ctx context.Context, scheduleID int64, now time.Time) (at newsletter.Time, err error) {
	err = s.reader.GetContext(ctx, &at, `
		SELECT MAX(COALESCE(fanned_out_at, $2)) FROM edition WHERE schedule_id = $1 AND released_at IS NOT NULL`, scheduleID, newsletter.At(now))
	return at, err
}

// combinations says what the ids of groups stand for, in the order of those.
func (t *tx) combinations(counts map[group]int64) ([]newsletter.Combination, error) {
	var readingIDs, setIDs []int64
	for g := range counts {
		readingIDs, setIDs = append(readingIDs, g.ReadingID), append(setIDs, g.TopicSetID)
	}
	var readings []newsletter.Reading
	if err := t.list(&readings, `
		SELECT id, list_id, through_seq, told_seq, away_from, away_to, owed_posts FROM reading
		WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)))`, newsletter.NewIDs(readingIDs...)); err != nil {
		return nil, err
	}
	var sets []struct {
		ID     int64          `db:"id"`
		Topics newsletter.IDs `db:"topics"`
	}
	if err := t.list(&sets, `
		SELECT id, topics FROM topic_set WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)))`,
		newsletter.NewIDs(setIDs...)); err != nil {
		return nil, err
	}
	reading, topics := make(map[int64]newsletter.Reading, len(readings)), make(map[int64]*newsletter.IDs, len(sets))
	for _, r := range readings {
		reading[r.ID] = r
	}
	for i := range sets {
		topics[sets[i].ID] = &sets[i].Topics
	}
	all := make([]newsletter.Combination, 0, len(counts))
	for g, n := range counts {
		all = append(all, newsletter.Combination{Reading: reading[g.ReadingID], TopicSetID: g.TopicSetID, Topics: topics[g.TopicSetID],
			Language: g.Language, Layout: g.Layout, Readers: n})
	}
	slices.SortFunc(all, func(a, b newsletter.Combination) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.TopicSetID, b.TopicSetID), cmp.Compare(a.Language, b.Language), cmp.Compare(a.Layout, b.Layout))
	})
	return all, nil
}
