package bounce_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/bounce"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
)

const (
	mailbox = newsletter.Address("bounce@nieuws.example.nl")
	leaving = newsletter.Address("afmelden@nieuws.example.nl")
	office  = newsletter.Address("info@voorbeeld.nl")
)

// post is the relay of a test: it keeps what is passed on.
type post struct {
	mu    sync.Mutex
	fails error
	got   []string  // "to: letter"
	began chan bool // if there is one: a letter has come
	hold  chan bool // and waits for this
}

func (p *post) Forward(_ context.Context, to newsletter.Address, letter []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.hold != nil {
		p.began <- true
		<-p.hold
	}
	if p.fails != nil {
		return p.fails
	}
	p.got = append(p.got, to.String()+": "+string(letter))
	return nil
}

// scene is a small installation with two readers, each of whom was sent a mail.
type scene struct {
	*storetest.World
	t        *testing.T
	store    *store.Store
	service  *bounce.Service
	post     *post
	verp     *token.ReturnPath
	leave    *token.LeavePath
	jan      int64 // subscriptions
	piet     int64
	janMail  string // envelope senders of the mails they got
	pietMail string
	delivery int64 // Jan's
	now      time.Time
	with     func(privacy newsletter.Address, requests bounce.Requests) *bounce.Service // one with a privacy desk
}

// message is a person's, to an address.
func (x *scene) message(to, text string) bounce.Message {
	sender := "jan@voorbeeld.org"
	return bounce.Message{Way: newsletter.WayListener, Sender: &sender, To: []string{to}, Raw: []byte(strings.ReplaceAll(letter(sender, to, text), "\n", "\r\n"))}
}

func newScene(t *testing.T, s *store.Store) *scene {
	t.Helper()
	x := &scene{World: storetest.NewWorld(t, s), t: t, store: s, post: &post{}, now: storetest.Start.Add(time.Hour)}
	links, err := token.NewRing(token.NewSecret())
	x.check(err)
	hashes, err := token.NewHashes(token.Suppression, token.NewSecret())
	x.check(err)
	x.with = func(privacy newsletter.Address, requests bounce.Requests) *bounce.Service {
		service, err := bounce.New(s, links, hashes, x.post, bounce.Config{
			Rule: newsletter.BounceRule{SoftLimit: 3, SoftPeriod: 30 * 24 * time.Hour}, KeepRaw: 30 * 24 * time.Hour, Keep: 90 * 24 * time.Hour,
			Mailbox: mailbox, Leaving: leaving, Own: []newsletter.Address{"nieuws@voorbeeld.nl"}, Contacts: []newsletter.Address{"redactie@voorbeeld.nl", office},
			Privacy: privacy, Requests: requests,
		}, slog.New(slog.DiscardHandler))
		x.check(err)
		return service
	}
	x.service = x.with("", nil)
	x.verp, err = token.NewReturnPath(links, mailbox)
	x.check(err)
	x.leave, err = token.NewLeavePath(links, leaving)
	x.check(err)
	x.jan, x.piet = x.Reader("jan", x.Weekly), x.Reader("piet", x.Weekly)
	x.delivery = x.Mailed(x.jan, storetest.Start)
	x.janMail = x.sender(x.delivery)
	x.pietMail = x.sender(x.Mailed(x.piet, storetest.Start))
	return x
}

func (x *scene) check(err error) {
	x.t.Helper()
	if err != nil {
		x.t.Fatal(err)
	}
}

func (x *scene) sender(delivery int64) string {
	return x.verp.Address(delivery, storetest.Start.AddDate(0, 0, 30))
}

// take brings a message from a sender and wants what becomes of it: "effect reason settled".
func (x *scene) take(sender, to, raw, want string) bounce.Result {
	x.t.Helper()
	m := bounce.Message{Way: newsletter.WayListener, Sender: &sender, Raw: []byte(strings.ReplaceAll(raw, "\n", "\r\n"))}
	if to != "" {
		m.To = []string{to}
	}
	r, err := x.service.Take(x.t.Context(), m, x.now)
	x.check(err)
	got := strings.Join(strings.Fields(fmt.Sprint(r.Effect, " ", r.Reason)), " ")
	if r.Settled {
		got += " settled"
	}
	if got != want {
		x.t.Errorf("%q, want %q (%s: %s)", got, want, r.Report.Class, r.Report.Recognised)
	}
	return r
}

