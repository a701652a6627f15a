package storetest

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func recipientCases() []Case {
	return []Case{
		{"who got an edition", []string{"Recipients"}, testRecipients},
		{"who got an edition, as a file", []string{"ExportRecipients"}, testExportRecipients},
	}
}

// recipients puts deliveries of an edition into every kind, one after the other; the others wait.
func (x *sending) recipients() {
	x.t.Helper()
	for i, state := range []string{"sent", "failed", "expired", "uncertain", "cancelled", "suppressed", "handing_over"} {
		x.Do(`UPDATE delivery SET state = $2 WHERE id = (SELECT MIN(id) + $3 FROM delivery WHERE edition_id = $1)`, x.edition.ID, state, i)
	}
	x.Do(`UPDATE delivery SET attempts = 1, domain = 'laat.nl', code = 451, status = '4.7.1', reply = 'later' WHERE id = (SELECT MIN(id) + 7 FROM delivery WHERE edition_id = $1)`, x.edition.ID)
}

func testRecipients(t *testing.T, s *store.Store) {
	x := newSending(t, s, "a", "b", "c", "d", "e", "f", "g", "h", "i")
	newSendingOf(x, "z")
	x.recipients()
	ask := func(q newsletter.RecipientQuery, want string) []newsletter.Recipient {
		t.Helper()
		q.Edition = x.edition.PublicID
		all, err := s.Recipients(t.Context(), q, By, x.now)
		x.check(err)
		var names []string
		for _, r := range all {
			name, _, _ := strings.Cut(string(r.To), "@")
			names = append(names, name)
			if q.Kind != "" && r.Kind() != q.Kind {
				t.Errorf("%s is %s, not %s", name, r.Kind(), q.Kind)
			}
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%+v: %q, want %q", q, got, want)
		}
		return all
	}
	ask(newsletter.RecipientQuery{}, "a b c d e f g h i")
	first := ask(newsletter.RecipientQuery{Limit: 4}, "a b c d")
	ask(newsletter.RecipientQuery{Limit: 4, After: first[3].ID}, "e f g h")
	ask(newsletter.RecipientQuery{Limit: 9, After: first[3].ID + 5}, "")
	for kind, want := range map[newsletter.RecipientKind]string{
		newsletter.RecipientSent: "a", newsletter.RecipientFailed: "b c", newsletter.RecipientUncertain: "d", newsletter.RecipientStopped: "e f",
		newsletter.RecipientWaiting: "g i", newsletter.RecipientDeferred: "h",
	} {
		ask(newsletter.RecipientQuery{Kind: kind}, want)
	}
	late := ask(newsletter.RecipientQuery{Domain: "Laat.nl"}, "h")[0]
	if late.Meaning() != newsletter.ReplyPolicy || late.Attempts != 1 || late.Reply != "later" {
		t.Errorf("%+v", late)
	}
	ask(newsletter.RecipientQuery{Address: "B@lezer.voorbeeld.nl"}, "b")
	ask(newsletter.RecipientQuery{Address: "z@lezer.voorbeeld.nl"}, "") // of the other edition
	ask(newsletter.RecipientQuery{Address: "niemand@lezer.voorbeeld.nl"}, "")
	if _, err := s.Recipients(t.Context(), newsletter.RecipientQuery{Edition: newsletter.NewPublicID()}, By, x.now); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
	trail, err := s.AuditLog(t.Context(), store.AuditQuery{Limit: 100})
	x.check(err)
	var looks []string
	for _, entry := range slices.Backward(trail) {
		if entry.Action == "edition.view_recipients" || entry.Action == "subscriber.look" {
			looks = append(looks, entry.Action+" "+entry.Detail)
			if strings.Contains(entry.Detail+entry.ObjectID, "@") {
				t.Errorf("an address is in the log: %+v", entry)
			}
		}
	}
	if len(looks) != 14 || looks[0] != `edition.view_recipients {"deliveries":9}` || looks[10] != `edition.view_recipients {"domain":"Laat.nl","deliveries":1}` {
		t.Errorf("audited: %d %q", len(looks), looks)
	}
	x.Do(`UPDATE delivery SET subscription_id = NULL WHERE edition_id = $1 AND state = 'sent'`, x.edition.ID) // erased
	ask(newsletter.RecipientQuery{Kind: newsletter.RecipientSent}, "")
}

func testExportRecipients(t *testing.T, s *store.Store) {
	x := newSending(t, s, "a")
	x.Crowd(4100, x.Weekly)
	x.Post("Voor velen", x.now)
	e := x.Edition(x.Weekly, x.now)
	x.Release(e, x.now)
	x.FanOut(e, 5000, x.now)
	seen := map[int64]bool{}
	n, err := s.ExportRecipients(t.Context(), newsletter.RecipientQuery{Edition: e.PublicID, Kind: newsletter.RecipientWaiting}, func(r *newsletter.Recipient) error {
		seen[r.ID] = true
		return nil
	}, By, x.now)
	if err != nil || n != 4100 || len(seen) != n {
		t.Errorf("%d of %d, %v", len(seen), n, err)
	}
	trail, err := s.AuditTrail(t.Context(), "edition", e.PublicID.String())
	x.check(err)
	if last := trail[len(trail)-1]; last.Action != "edition.export_recipients" || last.Detail != `{"kind":"waiting"}` {
		t.Errorf("audited: %+v", last)
	}
	full := errors.New("full")
	if n, err := s.ExportRecipients(t.Context(), newsletter.RecipientQuery{Edition: e.PublicID}, func(*newsletter.Recipient) error { return full }, By, x.now); !errors.Is(err, full) || n != 0 {
		t.Errorf("%d, %v", n, err)
	}
	if _, err := s.ExportRecipients(t.Context(), newsletter.RecipientQuery{Edition: newsletter.NewPublicID()}, nil, By, x.now); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
}
