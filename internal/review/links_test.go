package review_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/review"
)

// slowWeb takes a second for each answer, until it is told to stop.
type slowWeb struct {
	mu          sync.Mutex
	asked       map[string]int
	now, atOnce int
	says        newsletter.LinkAnswer
}

func (w *slowWeb) Probe(ctx context.Context, link string) newsletter.LinkAnswer {
	w.mu.Lock()
	w.asked[link]++
	w.now++
	w.atOnce = max(w.atOnce, w.now)
	w.mu.Unlock()
	defer func() { w.mu.Lock(); w.now--; w.mu.Unlock() }()
	wait := time.NewTimer(time.Second)
	defer wait.Stop()
	select {
	case <-ctx.Done():
		return newsletter.LinkFailing
	case <-wait.C:
		return w.says
	}
}

func many(n int) (links []string) {
	for i := range n {
		links = append(links, fmt.Sprintf("https://voorbeeld.nl/%d", i))
	}
	return links
}

// A few are asked at the same time, answers are remembered, and what can be mended is soon asked again.
func TestLinks_AreAskedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &slowWeb{asked: map[string]int{}, says: newsletter.LinkOK}
		l := review.NewLinks(w)
		began := time.Now()
		l.Ask(t.Context(), many(20), noon)
		if took := time.Since(began); took != 3*time.Second || w.atOnce != 8 {
			t.Errorf("it took %v, with %d at once", took, w.atOnce)
		}
		l.Ask(t.Context(), many(20), noon.Add(29*time.Minute))
		l.Ask(t.Context(), many(20), noon.Add(31*time.Minute))
		for link, n := range w.asked {
			if n != 2 {
				t.Errorf("%s was asked %d times", link, n)
			}
		}
		if said, ok := l.Known("https://voorbeeld.nl/3", noon.Add(32*time.Minute)); !ok || said != newsletter.LinkOK {
			t.Error(said, ok)
		}
		w.says = newsletter.LinkGone
		l.Ask(t.Context(), []string{"https://voorbeeld.nl/x"}, noon)
		if said, ok := l.Known("https://voorbeeld.nl/x", noon.Add(59*time.Second)); !ok || said != newsletter.LinkGone {
			t.Error(said, ok)
		}
		if _, ok := l.Known("https://voorbeeld.nl/x", noon.Add(time.Minute)); ok {
			t.Error("a bad answer is believed for longer than a minute")
		}
	})
}

// Who waits for a page doesn't wait for slow sites: what was cut off is not known, and not held against
// the link.
func TestLinks_AreCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &slowWeb{asked: map[string]int{}, says: newsletter.LinkOK}
		l := review.NewLinks(w)
		ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
		defer cancel()
		began := time.Now()
		l.Ask(ctx, many(40), noon)
		if took := time.Since(began); took != 2500*time.Millisecond {
			t.Errorf("it took %v", took)
		}
		known := 0
		for _, link := range many(40) {
			if said, ok := l.Known(link, noon); ok {
				if known++; said != newsletter.LinkOK {
					t.Errorf("%s: %s", link, said)
				}
			}
		}
		if known != 16 {
			t.Errorf("%d are known, want 16", known)
		}
	})
}

// stumble panics over one link.
type stumble struct{}

func (stumble) Probe(_ context.Context, link string) newsletter.LinkAnswer {
	if link == "https://voorbeeld.nl/1" {
		panic("stumbled")
	}
	return newsletter.LinkOK
}

func TestLinks_APanicOverOneLink(t *testing.T) {
	l := review.NewLinks(stumble{})
	l.Ask(t.Context(), many(3), noon)
	for i, want := range []newsletter.LinkAnswer{newsletter.LinkOK, newsletter.LinkFailing, newsletter.LinkOK} {
		if said, ok := l.Known(many(3)[i], noon); !ok || said != want {
			t.Errorf("%d: %s, %v", i, said, ok)
		}
	}
}