func (x *scene) states() string {
	x.t.Helper()
	var all []string
	for _, row := range storetest.Query(x.t, x.store, `SELECT s.state, p.suppressed_at IS NOT NULL FROM subscription AS s JOIN subscriber AS p ON p.id = s.subscriber_id ORDER BY s.id`) {
		state := row[0]
		if row[1] == "true" || row[1] == "1" {
			state += " suppressed"
		}
		all = append(all, state)
	}
	return strings.Join(all, ", ")
}

func (x *scene) want(states string) {
	x.t.Helper()
	if got := x.states(); got != states {
		x.t.Errorf("subscriptions are %q, want %q", got, states)
	}
}

// dsn is a report about an address, with a status; what it returns bears the sender given.
func dsn(status, returned string) string {
	return `From: MAILER-DAEMON@mx.example.org
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

It did not work out.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; jan@lezer.voorbeeld.nl
Action: failed
Status: ` + status + `
Diagnostic-Code: smtp; 550 ` + status + ` jan@lezer.voorbeeld.nl says no

--b
Content-Type: text/rfc822-headers

Return-Path: <` + returned + `>
Subject: Nieuws

--b--
`
}

func letter(from, to, text string) string {
	return "From: " + from + "\nTo: " + to + "\nSubject: Re: Nieuws\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n" + text + "\n"
}

func TestC12_OnlyATokenIsBelieved(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newScene(t, s)
		x.take("", mailbox.String(), dsn("5.1.1", "nieuws@voorbeeld.nl"), "none forged")
		x.take("", "bounce+"+strings.Repeat("a", 48)+"@nieuws.example.nl", dsn("5.1.1", ""), "none forged")
		other, err := token.NewRing(token.NewSecret())
		x.check(err)
		verp, err := token.NewReturnPath(other, mailbox)
		x.check(err)
		x.take("", verp.Address(x.delivery, x.now.AddDate(0, 0, 1)), dsn("5.1.1", ""), "none forged")
		x.take("", x.verp.Address(x.delivery, x.now.AddDate(0, 0, -1)), dsn("5.1.1", ""), "none late settled")
		x.want("active, active")
		if got := storetest.Query(t, s, `SELECT COUNT(*) FROM bounce`); got[0][0] != "0" {
			t.Errorf("%s rows are kept of forged reports", got[0][0])
		}
		x.take("", strings.ToUpper(x.janMail), dsn("5.1.1", ""), "suppressed settled")
		x.want("active suppressed, active")
	})
}

func TestC13_ReportsChangeWhatTheyShould(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newScene(t, s)
		x.take("", x.janMail, dsn("5.7.1", ""), "none policy settled")
		x.take("", x.janMail, dsn("4.2.2", ""), "counted settled")
		x.take("", x.janMail, dsn("4.2.2", ""), "none known settled")
		x.take("", x.janMail, "Received: from elsewhere\n"+dsn("4.2.2", ""), "none known settled") // by another way
		x.want("active, active")
		r := x.take("", mailbox.String(), dsn("5.1.1", x.janMail), "suppressed settled") // the token is in what it returns
		x.want("active suppressed, active")
		b, err := s.Bounce(t.Context(), r.Bounce, storetest.Worker, x.now)
		x.check(err)
		if b.Diagnostic != "550 5.1.1 <address> says no" || !strings.Contains(string(b.Raw), "jan@lezer.voorbeeld.nl says no") {
			t.Errorf("%q", b.Diagnostic)
		}
		garbled := "From: postmaster@x.example\nSubject: undeliverable\n\nno idea\n"
		x.take("", x.pietMail, garbled, "none unknown") // kept, to be looked at
		x.take("", "", garbled, "none forged")
		x.want("active suppressed, active")
	})
}

