package storetest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func deliveryCases() []Case {
	return []Case{
		{"an empty database owes nobody anything", []string{"Lanes", "ClaimEdition", "ClaimOther", "ExtendLeases", "Unclaim", "EndClaims", "RecoverLeases", "HandOver", "Progress", "Letter"}, testNothingOwed},
		{"claims are disjoint, in order, and leave throttled domains alone", []string{"ClaimEdition", "Unclaim"}, testClaim},
		{"nobody claims what another one does at the same time", []string{"ClaimEdition"}, testClaimTogether},
		{"other mail has a lane of its own", []string{"ClaimOther", "Lanes"}, testOtherLane},
		{"the gate lets through only who may be mailed", []string{"HandOver"}, testGate},
		{"the gate turns confirmations away that are no longer good", []string{"HandOver"}, testGateConfirmation},
		{"the gate turns mail away whose link opens nothing any more", []string{"HandOver"}, testGateLinks},
		{"the gate turns mail away that is for nobody any more", []string{"HandOver"}, testGateErased},
		{"handing over again after a lost answer", []string{"HandOver"}, testHandOverAgain},
		{"outcomes are recorded", []string{"HandOver", "Progress"}, testOutcomes},
		{"what expired is owed again", []string{"HandOver"}, testExpired},
		{"an edition is stopped, with a reason", []string{"StopEdition"}, testStopEdition},
		{"what can't go yet is put back", []string{"PutBack"}, testPutBack},
	}
}

func testNothingOwed(t *testing.T, s *store.Store) {
	ctx, lease := t.Context(), Start.Add(time.Minute)
	if lanes, err := s.Lanes(ctx, Start); err != nil || len(lanes) > 0 {
		t.Errorf("lanes %v, %v", lanes, err)
	}
	if claims, err := s.ClaimEdition(ctx, 1, "w", lease, Start, 10); err != nil || len(claims) > 0 {
		t.Errorf("edition %v, %v", claims, err)
	}
	if claims, err := s.ClaimOther(ctx, "w", lease, Start, 10); err != nil || len(claims) > 0 {
		t.Errorf("other %v, %v", claims, err)
	}
	if n, err := s.ExtendLeases(ctx, []int64{1}, lease); err != nil || n > 0 {
		t.Errorf("extended %d, %v", n, err)
	}
	if n, err := s.Unclaim(ctx, "w"); err != nil || n > 0 {
		t.Errorf("unclaimed %d, %v", n, err)
	}
	if err := s.EndClaims(ctx, []int64{1}); err != nil {
		t.Error(err)
	}
	if pending, uncertain, err := s.RecoverLeases(ctx, true, Start); err != nil || pending+uncertain > 0 {
		t.Errorf("recovered %d and %d, %v", pending, uncertain, err)
	}
	held := []newsletter.Held{{ID: 1, ClaimID: 1}, {ID: 2, ClaimID: 1}}
	outcomes := []newsletter.Outcome{{Held: held[0], State: newsletter.DeliverySent, Code: 250}, {Held: held[1], State: newsletter.DeliveryExpired}}
	if granted, err := s.HandOver(ctx, outcomes, held, true, Start); err != nil || len(granted) > 0 {
		t.Errorf("granted %v, %v", granted, err)
	}
	if progress, err := s.Progress(ctx, 1); err != nil || len(progress) > 0 {
		t.Errorf("progress %v, %v", progress, err)
	}
	if _, err := s.Letter(ctx, 1); !newsletter.Is(err, newsletter.NotFound) {
		t.Errorf("letter: %v", err)
	}
}

// sending is a released edition with its deliveries made, one for each of its readers.
type sending struct {
	*World
	edition *newsletter.Edition
	now     time.Time
	held    map[string]map[int64]int64 // by worker: the claim of each delivery that it claimed
}

