package storetest

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func bounceCases() []Case {
	return []Case{
		{"C13 a hard bounce suppresses at once, and counts once", []string{"TakeReport"}, testHardBounce},
		{"C13 soft bounces suppress when they come in a row", []string{"TakeReport"}, testSoftBounces},
		{"C14 a complaint leaves all lists and suppresses", []string{"TakeReport"}, testComplaint},
		{"a refusal of ours blames nobody", []string{"TakeReport"}, testPolicyBounce},
		{"a report about an earlier address changes nothing", []string{"TakeReport"}, testMovedBounce},
		{"a report about an erased delivery changes nothing and says so", []string{"TakeReport", "Erase"}, testErasedBounce},
		{"a report about who never confirmed", []string{"TakeReport"}, testUnconfirmedBounce},
		{"refusals while sending wait to be decided on", []string{"HandOver", "UndecidedRefusals", "DecideRefusal"}, testRefusals},
		{"E13 an erasure takes the raw report along", []string{"Bounce", "Bounces", "Erase"}, testEraseBounce},
		{"E17 reports are forgotten in time", []string{"ForgetReports", "Bounce"}, testForgetReports},
		{"a raw report is looked at, and that is audited", []string{"Bounce", "Bounces", "Dossier"}, testLookAtBounce},
		{"one report by two ways at once", []string{"TakeReport"}, testReportRace},
		{"subscriptions that tokens name", []string{"SubscriptionByID", "SubscriptionOfDelivery"}, testTokenSubscriptions},
	}
}

var softRule = newsletter.BounceRule{SoftLimit: 3, SoftPeriod: 30 * 24 * time.Hour}

// Mailed gives a reader a delivery that was handed over and accepted at a time, and returns its id.
func (w *World) Mailed(subscription int64, at time.Time) (delivery int64) {
	w.t.Helper()
	w.Ask(&delivery, `
		INSERT INTO delivery (kind, subscription_id, language, domain, state, due_at, expires_at, created_at, handed_over_at, ended_at)
		VALUES ('notice', $1, 'nl', 'voorbeeld.nl', 'sent', $2, $2, $2, $2, $2) RETURNING id`, subscription, newsletter.At(at))
	return delivery
}

// report is one about a delivery; each text is another report.
func report(delivery int64, class newsletter.BounceClass, text string) *newsletter.Bounce {
	return &newsletter.Bounce{DeliveryID: delivery, Way: newsletter.WayListener, Class: class, Status: "5.1.1", Diagnostic: "no such user",
		Recognised: "dsn", Hash: text, Raw: []byte("Final-Recipient: " + text)}
}

// take takes a report in and wants its effect, with the reason after a colon.
func (w *World) take(b *newsletter.Bounce, now time.Time, want string) {
	w.t.Helper()
	w.check(w.s.TakeReport(w.t.Context(), b, softRule, nil, w.Hash, Worker, now))
	got := string(b.Effect)
	if b.Reason != "" {
		got += ":" + b.Reason
	}
	if got != want {
		w.t.Errorf("report %q: %s, want %s", b.Hash, got, want)
	}
}

func (w *World) isSuppressed(address string) (yes bool) {
	w.t.Helper()
	w.Ask(&yes, `SELECT suppressed_at IS NOT NULL FROM subscriber WHERE address_key = $1`, address)
	return yes
}

func testHardBounce(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	sub := w.Reader("jan", w.Weekly)
	d := w.Mailed(sub, Start)
	w.take(report(d, newsletter.BounceHard, "a"), Start.Add(time.Hour), "suppressed")
	w.take(report(d, newsletter.BounceHard, "a"), Start.Add(2*time.Hour), "none:known")
	if !w.isSuppressed("jan@lezer.voorbeeld.nl") {
		t.Error("not suppressed")
	}
	if got := Query(t, s, `SELECT hash, reason FROM suppression`); !cmp.Equal(got, [][]string{{w.Hash("jan@lezer.voorbeeld.nl").Sum, "hard_bounce"}}) {
		t.Errorf("%v", got)
	}
	if got := Query(t, s, `SELECT state FROM subscription`); !cmp.Equal(got, [][]string{{"active"}}) {
		t.Errorf("a hard bounce leaves the subscription to whoever mends the mailbox: %v", got)
	}
	if got := Query(t, s, `SELECT COUNT(*) FROM bounce`); got[0][0] != "1" {
		t.Errorf("%s rows for one report", got[0][0])
	}
}

