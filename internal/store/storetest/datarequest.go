package storetest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func requestCases() []Case {
	return []Case{
		{"E7 the register holds who asked what, when and how it went", []string{"CreateRequest", "StepRequest", "Request", "RequestByLink", "RequestByID", "RequestLetter"}, testRequest},
		{"D4 a request by the form is one row for everyone, asked about once", []string{"CreateRequest", "UndecidedRequests", "StepRequest"}, testRequestForm},
		{"E7 the register is read by page", []string{"Requests"}, testRequests},
		{"E8 officers are reminded in time, once", []string{"RemindOfRequests"}, testRemind},
		{"E9 who does not answer lapses, and is let go of", []string{"LapseRequests", "LetGoOfAddresses"}, testLapse},
		{"E13 an erasure clears the register, which keeps its proof", []string{"Erase", "Dossier"}, testEraseRegister},
	}
}

// Arrival is a request by an address on the world's first day, not stored.
func (w *World) Arrival(kind newsletter.RequestKind, channel string, address newsletter.Address) *newsletter.DataRequest {
	hash := w.Hash(address)
	return &newsletter.DataRequest{Kind: kind, Channel: channel, Language: newsletter.Dutch, ReceivedOn: Today, Address: &address,
		Name: "Zonderlinge Naam", Wish: "Wis mij, in mijn woorden.", HashKey: hash.KeyID, Hash: hash.Sum}
}

// Today is the day on which a World begins.
var Today = newsletter.DayOf(Start, time.UTC)

func (w *World) arrive(kind newsletter.RequestKind, channel string, address newsletter.Address) *newsletter.DataRequest {
	w.t.Helper()
	r := w.Arrival(kind, channel, address)
	w.check(w.s.CreateRequest(w.t.Context(), r, nil, nil, Today, By, Start))
	return r
}

func (w *World) step(r *newsletter.DataRequest, step newsletter.RequestStep, letter *newsletter.RequestLetter, now time.Time) (*newsletter.DataRequest, error) {
	return w.s.StepRequest(w.t.Context(), r.PublicID, step, letter, newsletter.DayOf(now, time.UTC), By, now)
}

func letterOf(kind newsletter.LetterKind, now time.Time) *newsletter.RequestLetter {
	return &newsletter.RequestLetter{Kind: kind, Language: newsletter.Dutch, Subject: "Uw verzoek", Body: "Het duurt langer.", QueuedAt: newsletter.At(now)}
}

