package storetest

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func releaseCases() []Case {
	return []Case{
		{"a release is decided once", []string{"Release", "ReleaseEdition", "VariantByPublicID", "EditionVariants", "FanningOut", "FanOut", "FinishEditions"}, testRelease},
		{"a release that came too late does nothing", []string{"ReleaseEdition"}, testReleaseLate},
		{"variants lie ready for one release", []string{"PrepareVariants", "Release", "ReleaseEdition"}, testPrepared},
		{"the fan-out goes on where it stopped", []string{"FanOut", "ReleaseFor", "AddVariants"}, testFanOut},
		{"who has no letter is left behind", []string{"LeftBehind", "ReleaseEdition", "AddVariants", "FinishEditions"}, testLeftBehind},
		{"many fan out together", []string{"FanOut"}, testFanOutTogether},
		{"a cancelled edition gives back", []string{"Stopping", "StopDeliveries", "CancelEdition"}, testStop},
		{"posts are given back once and for all", []string{"StopDeliveries"}, testGiveBack},
	}
}

func testRelease(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	all, council := w.Reader("alles", w.Daily), w.Reader("raad", w.Daily, w.Council)
	nothing, weekly := w.Reader("experimenten", w.Daily, w.Experiments), w.Reader("week", w.Weekly)
	suppressed, restricted := w.Reader("stop", w.Daily), w.Reader("beperkt", w.Daily)
	w.Do(`UPDATE subscriber SET suppressed_at = 1 WHERE address_key = 'stop@lezer.voorbeeld.nl'`)
	w.Do(`UPDATE subscriber SET restricted_at = 1 WHERE address_key = 'beperkt@lezer.voorbeeld.nl'`)
	first := w.ReadingOf(all)
	a, b := w.Post("Raad", Start, w.Council), w.Post("Bewoners", Start, w.Residents)
	e := w.Edition(w.Daily, Start)
	w.Post("Na de goedkeuring", Start)
	w.Release(e, Start)
	if fanning, err := s.FanningOut(t.Context()); err != nil || len(fanning) != 1 || fanning[0].ID != e.ID || !fanning[0].ReleasedAt.Equal(Start) {
		t.Fatalf("%+v, %v", fanning, err)
	}
	if n := w.FanOut(e, 5000, Start); n != 2 {
		t.Errorf("%d deliveries", n)
	}
	if fanning, err := s.FanningOut(t.Context()); err != nil || len(fanning) != 0 {
		t.Errorf("%+v, %v", fanning, err)
	}
	for reader, through := range map[int64]int64{all: e.ThroughSeq, council: e.ThroughSeq, nothing: e.ThroughSeq,
		weekly: first.ThroughSeq, suppressed: first.ThroughSeq, restricted: first.ThroughSeq} {
		if r := w.ReadingOf(reader); r.ThroughSeq != through {
			t.Errorf("subscription %d has read through %d, want %d", reader, r.ThroughSeq, through)
		}
	}
	variants, err := s.EditionVariants(t.Context(), e.ID)
	if err != nil || len(variants) != 2 || variants[0].Mails+variants[1].Mails != 2 || variants[0].Open != 1 || variants[0].Sent != 0 {
		t.Fatalf("%+v, %v", variants, err)
	}
	v, of, err := s.VariantByPublicID(t.Context(), variants[0].PublicID)
	if err != nil || v.Web != "<p>brief</p>" || string(v.Letter) != "brief" || of.ID != e.ID {
		t.Errorf("%+v, %+v, %v", v, of, err)
	}
	if _, _, err := s.VariantByPublicID(t.Context(), newsletter.NewPublicID()); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
	var domain string
	var expires int64
	w.Ask(&domain, `SELECT domain FROM delivery WHERE subscription_id = $1`, all)
	w.Ask(&expires, `SELECT expires_at FROM delivery WHERE subscription_id = $1`, all)
	if domain != "lezer.voorbeeld.nl" || expires != Start.Add(24*time.Hour).UnixMicro() {
		t.Errorf("domain %q, expires at %d", domain, expires)
	}
	if finished, err := s.FinishEditions(t.Context(), Start); err != nil || len(finished) != 0 {
		t.Errorf("finished before its deliveries: %+v, %v", finished, err)
	}
	handed := w.HandOver(Start)
	got := map[int64]newsletter.IDs{}
	for _, h := range handed {
		got[h.Subscription] = h.Posts
	}
	if diff := cmp.Diff(map[int64]newsletter.IDs{all: newsletter.NewIDs(a.ID, b.ID), council: newsletter.NewIDs(a.ID)}, got); diff != "" {
		t.Error(diff)
	}
	if finished, err := s.FinishEditions(t.Context(), Start); err != nil || len(finished) != 1 || finished[0].State != newsletter.EditionSent {
		t.Errorf("%+v, %v", finished, err)
	}
}

