package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func retentionCases() []Case {
	return []Case{{"E17 what is too old goes, but of who is exempt", []string{"PlanRetention", "ApplyRetention", "RetentionRuns"}, testRetention}}
}

func testRetention(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	const left, back, held, asked = newsletter.Address("weg@voorbeeld.nl"), newsletter.Address("terug@voorbeeld.nl"), newsletter.Address("beperkt@voorbeeld.nl"), newsletter.Address("vraagt@voorbeeld.nl")
	for _, a := range []newsletter.Address{left, back, held, asked} {
		sub := w.Join(a, Start, w.All())
		w.check(s.Unsubscribe(t.Context(), sub.PublicID, true, newsletter.ChannelPage, newsletter.Person(sub.PublicID), Start))
	}
	w.Join(back, Start, w.All())
	w.Do(`UPDATE subscriber SET restricted_at = 1 WHERE address = '` + string(held) + `'`)
	w.arrive(newsletter.RequestAccess, newsletter.ArrivedLetter, asked)
	closed := w.arrive(newsletter.RequestObjection, newsletter.ArrivedLetter, "ander@voorbeeld.nl")
	_, err := w.step(closed, newsletter.FulfilRequest{Result: newsletter.ResultDone}, letterOf(newsletter.LetterObjection, Start), Start)
	w.check(err)
	lapsed := w.arrive(newsletter.RequestErasure, newsletter.ArrivedPage, "ander@voorbeeld.nl")
	_, err = w.step(lapsed, newsletter.AskIdentity{}, nil, Start.AddDate(0, 0, -8))
	w.check(err)
	_, err = s.LapseRequests(t.Context(), 10, Today, Worker, Start)
	w.check(err)
	Query(t, s, `UPDATE delivery SET state = 'sent' WHERE state = 'pending' RETURNING id`)

	terms := newsletter.RetentionTerms{Requests: 3 * 365 * 24 * time.Hour, Lapsed: 30 * 24 * time.Hour, Mails: 395 * 24 * time.Hour, Left: 5 * 365 * 24 * time.Hour}
	apply := func(now time.Time) newsletter.RetentionReport {
		t.Helper()
		plan, err := s.PlanRetention(t.Context(), terms.At(now))
		w.check(err)
		var total newsletter.RetentionReport
		for more := true; more; {
			var part newsletter.RetentionReport
			part, more, err = s.ApplyRetention(t.Context(), terms.At(now), w.hashes, newsletter.System("retention"), now)
			w.check(err)
			total = total.Plus(part)
		}
		if diff := cmp.Diff(plan, total); diff != "" {
			t.Errorf("on %v the plan was another: %s", now, diff)
		}
		return total
	}
	if got := apply(Start.AddDate(0, 0, 29)); !got.Empty() {
		t.Errorf("too early: %+v", got)
	}
	if got := apply(Start.AddDate(0, 0, 31)); !cmp.Equal(got, newsletter.RetentionReport{Lapsed: 1}) {
		t.Errorf("after a month: %+v", got)
	}
	got := apply(Start.AddDate(0, 0, 400))
	if got.Mails == 0 || got.Left != 0 || got.Requests != 0 {
		t.Errorf("after thirteen months: %+v", got)
	}
	if named := Query(t, s, `SELECT DISTINCT p.address FROM delivery AS d JOIN subscription AS s ON s.id = d.subscription_id JOIN subscriber AS p ON p.id = s.subscriber_id ORDER BY p.address`); !cmp.Equal(named,
		[][]string{{string(held)}, {string(asked)}}) {
		t.Errorf("mails of %v have a name still", named)
	}
	if again := apply(Start.AddDate(0, 0, 400)); !again.Empty() {
		t.Errorf("twice: %+v", again)
	}
	if got := apply(Start.AddDate(6, 0, 0)); got.Left != 1 || got.Requests != 1 {
		t.Errorf("after six years: %+v", got)
	}
	runs, err := s.RetentionRuns(t.Context(), time.UTC, 2) // a worker's deeds too are found again
	w.check(err)
	if len(runs) != 2 || runs[0].On != newsletter.DayOf(Start.AddDate(6, 0, 0), time.UTC) || runs[0].Went.Left != 1 || runs[1].Went.Mails == 0 {
		t.Errorf("what went: %+v", runs)
	}
	w.check(s.TruncateLog(t.Context()))
	for address, want := range map[newsletter.Address]bool{left: false, back: true, held: true, asked: true} {
		if Holds(t, s, string(address)) != want {
			t.Errorf("%s is there: %v, want %v", address, !want, want)
		}
	}
	if n := Query(t, s, `SELECT COUNT(*) FROM suppression`)[0][0]; n != "0" {
		t.Errorf("%s hashes stay of who asked for nothing", n)
	}
	if broken, err := s.VerifyConsent(t.Context()); err != nil || broken != 0 {
		t.Errorf("the ledger is broken at %d, %v", broken, err)
	}
}
