package storetest

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

// Network and browser of a consent go when they have served as proof for long enough (STANDARDS E3).
// The ledger verifies before and after, with and without the rest of the evidence.
func testForgetOrigins(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	old, young := w.SignUp(jan, Start, w.All()), w.SignUp("piet@voorbeeld.nl", Start.AddDate(0, 0, 90), w.All())
	w.origin(old, "198.51.100.0/24", "Oude-browser/2", Start.Add(time.Hour))
	w.origin(young, "203.0.113.0/24", "Andere/3", Start.AddDate(0, 0, 90))
	left := w.subscriptionOf(jan)
	w.check(s.Unsubscribe(t.Context(), left.PublicID, false, newsletter.ChannelPage, Worker, Start.Add(2*time.Hour))) // from nowhere

	now := Start.AddDate(0, 0, 100)
	forget := func(before time.Time, limit int, want int64) {
		t.Helper()
		if n, err := s.ForgetOrigins(t.Context(), before, limit, Worker, now); err != nil || n != want {
			t.Errorf("forgotten: %d, %v; want %d", n, err, want)
		}
	}
	forget(Start.Add(-time.Second), 10, 0)
	forget(Start.AddDate(0, 0, 1), 1, 1)
	forget(Start.AddDate(0, 0, 1), 10, 1)
	forget(Start.AddDate(0, 0, 1), 10, 0)
	w.check(s.TruncateLog(t.Context()))

	evidence := Query(t, s, `SELECT address, network, agent, CASE WHEN origin_hash = '' THEN 'none' WHEN origin_salt IS NULL AND origin_gone_at IS NOT NULL THEN 'gone' ELSE 'kept' END FROM consent_evidence ORDER BY consent_seq`)
	if diff := cmp.Diff([][]string{
		{string(jan), "", "", "gone"}, {string(jan), "", "", "gone"},
		{"piet@voorbeeld.nl", "192.0.2.7/32", "Test/1", "kept"}, {"piet@voorbeeld.nl", "203.0.113.0/24", "Andere/3", "kept"},
		{string(jan), "", "", "none"},
	}, evidence); diff != "" {
		t.Error(diff)
	}
	if all := Everything(t, s); bytes.Contains(all, []byte("Oude-browser/2")) || !bytes.Contains(all, []byte("Andere/3")) {
		t.Error("the database's bytes hold what was forgotten, or not what is kept")
	}
	ledger(t, s)
	d, err := s.Dossier(t.Context(), jan, w.Hashes(jan), newsletter.Person(left.PublicID), now)
	if err != nil || len(d.Consents) != 3 || !d.Consents[0].Evidence.GoneAt.Equal(now) || !d.Consents[2].Evidence.GoneAt.IsZero() {
		t.Errorf("the dossier: %+v, %v", d, err)
	}

	// What is written over what was kept, or in place of what is gone, shows.
	for _, forged := range []string{
		`UPDATE consent_evidence SET agent = 'Forged/1' WHERE consent_seq = 3`,
		`UPDATE consent_evidence SET network = '192.0.2.0/24' WHERE consent_seq = 1`,
		`UPDATE consent_evidence SET origin_hash = '' WHERE consent_seq = 1`,
		`UPDATE consent_evidence SET origin_gone_at = NULL WHERE consent_seq = 1`,
		`UPDATE consent_evidence SET form_url = 'https://elders.nl/' WHERE consent_seq = 1`,
	} {
		before := Query(t, s, `SELECT consent_seq, agent, network, origin_hash, COALESCE(origin_gone_at, 0), form_url FROM consent_evidence WHERE consent_seq IN (1, 3) ORDER BY 1`)
		w.Do(forged)
		if broken, err := s.VerifyConsent(t.Context()); err != nil || broken == 0 {
			t.Errorf("%s went unseen: %d, %v", forged, broken, err)
		}
		for _, row := range before {
			w.Do(`UPDATE consent_evidence SET agent = '` + row[1] + `', network = '` + row[2] + `', origin_hash = '` + row[3] +
				`', origin_gone_at = NULLIF(` + row[4] + `, 0), form_url = '` + row[5] + `' WHERE consent_seq = ` + row[0])
		}
		ledger(t, s)
	}
	_, err = s.Erase(t.Context(), "piet@voorbeeld.nl", w.Hash, By, now)
	w.check(err)
	ledger(t, s)
}

// origin confirms a sign-up from somewhere.
func (w *World) origin(u *newsletter.Signup, network, agent string, now time.Time) {
	w.t.Helper()
	w.Decide(u, now)
	_, err := w.s.ConfirmSignup(w.t.Context(), u.PublicID, newsletter.Proof{Client: newsletter.Client{Network: network, Agent: agent}},
		w.Hashes(u.Address), newsletter.Person(u.PublicID), now)
	w.check(err)
}

func (w *World) subscriptionOf(address newsletter.Address) *newsletter.Subscription {
	w.t.Helper()
	p, err := w.s.SubscriberByAddress(w.t.Context(), address)
	w.check(err)
	var id newsletter.PublicID
	w.check(id.Scan(Query(w.t, w.s, `SELECT public_id FROM subscription WHERE subscriber_id = `+str(p.ID))[0][0]))
	sub, err := w.s.Subscription(w.t.Context(), id)
	w.check(err)
	return sub
}
