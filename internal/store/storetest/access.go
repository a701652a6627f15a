package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func accessCases() []Case {
	return []Case{
		{"D4 a wish for a link is one row for everyone", []string{"CreateAccessLink", "UndecidedAccessLinks", "DecideAccessLink", "AccessLink", "AccessLinkByID"}, testAccessLinks},
		{"D5 an access link opens once", []string{"UseAccessLink", "ForgetAccessLinks"}, testUseAccessLink},
		{"E10 the dossier holds all, and looking is audited", []string{"Dossier"}, testDossier},
	}
}

// ask asks for a link that works for an hour.
func (w *World) ask(address newsletter.Address, now time.Time) *newsletter.AccessLink {
	w.t.Helper()
	key := address.Key()
	l := &newsletter.AccessLink{AddressKey: &key, Language: newsletter.English, Network: "192.0.2.7/32", ExpiresAt: newsletter.At(now.Add(time.Hour))}
	w.check(w.s.CreateAccessLink(w.t.Context(), l, nil, Worker, now))
	return l
}

func testAccessLinks(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Join(jan, Start, w.All())
	before := Tables(t, s)
	known, unknown := w.ask("JAN.jansen@voorbeeld.nl", Start), w.ask("piet@voorbeeld.nl", Start)
	if grown := difference(before, Tables(t, s)); !cmp.Equal(grown, map[string]int{"access_link": 2}) {
		t.Errorf("grown by %v", grown)
	}
	undecided, err := s.UndecidedAccessLinks(t.Context(), 10)
	if err != nil || len(undecided) != 2 || *undecided[0].AddressKey != jan.Key() {
		t.Errorf("%+v, %v", undecided, err)
	}
	w.check(s.Suppress(t.Context(), jan, w.Hash(jan), newsletter.SuppressedComplaint, time.Time{}, Worker, Start)) // no obstacle
	for _, want := range []bool{true, false} {
		if sent, err := s.DecideAccessLink(t.Context(), known.ID, Worker, Start); err != nil || sent != want {
			t.Errorf("known: %v, %v", sent, err)
		}
	}
	if sent, err := s.DecideAccessLink(t.Context(), unknown.ID, Worker, Start); err != nil || sent {
		t.Errorf("unknown: %v, %v", sent, err)
	}
	if mails := Query(t, s, `SELECT kind, language, ref, address FROM delivery WHERE template = 'access_link'`); !cmp.Equal(mails, [][]string{{"request", "en", str(known.ID), "NULL"}}) {
		t.Errorf("%v", mails)
	}
	if left := Query(t, s, `SELECT DISTINCT address_key, network FROM access_link`); !cmp.Equal(left, [][]string{{"NULL", ""}}) {
		t.Errorf("the rows still hold %v", left)
	}
	got, err := s.AccessLink(t.Context(), known.PublicID)
	if err != nil || got.ID != known.ID || got.SubscriberID == nil {
		t.Errorf("%+v, %v", got, err)
	}
	if same, err := s.AccessLinkByID(t.Context(), known.ID); err != nil || !cmp.Equal(got, same) {
		t.Errorf("%+v, %v", same, err)
	}
}

func testUseAccessLink(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Join(jan, Start, w.All())
	use := func(l *newsletter.AccessLink, now time.Time) error {
		return s.UseAccessLink(t.Context(), l.PublicID, newsletter.Person(l.PublicID), now)
	}
	l, late := w.ask(jan, Start), w.ask(jan, Start)
	if err := use(l, Start); !newsletter.Is(err, newsletter.Used) {
		t.Errorf("before it was decided: %v", err)
	}
	for _, each := range []*newsletter.AccessLink{l, late} {
		if _, err := s.DecideAccessLink(t.Context(), each.ID, Worker, Start); err != nil {
			t.Fatal(err)
		}
	}
	w.check(use(l, Start.Add(time.Minute)))
	if err := use(l, Start.Add(2*time.Minute)); !newsletter.Is(err, newsletter.Used) {
		t.Errorf("twice: %v", err)
	}
	if err := use(late, Start.Add(time.Hour)); !newsletter.Is(err, newsletter.Used) {
		t.Errorf("after its hour: %v", err)
	}
	if n, err := s.ForgetAccessLinks(t.Context(), Worker, Start.Add(time.Hour)); err != nil || n != 1 {
		t.Errorf("the unused one: %d, %v", n, err)
	}
	if states := Query(t, s, `SELECT ref, state FROM delivery WHERE template = 'access_link' ORDER BY id`); !cmp.Equal(states,
		[][]string{{str(l.ID), "pending"}, {str(late.ID), "expired"}}) {
		t.Errorf("%v", states)
	}
	if n, err := s.ForgetAccessLinks(t.Context(), Worker, Start.Add(time.Minute+newsletter.TicketLife)); err != nil || n != 1 {
		t.Errorf("the used one: %d, %v", n, err)
	}
}

func testDossier(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	sub := w.Join(jan, Start, w.Some(w.Council))
	w.SignUp(jan, Start.Add(time.Hour), w.All())
	w.check(s.Suppress(t.Context(), jan, w.Hash(jan), newsletter.SuppressedBounce, time.Time{}, Worker, Start))
	d, err := s.Dossier(t.Context(), "jan.JANSEN@voorbeeld.nl", w.Hashes(jan), newsletter.Person(sub.PublicID), Start.Add(2*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if d.Subscriber.Address != jan || len(d.Subscriptions) != 1 || len(d.Signups) != 2 || len(d.Suppressions) != 1 || len(d.Deliveries) != 2 || len(d.Consents) != 2 {
		t.Errorf("%+v", d)
	}
	c := d.Consents[0]
	if c.Action != newsletter.ConsentRequested || c.ListName != "Expertgroep Nieuwe Democratie" || c.Wording != w.Words.Text || c.Evidence == nil || c.Evidence.Network != "192.0.2.7/32" {
		t.Errorf("%+v", c)
	}
	if trail, err := s.AuditTrail(t.Context(), "subscriber", d.Subscriber.PublicID.String()); err != nil || len(trail) != 0 {
		t.Errorf("their own look was audited: %v, %v", trail, err)
	}
	if _, err := s.Dossier(t.Context(), jan, w.Hashes(jan), By, Start); err != nil {
		t.Error(err)
	}
	if trail, err := s.AuditTrail(t.Context(), "subscriber", d.Subscriber.PublicID.String()); err != nil || len(trail) != 1 || trail[0].Action != "subscriber.view" {
		t.Errorf("an operator's look: %v, %v", trail, err)
	}
	waiting := newsletter.Address("piet@voorbeeld.nl")
	w.SignUp(waiting, Start, w.All())
	if d, err := s.Dossier(t.Context(), waiting, w.Hashes(waiting), By, Start); err != nil || len(d.Signups) != 1 || d.Signups[0].Address != waiting {
		t.Errorf("of one who only signed up: %+v, %v", d, err)
	}
	if _, err := s.Dossier(t.Context(), "niemand@voorbeeld.nl", w.Hashes("niemand@voorbeeld.nl"), By, Start); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
}