func testReleaseLate(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Reader("jan", w.Daily)
	p := w.Post("Bericht", Start)
	w.Post("Ander bericht", Start)
	e := w.Edition(w.Daily, Start)
	r, err := s.Release(t.Context(), e)
	w.check(err)
	variants, assignments := Decide(r)
	if _, err := s.WithdrawPost(t.Context(), p.PublicID, By, Start); err != nil {
		t.Fatal(err)
	}
	late := func(why string) {
		t.Helper()
		if released, err := s.ReleaseEdition(t.Context(), e, variants, assignments, Start); err != nil || released {
			t.Errorf("%s: released %v, %v", why, released, err)
		}
	}
	late("back in review")
	again, err := s.ApproveEdition(t.Context(), e.PublicID, By, Start)
	w.check(err)
	late("approved again, with other posts")
	w.Release(again, Start)
	late("released before")
	assignments[0].Variant = "none"
	if err := s.AddVariants(t.Context(), e, nil, assignments); err == nil {
		t.Error("a variant that isn't there was assigned")
	}
}

func testPrepared(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Reader("alles", w.Daily)
	council := w.Reader("raad", w.Daily, w.Council)
	w.Post("Raad", Start, w.Council)
	p := w.Post("Bewoners", Start, w.Residents)
	e := w.Edition(w.Daily, Start)
	r, err := s.Release(t.Context(), e)
	w.check(err)
	variants, _ := Decide(r)
	prepare := func(want bool, variants []newsletter.Variant) {
		t.Helper()
		if prepared, err := s.PrepareVariants(t.Context(), e, variants); err != nil || prepared != want {
			t.Fatalf("prepared %v, %v", prepared, err)
		}
	}
	ready := func(want int) {
		t.Helper()
		if n := len(w.Rows(`SELECT key FROM prepared_variant`)); n != want {
			t.Errorf("%d variants lie ready, want %d", n, want)
		}
	}
	prepare(true, variants)
	prepare(true, variants) // by two processes
	ready(2)
	if seen, err := s.EditionVariants(t.Context(), e.ID); err != nil || len(seen) != 0 {
		t.Errorf("%+v are seen before the release, %v", seen, err)
	}
	if _, _, err := s.VariantByPublicID(t.Context(), variants[0].PublicID); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
	// What lies ready is not rendered again, but only while the edition is what it was.
	if r, err = s.Release(t.Context(), e); err != nil || len(r.Rendered) != 2 {
		t.Errorf("%v, %v", r.Rendered, err)
	}
	if _, err := s.WithdrawPost(t.Context(), p.PublicID, By, Start); err != nil {
		t.Fatal(err)
	}
	prepare(false, variants)
	e, err = s.ApproveEdition(t.Context(), e.PublicID, By, Start)
	w.check(err)
	ready(0)
	if r, err = s.Release(t.Context(), e); err != nil || len(r.Rendered) != 0 {
		t.Errorf("%v, %v", r.Rendered, err)
	}
	// Of what lies ready now nobody gets the second: the release leaves it out.
	variants, assignments := Decide(r)
	unused := variants[0]
	unused.Key, unused.PublicID = "unused", newsletter.NewPublicID()
	prepare(true, append(variants[:1:1], unused))
	if released, err := s.ReleaseEdition(t.Context(), e, variants[1:], assignments, Start); err != nil || !released {
		t.Fatalf("%v, %v", released, err)
	}
	ready(0)
	seen, err := s.EditionVariants(t.Context(), e.ID)
	if err != nil || len(seen) != len(variants) {
		t.Errorf("%+v, %v", seen, err)
	}
	if v, _, err := s.VariantByPublicID(t.Context(), variants[0].PublicID); err != nil || string(v.Letter) != "brief" || v.Web != "<p>brief</p>" || v.Subject != "Onderwerp" {
		t.Errorf("%+v, %v", v, err)
	}
	prepare(false, variants)
	if n := w.FanOut(e, 5000, Start); n != 2 {
		t.Errorf("%d deliveries", n)
	}
	if r := w.ReadingOf(council); r.ThroughSeq != e.ThroughSeq {
		t.Errorf("%+v", r)
	}
}

