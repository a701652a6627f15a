package roster

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

// Store is what the worker asks of the database.
type Store interface {
	// DueImport returns an import on which there is something to do now; NotFound: none.
	DueImport(ctx context.Context, now time.Time) (*newsletter.Import, error)
	ImportRows(ctx context.Context, id int64, after int64, limit int) ([]newsletter.ImportRow, error)
	Topics(ctx context.Context, listID int64) ([]newsletter.Topic, error)
	Schedules(ctx context.Context, listID int64) ([]newsletter.Schedule, error)
	// WorkImport handles lines, and moves the cursor over them, unless another worker did.
	WorkImport(ctx context.Context, im *newsletter.Import, lines []newsletter.ImportLine, next time.Time, linkLife time.Duration,
		hashes func(newsletter.Address) []token.Hash, by newsletter.Actor, now time.Time) error
	ForgetImports(ctx context.Context, before time.Time, by newsletter.Actor, now time.Time) (int64, error)
}
