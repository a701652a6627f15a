package store

import (
	"context"

	"bode.example/internal/newsletter"
)

// EditionProgress counts an edition's deliveries by state and by when they ended, in one pass over them: a second
// or so for a million. Who wants to know often asks package progress, which shares a look.
func (s *Store) EditionProgress(ctx context.Context, q newsletter.ProgressQuery) ([]newsletter.ProgressCount, error) {
	var counts []newsletter.ProgressCount
	err := s.reader.SelectContext(ctx, &counts, `
		SELECT state, deferred, bucket, COUNT(*) AS count, COUNT(*) FILTER (WHERE ended_at > $4) AS lately
		FROM (
			SELECT state, ended_at, state = 'pending' AND attempts > 0 AS deferred,
				CASE WHEN ended_at IS NULL THEN -1 WHEN ended_at < $2 THEN 0 ELSE (ended_at - $2) / $3 END AS bucket
			FROM delivery WHERE edition_id = $1
		) AS d
		GROUP BY state, deferred, bucket ORDER BY state, bucket, deferred`,
		q.EditionID, q.From, q.Width, q.Lately)
	return counts, err
}

// EditionTroubles returns the domains of an edition to which not all simply arrived, the worst first.
func (s *Store) EditionTroubles(ctx context.Context, editionID int64, limit int) ([]newsletter.DomainTrouble, error) {
	var troubles []newsletter.DomainTrouble
	err := s.reader.SelectContext(ctx, &troubles, `
		SELECT domain, COUNT(*) FILTER (WHERE state IN ('failed', 'expired')) AS failed,
			COUNT(*) FILTER (WHERE state = 'pending') AS deferred, COUNT(*) FILTER (WHERE state = 'uncertain') AS uncertain
		FROM delivery
		WHERE edition_id = $1 AND (state IN ('failed', 'expired', 'uncertain') OR state = 'pending' AND attempts > 0)
		GROUP BY domain ORDER BY COUNT(*) DESC, domain LIMIT $2`, editionID, limit)
	return troubles, err
}