func testLeftBehind(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	all, council, late := w.Reader("alles", w.Daily), w.Reader("raad", w.Daily, w.Council), w.Reader("laat", w.Daily)
	w.Post("Raad", Start, w.Council)
	w.Post("Bewoners", Start, w.Residents)
	e := w.Edition(w.Daily, Start)
	r, err := s.Release(t.Context(), e)
	w.check(err)
	variants, assignments := Decide(r)
	fail := func(a *newsletter.Assignment) { a.Variant, a.Next, a.Failure = "", a.Reader.Reading, "broken" }
	for i := range assignments {
		if assignments[i].Reader.Topics != nil {
			fail(&assignments[i])
		}
	}
	before := w.ReadingOf(council)
	if released, err := s.ReleaseEdition(t.Context(), e, variants, assignments, Start); err != nil || !released {
		t.Fatalf("%v, %v", released, err)
	}
	w.Do(`UPDATE subscriber SET layout = 'large' WHERE address_key = 'laat@lezer.voorbeeld.nl'`)
	out, err := s.FanOut(t.Context(), e.ID, 5000, time.Hour, Start)
	if err != nil || len(out.Missing) != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	if r, err = s.ReleaseFor(t.Context(), e, out.Missing); err != nil {
		t.Fatal(err)
	}
	_, assignments = Decide(r)
	fail(&assignments[0])
	w.check(s.AddVariants(t.Context(), e, nil, assignments))
	if n := w.FanOut(e, 5000, Start); n != 1 {
		t.Errorf("%d deliveries", n)
	}
	for _, reader := range []int64{council, late} {
		if diff := cmp.Diff(before, w.ReadingOf(reader)); diff != "" {
			t.Errorf("the reading of %d moved on: %s", reader, diff)
		}
	}
	if r := w.ReadingOf(all); r.ThroughSeq != e.ThroughSeq {
		t.Errorf("%+v", r)
	}
	want := []store.LeftBehind{
		{Language: newsletter.Dutch, Layout: newsletter.Large, Readers: 1, Failure: "broken"},
		{Language: newsletter.Dutch, Layout: newsletter.Standard, Readers: 1, Failure: "broken"},
	}
	got, err := s.LeftBehind(t.Context(), e.ID)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%s, %v", diff, err)
	}
	// Its reason stays, whatever happens to it.
	_, err = s.PauseEdition(t.Context(), e.PublicID, By, Start)
	w.check(err)
	_, err = s.ResumeEdition(t.Context(), e.PublicID, By, Start)
	w.check(err)
	w.HandOver(Start)
	if sent, err := s.FinishEditions(t.Context(), Start); err != nil || len(sent) != 1 || sent[0].Reason != newsletter.ReasonLeftBehind {
		t.Errorf("%+v, %v", sent, err)
	}
}

