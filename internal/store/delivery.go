package store

import (
	"context"

	"bode.example/internal/newsletter"
)

// endWaiting are the columns of a delivery that an UPDATE sets to end it in a state, at a time, if it
// waits; one that is being handed over is left to its worker.
func endWaiting(state, at string) string {
	const waits = `CASE WHEN state = 'pending' THEN `
	return `state = ` + waits + `'` + state + `' ELSE state END, apart = ` + waits + `NULL ELSE apart END,
		claim_id = ` + waits + `NULL ELSE claim_id END, ended_at = ` + waits + `CAST(` + at + ` AS BIGINT) ELSE ended_at END`
}

// Progress counts an edition's deliveries by state.
func (s *Store) Progress(ctx context.Context, editionID int64) (map[newsletter.DeliveryState]int, error) {
	var rows []struct {
		State newsletter.DeliveryState `db:"state"`
		Count int                      `db:"count"`
	}
	err := s.reader.SelectContext(ctx, &rows, `SELECT state, COUNT(*) AS count FROM delivery WHERE edition_id = $1 GROUP BY state`, editionID)
	progress := map[newsletter.DeliveryState]int{}
	for _, row := range rows {
		progress[row.State] = row.Count
	}
	return progress, err
}

// Letter returns the compiled letter of a variant.
func (s *Store) Letter(ctx context.Context, variantID int64) ([]byte, error) {
	var letter []byte
	err := s.reader.GetContext(ctx, &letter, `SELECT letter FROM variant WHERE id = $1`, variantID)
	return letter, notFound(err, "variant", variantID)
}