// newSending releases an edition with one post to the readers named.
func newSending(t *testing.T, s *store.Store, readers ...string) *sending {
	t.Helper()
	w := NewWorld(t, s)
	for _, name := range readers {
		w.Reader(name, w.Daily)
	}
	now := Start.Add(time.Hour)
	w.Post("De raad luistert", now)
	x := &sending{World: w, edition: w.Edition(w.Daily, now), now: now, held: map[string]map[int64]int64{}}
	w.Release(x.edition, now)
	if n := w.FanOut(x.edition, 100, now); n != int64(len(readers)) {
		t.Fatalf("%d deliveries for %d readers", n, len(readers))
	}
	return x
}

func (x *sending) claim(worker string, limit int) []newsletter.Claim {
	x.t.Helper()
	claims, err := x.s.ClaimEdition(x.t.Context(), x.edition.ID, worker, x.now.Add(time.Minute), x.now, limit)
	x.check(err)
	return x.holds(worker, claims)
}

// claimOther claims what belongs to no edition.
func (x *sending) claimOther(worker string) []newsletter.Claim {
	x.t.Helper()
	claims, err := x.s.ClaimOther(x.t.Context(), worker, x.now.Add(time.Minute), x.now, 10)
	x.check(err)
	return x.holds(worker, claims)
}

// holds remembers what a worker claimed.
func (x *sending) holds(worker string, claims []newsletter.Claim) []newsletter.Claim {
	if x.held[worker] == nil {
		x.held[worker] = map[int64]int64{}
	}
	for i := range claims {
		x.held[worker][claims[i].ID] = claims[i].ClaimID
	}
	return claims
}

// of names deliveries as a worker does that claimed them, or some of them.
func (x *sending) of(worker string, ids []int64) []newsletter.Held {
	all := make([]newsletter.Held, len(ids))
	for i, id := range ids {
		all[i] = newsletter.Held{ID: id, ClaimID: x.held[worker][id]}
	}
	return all
}

// handOver passes through the gate and fails the test when not exactly want are let through.
func (x *sending) handOver(worker string, outcomes []newsletter.Outcome, next []int64, want ...int64) {
	x.t.Helper()
	outcomes = slices.Clone(outcomes)
	for i := range outcomes {
		outcomes[i].ClaimID = x.held[worker][outcomes[i].ID]
	}
	granted, err := x.s.HandOver(x.t.Context(), outcomes, x.of(worker, next), true, x.now)
	x.check(err)
	slices.Sort(granted)
	if diff := cmp.Diff(want, granted); len(want)+len(granted) > 0 && diff != "" {
		x.t.Errorf("let through: %s", diff)
	}
}

func (x *sending) state(id int64) (state newsletter.DeliveryState) {
	x.t.Helper()
	x.Ask(&state, `SELECT state FROM delivery WHERE id = $1`, id)
	return state
}

func (x *sending) wantState(id int64, want newsletter.DeliveryState) {
	x.t.Helper()
	if got := x.state(id); got != want {
		x.t.Errorf("delivery %d is %s, not %s", id, got, want)
	}
}

// Held names what was claimed.
func Held(claims []newsletter.Claim) []newsletter.Held {
	all := make([]newsletter.Held, len(claims))
	for i := range claims {
		all[i] = claims[i].Held()
	}
	return all
}

func idsOf(claims []newsletter.Claim) []int64 {
	ids := make([]int64, len(claims))
	for i := range claims {
		ids[i] = claims[i].ID
	}
	return ids
}