func testFanOut(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Crowd(10, w.Daily)
	w.Post("Bericht", Start, w.Council)
	e := w.Edition(w.Daily, Start)
	w.Release(e, Start)
	out, err := s.FanOut(t.Context(), e.ID, 4, time.Hour, Start)
	if err != nil || out.Done || out.Deliveries != 4 {
		t.Fatalf("%+v, %v", out, err)
	}
	if _, err := s.PauseEdition(t.Context(), e.PublicID, By, Start); err != nil {
		t.Fatal(err)
	}
	if out, err := s.FanOut(t.Context(), e.ID, 4, time.Hour, Start); err != nil || !out.Done || out.Deliveries != 0 {
		t.Errorf("a paused edition went on: %+v, %v", out, err)
	}
	if _, err := s.ResumeEdition(t.Context(), e.PublicID, By, Start); err != nil {
		t.Fatal(err)
	}
	// Somebody in the next chunk and somebody behind it change what they want.
	var subscriber int64
	w.Ask(&subscriber, `SELECT subscriber_id FROM subscription ORDER BY id LIMIT 1 OFFSET 5`)
	w.Do(`UPDATE subscriber SET layout = 'large' WHERE id = $1`, subscriber)
	w.Do(`UPDATE subscription SET topic_set_id = $1 WHERE id = (SELECT MAX(id) FROM subscription)`, w.topicSet([]newsletter.Topic{w.Experiments}))
	out, err = s.FanOut(t.Context(), e.ID, 4, time.Hour, Start)
	if err != nil || out.Done || out.Deliveries != 0 || len(out.Missing) != 1 || out.Missing[0].Layout != newsletter.Large {
		t.Fatalf("%+v, %v", out, err)
	}
	for !out.Done {
		if len(out.Missing) > 0 {
			r, err := s.ReleaseFor(t.Context(), e, out.Missing)
			w.check(err)
			variants, assignments := Decide(r)
			w.check(s.AddVariants(t.Context(), e, variants, assignments))
		}
		out, err = s.FanOut(t.Context(), e.ID, 4, time.Hour, Start)
		w.check(err)
	}
	var deliveries, large int
	w.Ask(&deliveries, `SELECT COUNT(*) FROM delivery WHERE edition_id = $1`, e.ID)
	w.Ask(&large, `SELECT COUNT(*) FROM delivery AS d JOIN variant AS v ON v.id = d.variant_id WHERE v.layout = 'large'`)
	if deliveries != 9 || large != 1 {
		t.Errorf("%d deliveries, %d with large letters; want 9 and 1", deliveries, large)
	}
}

func testFanOutTogether(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Crowd(40, w.Daily)
	w.Post("Bericht", Start)
	e := w.Edition(w.Daily, Start)
	w.Release(e, Start)
	made := make(chan int64, 4)
	var all sync.WaitGroup
	for range cap(made) {
		all.Go(func() {
			var mine int64
			for range 40 {
				out, err := s.FanOut(t.Context(), e.ID, 3, time.Hour, Start)
				if err != nil {
					t.Error(err)
					break
				}
				mine += out.Deliveries
			}
			made <- mine
		})
	}
	all.Wait()
	close(made)
	var total int64
	for n := range made {
		total += n
	}
	if total += w.FanOut(e, 3, Start); total != 40 {
		t.Errorf("%d deliveries for 40 readers", total)
	}
}

