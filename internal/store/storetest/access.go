package storetest

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func accessCases() []Case {
	return []Case{
		{"D4 a wish for a link is one row for everyone", []string{"CreateAccessLink", "UndecidedAccessLinks", "DecideAccessLink", "AccessLink", "AccessLinkByID"}, testAccessLinks},
		{"E10 a link is owed to who has not confirmed yet", []string{"DecideAccessLink", "UseAccessLink", "ForgetAccessLinks", "Dossier", "Erase"}, testAccessOfSignup},
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
	w.Decide(w.SignUp(waiting, Start, w.All()), Start)
	d, err = s.Dossier(t.Context(), "PIET@voorbeeld.nl", w.Hashes(waiting), By, Start)
	if err != nil || len(d.Signups) != 1 || d.Signups[0].Address != waiting || len(d.Deliveries) != 1 || d.Deliveries[0].Template != "confirmation" {
		t.Fatalf("of one who only signed up: %+v, %v", d, err)
	}
	if text, err := json.Marshal(d); err != nil || !strings.Contains(string(text), `"subscriber":null,`) || !strings.Contains(string(text), `"consents":[]`) {
		t.Errorf("of one who only signed up: %s, %v", text, err)
	}
	if d.Deliveries[0].Attempts != 0 {
		t.Errorf("attempts before it was sent: %d", d.Deliveries[0].Attempts)
	}
	Query(t, s, `UPDATE delivery SET state = 'sent', apart = NULL WHERE address = 'piet@voorbeeld.nl' RETURNING id`)
	if d, err = s.Dossier(t.Context(), waiting, w.Hashes(waiting), By, Start); err != nil || d.Deliveries[0].Attempts != 1 {
		t.Errorf("attempts of what was sent at once: %+v, %v", d, err)
	}
	if _, err := s.Dossier(t.Context(), "niemand@voorbeeld.nl", w.Hashes("niemand@voorbeeld.nl"), By, Start); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
}

// Who has signed up and not confirmed is a person whose data are held.
func testAccessOfSignup(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	decide := func(l *newsletter.AccessLink, want bool, now time.Time) *newsletter.AccessLink {
		t.Helper()
		sent, err := s.DecideAccessLink(t.Context(), l.ID, Worker, now)
		if err != nil || sent != want {
			t.Errorf("sent: %v, %v; want %v", sent, err, want)
		}
		l, err = s.AccessLinkByID(t.Context(), l.ID)
		w.check(err)
		return l
	}
	mails := func() [][]string {
		return Query(t, s, `SELECT address, state, subscriber_id FROM delivery WHERE template = 'access_link' ORDER BY id`)
	}
	u := w.SignUp(jan, Start, w.All())
	decide(w.ask(jan, Start), false, Start) // its own mail isn't decided on
	w.Decide(u, Start)
	l := decide(w.ask("JAN.jansen@voorbeeld.nl", Start), true, Start)
	if l.SubscriberID != nil || l.SignupID == nil || *l.SignupID != u.ID || l.AddressKey != nil {
		t.Errorf("%+v", l)
	}
	if got := mails(); !cmp.Equal(got, [][]string{{string(jan), "pending", "NULL"}}) {
		t.Errorf("%v", got)
	}
	w.check(s.UseAccessLink(t.Context(), l.PublicID, newsletter.Person(l.PublicID), Start))
	d, err := s.Dossier(t.Context(), jan, w.Hashes(jan), newsletter.Person(l.PublicID), Start)
	if err != nil || d.Address != jan || !d.Subscriber.PublicID.IsZero() || len(d.Signups) != 1 || !cmp.Equal(d.Signups[0].ListNames, []string{"Expertgroep Nieuwe Democratie"}) {
		t.Errorf("%+v, %v", d, err)
	}

	// Confirming makes it the subscriber's, like all else.
	w.Confirm(u, Start)
	if l, err := s.AccessLink(t.Context(), l.PublicID); err != nil || l.SubscriberID == nil || l.SignupID != nil {
		t.Errorf("after the button: %+v, %v", l, err)
	}
	if got := mails(); len(got) != 1 || got[0][0] != "NULL" || got[0][2] == "NULL" {
		t.Errorf("after the button: %v", got)
	}

	// The link ends with what it shows, and lets go of the address.
	const piet = newsletter.Address("Piet.Pieters@voorbeeld.nl")
	late := w.SignUp(piet, Start, w.All())
	w.Do(`UPDATE signup SET expires_at = $1 WHERE id = $2`, newsletter.At(Start.Add(time.Minute)), late.ID)
	w.Decide(late, Start)
	if l := decide(w.ask(piet, Start), true, Start); !l.ExpiresAt.Equal(Start.Add(time.Minute)) {
		t.Errorf("the link is good until %v", l.ExpiresAt)
	}
	if _, err := s.ForgetSignups(t.Context(), Worker, Start.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if n, err := s.ForgetAccessLinks(t.Context(), Worker, Start.Add(time.Minute)); err != nil || n != 1 {
		t.Errorf("forgotten: %d, %v", n, err)
	}
	w.check(s.TruncateLog(t.Context()))
	if Holds(t, s, "piet.pieters") {
		t.Error("the address outlives its sign-up")
	}

	// An erasure takes all of it.
	const els = newsletter.Address("Els.Elzinga@voorbeeld.nl")
	w.Decide(w.SignUp(els, Start, w.All()), Start)
	decide(w.ask(els, Start), true, Start)
	if _, err := s.Erase(t.Context(), els, w.Hash, Worker, Start); err != nil || Holds(t, s, "els.elzinga") {
		t.Errorf("erased: %v", err)
	}
	if links := Query(t, s, `SELECT COUNT(*) FROM access_link WHERE signup_id IS NOT NULL`); links[0][0] != "0" {
		t.Errorf("%v links are left", links)
	}
}
