package feed

import (
	"cmp"
	"context"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"bode.example/internal/newsletter"
)

// Store is what the worker asks of the database.
type Store interface {
	// ClaimDueFeeds returns feeds that are due, and makes them due again only after the lease.
	ClaimDueFeeds(ctx context.Context, lease time.Duration, limit int, by newsletter.Actor, now time.Time) ([]newsletter.Feed, error)
	// SaveFetch records what came of asking a feed, all or nothing.
	SaveFetch(ctx context.Context, fetch *newsletter.Fetch, by newsletter.Actor, now time.Time) (newsletter.Saved, error)
}

// Worker fetches feeds when they are due. Any number of them may run against one database.
type Worker struct {
	Store  Store
	Client *Client
	Log    *slog.Logger
	Now    func() time.Time
	// Poll is how often the database is asked what is due; 15 s if zero.
	Poll time.Duration
	// Hosts is how many hosts are asked at the same time; 4 if zero.
	Hosts int
	// Pause lies between two questions to one host; 1 s if zero.
	Pause time.Duration
}

// Result is what came of one feed.
type Result struct {
	Feed  newsletter.Feed
	Fetch *newsletter.Fetch
	Saved newsletter.Saved
}

const (
	// lease is longer than the fetches of a batch take, at their slowest; after a crash it is how
	// long its feeds wait.
	lease = 10 * time.Minute
	batch = 16
)

var actor = newsletter.System("feed")

// Run fetches what is due, until ctx ends. It returns when nothing of its doing goes on any more.
func (w *Worker) Run(ctx context.Context) {
	for ctx.Err() == nil {
		if _, err := w.RunDue(ctx); err != nil && ctx.Err() == nil {
			w.Log.ErrorContext(ctx, "fetching feeds", "error", err)
		}
		pause(ctx, cmp.Or(w.Poll, 15*time.Second))
	}
}

// RunDue fetches all that is due, each feed once, and says what came of it. Failing feeds are in the
// results; the error is the database's.
func (w *Worker) RunDue(ctx context.Context) ([]Result, error) {
	var all []Result
	for {
		feeds, err := w.Store.ClaimDueFeeds(ctx, lease, batch, actor, w.Now())
		if err != nil || len(feeds) == 0 {
			return all, err
		}
		results, err := w.fetch(ctx, feeds)
		all = append(all, results...)
		if err != nil {
			return all, err
		}
	}
}

// fetch fetches a batch: hosts side by side, the feeds of one host one after another.
func (w *Worker) fetch(ctx context.Context, feeds []newsletter.Feed) ([]Result, error) {
	hosts := map[string][]newsletter.Feed{}
	for _, f := range feeds {
		host := hostOfFeed(f)
		hosts[host] = append(hosts[host], f)
	}
	var (
		wg      sync.WaitGroup
		mu      sync.Mutex
		results []Result
		failure error
		room    = make(chan struct{}, max(1, cmp.Or(w.Hosts, 4)))
	)
	for _, queue := range hosts {
		wg.Go(func() {
			room <- struct{}{}
			defer func() { <-room }()
			for i := range queue {
				if i > 0 {
					pause(ctx, cmp.Or(w.Pause, time.Second))
				}
				result, err := w.one(ctx, &queue[i])
				mu.Lock()
				results = append(results, result)
				if failure == nil {
					failure = err
				}
				mu.Unlock()
				if err != nil && !panicked(err) { // a fault in one feed is no reason to leave the others
					return
				}
			}
		})
	}
	wg.Wait()
	slices.SortFunc(results, func(a, b Result) int { return int(a.Feed.ID - b.Feed.ID) })
	return results, failure
}

// one asks one feed. What panics waits until its lease is over.
func (w *Worker) one(ctx context.Context, f *newsletter.Feed) (Result, error) {
	result := Result{Feed: *f}
	err := newsletter.Unharmed(func() error { return w.ask(ctx, &result) })
	if panicked(err) {
		w.Log.ErrorContext(ctx, "a feed could not be asked", "feed", f.Name, "error", err, newsletter.Stack(err))
	}
	return result, err
}

// ask fetches a feed and saves what came. When we are told to stop meanwhile, nothing is saved: that
// the question was broken off is not the feed's failure.
func (w *Worker) ask(ctx context.Context, result *Result) (err error) {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	result.Fetch = w.Client.Fetch(ctx, &result.Feed, w.Now())
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if result.Saved, err = w.Store.SaveFetch(ctx, result.Fetch, actor, w.Now()); err != nil {
		return err
	}
	w.report(ctx, *result)
	return nil
}

func (w *Worker) report(ctx context.Context, r Result) {
	attributes := []any{"feed", r.Feed.Name, "state", r.Fetch.State}
	switch {
	case r.Fetch.Error != "":
		w.Log.WarnContext(ctx, "feed failed", append(attributes, "failures", r.Fetch.Failures, "error", r.Fetch.Error, "next", r.Fetch.NextAt.Time, newsletter.Stack(r.Fetch.Cause))...)
	case r.Fetch.MovedTo != "" && r.Fetch.MovedTo != r.Feed.MovedTo:
		w.Log.WarnContext(ctx, "feed moved for good", attributes...) // where to stands with the feed: it may hold a secret
	case r.Saved.New > 0 || r.Saved.Changed > 0:
		w.Log.InfoContext(ctx, "feed brought posts", append(attributes, "new", r.Saved.New, "changed", r.Saved.Changed, "baseline", r.Saved.Baseline)...)
	}
}

func hostOfFeed(f newsletter.Feed) string {
	u, err := url.Parse(f.URL)
	if err != nil {
		return f.URL
	}
	return strings.ToLower(u.Hostname())
}

// pause waits, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
