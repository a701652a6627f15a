package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

// MaxChunk is the greatest number of subscriptions that one transaction of a fan-out takes: SQLite's
// write lock is held for as long.
const MaxChunk = 5000

// FanningOut returns the editions that are being sent and lack deliveries, the oldest release first.
func (s *Store) FanningOut(ctx context.Context) ([]newsletter.Edition, error) {
	var editions []newsletter.Edition
	err := s.reader.SelectContext(ctx, &editions, `
		SELECT `+editionColumns+` FROM edition
		WHERE `+openEdition("edition")+` AND state = 'sending' AND fanned_out_at IS NULL ORDER BY released_at, id`)
	return editions, err
}

// FanOut makes the deliveries of the next chunk of an edition's readers, moves their readings on and
// the cursor with them, in one transaction. The deliveries are due at once and expire after life.
// limit is at most MaxChunk.
//
// All its statements see one state of the database: a reader who changes language meanwhile is, for all
// of them, as before.
func (s *Store) FanOut(ctx context.Context, editionID int64, limit int, life time.Duration, now time.Time) (newsletter.FanOut, error) {
	var out newsletter.FanOut
	err := s.writeSnapshot(ctx, func(t *tx) (err error) {
		out, err = t.fanOut(editionID, min(limit, MaxChunk), life, now)
		return err
	})
	return out, err
}

// chunk is a range of subscription ids of one schedule.
type chunk struct {
	EditionID  int64 `db:"id"`
	ScheduleID int64 `db:"schedule_id"`
	After      int64 `db:"cursor"`
	Last       int64
	// Corrects is the edition that it corrects; then the ids are those of that edition's deliveries.
	Corrects *int64 `db:"corrects"`
}

func (t *tx) fanOut(editionID int64, limit int, life time.Duration, now time.Time) (out newsletter.FanOut, err error) {
	var at []chunk
	if err := t.list(&at, `
		SELECT id, schedule_id, cursor, corrects FROM edition
		WHERE id = $1 AND state = 'sending' AND fanned_out_at IS NULL`+t.dialect.skipLocked, editionID); err != nil {
		return out, err
	}
	if len(at) == 0 {
		return newsletter.FanOut{Done: true}, nil
	}
	c := &at[0]
	if c.Corrects != nil {
		return t.fanOutCorrection(c, limit, life, now)
	}
	var ids []int64
	if err := t.list(&ids, `
		SELECT id FROM subscription WHERE schedule_id = $1 AND state = 'active' AND id > $2 ORDER BY id LIMIT $3`+t.dialect.forUpdate,
		c.ScheduleID, c.After, limit); err != nil {
		return out, err
	}
	if len(ids) == 0 {
		return newsletter.FanOut{Done: true}, t.exec(`UPDATE edition SET fanned_out_at = $2 WHERE id = $1`, c.EditionID, newsletter.At(now))
	}
	c.Last = ids[len(ids)-1]
	if out.Missing, err = t.missing(c); err != nil || len(out.Missing) > 0 {
		return out, err
	}
	if out.Deliveries, err = t.deliver(c, life, now); err != nil {
		return out, err
	}
	return out, t.lengthen(c)
}

// lengthen moves the cursor of a fan-out, and the end of the edition's line. The new deliveries have the greatest
// ids of the edition's, for its chunks are made one after the other.
func (t *tx) lengthen(c *chunk) error {
	return t.exec(`
		UPDATE edition SET cursor = $2, last_delivery = COALESCE((
			SELECT d.id FROM delivery AS d WHERE d.id > edition.last_delivery AND d.edition_id + 0 = $1 ORDER BY d.id DESC LIMIT 1), last_delivery)
		WHERE id = $1`, c.EditionID, c.Last)
}

