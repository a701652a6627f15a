package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func uncertainCases() []Case {
	return []Case{
		{"what is uncertain is listed, released and dropped", []string{"Uncertain", "ReleaseUncertain", "DropUncertain"}, testUncertain},
		{"of an edition that was cancelled nothing uncertain is sent", []string{"ReleaseUncertain", "DropUncertain"}, testUncertainCancelled},
		{"an edition that was sent is sent again for what is released", []string{"ReleaseUncertain", "FinishEditions"}, testUncertainSent},
		{"how the mail does is shown without names, or audited", []string{"Deliveries"}, testDeliveries},
		{"mail of no edition is repeated also where editions' is held", []string{"RecoverLeases"}, testUncertainNotice},
	}
}

// doubt puts some of an edition's deliveries in doubt: their worker dies while it hands them over.
func (x *sending) doubt(n int) []int64 {
	x.t.Helper()
	ids := idsOf(x.claim("dood", n))
	x.handOver("dood", nil, ids, ids...)
	x.now = x.now.Add(time.Hour)
	if _, uncertain, err := x.s.RecoverLeases(x.t.Context(), false, x.now); err != nil || uncertain != int64(n) {
		x.t.Fatalf("%d are uncertain, %v", uncertain, err)
	}
	return ids
}

func testDeliveries(t *testing.T, s *store.Store) {
	x := newSending(t, s, "a", "b", "c")
	x.doubt(1)
	ask := func(q newsletter.DeliveryQuery, want int) []newsletter.Mailing {
		t.Helper()
		all, err := s.Deliveries(t.Context(), q, By, x.now)
		if err != nil || len(all) != want {
			t.Fatalf("%d deliveries, %v; want %d", len(all), err, want)
		}
		return all
	}
	of := newsletter.DeliveryQuery{Edition: x.edition.PublicID}
	for _, one := range ask(of, 3) {
		if one.To != "" || one.Domain == "" || one.Edition != x.edition.PublicID.String() {
			t.Errorf("%+v", one)
		}
	}
	if trail, err := s.AuditTrail(t.Context(), "edition", x.edition.PublicID.String()); err != nil || slices.ContainsFunc(trail, func(e store.AuditEntry) bool { return e.Action == "delivery.view" }) {
		t.Errorf("a look without names was audited: %v, %v", trail, err)
	}
	of.States, of.Addresses = []newsletter.DeliveryState{newsletter.DeliveryUncertain}, true
	if one := ask(of, 1)[0]; one.To != "a@lezer.voorbeeld.nl" || one.ID == 0 {
		t.Errorf("%+v", one)
	}
	if trail, err := s.AuditTrail(t.Context(), "edition", x.edition.PublicID.String()); err != nil || !slices.ContainsFunc(trail, func(e store.AuditEntry) bool { return e.Action == "delivery.view" }) {
		t.Errorf("a look at persons: %v, %v", trail, err)
	}
	ask(newsletter.DeliveryQuery{Limit: 2, Edition: x.edition.PublicID}, 2)
	if _, err := s.Deliveries(t.Context(), newsletter.DeliveryQuery{Edition: newsletter.NewPublicID()}, By, x.now); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
}

