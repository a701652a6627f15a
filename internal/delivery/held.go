package delivery

import "sync"

// held is the set of deliveries that the worker claimed, until their outcome is recorded.
type held struct {
	mu  sync.Mutex
	set map[int64]struct{}
}

func newHeld() *held { return &held{set: map[int64]struct{}{}} }

func (h *held) add(id int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.set[id] = struct{}{}
}

func (h *held) remove(id int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.set, id)
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