func testRequest(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	r := w.arrive(newsletter.RequestAccess, newsletter.ArrivedLetter, jan)
	if r.StrictOn.String() != "2026-12-02" || r.State != newsletter.RequestReceived {
		t.Errorf("%+v", r)
	}
	if _, err := w.step(r, newsletter.FulfilRequest{Result: newsletter.ResultDone}, letterOf(newsletter.LetterAccess, Start), Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("of who knows whom: %v", err)
	}
	if n := Query(t, s, `SELECT COUNT(*) FROM request_letter`)[0][0]; n != "0" {
		t.Errorf("%s letters about what was not done", n)
	}
	at := Start.Add(time.Hour)
	for _, step := range []struct {
		step   newsletter.RequestStep
		letter *newsletter.RequestLetter
	}{
		{newsletter.AskIdentity{}, nil},
		{newsletter.ShowIdentity{How: newsletter.ShownByLink}, nil},
		{newsletter.BeginRequest{}, nil},
		{newsletter.ExtendRequest{Reason: "Het is veel."}, letterOf(newsletter.LetterExtension, at)},
	} {
		if _, err := w.step(r, step.step, step.letter, at); err != nil {
			t.Fatalf("%s: %v", step.step.Name(), err)
		}
		at = at.Add(time.Hour)
	}
	printed := letterOf(newsletter.LetterAccess, time.Time{})
	r, err := w.step(r, newsletter.FulfilRequest{Result: newsletter.ResultDone}, printed, at)
	if err != nil || r.State != newsletter.RequestFulfilled || r.StrictOn.String() != "2027-02-02" || !r.ClosedAt.Equal(at) {
		t.Fatalf("%+v, %v", r, err)
	}
	f, err := s.Request(t.Context(), r.ID, By, at)
	if err != nil || len(f.Letters) != 2 || f.Letters[0].Delivery != "pending" || f.Letters[1].Delivery != "" || f.Letters[1].Body != "Het duurt langer." {
		t.Errorf("%+v, %v", f, err)
	}
	var steps []string
	for _, e := range f.Events {
		steps = append(steps, e.Step+" "+string(e.Before)+" "+string(e.After)+" "+e.ActorID)
	}
	if want := []string{"receive  received test", "ask_identity received identity_asked test", "show_identity identity_asked verified test",
		"begin verified in_progress test", "extend in_progress in_progress test", "fulfil in_progress fulfilled test"}; !cmp.Equal(steps, want) {
		t.Error(cmp.Diff(want, steps))
	}
	if mails := Query(t, s, `SELECT template, kind, state, address FROM delivery ORDER BY id`); !cmp.Equal(mails, [][]string{
		{"request_identity", "request", "pending", string(jan)}, {"request_letter", "request", "pending", string(jan)}}) {
		t.Errorf("%v", mails)
	}
	if l, err := s.RequestLetter(t.Context(), f.Letters[0].ID); err != nil || l.Kind != newsletter.LetterExtension || l.RequestID != r.ID {
		t.Errorf("%+v, %v", l, err)
	}
	byLink, err := s.RequestByLink(t.Context(), r.PublicID)
	byID, errID := s.RequestByID(t.Context(), r.ID)
	if err != nil || errID != nil || byLink.ID != r.ID || byID.PublicID != r.PublicID {
		t.Errorf("%+v, %v; %+v, %v", byLink, err, byID, errID)
	}
	trail, err := s.AuditTrail(t.Context(), "request", r.PublicID.String())
	var actions []string
	for _, e := range trail {
		actions = append(actions, e.Action)
		if strings.Contains(e.Detail, "jan") {
			t.Errorf("the audit log names the person: %s", e.Detail)
		}
	}
	if err != nil || !cmp.Equal(actions, []string{"request.create", "request.ask_identity", "request.show_identity", "request.begin", "request.extend", "request.fulfil", "request.view"}) {
		t.Errorf("%v, %v", actions, err)
	}
	if _, err := s.Request(t.Context(), 999, By, at); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
}

func testRequestForm(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Join(jan, Start, w.All())
	known := w.Arrival(newsletter.RequestErasure, newsletter.ArrivedPage, jan)
	unknown := w.Arrival(newsletter.RequestErasure, newsletter.ArrivedPage, "niemand@voorbeeld.nl")
	for _, r := range []*newsletter.DataRequest{known, unknown} {
		w.check(s.CreateRequest(t.Context(), r, nil, nil, Today, Worker, Start))
	}
	w.arrive(newsletter.RequestAccess, newsletter.ArrivedPhone, jan) // an officer's is an officer's
	undecided, err := s.UndecidedRequests(t.Context(), 10)
	if err != nil || len(undecided) != 2 || undecided[0].ID != known.ID || undecided[1].ID != unknown.ID {
		t.Fatalf("%+v, %v", undecided, err)
	}
	for i := range undecided {
		for range 2 { // of two workers one asks
			_, err = s.StepRequest(t.Context(), undecided[i].PublicID, newsletter.AskIdentity{}, nil, Today, Worker, Start)
		}
		if !newsletter.Is(err, newsletter.Conflict) {
			t.Error(err)
		}
	}
	if left, err := s.UndecidedRequests(t.Context(), 10); err != nil || len(left) != 0 {
		t.Errorf("%+v, %v", left, err)
	}
	if mails := Query(t, s, `SELECT address, subscriber_id FROM delivery WHERE template = 'request_identity' ORDER BY id`); !cmp.Equal(mails,
		[][]string{{string(jan), "NULL"}, {"niemand@voorbeeld.nl", "NULL"}}) {
		t.Errorf("%v", mails)
	}
	quota := []newsletter.Quota{{Counter: "request_total", Reason: "limit_total", Limits: []newsletter.Limit{{Most: 1, Per: time.Hour}}}}
	w.check(s.CreateRequest(t.Context(), w.Arrival(newsletter.RequestAccess, newsletter.ArrivedPage, jan), nil, quota, Today, Worker, Start))
	if err := s.CreateRequest(t.Context(), w.Arrival(newsletter.RequestAccess, newsletter.ArrivedPage, jan), nil, quota, Today, Worker, Start); !newsletter.Is(err, newsletter.TooMany) {
		t.Error(err)
	}
}