func testClaim(t *testing.T, s *store.Store) {
	x := newSending(t, s, "a", "b", "c", "d", "e")
	x.Do(`INSERT INTO throttle (domain, until, reason) VALUES ('traag.voorbeeld.nl', $1, 'too fast')`, newsletter.At(x.now.Add(time.Minute)))
	x.Do(`UPDATE delivery SET domain = 'traag.voorbeeld.nl' WHERE id = (SELECT MAX(id) FROM delivery)`)
	x.Do(`UPDATE subscriber SET address = 'nieuw@ander.voorbeeld.nl' WHERE address = 'a@lezer.voorbeeld.nl'`)
	one, two, three := x.claim("een", 2), x.claim("twee", 10), x.claim("drie", 10)
	if len(one) != 2 || len(two) != 2 || len(three) != 0 {
		t.Fatalf("claimed %d, %d and %d of 5, of which one is throttled", len(one), len(two), len(three))
	}
	all := append(idsOf(one), idsOf(two)...)
	if !slices.IsSorted(all) || len(slices.Compact(slices.Clone(all))) != 4 {
		t.Errorf("claimed %v", all)
	}
	if one[0].To != "nieuw@ander.voorbeeld.nl" {
		t.Error("the address is not the subscriber's own of now")
	}
	if c := one[0]; c.SubscriptionKey == nil || c.SubscriberKey == nil || c.VariantID == nil || c.Reader != newsletter.Standard || c.Language != newsletter.Dutch {
		t.Errorf("claim %+v", c)
	}
	if n, err := s.Unclaim(t.Context(), "een"); err != nil || n != 2 {
		t.Errorf("gave back %d, %v", n, err)
	}
	x.now = x.now.Add(2 * time.Minute) // the throttle is over
	if again := x.claim("drie", 10); len(again) != 3 {
		t.Errorf("claimed %d of 3", len(again))
	}
	if _, err := s.PauseEdition(t.Context(), x.edition.PublicID, By, x.now); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Unclaim(t.Context(), "drie"); err != nil || n != 3 {
		t.Errorf("gave back %d, %v", n, err)
	}
	if paused := x.claim("vier", 10); len(paused) != 0 {
		t.Errorf("claimed %d of an edition that is paused", len(paused))
	}
}

func testClaimTogether(t *testing.T, s *store.Store) {
	const readers = 240
	w := NewWorld(t, s)
	w.Crowd(readers, w.Daily)
	w.Post("Bericht", Start)
	e := w.Edition(w.Daily, Start)
	w.Release(e, Start)
	w.FanOut(e, 100, Start)
	var all sync.WaitGroup
	claimed := make(chan newsletter.Held, 5*readers)
	for worker := range 5 {
		all.Go(func() {
			for {
				claims, err := s.ClaimEdition(context.Background(), e.ID, fmt.Sprint(worker), Start.Add(time.Minute), Start, 7)
				if err != nil {
					t.Error(err)
				}
				if err != nil || len(claims) == 0 {
					return
				}
				for i := range claims {
					claimed <- claims[i].Held()
				}
			}
		})
	}
	all.Wait()
	close(claimed)
	by := map[int64]int64{}
	for h := range claimed {
		if other, ok := by[h.ID]; ok {
			t.Errorf("delivery %d is claimed by %d and %d", h.ID, other, h.ClaimID)
		}
		by[h.ID] = h.ClaimID
	}
	if len(by) != readers {
		t.Errorf("%d of %d are claimed", len(by), readers)
	}
}

func testOtherLane(t *testing.T, s *store.Store) {
	x := newSending(t, s, "a")
	x.notice("welkom", "a@lezer.voorbeeld.nl")
	lanes, err := s.Lanes(t.Context(), x.now)
	if err != nil || len(lanes) != 1 || lanes[0] != x.edition.ID {
		t.Errorf("lanes %v, %v", lanes, err)
	}
	claims := x.claimOther("w")
	if len(claims) != 1 || claims[0].Kind != newsletter.DeliveryNotice || claims[0].To != "a@lezer.voorbeeld.nl" {
		t.Fatalf("claims %+v", claims)
	}
	x.handOver("w", nil, idsOf(claims), claims[0].ID)
}

// notice queues a message that belongs to a subscriber and to no edition.
func (x *sending) notice(key, address string) {
	x.Do(`INSERT INTO delivery (kind, subscriber_id, language, template, key, domain, state, apart, due_at, expires_at, created_at)
		SELECT 'notice', id, 'nl', 'welcome', $1, 'lezer.voorbeeld.nl', 'pending', 'waiting', $2, $2, $2 FROM subscriber WHERE address = $3`,
		key, newsletter.At(x.now), address)
}

