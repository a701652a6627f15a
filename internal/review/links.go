package review

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"bode.example/internal/newsletter"
)

// Prober looks where a link leads; feed.Client does, and goes to no private network.
type Prober interface {
	Probe(ctx context.Context, link string) newsletter.LinkAnswer
}

const (
	atOnce    = 8                // links that are asked at the same time
	mostLinks = 200              // of one edition; more are not asked
	goodFor   = 30 * time.Minute // how long an answer is believed
	badFor    = time.Minute      // a bad one, which somebody may be mending
	remember  = 5_000            // answers
)

// Links remembers where links lead. It may be used by many goroutines.
type Links struct {
	prober Prober
	mu     sync.Mutex
	known  map[string]answer
}

type answer struct {
	newsletter.LinkAnswer
	until time.Time
}

// NewLinks makes one that knows nothing yet.
func NewLinks(p Prober) *Links { return &Links{prober: p, known: map[string]answer{}} }

// Known returns what was found at a link not long ago.
func (l *Links) Known(link string, now time.Time) (newsletter.LinkAnswer, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a, ok := l.known[link]
	return a.LinkAnswer, ok && now.Before(a.until)
}

// Ask looks where those of the links lead of which nothing is known, until ctx ends.
func (l *Links) Ask(ctx context.Context, links []string, now time.Time) {
	var group errgroup.Group
	group.SetLimit(atOnce)
	for _, link := range links[:min(len(links), mostLinks)] {
		if _, known := l.Known(link, now); known || ctx.Err() != nil {
			continue
		}
		group.Go(func() error {
			found := newsletter.LinkFailing
			err := newsletter.Unharmed(func() error { found = l.prober.Probe(ctx, link); return nil })
			if ctx.Err() == nil || found != newsletter.LinkFailing { // cut off is no answer
				l.learn(link, found, now)
			}
			return err
		})
	}
	_ = group.Wait() // a link over which we stumble is one that fails, and is told as such
}

func (l *Links) learn(link string, found newsletter.LinkAnswer, now time.Time) {
	good := badFor
	if found == newsletter.LinkOK || found == newsletter.LinkInsecure || found == newsletter.LinkClosed {
		good = goodFor
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.known) >= remember {
		clear(l.known) // asked again when they are met again
	}
	l.known[link] = answer{found, now.Add(good)}
}
