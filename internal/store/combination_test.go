package store_test

import (
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

// TestReadersAreCountedInPieces has more readers than are grouped at a time (20,000), and a few who don't count: each
// combination comes once, in order, with all of its readers.
func TestReadersAreCountedInPieces(t *testing.T) {
	const crowd = 20_400
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := storetest.NewWorld(t, s)
		w.Crowd(crowd, w.Daily)
		w.Reader("weekly", w.Weekly)
		w.Do(`UPDATE subscription SET state = 'unsubscribed' WHERE id IN (SELECT MAX(id) FROM subscription WHERE schedule_id = $1)`, w.Daily.ID)
		w.Post("Bericht", storetest.Start)
		e := w.Edition(w.Daily, storetest.Start)
		r, err := s.Release(t.Context(), e)
		if err != nil {
			t.Fatal(err)
		}
		var all int64
		for i := range r.Readers {
			c := &r.Readers[i]
			all += c.Readers
			if c.ID == 0 || c.ListID != w.List.ID || (c.TopicSetID == 0) != (c.Topics == nil) || c.Readers < crowd/10 && c.Readers != 1 {
				t.Errorf("%+v", c)
			}
			if i == 0 {
				continue
			}
			before := &r.Readers[i-1]
			if before.TopicSetID > c.TopicSetID || before.TopicSetID == c.TopicSetID && before.Language >= c.Language && before.Layout >= c.Layout {
				t.Errorf("%d after %d: not in order, or twice", i, i-1)
			}
		}
		if len(r.Readers) < 6 || all != crowd-1 {
			t.Errorf("%d combinations of %d readers", len(r.Readers), all)
		}
		languages := map[newsletter.Language]bool{}
		for i := range r.Readers {
			languages[r.Readers[i].Language] = true
		}
		if len(languages) != 2 {
			t.Errorf("%v", languages)
		}
	})
}
