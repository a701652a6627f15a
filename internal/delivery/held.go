package delivery

import (
	"sync"

	"bode.example/internal/newsletter"
)

// held is what the worker claimed: how many deliveries of each claim have no recorded outcome yet. It says which leases
// to extend, and which claims are over.
type held struct {
	mu   sync.Mutex
	left map[int64]int // by claim
	over []int64       // claims of which nothing is left
}

func newHeld() *held { return &held{left: map[int64]int{}} }

func (h *held) add(claims []newsletter.Claim) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range claims {
		h.left[claims[i].ClaimID]++
	}
}

// remove notes that one delivery of a claim is held no longer.
func (h *held) remove(claim int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.left[claim]--; h.left[claim] == 0 {
		delete(h.left, claim)
		h.over = append(h.over, claim)
	}
}

// forget removes those whose outcomes are recorded.
func (h *held) forget(outcomes []newsletter.Outcome) {
	for i := range outcomes {
		h.remove(outcomes[i].ClaimID)
	}
}

// claims are those of which something is held.
func (h *held) claims() []int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	ids := make([]int64, 0, len(h.left))
	for id := range h.left {
		ids = append(ids, id)
	}
	return ids
}

// ended returns the claims that are over, once, if there are at least least of them.
func (h *held) ended(least int) (over []int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.over) >= max(least, 1) {
		over, h.over = h.over, nil
	}
	return over
}
