package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func carryCases() []Case {
	return []Case{
		{"E10 access gives a link that is counted and ends", []string{"CarryOutRequest", "DataExport", "DataExportOf", "FetchDataExport", "ForgetDataExports"}, testCarryAccess},
		{"E13 a request to erase leaves its proof and one letter on its way", []string{"CarryOutRequest", "EraseForRequest"}, testCarryErasure},
		{"E15 an objection ends all lists at once, also of who is unknown", []string{"CarryOutRequest"}, testCarryObjection},
		{"E14 a restriction stops all, and is lifted with a letter", []string{"CarryOutRequest", "LiftRestriction"}, testCarryRestriction},
		{"E9 nothing held, or a hash alone, is an answer too", []string{"CarryOutRequest"}, testCarryNothing},
		{"E7 what a person does themselves is entered once, closed and nameless", []string{"RegisterServed", "EraseForRequest"}, testServed},
	}
}

// carry verifies a request and carries it out; the letter's body is the result.
func (w *World) carry(r *newsletter.DataRequest, now time.Time) (*newsletter.Carried, error) {
	w.t.Helper()
	if r.Kind.NeedsIdentity() {
		_, err := w.step(r, newsletter.ShowIdentity{How: newsletter.ShownByOfficer, Why: "kent haar"}, nil, now)
		w.check(err)
	}
	return w.s.CarryOutRequest(w.t.Context(), r.PublicID, w.hashes, func(r *newsletter.DataRequest, result string, _ *newsletter.DataExport) (*newsletter.RequestLetter, error) {
		return &newsletter.RequestLetter{Kind: newsletter.LetterKind(r.Kind), Language: r.Language, Subject: "Antwoord", Body: result, QueuedAt: newsletter.At(now)}, nil
	}, Today, By, now)
}

func (w *World) answers() [][]string {
	return Query(w.t, w.s, `SELECT l.body, d.address, d.state FROM delivery AS d JOIN request_letter AS l ON l.id = d.ref WHERE d.template = 'request_letter' ORDER BY d.id`)
}

func testCarryAccess(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Join(jan, Start, w.All())
	r := w.arrive(newsletter.RequestAccess, newsletter.ArrivedLetter, jan)
	if _, err := s.CarryOutRequest(t.Context(), r.PublicID, w.hashes, nil, Today, By, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("of who knows whom: %v", err)
	}
	done, err := w.carry(r, Start)
	if err != nil || done.Request.Result != newsletter.ResultDone || !cmp.Equal(w.answers(), [][]string{{"done", string(jan), "pending"}}) {
		t.Fatalf("%+v, %v", done, err)
	}
	id, err := newsletter.ParsePublicID(Query(t, s, `SELECT public_id FROM data_export`)[0][0])
	w.check(err)
	for range 2 {
		w.check(s.FetchDataExport(t.Context(), id, newsletter.Person(id), Start.Add(time.Hour)))
	}
	x, err := s.DataExport(t.Context(), id)
	if err != nil || x.Downloads != 2 || x.Address != jan || !x.LastAt.Equal(Start.Add(time.Hour)) {
		t.Errorf("%+v, %v", x, err)
	}
	if of, err := s.DataExportOf(t.Context(), done.Request.ID); err != nil || of.PublicID != id {
		t.Errorf("%+v, %v", of, err)
	}
	over := Start.Add(newsletter.ExportLife)
	if err := s.FetchDataExport(t.Context(), id, newsletter.Person(id), over); !newsletter.Is(err, newsletter.Expired) {
		t.Errorf("after its time: %v", err)
	}
	if n, err := s.ForgetDataExports(t.Context(), Worker, over.Add(-time.Second)); err != nil || n != 0 {
		t.Errorf("%d, %v", n, err)
	}
	if n, err := s.ForgetDataExports(t.Context(), Worker, over); err != nil || n != 1 {
		t.Errorf("%d, %v", n, err)
	}
	if note := Query(t, s, `SELECT note FROM request_event WHERE step = 'export_ended'`); !cmp.Equal(note, [][]string{{"downloads: 2"}}) {
		t.Errorf("%v", note)
	}
	if _, err := s.DataExport(t.Context(), id); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
}

func testCarryErasure(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Join(jan, Start, w.All())
	access := w.arrive(newsletter.RequestAccess, newsletter.ArrivedLetter, jan)
	if _, err := w.carry(access, Start); err != nil {
		t.Fatal(err)
	}
	r := w.arrive(newsletter.RequestErasure, newsletter.ArrivedLetter, jan)
	done, err := w.carry(r, Start)
	if err != nil || done.Erasure == nil || len(done.Erasure.Lists) != 1 || done.Request.Address != nil {
		t.Fatalf("%+v, %v", done, err)
	}
	if got := w.answers(); !cmp.Equal(got, [][]string{{"", "NULL", "cancelled"}, {"done", string(jan), "pending"}}) {
		t.Errorf("%v", got)
	}
	if got := Query(t, s, `SELECT e.public_id, e.lists, e.listed_at, r.state FROM erasure AS e JOIN data_request AS r ON r.id = e.request_id`); !cmp.Equal(got,
		[][]string{{done.Erasure.PublicID.String(), "1", "NULL", "fulfilled"}}) {
		t.Errorf("%v", got)
	}
	Query(t, s, `UPDATE delivery SET state = 'sent' WHERE address = $1 RETURNING id`, string(jan))
	if _, err := s.LetGoOfAddresses(t.Context(), Start, Worker, Start); err != nil {
		t.Fatal(err)
	}
	w.check(s.TruncateLog(t.Context()))
	for _, gone := range []string{"jan.jansen", "zonderlinge", "mijn woorden", "kent haar"} {
		if Holds(t, s, gone) {
			t.Errorf("%q outlives the letter that was the last to know it", gone)
		}
	}
}