func testRequests(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	var want []int64
	for n := range 5 {
		r := w.Arrival(newsletter.RequestObjection, newsletter.ArrivedMail, jan)
		r.ReceivedOn -= newsletter.Day(n / 2) // two of a day
		w.check(s.CreateRequest(t.Context(), r, nil, nil, Today, By, Start))
		want = append(want, r.ID)
	}
	want = []int64{want[4], want[2], want[3], want[0], want[1]}
	all := func(page store.RequestPage) (ids []int64) {
		t.Helper()
		for page.Limit = 2; ; {
			rows, err := s.Requests(t.Context(), page)
			w.check(err)
			if len(rows) == 0 {
				return ids
			}
			for _, r := range rows {
				ids = append(ids, r.ID)
				page.AfterOn, page.AfterAt, page.AfterID = r.DueOn, r.ClosedAt, r.ID
			}
		}
	}
	if got := all(store.RequestPage{}); !cmp.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	rows, err := s.Requests(t.Context(), store.RequestPage{Limit: 10})
	w.check(err)
	for i := range rows {
		_, err := w.step(&rows[i], newsletter.FulfilRequest{Result: newsletter.ResultDone}, nil, Start.Add(time.Duration(i/2)*time.Hour))
		w.check(err)
	}
	if got := all(store.RequestPage{}); len(got) != 0 {
		t.Errorf("open: %v", got)
	}
	if got := all(store.RequestPage{Closed: true}); len(got) != 5 || got[0] != want[4] || len(slices.Compact(slices.Sorted(slices.Values(got)))) != 5 {
		t.Errorf("closed: %v", got)
	}
}

func testRemind(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	r := w.arrive(newsletter.RequestErasure, newsletter.ArrivedLetter, jan)
	standing := w.arrive(newsletter.RequestAccess, newsletter.ArrivedLetter, "piet@voorbeeld.nl")
	if _, err := w.step(standing, newsletter.AskIdentity{Why: "twijfel"}, nil, Start); err != nil {
		t.Fatal(err)
	}
	officers := []newsletter.Officer{{Address: "privacy@voorbeeld.nl", Language: newsletter.Dutch}, {Address: "els@voorbeeld.nl", Language: newsletter.English}}
	var on []string
	for day := Today; day <= r.DueOn+2; day++ {
		for range 2 {
			n, err := s.RemindOfRequests(t.Context(), officers, day, Worker, day.In(time.UTC))
			w.check(err)
			if n > 0 {
				on = append(on, day.String())
			}
		}
	}
	if want := []string{"2026-11-18", "2026-11-25", "2026-11-30", "2026-12-03", "2026-12-04"}; !cmp.Equal(on, want) {
		t.Error(cmp.Diff(want, on))
	}
	if mails := Query(t, s, `SELECT address, language, kind, ref, COUNT(*) FROM delivery WHERE template = 'request_reminder' GROUP BY address, language, kind, ref ORDER BY address`); !cmp.Equal(mails,
		[][]string{{"els@voorbeeld.nl", "en", "notice", str(r.ID), "5"}, {"privacy@voorbeeld.nl", "nl", "notice", str(r.ID), "5"}}) {
		t.Errorf("%v", mails)
	}
	late := w.arrive(newsletter.RequestErasure, newsletter.ArrivedLetter, "els@elders.example")
	w.Do(`UPDATE data_request SET reminded_on = NULL WHERE id = $1`, late.ID)
	if n, err := s.RemindOfRequests(t.Context(), nil, late.DueOn+3, Worker, Start); err != nil || n != 0 {
		t.Errorf("with nobody to remind: %d, %v", n, err)
	}
}