// Promise 4: consent and suppression are conditions of the statement that lets a message be handed over.
func testGate(t *testing.T, s *store.Store) {
	x := newSending(t, s, "blijft", "vertrekt", "pauzeert", "geweigerd", "beperkt", "gewist", "van-een-ander")
	claims := x.claim("w", 10)
	ids := idsOf(claims)
	of := func(name string) int64 {
		i := slices.IndexFunc(claims, func(c newsletter.Claim) bool { return c.To == newsletter.Address(name+"@lezer.voorbeeld.nl") })
		return ids[i]
	}
	subscription := ` WHERE id = (SELECT subscription_id FROM delivery WHERE id = $1)`
	subscriber := ` WHERE id = (SELECT s.subscriber_id FROM delivery AS d JOIN subscription AS s ON s.id = d.subscription_id WHERE d.id = $1)`
	x.Do(`UPDATE subscription SET state = 'unsubscribed'`+subscription, of("vertrekt"))
	x.Do(`UPDATE subscription SET state = 'paused'`+subscription, of("pauzeert"))
	x.Do(`UPDATE subscriber SET suppressed_at = 1`+subscriber, of("geweigerd"))
	x.Do(`UPDATE subscriber SET restricted_at = 1`+subscriber, of("beperkt"))
	x.Do(`UPDATE delivery SET subscription_id = NULL WHERE id = $1`, of("gewist"))
	x.Do(`UPDATE delivery SET apart = 'waiting', domain = 'elders.example' WHERE id = $1`, of("van-een-ander"))
	if other := x.claim("ander", 10); len(other) != 1 || other[0].ID != of("van-een-ander") {
		t.Fatalf("claimed %v", other)
	}
	x.handOver("w", nil, ids, of("blijft"))
	for name, want := range map[string]newsletter.DeliveryState{
		"blijft": newsletter.DeliveryHandingOver, "vertrekt": newsletter.DeliveryCancelled, "pauzeert": newsletter.DeliveryCancelled,
		"geweigerd": newsletter.DeliverySuppressed, "beperkt": newsletter.DeliveryCancelled, "gewist": newsletter.DeliveryCancelled,
		"van-een-ander": newsletter.DeliveryPending,
	} {
		x.wantState(of(name), want)
	}
	// A lease that ran out opens no gate.
	x.now = x.now.Add(time.Hour)
	x.handOver("ander", nil, []int64{of("van-een-ander")})
	x.wantState(of("van-een-ander"), newsletter.DeliveryPending)
	if pending, uncertain, err := s.RecoverLeases(t.Context(), false, x.now); err != nil || pending != 1 || uncertain != 1 {
		t.Errorf("took %d and %d over, %v", pending, uncertain, err)
	}
}

func testGateConfirmation(t *testing.T, s *store.Store) {
	x := newSending(t, s, "a")
	confirmation := func(address string, used any, expires time.Time) {
		var signup int64
		x.Ask(&signup, `INSERT INTO signup (public_id, address, address_key, language, wording_hash, privacy_hash, created_at, expires_at, used_at)
			VALUES ($1, $2, $2, 'nl', '', '', $3, $4, $5) RETURNING id`, newsletter.NewPublicID(), address, newsletter.At(x.now), newsletter.At(expires), used)
		x.Do(`INSERT INTO delivery (kind, address, language, template, ref, domain, state, apart, due_at, expires_at, created_at)
			VALUES ('confirmation', $1, 'nl', 'confirmation', $2, 'voorbeeld.nl', 'pending', 'waiting', $3, $3, $3)`, address, signup, newsletter.At(x.now))
	}
	later := x.now.Add(time.Hour)
	confirmation("goed@voorbeeld.nl", nil, later)
	confirmation("gebruikt@voorbeeld.nl", int64(1), later)
	confirmation("verlopen@voorbeeld.nl", nil, x.now)
	claims := x.claimOther("w")
	if len(claims) != 3 {
		t.Fatalf("claims %v", claims)
	}
	x.handOver("w", nil, idsOf(claims), claims[0].ID)
	x.wantState(claims[1].ID, newsletter.DeliveryCancelled)
	x.wantState(claims[2].ID, newsletter.DeliveryExpired)
}