// chunkReaders are the readers of a chunk: $1 is its edition, $2 the schedule, $3 and $4 the ids. Whoever
// may not be mailed stays as they are. MATERIALIZED: PostgreSQL knows nothing yet of the rows that the
// release has just made in variant_map, and would join those first. The state is asked for twice: PostgreSQL must
// not know how many there are, or it reads all subscribers for each chunk.
func chunkReaders(d dialect) string {
	return `reader AS ` + d.once + ` (
	SELECT s.id, s.reading_id, COALESCE(s.topic_set_id, 0) AS topic_set_id, s.active_since, u.language, u.layout, u.address
	FROM subscription AS s JOIN subscriber AS u ON u.id = s.subscriber_id
	WHERE s.schedule_id = $2 AND s.state = 'active' AND ` + d.opaque("s.state") + ` = 'active' AND s.id > $3 AND s.id <= $4 AND ` + mailable + `)`
}

// mapped joins what was decided for a reader.
const mapped = `m.edition_id = $1 AND m.reading_id = r.reading_id AND m.topic_set_id = r.topic_set_id
	AND m.language = r.language AND m.layout = r.layout`

// missing returns the combinations of a chunk for which nothing is decided.
func (t *tx) missing(c *chunk) ([]newsletter.Combination, error) {
	var combinations []newsletter.Combination
	err := t.list(&combinations, `
		WITH `+chunkReaders(t.dialect)+`
		SELECT rd.id, rd.list_id, rd.through_seq, rd.told_seq, rd.away_from, rd.away_to, rd.owed_posts,
			g.topic_set_id, ts.topics, g.language, g.layout, g.readers
		FROM (
			SELECT r.reading_id, r.topic_set_id, r.language, r.layout, COUNT(*) AS readers
			FROM reader AS r LEFT JOIN variant_map AS m ON `+mapped+`
			WHERE m.edition_id IS NULL
			GROUP BY r.reading_id, r.topic_set_id, r.language, r.layout
		) AS g JOIN reading AS rd ON rd.id = g.reading_id LEFT JOIN topic_set AS ts ON ts.id = g.topic_set_id
		ORDER BY rd.id, g.topic_set_id, g.language, g.layout`, c.EditionID, c.ScheduleID, c.After, c.Last)
	return combinations, err
}

// deliverQuery makes the deliveries of a chunk, due at $5 and expiring at $6.
func deliverQuery(d dialect) string {
	return `
		WITH ` + chunkReaders(d) + `
		INSERT INTO delivery (kind, edition_id, variant_id, subscription_id, language, domain, state, due_at, expires_at, reading_before, reading_after, created_at)
		SELECT 'edition', m.edition_id, m.variant_id, r.id, r.language, ` + d.domain("r.address") + `, 'pending',
			CAST($5 AS BIGINT), CAST($6 AS BIGINT), m.reading_id, m.next_reading_id,
			CASE WHEN r.active_since > CAST($5 AS BIGINT) THEN r.active_since ELSE CAST($5 AS BIGINT) END
		FROM reader AS r JOIN variant_map AS m ON ` + mapped + `
		WHERE m.variant_id IS NOT NULL
		ORDER BY m.variant_id, r.id`
}

// readOnQuery moves the readings of a chunk on.
func readOnQuery(d dialect) string {
	return `
		WITH ` + chunkReaders(d) + `
		UPDATE subscription SET reading_id = m.next_reading_id
		FROM reader AS r JOIN variant_map AS m ON ` + mapped + `
		WHERE subscription.id = r.id AND m.next_reading_id <> m.reading_id`
}

// deliver makes the deliveries of a chunk, in variant order, and moves the readings on, also of those for
// whom nothing is left.
//
// A delivery is never older than its reader's stretch of reading, also when this machine's clock is
// behind that of the one where they joined: else its posts could not be given back (givable).
func (t *tx) deliver(c *chunk, life time.Duration, now time.Time) (int64, error) {
	at := newsletter.At(now)
	made, err := t.count(deliverQuery(t.dialect), c.EditionID, c.ScheduleID, c.After, c.Last, at, newsletter.At(now.Add(life)))
	if err != nil {
		return 0, err
	}
	return made, t.exec(readOnQuery(t.dialect), c.EditionID, c.ScheduleID, c.After, c.Last)
}
