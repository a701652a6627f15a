package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func progressCases() []Case {
	return []Case{{"how far an edition is", []string{"EditionProgress", "EditionTroubles"}, testProgress}}
}

func testProgress(t *testing.T, s *store.Store) {
	x := newSending(t, s, "a", "b", "c", "d", "e", "f", "g", "h", "i")
	other := newSendingOf(x, "z")
	q := newsletter.ProgressQuery{EditionID: x.edition.ID, From: newsletter.At(x.now), Width: newsletter.Duration(10 * time.Second), Lately: newsletter.At(x.now.Add(time.Minute))}
	take := func() *newsletter.Progress {
		t.Helper()
		counts, err := s.EditionProgress(t.Context(), q)
		x.check(err)
		p := newsletter.NewProgress(q, counts, newsletter.At(x.now))
		p.Troubles, err = s.EditionTroubles(t.Context(), x.edition.ID, 2)
		x.check(err)
		return p
	}
	want := &newsletter.Progress{At: newsletter.At(x.now), Total: 9, Waiting: 9, From: q.From, Width: q.Width}
	if diff := cmp.Diff(want, take()); diff != "" {
		t.Error(diff)
	}
	var ids []int64
	for _, row := range x.Rows(`SELECT id FROM delivery WHERE edition_id = $1 ORDER BY id`, x.edition.ID) {
		ids = append(ids, row[0].(int64))
	}
	for i, to := range []struct {
		state    newsletter.DeliveryState
		attempts int
		domain   string
		after    time.Duration // when it ended; 0: it has not
	}{
		{newsletter.DeliverySent, 1, "een.nl", time.Second}, {newsletter.DeliverySent, 0, "een.nl", 9 * time.Second}, {newsletter.DeliverySent, 0, "twee.nl", 61 * time.Second},
		{newsletter.DeliveryFailed, 1, "twee.nl", 25 * time.Second}, {newsletter.DeliveryExpired, 1, "drie.nl", 62 * time.Second},
		{newsletter.DeliveryPending, 2, "twee.nl", 0}, {newsletter.DeliveryUncertain, 0, "twee.nl", 0}, {newsletter.DeliveryCancelled, 0, "een.nl", -time.Second},
		{newsletter.DeliveryHandingOver, 0, "een.nl", 0},
	} {
		ended := newsletter.Time{}
		if to.after != 0 {
			ended = newsletter.At(x.now.Add(to.after))
		}
		x.Do(`UPDATE delivery SET state = $2, attempts = $3, domain = $4, ended_at = $5 WHERE id = $1`, ids[i], to.state, to.attempts, to.domain, ended)
	}
	x.Do(`UPDATE delivery SET state = 'failed', attempts = 1 WHERE edition_id = $1`, other)
	want = &newsletter.Progress{At: newsletter.At(x.now), Total: 9, Sent: 3, Failed: 2, Deferred: 1, Uncertain: 1, Stopped: 1, OnTheWay: 1, PerMinute: 2,
		From: q.From, Width: q.Width,
		Buckets:  []newsletter.ProgressBucket{{Sent: 2}, {}, {Failed: 1}, {}, {}, {}, {Sent: 1, Failed: 1}},
		Troubles: []newsletter.DomainTrouble{{Domain: "twee.nl", Failed: 1, Deferred: 1, Uncertain: 1}, {Domain: "drie.nl", Failed: 1}}}
	got := take()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got.Open() != 2 || got.Percent() != 77 || got.Left() != 0 {
		t.Errorf("open %d, %d %%, left %v", got.Open(), got.Percent(), got.Left())
	}
}

// newSendingOf releases one more edition of the same list, to one more reader.
func newSendingOf(x *sending, reader string) (edition int64) {
	x.t.Helper()
	x.Reader(reader, x.Weekly)
	x.Post("Nog een bericht", x.now)
	e := x.Edition(x.Weekly, x.now)
	x.Release(e, x.now)
	if n := x.FanOut(e, 100, x.now); n != 1 {
		x.t.Fatalf("%d deliveries", n)
	}
	return e.ID
}