// A mail server may be down for longer than a link is good, or than the row is kept that a mail speaks of: such
// mail ends, instead of being tried for ever.
func testGateLinks(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Join(jan, Start, w.All())
	link := w.ask(jan, Start)
	_, err := s.DecideAccessLink(t.Context(), link.ID, Worker, Start)
	w.check(err)
	w.wish(jan, "nooit@elders.example", Start)
	moved := w.wish(jan, newJan, Start)
	w.check(w.move(moved, Start.Add(time.Minute)))
	fresh := w.ask(newJan, Start)
	_, err = s.DecideAccessLink(t.Context(), fresh.ID, Worker, Start)
	w.check(err)
	forgotten := w.ask(newJan, Start)
	_, err = s.DecideAccessLink(t.Context(), forgotten.ID, Worker, Start)
	w.check(err)
	w.Do(`UPDATE access_link SET expires_at = $1 WHERE id = $2`, newsletter.At(Start), forgotten.ID)

	now := Start.Add(2 * time.Minute)
	gate := func() {
		t.Helper()
		claims, err := s.ClaimOther(t.Context(), "w", now.Add(time.Minute), now, 20)
		w.check(err)
		_, err = s.HandOver(t.Context(), nil, Held(claims), true, now)
		w.check(err)
	}
	gate()
	states := func() [][]string {
		return Query(t, s, `SELECT template, state FROM delivery WHERE template LIKE 'a%' ORDER BY id`)
	}
	if got := states(); !cmp.Equal(got, [][]string{
		{"access_link", "cancelled"},          // the move made it void
		{"address_confirmation", "expired"},   // and this wish
		{"address_confirmation", "cancelled"}, // was confirmed
		{"address_notice", "handing_over"},
		{"access_link", "handing_over"},
		{"access_link", "expired"},
	}) {
		t.Errorf("%v", got)
	}

	// The same for those that come back when nothing can be done by them any more.
	w.Do(`UPDATE delivery SET state = 'pending', apart = 'waiting', claim_id = NULL WHERE state = 'handing_over'`)
	now = Start.Add(newsletter.UndoAddressChange + time.Hour)
	gate()
	if got := Query(t, s, `SELECT template, state FROM delivery WHERE template <> 'welcome' AND state NOT IN ('cancelled', 'expired')`); len(got) != 0 {
		t.Errorf("still tried: %v", got)
	}
}

func testOutcomes(t *testing.T, s *store.Store) {
	x := newSending(t, s, "a", "b", "c", "d")
	ids := idsOf(x.claim("w", 10))
	x.handOver("w", nil, ids, ids...)
	later := x.now.Add(5 * time.Minute)
	throttled := newsletter.Outcome{Held: newsletter.Held{ID: ids[1]}, State: newsletter.DeliveryPending, Refused: true, DueAt: newsletter.At(later),
		ExpiresAt: newsletter.At(x.now.Add(time.Hour)), Code: 451, Status: "4.7.1", Reply: "slow down", Throttle: newsletter.At(later), Domain: "lezer.voorbeeld.nl"}
	x.handOver("w", []newsletter.Outcome{
		{Held: newsletter.Held{ID: ids[0]}, State: newsletter.DeliverySent, Code: 250, Status: "2.0.0", Reply: "queued as 7"}, throttled,
		{Held: newsletter.Held{ID: ids[2]}, State: newsletter.DeliveryFailed, Refused: true, Code: 550, Status: "5.1.1", Reply: "no such user"},
		{Held: newsletter.Held{ID: ids[3]}, State: newsletter.DeliveryPending, DueAt: newsletter.At(x.now)},
	}, nil)
	progress, err := s.Progress(t.Context(), x.edition.ID)
	want := map[newsletter.DeliveryState]int{newsletter.DeliverySent: 1, newsletter.DeliveryFailed: 1, newsletter.DeliveryPending: 2}
	if diff := cmp.Diff(want, progress); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	var attempts, code int
	x.Ask(&attempts, `SELECT attempts FROM delivery WHERE id = $1`, ids[1])
	x.Ask(&code, `SELECT code FROM delivery WHERE id = $1`, ids[1])
	if attempts != 1 || code != 451 {
		t.Errorf("%d attempts, code %d", attempts, code)
	}
	if claims := x.claim("w", 10); len(claims) != 0 {
		t.Errorf("claimed %d of a domain that asked to be left alone", len(claims))
	}
	x.now = later
	claims := x.claim("w", 10)
	if len(claims) != 2 || claims[0].ID != ids[1] || claims[0].Attempts != 1 || claims[1].Attempts != 0 || claims[1].ExpiresAt.IsZero() {
		t.Errorf("claims %+v", claims)
	}
	var ended int
	x.Ask(&ended, `SELECT COUNT(*) FROM delivery WHERE ended_at IS NOT NULL AND handed_over_at IS NOT NULL`)
	if ended != 2 {
		t.Errorf("%d have ended", ended)
	}
}

