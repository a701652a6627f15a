package digest_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

// Promises 1, 2 and 4 of the design, by random histories against a simple model, on both engines.
// The number of histories is rapid's own: 100, or what -rapid.checks says.
func TestPromisesHoldInEveryHistory(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		th := newTheatre(t, s)
		states := storetest.WatchStates(t, th.db, s.Engine())
		rapid.Check(t, func(rt *rapid.T) {
			if err := th.play(t.Context(), th.s, histories.Draw(rt, "history")); err != nil {
				rt.Fatal(err)
			}
		})
		states.Verify(15) // promise 3: only what is drawn
		var idle []string
		for _, do := range acts {
			if th.acts[do] == 0 {
				idle = append(idle, do)
			}
		}
		if len(idle) > 0 && th.played >= 500 {
			t.Errorf("in %d histories these acts never had anything to do: %v", th.played, slices.Compact(idle))
		}
		var did []string
		for _, do := range slices.Sorted(maps.Keys(th.acts)) {
			did = append(did, fmt.Sprintf("%s %d", do, th.acts[do]))
		}
		t.Logf("%d histories: %v", th.played, did)
	})
}

// What random histories found once. The clock of the process that releases may be behind that of the one
// where somebody joined: what expires must be given back all the same.
func TestAClockBehindTheReadersGivesBack(t *testing.T) {
	history := []act{
		{Do: "join", Who: 0, Pace: 2, Topics: 7}, {Do: "publish"}, {Do: "extra", Pace: 2}, {Do: "back"}, {Do: "expire", N: 9},
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		th := newTheatre(t, s)
		if err := th.play(t.Context(), th.s, history); err != nil {
			t.Error(err)
		}
		if th.acts["expire"] != 1 {
			t.Error("nothing expired")
		}
	})
}

// What random histories found once. A correction that is taken back for review has no posts, whatever was
// published meanwhile.
func TestACorrectionInReviewHasNoPosts(t *testing.T) {
	history := []act{
		{Do: "join", Who: 0, Pace: 0, Topics: 7}, {Do: "publish"}, {Do: "slot", Pace: 0, N: 1}, {Do: "deliver"}, {Do: "run"}, {Do: "correct"},
		{Do: "publish"}, {Do: "review"}, {Do: "push", N: 1},
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		th := newTheatre(t, s)
		if err := th.play(t.Context(), th.s, history); err != nil {
			t.Error(err)
		}
		if th.acts["review"] != 1 || th.acts["correct"] != 1 {
			t.Error("nothing was taken back")
		}
	})
}