func testCarryObjection(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Join(jan, Start, w.All(), w.second())
	for _, address := range []newsletter.Address{jan, "niemand@voorbeeld.nl"} {
		if done, err := w.carry(w.arrive(newsletter.RequestObjection, newsletter.ArrivedPhone, address), Start); err != nil || done.Request.Result != newsletter.ResultDone {
			t.Fatal(err)
		}
	}
	if got := Query(t, s, `SELECT state FROM subscription`); !cmp.Equal(got, [][]string{{"unsubscribed"}, {"unsubscribed"}}) {
		t.Errorf("%v", got)
	}
	if got := Query(t, s, `SELECT reason, COUNT(*) FROM suppression GROUP BY reason`); !cmp.Equal(got, [][]string{{"objection", "2"}}) {
		t.Errorf("%v", got)
	}
	els := newsletter.Address("els@voorbeeld.nl")
	w.Join(els, Start, w.All())
	if _, err := w.carry(w.arrive(newsletter.RequestWithdrawal, newsletter.ArrivedMail, els), Start); err != nil {
		t.Fatal(err)
	}
	if last := Query(t, s, `SELECT action, channel FROM consent ORDER BY seq DESC LIMIT 1`); !cmp.Equal(last, [][]string{{"withdrawn", "request"}}) {
		t.Errorf("%v", last)
	}
}

func testCarryRestriction(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	sub := w.Join(jan, Start, w.All())
	r := w.arrive(newsletter.RequestRestriction, newsletter.ArrivedMail, jan)
	if _, err := w.carry(r, Start); err != nil {
		t.Fatal(err)
	}
	settings := newsletter.SettingsForm{Language: newsletter.Dutch, Layout: newsletter.Standard, Wishes: []newsletter.Wish{{Choice: w.All()}}}
	if err := s.SaveSettings(t.Context(), sub.PublicID, settings, newsletter.Person(sub.PublicID), Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("restricted data were changed: %v", err)
	}
	later := Start.AddDate(0, 3, 0)
	if _, err := s.LetGoOfAddresses(t.Context(), later, Worker, later); err != nil { // not of who is restricted
		t.Fatal(err)
	}
	lift := func() error {
		return s.LiftRestriction(t.Context(), r.PublicID, letterOf(newsletter.LetterRestrictionEnds, later), By, later)
	}
	w.check(lift())
	w.check(s.SaveSettings(t.Context(), sub.PublicID, settings, newsletter.Person(sub.PublicID), later))
	if err := lift(); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("twice: %v", err)
	}
	if got := w.answers(); len(got) != 2 || got[1][1] != string(jan) {
		t.Errorf("%v", got)
	}
}

func testCarryNothing(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	const erased = newsletter.Address("gewist@voorbeeld.nl")
	w.Join(erased, Start, w.All())
	if _, err := s.Erase(t.Context(), erased, w.Hash, By, Start); err != nil {
		t.Fatal(err)
	}
	for address, want := range map[newsletter.Address]string{"niemand@voorbeeld.nl": newsletter.ResultNothing, erased: newsletter.ResultSuppression} {
		for _, kind := range []newsletter.RequestKind{newsletter.RequestAccess, newsletter.RequestErasure} {
			done, err := w.carry(w.arrive(kind, newsletter.ArrivedLetter, address), Start)
			if err != nil || done.Request.Result != want || done.Request.State != newsletter.RequestFulfilled || done.Erasure != nil {
				t.Errorf("%s of %s: %+v, %v", kind, want, done, err)
			}
		}
	}
	if n := Query(t, s, `SELECT COUNT(*) FROM data_export`)[0][0]; n != "0" {
		t.Errorf("%s packages of nothing", n)
	}
	none := w.Arrival(newsletter.RequestObjection, newsletter.ArrivedLetter, jan)
	none.Address = nil
	w.check(s.CreateRequest(t.Context(), none, nil, nil, Today, By, Start))
	if _, err := w.carry(none, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("without an address: %v", err)
	}
}

func testServed(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	sub := w.Join(jan, Start, w.All())
	served := func(kind newsletter.RequestKind) *newsletter.DataRequest {
		hash, key := w.Hash(jan), "link:"+string(kind)
		return &newsletter.DataRequest{Kind: kind, Channel: newsletter.ArrivedSelfService, Language: newsletter.Dutch, ReceivedOn: Today,
			HashKey: hash.KeyID, Hash: hash.Sum, Key: &key}
	}
	person := newsletter.Person(sub.PublicID)
	for range 3 {
		w.check(s.RegisterServed(t.Context(), served(newsletter.RequestAccess), Today, person, Start))
	}
	if _, err := s.EraseForRequest(t.Context(), jan, w.Hash, served(newsletter.RequestErasure), Today, person, Start); err != nil {
		t.Fatal(err)
	}
	if got := Query(t, s, `SELECT kind, state, shown_how, result, address FROM data_request ORDER BY id`); !cmp.Equal(got, [][]string{
		{"access", "fulfilled", "link", "done", "NULL"}, {"erasure", "fulfilled", "link", "done", "NULL"}}) {
		t.Errorf("%v", got)
	}
	if got := Query(t, s, `SELECT request_id FROM erasure`); !cmp.Equal(got, Query(t, s, `SELECT id FROM data_request WHERE kind = 'erasure'`)) {
		t.Errorf("the certificate is of request %v", got)
	}
}
