package store_test

import (
	"context"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

func TestConformance(t *testing.T) { storetest.Run(t) }

// A transaction in which something panics ends there: on SQLite nobody else could write any more.
func TestAPanicEndsItsTransaction(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := storetest.NewWorld(t, s)
		err := newsletter.Unharmed(func() error {
			_, err := s.MoveEdition(t.Context(), nil, newsletter.EditionMissed, "", storetest.Start)
			return err
		})
		if newsletter.Stack(err).Key == "" {
			t.Fatalf("no panic: %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if _, err := s.AddExtraEdition(ctx, w.Daily.ID, storetest.By, storetest.Start); err != nil {
			t.Errorf("the next one: %v", err)
		}
	})
}