func testSoftBounces(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	day := func(n int) time.Time { return Start.AddDate(0, 0, n) }
	soft := func(sub int64, n int, want string) {
		t.Helper()
		d := w.Mailed(sub, day(n))
		w.take(report(d, newsletter.BounceSoft, fmt.Sprint(sub, " day ", n)), day(n).Add(time.Hour), want)
		w.take(report(d, newsletter.BounceSoft, fmt.Sprint(sub, " again ", n)), day(n).Add(2*time.Hour), "counted") // and once only
	}
	row := w.Reader("rij", w.Weekly)
	soft(row, 0, "counted")
	soft(row, 1, "counted")
	soft(row, 2, "suppressed")

	reset := w.Reader("herstel", w.Weekly)
	soft(reset, 0, "counted")
	soft(reset, 1, "counted")
	w.Mailed(reset, day(2)) // came through
	soft(reset, 3, "counted")
	soft(reset, 4, "counted")
	soft(reset, 5, "suppressed")

	slow := w.Reader("maand", w.Weekly)
	soft(slow, 0, "counted")
	soft(slow, 20, "counted")
	soft(slow, 40, "counted") // the first is out of the period
	if w.isSuppressed("maand@lezer.voorbeeld.nl") {
		t.Error("three in forty days suppressed")
	}

	// The report of an older mail may come after that of a newer one.
	late := w.Reader("laat", w.Weekly)
	a, b, c := w.Mailed(late, day(0)), w.Mailed(late, day(1)), w.Mailed(late, day(2))
	w.take(report(c, newsletter.BounceSoft, "c"), day(3), "counted")
	w.take(report(a, newsletter.BounceSoft, "a"), day(4), "counted")
	w.take(report(b, newsletter.BounceSoft, "b"), day(5), "suppressed")
}

func testComplaint(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	sub := w.Join(jan, Start, w.All(), w.second())
	d := w.Mailed(sub.ID, Start)
	w.take(report(d, newsletter.BounceComplaint, "spam"), Start.Add(time.Hour), "suppressed")
	if got := w.states(); got != "unsubscribed unsubscribed " {
		t.Error(got)
	}
	if got := Query(t, s, `SELECT reason FROM suppression`); !cmp.Equal(got, [][]string{{"complaint"}}) {
		t.Errorf("%v", got)
	}
	if entries := ledger(t, s); len(entries) != 6 || entries[4][1] != "complaint" || entries[5][1] != "complaint" {
		t.Errorf("%v", entries)
	}
}

func testPolicyBounce(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	sub := w.Reader("jan", w.Weekly)
	for n := range 5 {
		b := report(w.Mailed(sub, Start.AddDate(0, 0, n)), newsletter.BounceSoft, fmt.Sprint(n))
		b.Policy, b.Status = true, "5.7.1"
		w.take(b, Start.AddDate(0, 0, n), "none:policy")
	}
	w.take(report(w.Mailed(sub, Start.AddDate(0, 0, 5)), newsletter.BounceSoft, "full"), Start.AddDate(0, 0, 5), "counted")
	w.take(report(w.Mailed(sub, Start.AddDate(0, 0, 6)), newsletter.BounceUnknown, "gibberish"), Start.AddDate(0, 0, 6), "none:unknown")
	if w.isSuppressed("jan@lezer.voorbeeld.nl") {
		t.Error("blamed for what is ours")
	}
}

func testMovedBounce(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	sub := w.Join("oud@voorbeeld.nl", Start, w.All())
	before := w.Mailed(sub.ID, Start)
	w.check(w.move(w.wish("oud@voorbeeld.nl", jan, Start.Add(time.Hour)), Start.Add(time.Hour)))
	after := w.Mailed(sub.ID, Start.Add(2*time.Hour))
	w.take(report(before, newsletter.BounceHard, "old"), Start.Add(3*time.Hour), "none:moved")
	w.Do(`DELETE FROM delivery WHERE ref IS NOT NULL`)
	w.Do(`DELETE FROM address_change`) // the ledger remembers
	w.take(report(before, newsletter.BounceComplaint, "old complaint"), Start.Add(3*time.Hour), "none:moved")
	w.take(report(after, newsletter.BounceHard, "new"), Start.Add(3*time.Hour), "suppressed")
}

func testErasedBounce(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	sub := w.Join(jan, Start, w.All())
	d := w.Mailed(sub.ID, Start)
	if _, err := s.Erase(t.Context(), jan, w.Hash, By, Start); err != nil {
		t.Fatal(err)
	}
	w.take(report(d, newsletter.BounceHard, string(jan)), Start, "none:erased")
	w.take(report(d+1000, newsletter.BounceHard, "no delivery"), Start, "none:erased")
	if got := Query(t, s, `SELECT COUNT(*) FROM bounce`); got[0][0] != "0" {
		t.Errorf("%s rows", got[0][0])
	}
	if got := Query(t, s, `SELECT reason FROM suppression`); !cmp.Equal(got, [][]string{{"erased"}}) {
		t.Errorf("%v", got)
	}
}

func testUnconfirmedBounce(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	u := w.SignUp(jan, Start, w.All())
	w.Decide(u, Start)
	var d int64
	w.Ask(&d, `SELECT id FROM delivery WHERE template = 'confirmation'`)
	w.Do(`UPDATE delivery SET state = 'sent', apart = NULL, handed_over_at = $1`, newsletter.At(Start))
	w.take(report(d, newsletter.BounceHard, string(jan)), Start, "suppressed")
	if got := Query(t, s, `SELECT raw, diagnostic FROM bounce`); !cmp.Equal(got, [][]string{{"NULL", ""}}) {
		t.Errorf("kept of nobody: %v", got)
	}
	if w.Decide(w.SignUp(jan, Start.Add(time.Hour), w.All()), Start.Add(time.Hour)) != newsletter.SignupSilent {
		t.Error("an address that does not exist is asked once more")
	}
}