func TestC14_AComplaintNeedsItsToken(t *testing.T) {
	complaint := func(returned, unsubscribe string) string {
		return "From: fbl@fbl.example.org\nTo: " + mailbox.String() + "\nSubject: complaint\nMIME-Version: 1.0\nContent-Type: multipart/report; boundary=b\n\n" +
			"--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nVersion: 1\n\n--b\nContent-Type: message/rfc822\n\nReturn-Path: <" + returned +
			">\nList-Unsubscribe: <https://nieuws.example.nl/u/x>, <mailto:" + unsubscribe + "?subject=unsubscribe>\nSubject: Nieuws\n\nHallo\n--b--\n"
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newScene(t, s)
		x.take("fbl@fbl.example.org", mailbox.String(), complaint("x@y.example", "z@y.example"), "none forged")
		x.want("active, active")
		x.take("fbl@fbl.example.org", mailbox.String(), complaint(x.janMail, "z@y.example"), "suppressed settled")
		x.want("unsubscribed suppressed, active")
		// The link to leave is in every copy that somebody passes on: it leaves, and no more.
		x.take("fbl@fbl.example.org", mailbox.String(), complaint("x@y.example", x.leave.Address(x.piet)), "left settled")
		x.want("unsubscribed suppressed, unsubscribed")
	})
}

func TestAnErasedDeliveryChangesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newScene(t, s)
		_, err := s.Erase(t.Context(), "jan@lezer.voorbeeld.nl", x.Hash, storetest.By, x.now)
		x.check(err)
		x.take("", x.janMail, dsn("5.1.1", ""), "none erased settled")
		x.take("jan@lezer.voorbeeld.nl", x.leave.Address(x.jan), letter("jan@lezer.voorbeeld.nl", "x", "weg"), "none erased settled")
		if storetest.Holds(t, s, "jan@lezer") {
			t.Error("the report brought the address back")
		}
	})
}

func TestB7_LeavingByMail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newScene(t, s)
		// Who forged the sender has no token; the desk decides.
		x.take("jan@lezer.voorbeeld.nl", leaving.String(), letter("jan@lezer.voorbeeld.nl", leaving.String(), "Afmelden"), "proposed settled")
		x.take("jan@lezer.voorbeeld.nl", "post@voorbeeld.nl", letter("jan@lezer.voorbeeld.nl", "post@voorbeeld.nl", "stop"), "proposed settled")
		x.want("active, active")
		proposals, err := s.LeaveProposals(t.Context(), nil, storetest.Worker, x.now)
		if err != nil || len(proposals) != 2 || proposals[0].Words != "Afmelden" || proposals[1].List != "nieuwe-democratie" {
			t.Errorf("%+v, %v", proposals, err)
		}
		// A note of absence, or a letter that quotes our header, is no wish.
		x.take("jan@lezer.voorbeeld.nl", x.leave.Address(x.jan), "From: jan@lezer.voorbeeld.nl\nAuto-Submitted: auto-replied\n\nIk ben er niet.\n", "none autoreply settled")
		x.take("ria@voorbeeld.nl", "post@voorbeeld.nl", letter("ria@voorbeeld.nl", "post@voorbeeld.nl", "Wat is "+x.leave.Address(x.piet)+"?"), "forwarded")
		x.want("active, active")
		// The token of the address is enough, whoever writes and whatever is said (RFC 2369).
		x.take("jan@elders.example", x.leave.Address(x.jan), letter("jan@elders.example", x.leave.Address(x.jan), ""), "left settled")
		x.take("jan@elders.example", x.leave.Address(x.jan), letter("jan@elders.example", x.leave.Address(x.jan), ""), "left settled")
		x.want("unsubscribed, active")
		// So is that of the delivery that is answered, with nothing but "stop".
		x.take("piet@lezer.voorbeeld.nl", x.pietMail, letter("piet@lezer.voorbeeld.nl", x.pietMail, "Graag uitschrijven.\n\nGroet, Piet"), "left settled")
		x.want("unsubscribed, unsubscribed")
		if got := storetest.Query(t, s, `SELECT DISTINCT channel FROM consent`); !cmp.Equal(got, [][]string{{"mail"}}) {
			t.Errorf("%v", got)
		}
	})
}

