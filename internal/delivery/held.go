package delivery

import (
	"sync"

	"bode.example/internal/newsletter"
)

// held is the set of deliveries that the worker claimed, until their outcome is recorded.
type held struct {
	mu  sync.Mutex
	set map[int64]struct{}
}

func newHeld() *held { return &held{set: map[int64]struct{}{}} }

func (h *held) add(claims []newsletter.Claim) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range claims {
		h.set[claims[i].ID] = struct{}{}
	}
}

func (h *held) remove(id int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.set, id)
}

// forget removes those whose outcomes are recorded.
func (h *held) forget(outcomes []newsletter.Outcome) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range outcomes {
		delete(h.set, outcomes[i].ID)
	}
}

func (h *held) ids() []int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	ids := make([]int64, 0, len(h.set))
	for id := range h.set {
		ids = append(ids, id)
	}
	return ids
}