func testRefusals(t *testing.T, s *store.Store) {
	x := newSending(t, s, "hard", "late", "fine", "gone")
	claims := x.claim("w", 10)
	ids := idsOf(claims)
	x.handOver("w", nil, ids, ids...)
	outcomes := []newsletter.Outcome{
		{Held: newsletter.Held{ID: ids[0]}, State: newsletter.DeliveryFailed, Refused: true, Code: 550, Status: "5.1.1", Reply: "<recipient> unknown"},
		{Held: newsletter.Held{ID: ids[1]}, State: newsletter.DeliveryExpired, Refused: true, Code: 452, Status: "4.2.2", Reply: "full"},
		{Held: newsletter.Held{ID: ids[2]}, State: newsletter.DeliverySent, Code: 250},
		{Held: newsletter.Held{ID: ids[3]}, State: newsletter.DeliveryFailed, Refused: true, Code: 550, Status: "5.1.1", Reply: "unknown"},
	}
	x.handOver("w", outcomes, nil)
	x.handOver("w", outcomes, nil) // as after a lost answer
	if _, err := s.Erase(t.Context(), claims[3].To, x.Hash, By, x.now); err != nil {
		t.Fatal(err)
	}
	refusals, err := s.UndecidedRefusals(t.Context(), 10)
	x.check(err)
	slices.SortFunc(refusals, func(a, b newsletter.Refusal) int { return int(a.DeliveryID - b.DeliveryID) }) // of one commit
	want := []newsletter.Refusal{
		{ID: refusals[0].ID, DeliveryID: ids[0], State: newsletter.DeliveryFailed, Code: 550, Status: "5.1.1", Reply: "<recipient> unknown"},
		{ID: refusals[1].ID, DeliveryID: ids[1], State: newsletter.DeliveryExpired, Code: 452, Status: "4.2.2", Reply: "full"},
		{ID: refusals[2].ID, DeliveryID: ids[3], State: newsletter.DeliveryFailed, Code: 550, Status: "5.1.1"},
	}
	if diff := cmp.Diff(want, refusals); diff != "" {
		t.Fatal(diff)
	}
	decide := func(r newsletter.Refusal, class newsletter.BounceClass, effect newsletter.BounceEffect, reason string) {
		t.Helper()
		b := &newsletter.Bounce{ID: r.ID, DeliveryID: r.DeliveryID, Class: class, Status: r.Status, Diagnostic: r.Reply, Recognised: "smtp"}
		x.check(s.DecideRefusal(t.Context(), b, softRule, x.Hash, Worker, x.now))
		if b.Effect != effect || b.Reason != reason {
			t.Errorf("delivery %d: %s %s", r.DeliveryID, b.Effect, b.Reason)
		}
	}
	decide(refusals[0], newsletter.BounceHard, newsletter.EffectSuppressed, "")
	decide(refusals[0], newsletter.BounceSoft, newsletter.EffectNone, newsletter.ReasonKnown)
	decide(refusals[1], newsletter.BounceSoft, newsletter.EffectCounted, "")
	decide(refusals[2], newsletter.BounceHard, newsletter.EffectNone, newsletter.ReasonErased)
	if left, err := s.UndecidedRefusals(t.Context(), 10); err != nil || len(left) != 0 {
		t.Errorf("%v, %v", left, err)
	}
	if !x.isSuppressed(claims[0].To.Key()) {
		t.Error("not suppressed")
	}
	if got := Query(t, s, `SELECT class, diagnostic, effect FROM bounce ORDER BY delivery_id`); !cmp.Equal(got,
		[][]string{{"hard", "<recipient> unknown", "suppressed"}, {"soft", "full", "counted"}, {"hard", "", "none"}}) {
		t.Errorf("%v", got)
	}
}

func testReportRace(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	var mailed []int64 // all of them before anything begins: the suite also runs on a disk that is full meanwhile
	for n := range 6 {
		mailed = append(mailed, w.Mailed(w.Reader(fmt.Sprint("lezer", n), w.Weekly), Start))
	}
	var wg sync.WaitGroup
	for n, d := range mailed {
		for range 3 {
			wg.Go(func() {
				if err := s.TakeReport(t.Context(), report(d, newsletter.BounceSoft, "x"), softRule, nil, w.Hash, Worker, Start.Add(time.Hour)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Go(func() {
			address := newsletter.Address(fmt.Sprintf("lezer%d@lezer.voorbeeld.nl", n))
			if _, err := s.Erase(t.Context(), address, w.Hash, Worker, Start.Add(time.Hour)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := Query(t, s, `SELECT COUNT(*) FROM bounce WHERE raw IS NOT NULL OR subscriber_id IS NOT NULL OR diagnostic <> ''`); got[0][0] != "0" {
		t.Errorf("%s reports outlived the erasure of their person", got[0][0])
	}
	if got := Query(t, s, `SELECT COUNT(*) FROM bounce GROUP BY delivery_id HAVING COUNT(*) > 1`); len(got) != 0 {
		t.Errorf("counted more than once: %v", got)
	}
}
