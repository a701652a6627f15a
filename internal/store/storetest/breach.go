package storetest

import (
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func breachCases() []Case {
	return []Case{{"E20 what left the house in a period, and whom it reached", []string{"Passed", "Reach"}, testPassed}}
}

func testPassed(t *testing.T, s *store.Store) {
	x := newSending(t, s, "a", "b", "c", "d")
	for n, state := range []string{"sent", "uncertain", "failed"} {
		x.Do(`UPDATE delivery SET state = $2 WHERE id = (SELECT MIN(id) + $3 FROM delivery WHERE edition_id = $1)`, x.edition.ID, state, n)
	}
	a, err := s.SubscriberByAddress(t.Context(), newsletter.Address("a@lezer.voorbeeld.nl"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Erase(t.Context(), a.Address, x.Hash, By, x.now)
	x.check(err)
	r, err := s.Reach(t.Context(), x.edition.PublicID)
	if err != nil || r.Sent != 2 || r.Erased != 1 || r.Not != 2 || r.Subject == "" || !r.ReleasedAt.Equal(x.now) {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := s.Reach(t.Context(), newsletter.NewPublicID()); !newsletter.Is(err, newsletter.NotFound) {
		t.Errorf("of no edition: %v", err)
	}
	_, err = s.ExportRecipients(t.Context(), newsletter.RecipientQuery{Edition: x.edition.PublicID}, func(*newsletter.Recipient) error { return nil }, By, x.now)
	x.check(err)
	for _, period := range []struct {
		from, until time.Time
		want        int
	}{{x.now, x.now.Add(time.Second), 1}, {x.now.Add(-time.Hour), x.now, 0}, {x.now.Add(time.Second), x.now.Add(time.Hour), 0}} {
		p, err := s.Passed(t.Context(), period.from, period.until)
		x.check(err)
		if len(p.Editions) != period.want || len(p.Exports) != period.want {
			t.Errorf("%v: %+v", period, p)
		}
		if period.want == 1 && (p.Editions[0].ID != x.edition.PublicID || p.Editions[0].Texts == nil || p.Exports[0].Action != "edition.export_recipients" || p.Exports[0].ActorID != By.ID) {
			t.Errorf("%+v", p)
		}
	}
}