func TestALetterGoesUnalteredToTheContact(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newScene(t, s)
		x.Do(`UPDATE list SET reply_to = 'raad@voorbeeld.nl'`)
		raw := letter("ria@example.org", "Nieuws <post@voorbeeld.nl>", "Wat een mooi stuk!")
		x.take("ria@example.org", "post@voorbeeld.nl", raw, "forwarded")
		x.take("ria@example.org", x.janMail, raw, "forwarded")
		x.take("ria@example.org", "raad@voorbeeld.nl", letter("ria@example.org", "raad@voorbeeld.nl", "Hallo"), "forwarded")
		x.take("ria@example.org", "redactie@voorbeeld.nl", letter("ria@example.org", "redactie@voorbeeld.nl", "Hallo"), "forwarded")
		x.take("ria@example.org", "info@voorbeeld.nl", letter("ria@example.org", "info@voorbeeld.nl", "Hallo"), "none no_contact")
		x.take("ria@example.org", "post@voorbeeld.nl", strings.Repeat("Received: from a by b\n", 31)+raw, "none loop")
		x.take("", "post@voorbeeld.nl", raw, "none forged") // a machine's
		unaltered := strings.ReplaceAll(raw, "\n", "\r\n")
		if len(x.post.got) != 4 || x.post.got[0] != "raad@voorbeeld.nl: "+unaltered || x.post.got[1] != "raad@voorbeeld.nl: "+unaltered ||
			!strings.HasPrefix(x.post.got[2], "redactie@") || !strings.HasPrefix(x.post.got[3], "info@") {
			t.Errorf("%q", x.post.got)
		}
		x.post.fails = errors.New("the relay is away")
		if _, err := x.service.Take(t.Context(), bounce.Message{To: []string{"post@voorbeeld.nl"}, Raw: []byte(unaltered)}, x.now); err == nil {
			t.Error("a letter is lost while the relay is away")
		}
		x.post.fails = fmt.Errorf("%w: a line is too long", bounce.ErrNotForwarded)
		x.take("ria@example.org", "post@voorbeeld.nl", raw, "none not_forwarded")
	})
}

func TestAccepts(t *testing.T) {
	x := newScene(t, storetest.SQLite(t))
	x.Do(`UPDATE list SET reply_to = 'raad@voorbeeld.nl'`)
	for to, want := range map[string]bool{
		mailbox.String(): true, "BOUNCE@nieuws.example.nl": true, leaving.String(): true, x.janMail: true, x.leave.Address(x.jan): true,
		x.verp.Address(1, x.now.AddDate(-1, 0, 0)): true, // its report is late; it is ours all the same
		"post@voorbeeld.nl":                        true, "raad@voorbeeld.nl": true, "nieuws@voorbeeld.nl": true,
		"info@voorbeeld.nl": false, "bounce+x@nieuws.example.nl": false, "iemand@example.org": false, "": false, "postmaster": false,
		"bounce+" + strings.Repeat("a", 48) + "@nieuws.example.nl": false, "afmelden+" + strings.Repeat("a", 48) + "@nieuws.example.nl": false,
	} {
		if got, err := x.service.Accepts(t.Context(), to, x.now); err != nil || got != want {
			t.Errorf("%q: %v, %v", to, got, err)
		}
	}
}

// Where no mailbox for reports is configured, nothing is believed, and nothing is ours.
func TestWithoutAMailboxNothingIsBelieved(t *testing.T) {
	x := newScene(t, storetest.SQLite(t))
	links, err := token.NewRing(token.NewSecret())
	x.check(err)
	hashes, err := token.NewHashes(token.Suppression, token.NewSecret())
	x.check(err)
	x.service, err = bounce.New(x.store, links, hashes, x.post, bounce.Config{Rule: newsletter.BounceRule{SoftLimit: 3, SoftPeriod: time.Hour}}, slog.New(slog.DiscardHandler))
	x.check(err)
	x.take("", x.janMail, dsn("5.1.1", ""), "none forged")
	x.want("active, active")
	for _, to := range []string{"", x.janMail, mailbox.String(), x.leave.Address(x.jan)} {
		if ok, err := x.service.Accepts(t.Context(), to, x.now); ok || err != nil {
			t.Errorf("%q: %v, %v", to, ok, err)
		}
	}
	if _, err := bounce.New(x.store, links, hashes, x.post, bounce.Config{Mailbox: "seventeen.letters@example.org"}, slog.New(slog.DiscardHandler)); !newsletter.Is(err, newsletter.Invalid) {
		t.Error(err)
	}
}