func testUncertain(t *testing.T, s *store.Store) {
	x := newSending(t, s, "a", "b", "c", "d")
	ctx, id := t.Context(), x.edition.PublicID
	ids := x.doubt(3)
	all, err := s.Uncertain(ctx, id, By, x.now)
	x.check(err)
	var got []int64
	var to []newsletter.Address
	for _, u := range all {
		got, to = append(got, u.ID), append(to, u.To)
		if u.Doubts != 1 || u.HandedOverAt.IsZero() || u.CreatedAt.IsZero() || u.State != newsletter.DeliveryUncertain {
			t.Errorf("shown as %+v", u)
		}
	}
	if diff := cmp.Diff(ids, got); diff != "" || !slices.Equal(to, []newsletter.Address{"a@lezer.voorbeeld.nl", "b@lezer.voorbeeld.nl", "c@lezer.voorbeeld.nl"}) {
		t.Errorf("listed %v, to %v", got, to)
	}
	readings := func() (all []string) {
		for _, row := range Query(t, s, `SELECT id, reading_id FROM subscription ORDER BY id`) {
			all = append(all, row...)
		}
		return all
	}
	before := readings()
	if n, err := s.DropUncertain(ctx, id, ids[:1], By, x.now); err != nil || n != 1 {
		t.Errorf("dropped %d, %v", n, err)
	}
	x.wantState(ids[0], newsletter.DeliveryCancelled)
	if diff := cmp.Diff(before, readings()); diff != "" {
		t.Errorf("the posts of one that may have arrived were given back: %s", diff)
	}
	if n, err := s.ReleaseUncertain(ctx, id, ids[:2], By, x.now); err != nil || n != 1 {
		t.Errorf("released %d of two of which one is uncertain, %v", n, err)
	}
	x.wantState(ids[1], newsletter.DeliveryPending)
	x.wantState(ids[2], newsletter.DeliveryUncertain)
	if n, err := s.ReleaseUncertain(ctx, id, nil, By, x.now); err != nil || n != 1 {
		t.Errorf("released %d, %v", n, err)
	}
	for range 2 {
		if n, err := s.DropUncertain(ctx, id, nil, By, x.now); err != nil || n != 0 {
			t.Errorf("dropped %d that were not uncertain any more, %v", n, err)
		}
	}
	claims := x.claim("w", 10)
	x.handOver("w", nil, idsOf(claims), ids[1], ids[2], ids[2]+1)
	trail, err := s.AuditTrail(ctx, "edition", id.String())
	x.check(err)
	var deeds []string
	for _, entry := range trail {
		if entry.ActorID == "test" {
			deeds = append(deeds, entry.Action+" "+entry.Detail)
		}
	}
	if diff := cmp.Diff([]string{`edition.view_uncertain {"deliveries":3}`, `edition.drop_uncertain {"deliveries":1}`,
		`edition.release_uncertain {"deliveries":1}`, `edition.release_uncertain {"deliveries":1}`}, deeds[len(deeds)-4:]); diff != "" {
		t.Errorf("audited: %s", diff)
	}
	for _, err := range []error{
		second(s.Uncertain(ctx, newsletter.NewPublicID(), By, x.now)),
		second(s.ReleaseUncertain(ctx, newsletter.NewPublicID(), nil, By, x.now)),
		second(s.DropUncertain(ctx, newsletter.NewPublicID(), nil, By, x.now)),
	} {
		if !newsletter.Is(err, newsletter.NotFound) {
			t.Errorf("of no edition: %v", err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func testUncertainCancelled(t *testing.T, s *store.Store) {
	x := newSending(t, s, "a", "b")
	ids := x.doubt(1)
	_, err := s.CancelEdition(t.Context(), x.edition.PublicID, By, x.now)
	x.check(err)
	if _, err := s.ReleaseUncertain(t.Context(), x.edition.PublicID, ids, By, x.now); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("released one of a cancelled edition: %v", err)
	}
	x.wantState(ids[0], newsletter.DeliveryUncertain)
	if n, err := s.DropUncertain(t.Context(), x.edition.PublicID, nil, By, x.now); err != nil || n != 1 {
		t.Errorf("dropped %d, %v", n, err)
	}
	x.wantState(ids[0], newsletter.DeliveryCancelled)
}

func testUncertainSent(t *testing.T, s *store.Store) {
	x := newSending(t, s, "a")
	ids := x.doubt(1)
	finish := func(want int) {
		t.Helper()
		x.FanOut(x.edition, 100, x.now)
		ended, err := s.FinishEditions(t.Context(), x.now)
		if err != nil || len(ended) != want {
			t.Errorf("%d editions have ended, %v", len(ended), err)
		}
	}
	finish(1)
	if n, err := s.ReleaseUncertain(t.Context(), x.edition.PublicID, nil, By, x.now); err != nil || n != 1 {
		t.Fatalf("released %d, %v", n, err)
	}
	e, err := s.Edition(t.Context(), x.edition.PublicID)
	if err != nil || e.State != newsletter.EditionSending || !e.EndedAt.IsZero() {
		t.Errorf("%+v, %v", e, err)
	}
	finish(0)
	claims := x.claim("w", 10)
	x.handOver("w", nil, idsOf(claims), ids[0])
	if claims[0].Doubts != 1 {
		t.Errorf("claimed with %d doubts", claims[0].Doubts)
	}
	x.handOver("w", []newsletter.Outcome{{Held: newsletter.Held{ID: ids[0]}, State: newsletter.DeliverySent, Code: 250}}, nil)
	finish(1)
	if e, err := s.Edition(t.Context(), x.edition.PublicID); err != nil || e.State != newsletter.EditionSent || e.EndedAt.IsZero() {
		t.Errorf("%+v, %v", e, err)
	}
}

func testUncertainNotice(t *testing.T, s *store.Store) {
	x := newSending(t, s, "a")
	x.notice("welkom", "a@lezer.voorbeeld.nl")
	ids := idsOf(x.claimOther("dood"))
	x.handOver("dood", nil, ids, ids...)
	x.now = x.now.Add(time.Hour)
	if _, uncertain, err := s.RecoverLeases(t.Context(), false, x.now); err != nil || uncertain != 1 {
		t.Errorf("%d uncertain, %v", uncertain, err)
	}
	x.wantState(ids[0], newsletter.DeliveryPending)
}
