package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func paperCases() []Case {
	return []Case{
		{"E9 an answer on paper is told to be posted, and the name on its envelope goes with it", []string{"PostLetter", "CarryOutRequest"}, testPaper},
		{"E9 what carrying out would give is said before it is done", []string{"RequestResult"}, testRequestResult},
		{"E9 who names no mail address is answered by hand", []string{"CarryOutRequest", "RequestResult"}, testByHand},
		{"E15 mail to the dead stops at once, and nobody is written to", []string{"StopMail"}, testStopMail},
		{"E8 what was written down wrong is put right, and the clock with it", []string{"StepRequest"}, testAmend},
		{"E7 a mail that asks for nothing is thrown away whole", []string{"DismissDraft", "CreateRequest"}, testDismiss},
		{"E9 answers pass the gate to who is suppressed or restricted", []string{"HandOver", "DecideAccessLink"}, testGateAnswers},
	}
}

// paperAnswer is the answer of a test: mailed where that can be.
func paperAnswer(now time.Time) newsletter.WriteAnswer {
	return func(r *newsletter.DataRequest, result string, _ *newsletter.DataExport) (*newsletter.RequestLetter, error) {
		l := &newsletter.RequestLetter{Kind: newsletter.LetterKind(r.Kind), Language: r.Language, Subject: "Antwoord", Body: result}
		if r.ReplyTo() != "" {
			l.QueuedAt = newsletter.At(now)
		}
		return l, nil
	}
}

func testPaper(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Join(jan, Start, w.All())
	r := w.arrive(newsletter.RequestErasure, newsletter.ArrivedLetter, jan)
	to := *r
	to.Postal, to.ReplyWhy, to.Name = "Zonderlingeweg 14\n9401 HS Assen", "staat in de brief", "Jan Jansen"
	_, err := w.step(r, newsletter.AmendRequest{To: &to}, nil, Start)
	w.check(err)
	_, err = w.step(r, newsletter.ShowIdentity{How: newsletter.ShownByOfficer, Why: "belde terug"}, nil, Start)
	w.check(err)
	_, err = s.CarryOutRequest(t.Context(), r.PublicID, w.hashes, paperAnswer(Start), Today, By, Start)
	w.check(err)
	if got := Query(t, s, `SELECT name, postal, address, reply_why FROM data_request`); !cmp.Equal(got, [][]string{{"Jan Jansen", to.Postal, "NULL", ""}}) {
		t.Errorf("until it is posted: %v", got)
	}
	if got := w.answers(); len(got) > 0 {
		t.Errorf("a letter on paper is mailed: %v", got)
	}
	id, err := newsletter.ParsePublicID(Query(t, s, `SELECT public_id FROM request_letter`)[0][0])
	w.check(err)
	w.check(s.PostLetter(t.Context(), id, By, Start.Add(time.Hour)))
	if err := s.PostLetter(t.Context(), id, By, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("twice: %v", err)
	}
	if err := s.PostLetter(t.Context(), newsletter.NewPublicID(), By, Start); !newsletter.Is(err, newsletter.NotFound) {
		t.Errorf("no such letter: %v", err)
	}
	w.check(s.TruncateLog(t.Context()))
	for _, gone := range []string{"Zonderlingeweg", "Jan Jansen", "jan.jansen", "staat in de brief"} {
		if Holds(t, s, gone) {
			t.Errorf("%q outlives the letter that was the last to need it", gone)
		}
	}
	if got := Query(t, s, `SELECT step FROM request_event ORDER BY id DESC`); got[0][0] != "post" {
		t.Errorf("%v", got)
	}
}

func testRequestResult(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Join(jan, Start, w.All())
	w.check(s.Suppress(t.Context(), "weg@voorbeeld.nl", w.hashes.Current("weg@voorbeeld.nl"), newsletter.SuppressedObjection, time.Time{}, By, Start))
	for address, want := range map[newsletter.Address]string{jan: newsletter.ResultDone, "weg@voorbeeld.nl": newsletter.ResultSuppression, "niemand@voorbeeld.nl": newsletter.ResultNothing} {
		r := w.arrive(newsletter.RequestAccess, newsletter.ArrivedLetter, address)
		if got, err := s.RequestResult(t.Context(), r, w.hashes, Start); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", address, got, err, want)
		}
	}
}

func testByHand(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	for kind, want := range map[newsletter.RequestKind]string{newsletter.RequestRectification: newsletter.ResultDone, newsletter.RequestOther: newsletter.ResultDone,
		newsletter.RequestAccess: newsletter.ResultNothing, newsletter.RequestErasure: newsletter.ResultNothing, newsletter.RequestObjection: newsletter.ResultNothing} {
		r := &newsletter.DataRequest{Kind: kind, Channel: newsletter.ArrivedLetter, Language: newsletter.Dutch, ReceivedOn: Today, Name: "Jan"}
		w.check(s.CreateRequest(t.Context(), r, nil, nil, Today, By, Start))
		if kind.NeedsIdentity() {
			_, err := w.step(r, newsletter.ShowIdentity{How: newsletter.ShownByOfficer, Why: "kwam langs"}, nil, Start)
			w.check(err)
		}
		done, err := s.CarryOutRequest(t.Context(), r.PublicID, w.hashes, paperAnswer(Start), Today, By, Start)
		if err != nil || done.Request.Result != want {
			t.Errorf("%s: %+v, %v", kind, done, err)
		}
	}
	if got := Query(t, s, `SELECT COUNT(*) FROM request_letter WHERE queued_at IS NULL`); got[0][0] != "5" {
		t.Errorf("%v", got)
	}
}

