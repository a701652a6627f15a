package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func replayCases() []Case {
	return []Case{
		{"E13 an erasure is on its way to the replay list until it is there", []string{"UnlistedErasures", "ErasuresListed", "UnknownErasures"}, testUnlisted},
		{"E13 a copy that was put back forgets again who was erased since", []string{"ReplayErasure", "UnknownErasures"}, testReplay},
	}
}

func testUnlisted(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Join(jan, Start, w.All())
	e, err := s.Erase(t.Context(), jan, w.Hash, By, Start)
	w.check(err)
	all, err := s.UnlistedErasures(t.Context(), 10)
	if err != nil || len(all) != 1 || all[0].PublicID != e.PublicID || !cmp.Equal(all[0].Hashes, newsletter.Strings{w.Hash(jan).KeyID + ":" + w.Hash(jan).Sum}) {
		t.Fatalf("%+v, %v", all, err)
	}
	w.check(s.ErasuresListed(t.Context(), []newsletter.PublicID{e.PublicID}, By, Start))
	if all, err := s.UnlistedErasures(t.Context(), 10); err != nil || len(all) != 0 {
		t.Errorf("%+v, %v", all, err)
	}
	other := newsletter.NewPublicID()
	if unknown, err := s.UnknownErasures(t.Context(), []newsletter.PublicID{e.PublicID, other}); err != nil || !cmp.Equal(unknown, []newsletter.PublicID{other}) {
		t.Errorf("%v, %v", unknown, err)
	}
}

func testReplay(t *testing.T, s *store.Store) {
	w := NewWorld(t, s) // as it was before the erasure: the copy
	sub := w.Join(jan, Start, w.All())
	other := w.Join("piet@voorbeeld.nl", Start, w.All())
	hash := w.Hash(jan)
	entry := newsletter.ErasureEntry{PublicID: newsletter.NewPublicID(), At: newsletter.At(Start.Add(time.Hour)), Hashes: newsletter.Strings{hash.KeyID + ":" + hash.Sum}}
	for n, want := range []int{1, 0} {
		found, err := s.ReplayErasure(t.Context(), entry, w.hashes, By, Start.Add(2*time.Hour))
		if err != nil || found != want {
			t.Errorf("time %d: found %d, %v", n+1, found, err)
		}
	}
	if _, err := s.Subscription(t.Context(), sub.PublicID); !newsletter.Is(err, newsletter.NotFound) {
		t.Error("who was erased is back")
	}
	if _, err := s.Subscription(t.Context(), other.PublicID); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	w.check(s.TruncateLog(t.Context()))
	if Holds(t, s, "jan.jansen") {
		t.Error("the address is in the database")
	}
	if unknown, err := s.UnknownErasures(t.Context(), []newsletter.PublicID{entry.PublicID}); err != nil || len(unknown) != 0 {
		t.Errorf("it would be replayed each time: %v, %v", unknown, err)
	}
	// Who came back by themselves stays: their erasure is known here.
	w.Join(jan, Start.Add(3*time.Hour), w.All())
	if found, err := s.ReplayErasure(t.Context(), entry, w.hashes, By, Start.Add(4*time.Hour)); err != nil || found != 0 {
		t.Errorf("found %d, %v", found, err)
	}
}
