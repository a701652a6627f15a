package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func addressChangeCases() []Case {
	return []Case{
		{"E12 the new address confirms and the old one can undo", []string{"CreateAddressChange", "UndecidedAddressChanges", "DecideAddressChange",
			"AddressChange", "AddressChangeByID", "ConfirmAddress", "UndoAddress"}, testAddressChange},
		{"E12 undoing undoes what came after it", []string{"UndoAddress"}, testUndoChain},
		{"D4 an address that is someone's is told to its owner alone", []string{"ConfirmAddress"}, testAddressTaken},
		{"E12 mail that was claimed follows who moves", []string{"ConfirmAddress"}, testMoveWhileSending},
		{"changes of address are forgotten", []string{"ForgetAddressChanges"}, testForgetAddressChanges},
	}
}

const newJan = newsletter.Address("jan@elders.example")

// wish asks to move, and lets the worker look at it.
func (w *World) wish(from, to newsletter.Address, now time.Time) *newsletter.AddressChange {
	w.t.Helper()
	p, err := w.s.SubscriberByAddress(w.t.Context(), from)
	w.check(err)
	c := &newsletter.AddressChange{SubscriberID: p.ID, NewAddress: to, ExpiresAt: newsletter.At(now.Add(24 * time.Hour))}
	w.check(w.s.CreateAddressChange(w.t.Context(), c, nil, newsletter.Person(p.PublicID), now))
	_, err = w.s.DecideAddressChange(w.t.Context(), c.ID, w.Hashes(to), Worker, now)
	w.check(err)
	return c
}

func (w *World) move(c *newsletter.AddressChange, now time.Time) error {
	_, err := w.s.ConfirmAddress(w.t.Context(), c.PublicID, w.Hashes(c.NewAddress), newsletter.Person(c.PublicID), now)
	return err
}

func (w *World) undo(c *newsletter.AddressChange, now time.Time) error {
	_, err := w.s.UndoAddress(w.t.Context(), c.PublicID, w.Hashes(c.OldAddress), newsletter.Person(c.PublicID), now)
	return err
}

func (w *World) address() string {
	w.t.Helper()
	return Query(w.t, w.s, `SELECT address FROM subscriber ORDER BY id LIMIT 1`)[0][0]
}

func testAddressChange(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Join(jan, Start, w.All())
	w.ask(jan, Start)
	if _, err := s.DecideAccessLink(t.Context(), w.ask(jan, Start).ID, Worker, Start); err != nil {
		t.Fatal(err)
	}
	c := &newsletter.AddressChange{SubscriberID: 1, NewAddress: newJan, ExpiresAt: newsletter.At(Start.Add(24 * time.Hour))}
	w.check(s.CreateAddressChange(t.Context(), c, nil, Worker, Start))
	if undecided, err := s.UndecidedAddressChanges(t.Context(), 9); err != nil || len(undecided) != 1 || undecided[0].NewAddress != newJan || undecided[0].OldAddress != jan {
		t.Errorf("%+v, %v", undecided, err)
	}
	for _, want := range []bool{true, false} {
		if sent, err := s.DecideAddressChange(t.Context(), c.ID, w.Hashes(newJan), Worker, Start); err != nil || sent != want {
			t.Errorf("%v, %v", sent, err)
		}
	}
	if w.address() != string(jan) {
		t.Error("moved before it was confirmed")
	}
	for i := range 2 {
		w.check(w.move(c, Start.Add(time.Duration(i+1)*time.Hour)))
		if w.address() != string(newJan) {
			t.Error(w.address())
		}
	}
	got, err := s.AddressChange(t.Context(), c.PublicID)
	if err != nil || !got.ConfirmedAt.Equal(Start.Add(time.Hour)) || !got.UndoUntil.Equal(Start.Add(time.Hour+newsletter.UndoAddressChange)) {
		t.Errorf("%+v, %v", got, err)
	}
	if same, err := s.AddressChangeByID(t.Context(), c.ID); err != nil || *same != *got {
		t.Errorf("%+v, %v", same, err)
	}
	mails := Query(t, s, `SELECT kind, template, address, subscriber_id FROM delivery WHERE template LIKE 'address%' ORDER BY id`)
	if diff := cmp.Diff([][]string{{"request", "address_confirmation", string(newJan), "NULL"}, {"notice", "address_notice", string(jan), "NULL"}}, mails); diff != "" {
		t.Error(diff)
	}
	if n := Tables(t, s)["access_link"]; n != "1" { // undecided, and nobody's: it isn't this person's address any more
		t.Errorf("%s access links", n)
	}
	if states := Query(t, s, `SELECT state FROM delivery WHERE template = 'access_link'`); !cmp.Equal(states, [][]string{{"cancelled"}}) {
		t.Errorf("mail with a link from before the move: %v", states)
	}
	for range 2 {
		w.check(w.undo(got, Start.AddDate(0, 0, 7)))
		if w.address() != string(jan) {
			t.Error(w.address())
		}
	}
	want := [][]string{{"requested", "form", string(jan)}, {"confirmed", "link", string(jan)},
		{"changed", "address_change", string(newJan)}, {"changed", "address_undo", string(jan)}}
	if diff := cmp.Diff(want, ledger(t, s)); diff != "" {
		t.Error(diff)
	}
}