func testExpired(t *testing.T, s *store.Store) {
	x := newSending(t, s, "a")
	ids := idsOf(x.claim("w", 10))
	x.handOver("w", nil, ids, ids...)
	expired := []newsletter.Outcome{{Held: newsletter.Held{ID: ids[0]}, State: newsletter.DeliveryExpired, Refused: true, Code: 450}}
	x.handOver("niet-de-eigenaar", expired, nil)
	var owed string
	posts := func() string {
		x.Ask(&owed, `SELECT r.owed_posts FROM subscription AS s JOIN reading AS r ON r.id = s.reading_id`)
		return owed
	}
	if posts() != "[]" {
		t.Error("who does not hold a delivery gave its posts back")
	}
	x.handOver("w", expired, nil)
	x.wantState(ids[0], newsletter.DeliveryExpired)
	if posts() == "[]" {
		t.Error("the posts of a digest that expired are owed to nobody")
	}
}

// Mail of somebody who was erased while it was in doubt, or on its way, is sent to nobody.
func testGateErased(t *testing.T, s *store.Store) {
	x := newSending(t, s, "a")
	x.notice("welkom", "a@lezer.voorbeeld.nl")
	claim := func() []int64 {
		return idsOf(x.claimOther("w"))
	}
	ids := claim()
	x.handOver("w", nil, ids, ids...)
	x.Do(`UPDATE delivery SET subscription_id = NULL, subscriber_id = NULL, address = NULL, domain = '' WHERE id = $1`, ids[0]) // as Erase does
	x.handOver("w", []newsletter.Outcome{{Held: newsletter.Held{ID: ids[0]}, State: newsletter.DeliveryPending, Refused: true, DueAt: newsletter.At(x.now), Code: 451}}, nil)
	if again := claim(); !slices.Equal(again, ids) {
		t.Fatalf("claimed %v", again)
	}
	x.handOver("w", nil, ids)
	x.wantState(ids[0], newsletter.DeliveryCancelled)
}

// Where the answer to the commit was lost, the marks stand; asked again, the same rows pass, and what was
// recorded is not counted twice.
func testHandOverAgain(t *testing.T, s *store.Store) {
	x := newSending(t, s, "a", "b", "c", "d")
	ids := idsOf(x.claim("w", 10))
	x.handOver("w", nil, ids[:1], ids[0])
	refused := []newsletter.Outcome{{Held: newsletter.Held{ID: ids[0]}, State: newsletter.DeliveryPending, Refused: true, DueAt: newsletter.At(x.now), Code: 451}}
	for range 2 {
		x.handOver("w", refused, ids[1:3], ids[1], ids[2])
	}
	var attempts int
	if x.Ask(&attempts, `SELECT attempts FROM delivery WHERE id = $1`, ids[0]); attempts != 1 {
		t.Errorf("%d attempts", attempts)
	}
	x.handOver("ander", nil, ids[1:3])
	// Who left meanwhile gets nothing, although the mark stands.
	x.Do(`UPDATE subscription SET state = 'unsubscribed' WHERE id = (SELECT subscription_id FROM delivery WHERE id = $1)`, ids[1])
	x.handOver("w", nil, ids[1:3], ids[2])
	x.wantState(ids[1], newsletter.DeliveryPending)
	x.wantState(ids[2], newsletter.DeliveryHandingOver)
	x.handOver("w", nil, idsOf(x.claim("w", 10)), ids[0])
	x.wantState(ids[1], newsletter.DeliveryCancelled)
}
