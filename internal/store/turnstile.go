package store

import (
	"context"
	"slices"
	"sync"
)

// turnstile lets those who write to a SQLite file in one at a time, in the order in which they came. There is one
// connection for them, and database/sql gives it to any of those who wait for it: while a fan-out writes chunk after chunk, a
// sign-up or a hand-over could be passed over for seconds. A nil turnstile lets everybody in.
type turnstile struct {
	mu      sync.Mutex
	taken   bool
	waiting []chan struct{} // each is closed when its turn has come
}

// enter waits for a turn. Whoever got one must leave.
func (t *turnstile) enter(ctx context.Context) error {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	if !t.taken {
		t.taken = true
		t.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	t.waiting = append(t.waiting, turn)
	t.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	t.mu.Lock()
	at := slices.Index(t.waiting, turn)
	if at >= 0 {
		t.waiting = slices.Delete(t.waiting, at, at+1)
	}
	t.mu.Unlock()
	if at < 0 { // it came at the same moment
		t.leave()
	}
	return ctx.Err()
}

// leave lets the next one in.
func (t *turnstile) leave() {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.waiting) == 0 {
		t.taken = false
		return
	}
	close(t.waiting[0])
	t.waiting = slices.Delete(t.waiting, 0, 1)
}