// A worker that holds mail with the old address does not send it there any more.
func testMoveWhileSending(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Join(jan, Start, w.All())
	w.Post("De raad luistert", Start)
	e := w.Edition(w.Weekly, Start)
	w.Release(e, Start)
	w.FanOut(e, 10, Start)
	claim := func(worker string, want newsletter.Address) []newsletter.Held {
		t.Helper()
		claims, err := s.ClaimEdition(t.Context(), e.ID, worker, Start.Add(time.Hour), Start, 10)
		if err != nil || len(claims) != 1 || claims[0].To != want || claims[0].Domain != want.Domain() {
			t.Fatalf("claimed %+v, %v", claims, err)
		}
		return Held(claims)
	}
	held := claim("w", jan)
	w.check(w.move(w.wish(jan, newJan, Start), Start))
	if granted, err := s.HandOver(t.Context(), nil, held, true, Start); err != nil || len(granted) != 0 {
		t.Errorf("granted %v, %v", granted, err)
	}
	again := claim("w", newJan)
	// Not even when the same worker has claimed it anew.
	if granted, err := s.HandOver(t.Context(), nil, held, true, Start); err != nil || len(granted) != 0 {
		t.Errorf("granted %v, %v", granted, err)
	}
	if granted, err := s.HandOver(t.Context(), nil, again, true, Start); err != nil || len(granted) != 1 {
		t.Errorf("granted %v, %v", granted, err)
	}
}

func testUndoChain(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Join(jan, Start, w.All())
	first := w.wish(jan, newJan, Start)
	w.check(w.move(first, Start))
	second := w.wish(newJan, "weg@elders.example", Start.Add(time.Hour))
	w.check(w.move(second, Start.Add(time.Hour)))
	third := w.wish("weg@elders.example", "verder@elders.example", Start.Add(2*time.Hour))
	for _, c := range []*newsletter.AddressChange{first, second} {
		got, err := s.AddressChange(t.Context(), c.PublicID)
		w.check(err)
		*c = *got
	}
	if err := w.undo(first, first.UndoUntil.Time); !newsletter.Is(err, newsletter.Expired) {
		t.Errorf("too late: %v", err)
	}
	w.check(w.undo(first, Start.Add(3*time.Hour)))
	w.check(w.undo(second, Start.Add(4*time.Hour))) // undone with the first: it changes nothing
	if err := w.move(third, Start.Add(4*time.Hour)); !newsletter.Is(err, newsletter.Expired) {
		t.Errorf("a wish from the stolen mailbox: %v", err)
	}
	if w.address() != string(jan) {
		t.Error(w.address())
	}
}

func testAddressTaken(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Join(jan, Start, w.All())
	w.Join(newJan, Start, w.All())
	before := Tables(t, s)
	taken := w.wish(jan, "JAN@elders.example", Start)
	grown := difference(before, Tables(t, s))
	before = Tables(t, s)
	w.wish(jan, "vrij@elders.example", Start)
	if free := difference(before, Tables(t, s)); !cmp.Equal(free, grown) {
		t.Errorf("a taken address: %v, a free one: %v", grown, free)
	}
	if err := w.move(taken, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Error(err)
	}
	w.check(s.Suppress(t.Context(), "nee@elders.example", w.Hash("nee@elders.example"), newsletter.SuppressedComplaint, time.Time{}, Worker, Start))
	stopped := w.wish(jan, "nee@elders.example", Start)
	if mails := Query(t, s, `SELECT COUNT(*) FROM delivery WHERE ref = `+str(stopped.ID)+` AND template = 'address_confirmation'`); mails[0][0] != "0" {
		t.Error("a suppressed address was asked to confirm")
	}
	if err := w.move(stopped, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Error(err)
	}
	if w.address() != string(jan) {
		t.Error(w.address())
	}
}

func testForgetAddressChanges(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Join(jan, Start, w.All())
	w.wish(jan, "nooit@elders.example", Start)
	moved := w.wish(jan, newJan, Start)
	w.check(w.move(moved, Start.Add(time.Hour)))
	if n, err := s.ForgetAddressChanges(t.Context(), Worker, Start.Add(2*time.Hour)); err != nil || n != 1 {
		t.Errorf("the wish that the move made void: %d, %v", n, err)
	}
	if n, err := s.ForgetAddressChanges(t.Context(), Worker, Start.Add(time.Hour+newsletter.UndoAddressChange)); err != nil || n != 1 {
		t.Errorf("after seven days: %d, %v", n, err)
	}
	if left := Query(t, s, `SELECT template, COALESCE(address, '') || domain, state FROM delivery WHERE template LIKE 'address%' ORDER BY id`); !cmp.Equal(left,
		[][]string{{"address_confirmation", "", "expired"}, {"address_confirmation", "", "expired"}, {"address_notice", "", "expired"}}) {
		t.Errorf("%v", left)
	}
}