func testStop(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Crowd(6, w.Daily)
	p := w.Post("Bericht", Start)
	e := w.Edition(w.Daily, Start)
	w.Release(e, Start)
	if _, err := s.FanOut(t.Context(), e.ID, 4, time.Hour, Start); err != nil {
		t.Fatal(err)
	}
	// One is being handed over, one is held, one was given back, and one nobody has claimed.
	claim := func(limit int) []newsletter.Held {
		claims, err := s.ClaimEdition(t.Context(), e.ID, "w", Start.Add(time.Minute), Start, limit)
		w.check(err)
		return Held(claims)
	}
	back := claim(1)
	_, err := s.PutBack(t.Context(), back, Start.Add(time.Hour))
	w.check(err)
	held := claim(2)
	if granted, err := s.HandOver(t.Context(), nil, held[:1], true, Start); err != nil || len(granted) != 1 {
		t.Fatalf("let through %v, %v", granted, err)
	}
	if _, err := s.CancelEdition(t.Context(), e.PublicID, By, Start); err != nil {
		t.Fatal(err)
	}
	stopping, err := s.Stopping(t.Context())
	if err != nil || len(stopping) != 1 || !stopping[0].EndedAt.IsZero() {
		t.Fatalf("%+v, %v", stopping, err)
	}
	for _, want := range []int{1, 1, 1, 0} {
		if n, done, err := s.StopDeliveries(t.Context(), e.ID, 1, Start); err != nil || n != want || done {
			t.Errorf("stopped %d, want %d; done %v, %v", n, want, done, err)
		}
	}
	_, err = s.HandOver(t.Context(), []newsletter.Outcome{{Held: held[0], State: newsletter.DeliverySent}}, nil, true, Start)
	w.check(err)
	if n, done, err := s.StopDeliveries(t.Context(), e.ID, 1, Start); err != nil || n != 0 || !done {
		t.Errorf("stopped %d, done %v, %v", n, done, err)
	}
	if stopping, err := s.Stopping(t.Context()); err != nil || len(stopping) != 0 {
		t.Errorf("%+v, %v", stopping, err)
	}
	// All but the one who was handed it are owed the post again.
	next := w.Edition(w.Daily, Start)
	w.hasPosts(next, "Bericht in")
	w.Release(next, Start)
	if n := w.FanOut(next, 100, Start); n != 5 {
		t.Errorf("%d deliveries of a post given back to three, and not yet had by two", n)
	}
	for _, h := range w.HandOver(Start) {
		if !cmp.Equal(h.Posts, newsletter.NewIDs(p.ID)) {
			t.Errorf("%+v", h)
		}
	}
}

func testGiveBack(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	stays, restarts := w.Reader("blijft", w.Daily), w.Reader("komt-terug", w.Daily)
	left, first := w.Post("Weggelaten", Start), w.Post("Eerste", Start)
	e, err := s.AddExtraEdition(t.Context(), w.Daily.ID, By, Start)
	w.check(err)
	w.check(s.DisposePost(t.Context(), e.PublicID, left.PublicID, newsletter.PostLeftOut, By, Start))
	e, err = s.ApproveEdition(t.Context(), e.PublicID, By, Start)
	w.check(err)
	w.Release(e, Start)
	w.FanOut(e, 100, Start)
	// A second edition goes out before the first is cancelled.
	second := w.Post("Tweede", Start)
	later := w.Edition(w.Daily, Start)
	w.Release(later, Start)
	w.FanOut(later, 100, Start)
	w.Do(`UPDATE subscription SET active_since = $1 WHERE id = $2`, newsletter.At(Start.Add(time.Hour)), restarts)
	for _, cancelled := range []*newsletter.Edition{later, e} {
		if _, err := s.CancelEdition(t.Context(), cancelled.PublicID, By, Start); err != nil {
			t.Fatal(err)
		}
		if n, _, err := s.StopDeliveries(t.Context(), cancelled.ID, 100, Start); err != nil || n != 2 {
			t.Fatalf("stopped %d, %v", n, err)
		}
	}
	if r := w.ReadingOf(stays); !cmp.Equal(r.OwedPosts, newsletter.NewIDs(first.ID, second.ID)) || r.ThroughSeq != later.ThroughSeq {
		t.Errorf("%+v", r)
	}
	if r := w.ReadingOf(restarts); len(r.OwedPosts) != 0 {
		t.Errorf("who began anew is owed what was before: %+v", r)
	}
	w.hasPosts(w.Edition(w.Daily, Start), "Tweede in", "Eerste in")
}