func testLapse(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	r := w.arrive(newsletter.RequestErasure, newsletter.ArrivedPage, jan)
	proof := w.arrive(newsletter.RequestErasure, newsletter.ArrivedLetter, "piet@voorbeeld.nl")
	for step, of := range map[newsletter.AskIdentity]*newsletter.DataRequest{{}: r, {Why: "twijfel"}: proof} {
		if _, err := w.step(of, step, nil, Start); err != nil {
			t.Fatal(err)
		}
	}
	over := Start.Add(newsletter.IdentityLife)
	if n, err := s.LapseRequests(t.Context(), 10, Today+6, Worker, over.Add(-time.Second)); err != nil || n != 0 {
		t.Errorf("%d, %v", n, err)
	}
	if n, err := s.LapseRequests(t.Context(), 10, Today+7, Worker, over); err != nil || n != 1 {
		t.Errorf("%d, %v", n, err)
	}
	if states := Query(t, s, `SELECT state FROM data_request ORDER BY id`); !cmp.Equal(states, [][]string{{"lapsed"}, {"identity_asked"}}) {
		t.Errorf("%v", states)
	}
	Query(t, s, `UPDATE delivery SET state = 'sent', reply = 'jan' WHERE address = $1 RETURNING id`, string(jan))
	if n, err := s.LetGoOfAddresses(t.Context(), over, Worker, over.Add(time.Hour)); err != nil || n != 2 {
		t.Errorf("%d, %v", n, err)
	}
	w.check(s.TruncateLog(t.Context()))
	if Holds(t, s, "jan.jansen") || !Holds(t, s, "piet@voorbeeld.nl") {
		t.Error("who lapsed is still named, or who did not is gone")
	}
	if n, err := s.LetGoOfAddresses(t.Context(), over, Worker, over.Add(time.Hour)); err != nil || n != 0 {
		t.Errorf("once more: %d, %v", n, err)
	}
}

func testEraseRegister(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	sub := w.Join(jan, Start, w.All())
	r := w.arrive(newsletter.RequestAccess, newsletter.ArrivedLetter, jan)
	if _, err := w.step(r, newsletter.AskIdentity{Why: "jan.jansen belt vreemd"}, letterOf(newsletter.LetterReceipt, Start), Start); err != nil {
		t.Fatal(err)
	}
	w.Do(`UPDATE request_letter SET body = 'Beste Zonderlinge Naam' WHERE request_id = $1`, r.ID)
	d, err := s.Dossier(t.Context(), jan, w.Hashes(jan), newsletter.Person(sub.PublicID), Start)
	if err != nil || len(d.Requests) != 1 || d.Requests[0].Wish == "" || len(d.Deliveries) != 3 {
		t.Fatalf("%d requests, %d mails, %v", len(d.Requests), len(d.Deliveries), err)
	}
	if _, err := s.Erase(t.Context(), jan, w.Hash, By, Start); err != nil {
		t.Fatal(err)
	}
	for _, gone := range []string{"jan.jansen", "zonderlinge", "in mijn woorden"} {
		if Holds(t, s, gone) {
			t.Errorf("%q is still in the database", gone)
		}
	}
	d, err = s.Dossier(t.Context(), jan, w.Hashes(jan), By, Start)
	if err != nil || len(d.Requests) != 1 || d.Requests[0].Reference() != r.Reference() || d.Requests[0].Address != nil || len(d.Deliveries) != 0 {
		t.Errorf("the proof that there was a request: %v", err)
	}
}
