package feed_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"bode.example/internal/feed"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

var quiet = slog.New(slog.DiscardHandler)

func worker(s feed.Store, now func() time.Time) *feed.Worker {
	return &feed.Worker{Store: s, Client: client(), Log: quiet, Now: now, Pause: time.Millisecond}
}

// One feed breaks, the other goes on; what is due is asked once.
func TestWorker_RunDue(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := storetest.NewWorld(t, s)
		items := ""
		source := newSource(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/stuk" {
				w.WriteHeader(http.StatusInternalServerError)
				return
			}
			w.Header().Set("ETag", fmt.Sprintf(`"%d"`, len(items)))
			if r.Header.Get("If-None-Match") == w.Header().Get("ETag") {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			fmt.Fprint(w, rssOf(items+"<item><title>Een</title><link>/1</link><category>De Raad</category></item>"))
		})
		for _, name := range []string{"stuk", "goed"} {
			f := newsletter.Feed{ListID: w.List.ID, Name: name, URL: source.URL + "/" + name, Internal: true, Mapping: newsletter.Mapping{"de raad": "raad"}}
			if err := s.CreateFeed(t.Context(), &f, storetest.By, storetest.Start); err != nil {
				t.Fatal(err)
			}
		}
		now := storetest.Start
		run := func() map[string]feed.Result {
			t.Helper()
			results, err := worker(s, func() time.Time { return now }).RunDue(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			byName := map[string]feed.Result{}
			for _, r := range results {
				byName[r.Feed.Name] = r
			}
			return byName
		}
		first := run()
		if got := first["goed"].Saved; got != (newsletter.Saved{Baseline: true, New: 1}) {
			t.Errorf("%+v", first)
		}
		if got := first["stuk"].Fetch; got.State != newsletter.FeedFailing || got.Failures != 1 {
			t.Errorf("%+v", got)
		}
		if again := run(); len(again) != 0 {
			t.Errorf("nothing is due, and yet: %v", again)
		}
		now = now.Add(40 * time.Minute)
		if got := run()["goed"]; got.Fetch.Read || got.Fetch.State != newsletter.FeedOK || got.Saved != (newsletter.Saved{}) {
			t.Errorf("not modified: %+v", got)
		}
		items, now = "<item><title>Twee</title><link>/2</link></item>", now.Add(24*time.Hour)
		second := run()
		if got := second["goed"].Saved; got != (newsletter.Saved{New: 1}) {
			t.Errorf("%+v", got)
		}
		if got := second["stuk"].Fetch; got.Failures != 3 {
			t.Errorf("%+v", got)
		}
		posts, err := s.Posts(t.Context(), newsletter.PostQuery{ListID: w.List.ID})
		if err != nil || len(posts) != 2 {
			t.Fatalf("%v, %v", posts, err)
		}
		for _, p := range posts {
			if owed := p.Title == "Twee"; (p.Seq != nil) != owed {
				t.Errorf("%s: seq %v", p.Title, p.Seq)
			}
			if p.Title == "Een" && !slices.Equal(p.Topics, newsletter.NewIDs(w.Council.ID)) {
				t.Errorf("topics %v", p.Topics)
			}
		}
	})
}

// stumbling panics when one feed is saved.
type stumbling struct {
	*store.Store
	over int64
}

func (s *stumbling) SaveFetch(ctx context.Context, fetch *newsletter.Fetch, by newsletter.Actor, now time.Time) (newsletter.Saved, error) {
	if fetch.FeedID == s.over {
		panic("stumbled")
	}
	return s.Store.SaveFetch(ctx, fetch, by, now)
}

