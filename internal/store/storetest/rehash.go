package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/token"
)

func rehashCases() []Case {
	return []Case{{"E16 a new key loses no suppression", []string{"RehashSuppressions", "LiftSuppression"}, testRehash}}
}

func testRehash(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	first, second := token.NewSecret(), token.NewSecret()
	before, err := token.NewHashes(token.Suppression, first)
	w.check(err)
	after, err := token.NewHashes(token.Suppression, second, first)
	w.check(err)
	const piet, gone = newsletter.Address("piet@voorbeeld.nl"), newsletter.Address("weg@voorbeeld.nl")
	w.Join(jan, Start, w.All())
	w.Join(piet, Start, w.All())
	w.check(s.Suppress(t.Context(), jan, before.Current(jan), newsletter.SuppressedComplaint, time.Time{}, By, Start))
	w.check(s.Suppress(t.Context(), piet, before.Current(piet), newsletter.SuppressedComplaint, time.Time{}, By, Start))
	w.check(s.Suppress(t.Context(), piet, after.Current(piet), newsletter.SuppressedBounce, time.Time{}, By, Start)) // already under the new one
	w.check(s.Suppress(t.Context(), gone, before.Current(gone), newsletter.SuppressedObjection, time.Time{}, By, Start))
	old := before.Current(jan).KeyID
	for n, want := range []int64{2, 0} {
		moved, left, err := s.RehashSuppressions(t.Context(), after, By, Start.Add(time.Hour))
		if err != nil || moved != want || !cmp.Equal(left, map[string]int64{old: 1}) {
			t.Errorf("time %d: moved %d, left %v, %v", n+1, moved, left, err)
		}
	}
	for _, address := range []newsletter.Address{jan, piet, gone} {
		d, err := s.Dossier(t.Context(), address, after.All(address), By, Start)
		if err != nil || len(d.Suppressions) != 1 || d.Suppressions[0].Reason == newsletter.SuppressedBounce || !d.Suppressions[0].Since.Equal(Start) {
			t.Errorf("%s: %+v, %v", address, d.Suppressions, err)
		}
		if err := s.LiftSuppression(t.Context(), address, after.All(address), newsletter.LiftWorks, By, Start); !newsletter.Is(err, newsletter.Conflict) {
			t.Errorf("%s: a complaint was lost: %v", address, err)
		}
	}
}
