package store

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
)

func TestTurnsAreTakenInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := &turnstile{}
		if err := turns.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
		impatient, giveUp := context.WithCancel(t.Context())
		var mu sync.Mutex
		var order []int
		var all sync.WaitGroup
		for i := range 5 {
			ctx := t.Context()
			if i == 2 {
				ctx = impatient
			}
			all.Go(func() {
				err := turns.enter(ctx)
				if i == 2 {
					if !errors.Is(err, context.Canceled) {
						t.Errorf("who gave up got %v", err)
					}
					return
				}
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				order = append(order, i)
				mu.Unlock()
				turns.leave()
			})
			synctest.Wait() // it waits behind those before it
		}
		giveUp()
		synctest.Wait()
		turns.leave()
		all.Wait()
		if !slices.Equal(order, []int{0, 1, 3, 4}) {
			t.Errorf("they came in the order %v", order)
		}
		if turns.taken || len(turns.waiting) > 0 {
			t.Errorf("%+v is left", turns)
		}
	})
}

// TestATurnThatComesTooLate gives many up at the moment when their turn comes: none is lost.
func TestATurnThatComesTooLate(t *testing.T) {
	turns := &turnstile{}
	var all sync.WaitGroup
	for range 500 {
		ctx, giveUp := context.WithCancel(t.Context())
		all.Go(func() {
			if turns.enter(ctx) == nil {
				turns.leave()
			}
		})
		all.Go(giveUp)
	}
	all.Wait()
	if err := turns.enter(t.Context()); err != nil || len(turns.waiting) > 0 {
		t.Errorf("%v, %+v", err, turns)
	}
}
