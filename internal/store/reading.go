package store

import "bode.example/internal/newsletter"

// reading returns the id of a reading, made when it is new.
func (t *tx) reading(r newsletter.Reading) (id int64, err error) {
	err = t.get(&id, `
		INSERT INTO reading (list_id, through_seq, told_seq, away_from, away_to, owed_posts) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (list_id, through_seq, told_seq, away_from, away_to, owed_posts) DO UPDATE SET owed_posts = excluded.owed_posts
		RETURNING id`, r.ListID, r.ThroughSeq, r.ToldSeq, r.AwayFrom, r.AwayTo, r.OwedPosts)
	return id, err
}
