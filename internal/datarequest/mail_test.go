package datarequest_test

import (
	"strings"
	"testing"
	"time"

	"bode.example/internal/datarequest"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

func (d *desk) draft() *newsletter.DataRequest {
	d.t.Helper()
	all, err := d.store.Requests(d.t.Context(), store.RequestPage{Limit: 10})
	check(d.t, err)
	for i := range all {
		if all[i].State == newsletter.RequestDraft {
			return &all[i]
		}
	}
	return nil
}

// A mail to the desk waits as a draft under the clock, becomes a request of the kind and day that an officer reads in
// it, and is gone then.
func TestE7_AMailBecomesARequestWhenAnOfficerHasReadIt(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		m := newsletter.RequestMail{From: "collega@voorbeeld.org", Subject: "Fwd: \x1b[31mrood", Text: "Van: Jan.Jansen@voorbeeld.nl\r\n\r\n\r\n\r\n\r\nWis mij.\u202e" + strings.Repeat("x", 30_000), LeftOut: 1}
		for range 2 { // by two ways
			check(t, d.TakeMail(t.Context(), m, "afdruk", d.now))
		}
		r := d.draft()
		if r == nil || r.Mail.Subject != "Fwd: [31mrood" || !strings.HasPrefix(r.Mail.Text, "Van: Jan.Jansen@voorbeeld.nl\n\nWis mij.xxx") || len(r.Mail.Text) > 20_010 || r.Mail.LeftOut != 1 || r.DueOn.String() != "2026-12-02" {
			t.Fatalf("%+v", r)
		}
		if got := storetest.Query(t, d.store, `SELECT COUNT(*) FROM data_request`); got[0][0] != "1" {
			t.Errorf("%s rows of one mail", got[0][0])
		}
		if got := storetest.Query(t, d.store, `SELECT COUNT(*) FROM delivery`); got[0][0] != "0" {
			t.Error("a stranger's mail is answered by itself")
		}
		for what, err := range map[string]error{
			"begin":  second(d.Begin(t.Context(), r.PublicID, storetest.By, d.now)),
			"extend": second(d.Extend(t.Context(), r.PublicID, "Druk.", nil, storetest.By, d.now)),
			"refuse": second(d.Refuse(t.Context(), r.PublicID, "Nee.", nil, storetest.By, d.now)),
			"fulfil": second(d.CarryOut(t.Context(), r.PublicID, nil, storetest.By, d.now)),
		} {
			if !newsletter.Is(err, newsletter.Conflict) {
				t.Errorf("%s of what nobody has read: %v", what, err)
			}
		}
		e := datarequest.FromMail(r)
		if e.Address != "collega@voorbeeld.org" || len([]rune(e.Wish)) != 2000 {
			t.Errorf("%+v", e)
		}
		e.Kind, e.Address, e.Wish, e.ReceivedOn = newsletter.RequestErasure, string(jan), "Wis mij.", d.Today(d.now)-5
		made, err := d.Amend(t.Context(), r.PublicID, e, storetest.By, d.now)
		if err != nil || made.State != newsletter.RequestReceived || made.Mail != nil || made.StrictOn != (d.Today(d.now)-5).AddMonths(1) {
			t.Fatalf("%+v, %v", made, err)
		}
		if l := d.last(made); l.Kind != newsletter.LetterReceipt || l.QueuedAt.IsZero() {
			t.Errorf("no receipt: %+v", l)
		}
		if err := d.Dismiss(t.Context(), r.PublicID, storetest.By, d.now); !newsletter.Is(err, newsletter.Conflict) {
			t.Errorf("a request is thrown away: %v", err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

// What is no request goes at once; what names somebody who is erased goes with them; a flood waits at the mail server.
func TestE13_DraftsAreStrangersData(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		check(t, d.TakeMail(t.Context(), newsletter.RequestMail{From: "spam@elders.example", Text: "Zonderlinge aanbieding"}, "1", d.now))
		check(t, d.Dismiss(t.Context(), d.draft().PublicID, storetest.By, d.now))
		if storetest.Holds(t, d.store, "zonderlinge") || storetest.Holds(t, d.store, "spam@elders") {
			t.Error("what was thrown away is there")
		}
		d.w.Join(jan, d.now, d.w.All())
		check(t, d.TakeMail(t.Context(), newsletter.RequestMail{From: "JAN.jansen@voorbeeld.nl", Text: "Hoe zit het?"}, "2", d.now))
		if _, err := d.store.Erase(t.Context(), jan, d.w.Hash, storetest.By, d.now); err != nil {
			t.Fatal(err)
		}
		if storetest.Holds(t, d.store, "jan.jansen") {
			t.Error("who was erased is named by a mail that waits")
		}
		var flood error
		for n := range 100 {
			if flood = d.TakeMail(t.Context(), newsletter.RequestMail{Text: "Nog een"}, "flood"+string(rune('a'+n)), d.now); flood != nil {
				break
			}
		}
		if !newsletter.Is(flood, newsletter.TooMany) {
			t.Errorf("a flood: %v", flood)
		}
		check(t, d.TakeMail(t.Context(), newsletter.RequestMail{Text: "Later"}, "later", d.now.Add(2*time.Hour)))
	})
}