// The program and the other feed of the same host go on, and the feed waits.
func TestWorker_APanicOverOneFeed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := storetest.NewWorld(t, s)
		source := newSource(t, func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, rssOf("<item><title>Een</title><link>/1</link></item>"))
		})
		var feeds []newsletter.Feed
		for _, name := range []string{"struikelt", "goed"} {
			f := newsletter.Feed{ListID: w.List.ID, Name: name, URL: source.URL + "/" + name, Internal: true}
			if err := s.CreateFeed(t.Context(), &f, storetest.By, storetest.Start); err != nil {
				t.Fatal(err)
			}
			feeds = append(feeds, f)
		}
		var text bytes.Buffer
		worker := worker(&stumbling{s, feeds[0].ID}, func() time.Time { return storetest.Start })
		worker.Log = slog.New(slog.NewTextHandler(&text, nil))
		results, err := worker.RunDue(t.Context())
		if err == nil || len(results) != 2 || results[1].Saved.New != 1 {
			t.Errorf("%+v, %v", results, err)
		}
		if !strings.Contains(text.String(), "feed=struikelt") || !strings.Contains(text.String(), "stack=") {
			t.Errorf("the log says:\n%s", text.String())
		}
		if again, err := worker.RunDue(t.Context()); err != nil || len(again) != 0 {
			t.Errorf("it was tried again at once: %+v, %v", again, err)
		}
	})
}

// memory is a database of one feed, which the loop finds when it is due.
type memory struct {
	mu    sync.Mutex
	feed  newsletter.Feed
	asked []time.Time
}

func (m *memory) ClaimDueFeeds(_ context.Context, lease time.Duration, _ int, _ newsletter.Actor, now time.Time) ([]newsletter.Feed, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.feed.NextAt.After(now) {
		return nil, nil
	}
	m.asked = append(m.asked, now)
	m.feed.NextAt = newsletter.At(now.Add(lease))
	return []newsletter.Feed{m.feed}, nil
}

func (m *memory) SaveFetch(_ context.Context, f *newsletter.Fetch, _ newsletter.Actor, _ time.Time) (newsletter.Saved, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.feed.NextAt, m.feed.State, m.feed.Failures, m.feed.LastError = f.NextAt, f.State, f.Failures, f.Error
	return newsletter.Saved{}, nil
}

// The loop asks when a feed is due, ever more seldom while it fails, and ends when it is told to.
func TestWorker_Run(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory{feed: newsletter.Feed{ID: 1, Name: "stuk", URL: "ftp://voorbeeld.nl/", NextAt: newsletter.At(time.Now())}}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); worker(m, time.Now).Run(ctx) }()
		time.Sleep(18 * time.Hour)
		stop()
		<-done
		if len(m.asked) != 6 { // after 0, ½, 1½, 3½, 7½ and 15½ hours, and a tenth more at most
			t.Fatalf("asked at %v", m.asked)
		}
		want := 30 * time.Minute
		for i := 1; i < len(m.asked); i++ {
			gap := m.asked[i].Sub(m.asked[i-1])
			if gap < want || gap > want+want/10+15*time.Second {
				t.Errorf("after failure %d: %v, want %v", i, gap, want)
			}
			want *= 2
		}
		if m.feed.State != newsletter.FeedFailing || m.feed.LastError == "" {
			t.Errorf("%+v", m.feed)
		}
	})
}

// When we are told to stop while a source is asked, that is not the source's failure.
func TestWorker_StopIsNoFailure(t *testing.T) {
	asked, release := make(chan struct{}), make(chan struct{})
	source := newSource(t, func(http.ResponseWriter, *http.Request) { close(asked); <-release })
	defer close(release)
	m := &memory{feed: newsletter.Feed{ID: 1, Name: "traag", URL: source.URL, Internal: true}}
	ctx, stop := context.WithCancel(t.Context())
	go func() { <-asked; stop() }()
	if _, err := worker(m, func() time.Time { return noon }).RunDue(ctx); err == nil {
		t.Error("no error")
	}
	if m.feed.Failures != 0 || m.feed.State != "" {
		t.Errorf("saved as a failure: %+v", m.feed)
	}
}
