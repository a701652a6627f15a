package digest_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

// eye is a Checker that finds what it is told, in editions with a subject of their own.
type eye struct {
	s     *store.Store
	flaws []string
	err   error
	then  func()

	mu    sync.Mutex
	looks int
}

func (y *eye) Flaws(ctx context.Context, id newsletter.PublicID, now time.Time) ([]string, string, error) {
	y.mu.Lock()
	y.looks++
	y.mu.Unlock()
	e, err := y.s.Edition(ctx, id)
	if err != nil {
		return nil, "", err
	}
	posts, err := y.s.EditionPosts(ctx, e, now)
	if err != nil {
		return nil, "", err
	}
	l, err := y.s.List(ctx, e.ListID)
	if err != nil {
		return nil, "", err
	}
	topics, err := y.s.Topics(ctx, e.ListID)
	if y.then != nil {
		y.then()
	}
	return y.flaws, newsletter.Fingerprint(e, posts, l, topics), errors.Join(err, y.err)
}

// What must not leave is held at its slot, also where nobody is asked, until somebody approves it.
func TestSlotsAreChecked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		o := newOffice(t, s)
		y := &eye{s: s, flaws: []string{"link_gone"}}
		o.Checker = y
		jan := o.Reader("jan", o.Daily)
		post := o.Post("Bericht", storetest.Start)
		slot := o.Daily.NextAt.Time
		o.tick(slot)
		o.tick(slot.Add(time.Minute))
		o.tick(slot.Add(20 * time.Hour)) // however long
		if diff := cmp.Diff([]string{"in_review flaws: link_gone"}, o.states()[:1]); diff != "" {
			t.Fatal(diff)
		}
		if y.looks != 1 {
			t.Errorf("%d looks", y.looks)
		}
		if got := o.letters(slot.Add(20 * time.Hour)); len(got) != 0 {
			t.Errorf("it left: %v", got)
		}
		editions, err := s.Editions(t.Context(), o.List.ID, 9)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.ApproveEdition(t.Context(), editions[len(editions)-1].PublicID, storetest.By, slot.Add(21*time.Hour)); err != nil {
			t.Fatal(err)
		}
		o.tick(slot.Add(21 * time.Hour))
		if diff := cmp.Diff(map[int64][]string{jan: {"nl standard: Bericht"}}, o.letters(slot.Add(21*time.Hour))); diff != "" {
			t.Error(diff)
		}

		// What was looked at is what leaves: a change meanwhile is looked at first.
		y.flaws = nil
		next := o.Post("Volgende", slot.Add(22*time.Hour))
		y.then = func() {
			y.then = nil
			next.Title = "Veranderd"
			if err := s.EditPost(t.Context(), &next, storetest.By, slot.Add(24*time.Hour)); err != nil {
				t.Error(err)
			}
		}
		o.tick(slot.AddDate(0, 0, 1))
		if got := o.letters(slot.AddDate(0, 0, 1))[jan]; len(got) != 1 {
			t.Errorf("left unseen: %q", got)
		}
		o.tick(slot.AddDate(0, 0, 1).Add(time.Second))
		if got := o.letters(slot.AddDate(0, 0, 1).Add(time.Second))[jan]; len(got) != 2 || got[1] != "nl standard: Veranderd" {
			t.Errorf("%q", got)
		}
		_ = post

		// A check that fails lets nothing out; the next round tries again.
		o.Post("Derde", slot.AddDate(0, 0, 1).Add(time.Hour))
		y.err = errors.New("no answer")
		if err := o.Tick(t.Context(), slot.AddDate(0, 0, 2)); !errors.Is(err, y.err) {
			t.Error(err)
		}
		y.err = nil
		o.tick(slot.AddDate(0, 0, 2).Add(time.Second))
		if got := o.letters(slot.AddDate(0, 0, 2).Add(time.Second))[jan]; len(got) != 3 {
			t.Errorf("%q", got)
		}
	})
}

// Where a slot sends what nobody has approved, it is checked too.
func TestUnapprovedEditionsAreChecked(t *testing.T) {
	o := newOffice(t, storetest.SQLite(t))
	o.Checker = &eye{s: o.s, flaws: []string{"placeholder"}}
	o.Reader("jan", o.Daily)
	o.Do(`UPDATE schedule SET review = 'approval', unapproved = 'send', lead_us = $1 WHERE id = $2`, 4*time.Hour.Microseconds(), o.Daily.ID)
	slot := o.Daily.NextAt.Time
	o.Post("Bericht", storetest.Start)
	o.tick(slot.Add(-4 * time.Hour))
	o.tick(slot)
	o.tick(slot.Add(10 * time.Hour))
	if diff := cmp.Diff("in_review flaws: placeholder", o.states()[0]); diff != "" {
		t.Error(diff)
	}
}
