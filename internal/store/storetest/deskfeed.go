package storetest

import (
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func deskFeedCases() []Case {
	return []Case{
		{"a feed is changed", []string{"ChangeFeed"}, testChangeFeed},
		{"a feed rests, goes on and ends", []string{"PauseFeed", "ArchiveFeed", "WakeFeed"}, testPauseFeed},
	}
}

func testChangeFeed(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	f := w.Feed("nieuws", newsletter.Mapping{"raad": "raad"})
	w.Fetch(f, Start, Item(1, "Een", "raad", "proef"))
	w.Fetch(f, Start, Item(1, "Een", "raad", "proef"), Item(2, "Twee", "proef"))
	later := Start.Add(time.Hour)

	f.Interval = newsletter.Duration(time.Hour)
	w.check(s.ChangeFeed(t.Context(), &f, By, later))
	if got, err := s.Feed(t.Context(), f.ID); err != nil || got.ETag == "" || got.Interval != f.Interval {
		t.Errorf("%+v, %v", got, err)
	}
	f.Mapping = newsletter.Mapping{"raad": "raad", "proef": "experimenten"}
	w.check(s.ChangeFeed(t.Context(), &f, By, later))
	if got, err := s.Feed(t.Context(), f.ID); err != nil || got.ETag != "" || !got.NextAt.Equal(later) || got.BaselineAt.IsZero() {
		t.Errorf("with another mapping it is read again: %+v, %v", got, err)
	}
	w.Fetch(f, later, Item(2, "Twee", "proef"))
	if p := w.post("Twee"); len(p.Topics) != 1 || p.Topics[0] != w.Experiments.ID {
		t.Errorf("%+v", p)
	}
	f.URL = "https://www.voorbeeld.nl/anders.xml"
	w.check(s.ChangeFeed(t.Context(), &f, By, later))
	if got, err := s.Feed(t.Context(), f.ID); err != nil || !got.BaselineAt.IsZero() || got.State != newsletter.FeedOK {
		t.Errorf("elsewhere it begins anew: %+v, %v", got, err)
	}
	f.ID = 99
	if err := s.ChangeFeed(t.Context(), &f, By, later); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
	if trail, err := s.AuditTrail(t.Context(), "feed", "nieuws"); err != nil || len(trail) != 4 || trail[3].Action != "feed.change" {
		t.Errorf("%v, %v", trail, err)
	}
}

func testPauseFeed(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	f := w.Feed("nieuws", nil)
	due := func() int {
		feeds, err := s.ClaimDueFeeds(t.Context(), time.Minute, 9, newsletter.System("feed"), Start.AddDate(0, 0, 1))
		w.check(err)
		return len(feeds)
	}
	w.check(s.PauseFeed(t.Context(), f.ID, By, Start))
	if n := due(); n != 0 {
		t.Errorf("%d feeds are due while it rests", n)
	}
	if err := s.PauseFeed(t.Context(), f.ID, By, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Error(err)
	}
	w.check(s.WakeFeed(t.Context(), f.ID, By, Start))
	if n := due(); n != 1 {
		t.Errorf("%d feeds are due when it goes on", n)
	}
	w.check(s.ArchiveFeed(t.Context(), f.ID, By, Start))
	for _, err := range []error{s.ArchiveFeed(t.Context(), f.ID, By, Start), s.PauseFeed(t.Context(), 99, By, Start), s.ChangeFeed(t.Context(), &f, By, Start)} {
		if !newsletter.Is(err, newsletter.NotFound) {
			t.Error(err)
		}
	}
}