func testStopMail(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Join(jan, Start, w.All())
	address := jan
	r := &newsletter.DataRequest{Channel: newsletter.ArrivedPhone, Language: newsletter.Dutch, ReceivedOn: Today, Address: &address, Representative: "zijn dochter"}
	w.check(s.StopMail(t.Context(), r, "deceased", w.hashes, Today, By, Start))
	if got := Query(t, s, `SELECT r.kind, r.state, r.result, e.note, s.state FROM data_request AS r JOIN request_event AS e ON e.request_id = r.id AND e.step = 'stop' CROSS JOIN subscription AS s`); !cmp.Equal(got,
		[][]string{{"objection", "fulfilled", "done", "deceased", "unsubscribed"}}) {
		t.Errorf("%v", got)
	}
	if got := Query(t, s, `SELECT reason FROM suppression`); !cmp.Equal(got, [][]string{{string(newsletter.SuppressedObjection)}}) {
		t.Errorf("%v", got)
	}
	if got := Query(t, s, `SELECT template FROM delivery WHERE kind = 'request'`); len(got) > 0 {
		t.Errorf("the dead are written to: %v", got)
	}
}

func testAmend(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	r := w.arrive(newsletter.RequestObjection, newsletter.ArrivedLetter, jan)
	_, err := w.step(r, newsletter.BeginRequest{}, nil, Start)
	w.check(err)
	to := *r
	to.Kind, to.ReceivedOn = newsletter.RequestErasure, Today-10
	amended, err := w.step(r, newsletter.AmendRequest{To: &to}, nil, Start)
	if err != nil || amended.State != newsletter.RequestReceived || amended.StrictOn != (Today-10).AddMonths(1) {
		t.Fatalf("%+v, %v", amended, err)
	}
	_, err = w.step(r, newsletter.AskIdentity{}, nil, Start)
	w.check(err)
	other := newsletter.Address("piet@voorbeeld.nl")
	to.Address = &other
	if _, err := w.step(r, newsletter.AmendRequest{To: &to}, nil, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("an address whose owner was asked is another's now: %v", err)
	}
}

func testDismiss(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	key := "mail:x"
	draft := func() *newsletter.DataRequest {
		return &newsletter.DataRequest{Kind: newsletter.RequestOther, Channel: newsletter.ArrivedMail, Language: newsletter.Dutch, ReceivedOn: Today, Key: &key,
			Mail: &newsletter.RequestMail{From: "zonderling@elders.example", Subject: "Vraag", Text: "Wis mij.", LeftOut: 2}}
	}
	r := draft()
	w.check(s.CreateRequest(t.Context(), r, nil, nil, Today, By, Start))
	w.check(s.CreateRequest(t.Context(), draft(), nil, nil, Today, By, Start)) // the same, by another way
	got, err := s.RequestByLink(t.Context(), r.PublicID)
	if err != nil || got.State != newsletter.RequestDraft || !cmp.Equal(got.Mail, r.Mail) {
		t.Fatalf("%+v, %v", got, err)
	}
	w.check(s.DismissDraft(t.Context(), r.PublicID, By, Start))
	if err := s.DismissDraft(t.Context(), r.PublicID, By, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("twice: %v", err)
	}
	if rows := Query(t, s, `SELECT COUNT(*) FROM data_request`); rows[0][0] != "0" || Holds(t, s, "zonderling") {
		t.Errorf("%v rows, or what they held", rows)
	}
	made := w.arrive(newsletter.RequestAccess, newsletter.ArrivedLetter, jan)
	if err := s.DismissDraft(t.Context(), made.PublicID, By, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("a request is thrown away: %v", err)
	}
}

// Who complained, objected, or had their data restricted gets no newsletter, and gets the answer to what they ask.
func testGateAnswers(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Join(jan, Start, w.All())
	w.check(s.Suppress(t.Context(), jan, w.hashes.Current(jan), newsletter.SuppressedComplaint, time.Time{}, By, Start))
	w.Do(`UPDATE subscriber SET restricted_at = 1`)
	r := w.arrive(newsletter.RequestAccess, newsletter.ArrivedPage, jan)
	_, err := w.step(r, newsletter.AskIdentity{}, nil, Start)
	w.check(err)
	_, err = w.step(r, newsletter.ShowIdentity{How: newsletter.ShownByLink}, letterOf(newsletter.LetterAccess, Start), Start)
	w.check(err)
	_, err = s.DecideAccessLink(t.Context(), w.ask(jan, Start).ID, Worker, Start)
	w.check(err)
	claims, err := s.ClaimOther(t.Context(), "w", Start.Add(time.Minute), Start, 20)
	w.check(err)
	granted, err := s.HandOver(t.Context(), nil, Held(claims), true, Start)
	w.check(err)
	if got := Query(t, s, `SELECT template, state FROM delivery WHERE kind = 'request' ORDER BY id`); !cmp.Equal(got, [][]string{{"request_identity", "handing_over"}, {"request_letter", "handing_over"}, {"access_link", "handing_over"}}) || len(granted) < 2 {
		t.Errorf("%v", got)
	}
}
