// Package progress tells how far editions are, to as many people as look.
//
// Counting a million deliveries takes a second. So all who look at an edition share one look, and the next is
// taken after a rest that grows with what the last one cost: however many watch, and however large the
// edition, counting takes a tenth of one connection's time at most.
package progress

import (
	"context"
	"sync"
	"time"

	"bode.example/internal/newsletter"
)

// Store is what is asked; store.Store has it.
type Store interface {
	EditionProgress(ctx context.Context, q newsletter.ProgressQuery) ([]newsletter.ProgressCount, error)
	EditionTroubles(ctx context.Context, editionID int64, limit int) ([]newsletter.DomainTrouble, error)
}

const (
	leastRest  = time.Second
	endedRest  = 10 * time.Second // of an edition that nothing happens to but by hand
	restFor    = 9                // times what the look took
	forget     = 10 * time.Minute
	lately     = time.Minute
	mostDomain = 10
)

// Watch shares looks at editions. It may be used by many goroutines.
type Watch struct {
	store Store
	now   func() time.Time
	mu    sync.Mutex
	looks map[int64]*look
}

// look is the last one at an edition. turn is held by whoever takes it, and by those who wait for it.
type look struct {
	turn  chan struct{}
	found *newsletter.Progress
	state newsletter.EditionState
	until time.Time // how long it is good
}

// New makes a Watch.
func New(s Store, now func() time.Time) *Watch {
	return &Watch{store: s, now: now, looks: map[int64]*look{}}
}

// Of returns how far an edition is that was released. What it returns is shared: it must not be changed.
func (w *Watch) Of(ctx context.Context, e *newsletter.Edition) (*newsletter.Progress, error) {
	l := w.lookAt(e.ID)
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	began := w.now()
	if l.found != nil && l.state == e.State && began.Before(l.until) {
		return l.found, nil
	}
	found, err := w.take(ctx, e, began)
	if err != nil {
		return nil, err
	}
	rest := max(leastRest, restFor*w.now().Sub(began))
	if e.State != newsletter.EditionSending {
		rest = max(rest, endedRest)
	}
	l.found, l.state, l.until = found, e.State, w.now().Add(rest)
	return found, nil
}

// take counts.
func (w *Watch) take(ctx context.Context, e *newsletter.Edition, now time.Time) (*newsletter.Progress, error) {
	end := e.EndedAt.Time
	if e.EndedAt.IsZero() {
		end = now
	}
	q := newsletter.ProgressQuery{EditionID: e.ID, From: e.ReleasedAt, Width: newsletter.BucketWidth(end.Sub(e.ReleasedAt.Time)),
		Lately: newsletter.At(now.Add(-lately))}
	counts, err := w.store.EditionProgress(ctx, q)
	if err != nil {
		return nil, err
	}
	p := newsletter.NewProgress(q, counts, newsletter.At(now))
	if p.Failed+p.Deferred+p.Uncertain > 0 {
		p.Troubles, err = w.store.EditionTroubles(ctx, e.ID, mostDomain)
	}
	return p, err
}

// lookAt returns the look at an edition, and forgets those that nobody has wanted for long.
func (w *Watch) lookAt(id int64) *look {
	w.mu.Lock()
	defer w.mu.Unlock()
	if l := w.looks[id]; l != nil {
		return l
	}
	now := w.now()
	for other, l := range w.looks {
		select {
		case l.turn <- struct{}{}:
			if now.Sub(l.until) > forget {
				delete(w.looks, other)
			}
			<-l.turn
		default: // somebody is looking
		}
	}
	l := &look{turn: make(chan struct{}, 1)}
	w.looks[id] = l
	return l
}
