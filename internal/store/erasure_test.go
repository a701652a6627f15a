package store_test

import (
	"fmt"
	"sync"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

// Whoever confirms at the very moment of an erasure is gone afterwards, in whatever order the two
// come: promise 8. It is no case of the conformance suite, because an erasure empties the log beside
// its transaction, and the suite also runs one transaction at a time on a full disk.
func TestE13_WhoConfirmsWhileBeingErasedIsGone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := storetest.NewWorld(t, s)
		var addresses []newsletter.Address
		var wg sync.WaitGroup
		for n := range 12 {
			address := newsletter.Address(fmt.Sprintf("jan%d@voorbeeld.nl", n))
			addresses = append(addresses, address)
			if n%2 == 0 { // known already, or not yet
				w.Join(address, storetest.Start, w.All())
			}
			u := w.SignUp(address, storetest.Start, w.Some(w.Council))
			w.Decide(u, storetest.Start)
			wg.Go(func() {
				_, err := s.ConfirmSignup(t.Context(), u.PublicID, newsletter.Proof{}, w.Hashes(address), storetest.Worker, storetest.Start)
				if err != nil && !newsletter.Is(err, newsletter.NotFound) {
					t.Error(err)
				}
			})
			wg.Go(func() {
				if _, err := s.Erase(t.Context(), address, w.Hash, storetest.Worker, storetest.Start); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if err := s.TruncateLog(t.Context()); err != nil {
			t.Error(err)
		}
		for _, address := range addresses {
			if _, err := s.SubscriberByAddress(t.Context(), address); !newsletter.Is(err, newsletter.NotFound) {
				t.Errorf("%s is there after the erasure: %v", address, err)
			}
			if storetest.Holds(t, s, string(address)) {
				t.Errorf("%s is still in the database", address)
			}
		}
		if broken, err := s.VerifyConsent(t.Context()); err != nil || broken != 0 {
			t.Errorf("the ledger is broken at %d, %v", broken, err)
		}
	})
}
