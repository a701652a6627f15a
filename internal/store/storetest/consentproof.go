package storetest

import (
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func consentProofCases() []Case {
	return []Case{
		{"E3 one page shows what somebody agreed to, and whether it is as it was written", []string{"FindConsents", "ConsentProof"}, testConsentProof},
		{"E7 a year of requests is read without their words", []string{"RequestsReceived"}, testRequestsReceived},
	}
}

func testConsentProof(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Join("piet@voorbeeld.nl", Start, w.All())
	joined := w.Join(jan, Start.Add(time.Hour), w.All())
	w.Join("anna@voorbeeld.nl", Start.Add(2*time.Hour), w.All())
	w.check(s.Unsubscribe(t.Context(), joined.PublicID, false, newsletter.ChannelOneClick, Worker, Start.Add(3*time.Hour)))

	if _, err := s.FindConsents(t.Context(), "niemand@voorbeeld.nl", By, Start); !newsletter.Is(err, newsletter.NotFound) {
		t.Errorf("of nobody: %v", err)
	}
	found, err := s.FindConsents(t.Context(), "JAN.jansen@voorbeeld.nl", By, Start)
	if err != nil || len(found) != 1 || found[0].Subscription != joined.PublicID || found[0].State != newsletter.SubscriptionUnsubscribed || found[0].List != w.List.Name || found[0].Title == "" {
		t.Fatalf("%+v, %v", found, err)
	}
	proof := func() *newsletter.ConsentProof {
		t.Helper()
		p, err := s.ConsentProof(t.Context(), joined.PublicID, By, Start)
		w.check(err)
		return p
	}
	p := proof()
	requested, confirmed := p.Given()
	if len(p.Entries) != 3 || p.Address != jan || !p.Whole() || requested == nil || confirmed == nil || p.Withdrawn() == nil || p.Withdrawn().Channel != newsletter.ChannelOneClick {
		t.Fatalf("%+v", p)
	}
	if requested.Wording.Text != "Ja, ik wil deze nieuwsbrief." || requested.Wording.Version != 1 || requested.Privacy.Hash != w.Privacy.Hash ||
		requested.Evidence.Network != "192.0.2.7/32" || !requested.At.Equal(Start.Add(time.Hour)) || confirmed.Evidence.FormURL == "" {
		t.Errorf("%+v %+v %+v", requested.Wording, requested.Evidence, confirmed.Evidence)
	}
	var last int64
	w.Ask(&last, `SELECT MAX(seq) FROM consent`)
	if p.Head.Seq != last || p.Head.Hash == "" {
		t.Errorf("the head is %+v, the last entry %d", p.Head, last)
	}
	trail, err := s.AuditTrail(t.Context(), "subscriber", p.Subscriber.String())
	if err != nil || len(trail) != 2 || trail[0].Action != "consent.find" || trail[1].Action != "consent.prove" {
		t.Errorf("%+v, %v", trail, err)
	}
	if _, err := s.ConsentProof(t.Context(), newsletter.NewPublicID(), By, Start); !newsletter.Is(err, newsletter.NotFound) {
		t.Errorf("of no subscription: %v", err)
	}

	seq := str(requested.Seq)
	for forged, restored := range map[string]string{
		`UPDATE consent SET at = at - 1 WHERE seq = ` + seq:                                   `UPDATE consent SET at = at + 1 WHERE seq = ` + seq,
		`UPDATE consent SET hash = 'x' || hash WHERE seq = ` + str(requested.Seq-1):           `UPDATE consent SET hash = substr(hash, 2) WHERE seq = ` + str(requested.Seq-1),
		`UPDATE consent SET prev_hash = 'x' || prev_hash WHERE seq = ` + str(confirmed.Seq+1): `UPDATE consent SET prev_hash = substr(prev_hash, 2) WHERE seq = ` + str(confirmed.Seq+1),
		`UPDATE consent_evidence SET form_url = 'x' || form_url WHERE consent_seq = ` + seq:   `UPDATE consent_evidence SET form_url = substr(form_url, 2) WHERE consent_seq = ` + seq,
		`UPDATE wording SET text = 'x' || text WHERE purpose = 'signup'`:                      `UPDATE wording SET text = substr(text, 2) WHERE purpose = 'signup'`,
	} {
		w.Do(forged)
		if proof().Whole() {
			t.Errorf("%s goes unseen", forged)
		}
		w.Do(restored)
		if !proof().Whole() {
			t.Errorf("%s is still seen after it was put right", forged)
		}
	}

	// The consent outlives a change of address, and is found under the old one too; it doesn't outlive an erasure.
	w.Do(`UPDATE subscriber SET address = 'jan@elders.nl', address_key = 'jan@elders.nl' WHERE address_key = 'jan.jansen@voorbeeld.nl'`)
	for _, a := range []newsletter.Address{jan, "jan@elders.nl"} {
		if found, err := s.FindConsents(t.Context(), a, By, Start); err != nil || len(found) != 1 {
			t.Errorf("%s: %v, %v", a, found, err)
		}
	}
	_, err = s.Erase(t.Context(), "jan@elders.nl", w.Hash, By, Start)
	w.check(err)
	if _, err := s.FindConsents(t.Context(), jan, By, Start); !newsletter.Is(err, newsletter.NotFound) {
		t.Errorf("after an erasure: %v", err)
	}
}

func testRequestsReceived(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.arrive(newsletter.RequestAccess, newsletter.ArrivedLetter, jan)
	second := w.arrive(newsletter.RequestObjection, newsletter.ArrivedMail, jan)
	_, err := w.step(second, newsletter.FulfilRequest{Result: newsletter.ResultDone}, letterOf(newsletter.LetterObjection, Start), Start)
	w.check(err)
	got, err := s.RequestsReceived(t.Context(), second.ReceivedOn, second.ReceivedOn)
	w.check(err)
	if len(got) != 2 || got[1].Kind != newsletter.RequestObjection || got[1].Result != newsletter.ResultDone || got[1].ClosedAt.IsZero() || got[1].DueOn != second.DueOn {
		t.Errorf("%+v", got)
	}
	for _, r := range got {
		if r.Address != nil || r.Name != "" || r.Wish != "" || r.Reason != "" {
			t.Errorf("it names somebody: %+v", r)
		}
	}
	for _, day := range []newsletter.Day{second.ReceivedOn - 1, second.ReceivedOn + 1} {
		if got, err := s.RequestsReceived(t.Context(), day, day); err != nil || len(got) != 0 {
			t.Errorf("on %s: %v, %v", day, got, err)
		}
	}
}
