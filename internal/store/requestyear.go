package store

import (
	"context"

	"bode.example/internal/newsletter"
)

// RequestsReceived returns what the register holds of requests that arrived from a day to another, both included, the oldest
// first: what a report counts, and nothing that names a person.
func (s *Store) RequestsReceived(ctx context.Context, from, until newsletter.Day) ([]newsletter.DataRequest, error) {
	var all []newsletter.DataRequest
	err := s.reader.SelectContext(ctx, &all, `
		SELECT id, public_id, kind, state, channel, language, received_on, created_at, asked_on, shown_on, extended_on, strict_on, due_on, result, closed_at
		FROM data_request WHERE received_on >= $1 AND received_on <= $2 ORDER BY received_on, id`, from, until)
	return all, err
}
