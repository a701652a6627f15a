package signup_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/signup"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
)

// desk is an installation with sign-up on it, and a clock that the test moves.
type desk struct {
	w *storetest.World
	*signup.Service
	t       testing.TB
	store   *store.Store
	now     time.Time
	secret  token.Secret
	keys    token.Secret // of the suppression list
	limits  signup.Limits
	keyring *token.Ring
	logged  safe
}

// safe is a buffer for several goroutines.
type safe struct {
	mu sync.Mutex
	bytes.Buffer
}

func (s *safe) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Buffer.Write(b)
}

func newDesk(t testing.TB, s *store.Store) *desk {
	t.Helper()
	d := &desk{w: storetest.NewWorld(t, s), t: t, store: s, now: storetest.Start, secret: token.NewSecret(), keys: token.NewSecret(), limits: signup.DefaultLimits()}
	d.w.Wording(newsletter.WordingContact, "Bel ons.")
	d.open(s, d.secret)
	return d
}

// open starts the service, as a restart does, over any store, with a current secret of links and old ones.
func (d *desk) open(s signup.Store, current token.Secret, old ...token.Secret) {
	d.t.Helper()
	var err error
	d.keyring, err = token.NewRing(current, old...)
	d.check(err)
	suppression, err := token.NewHashes(token.Suppression, d.keys)
	d.check(err)
	counting, err := token.NewHashes(token.Limit, d.keys)
	d.check(err)
	d.Service = signup.New(s, d.keyring, suppression, counting, signup.Config{Domain: "voorbeeld.nl", MinFill: 2 * time.Second, Limits: d.limits}, slog.New(slog.NewTextHandler(&d.logged, nil)))
}

func (d *desk) check(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) want(err error, code newsletter.Code, reason string) {
	d.t.Helper()
	var e *newsletter.Error
	if !errors.As(err, &e) || e.Code != code || e.Reason != reason {
		d.t.Errorf("got %v, want %s, reason %s", err, code, reason)
	}
}

// form is one that a person fills in well.
func (d *desk) form(address string, choices ...newsletter.Choice) newsletter.SignupForm {
	if len(choices) == 0 {
		choices = []newsletter.Choice{d.w.All()}
	}
	return newsletter.SignupForm{Address: address, Name: "Jan", Language: newsletter.Dutch, Choices: choices, WordingHash: d.w.Words.Hash, PrivacyHash: d.w.Privacy.Hash,
		ShownAt: newsletter.At(d.now.Add(-time.Minute)), FormURL: "https://voorbeeld.nl/", Client: newsletter.Client{Network: "192.0.2.7/32", Agent: "Test/1"}}
}

func (d *desk) send(address string, choices ...newsletter.Choice) error {
	return d.Request(d.t.Context(), d.form(address, choices...), d.now)
}

// mail is a message that waits for the worker: its template, and the link that it will carry.
type mail struct{ template, link string }

// mails returns the messages queued since the last call, as the letters will have them.
func (d *desk) mails() []mail {
	d.t.Helper()
	d.check(d.Decide(d.t.Context(), d.now))
	queries := map[string]struct {
		query   string
		purpose token.Purpose
	}{
		newsletter.TemplateConfirmation:        {`SELECT public_id FROM signup WHERE id = $1`, token.Confirm},
		newsletter.TemplateAccessLink:          {`SELECT public_id FROM access_link WHERE id = $1`, token.Access},
		newsletter.TemplateAddressConfirmation: {`SELECT public_id FROM address_change WHERE id = $1`, token.AddressChange},
		newsletter.TemplateAddressNotice:       {`SELECT public_id FROM address_change WHERE id = $1`, token.AddressUndo},
	}
	var all []mail
	for _, row := range storetest.Query(d.t, d.store, `SELECT id, template, ref FROM delivery WHERE state = 'pending' AND edition_id IS NULL ORDER BY id`) {
		m := mail{template: row[1]}
		if q, ok := queries[m.template]; ok {
			id, err := newsletter.ParsePublicID(storetest.Query(d.t, d.store, q.query, row[2])[0][0])
			d.check(err)
			m.link = d.keyring.Sign(q.purpose, id, time.Time{})
		}
		all = append(all, m)
		d.w.Do(`UPDATE delivery SET state = 'sent', apart = NULL WHERE id = $1`, row[0])
	}
	return all
}

// mail returns the one message of a template that was queued since the last call.
func (d *desk) mail(template string) mail {
	d.t.Helper()
	all := d.mails()
	i := slices.IndexFunc(all, func(m mail) bool { return m.template == template })
	if i < 0 {
		d.t.Fatalf("no mail %q among %v", template, all)
	}
	return all[i]
}

// join signs an address up by form, mail and button, and returns its subscription's links.
func (d *desk) join(address string, choices ...newsletter.Choice) newsletter.Links {
	d.t.Helper()
	d.check(d.send(address, choices...))
	c, err := d.Confirm(d.t.Context(), d.mail(newsletter.TemplateConfirmation).link, newsletter.Client{}, d.now)
	d.check(err)
	d.mails()
	return c.Standing[0].Links
}

// ticket asks for an access link and opens it.
func (d *desk) ticket(address string) string {
	d.t.Helper()
	d.check(d.RequestAccess(d.t.Context(), newsletter.AccessForm{Address: address, Language: newsletter.Dutch, Client: newsletter.Client{Network: "192.0.2.9/32"}}, d.now))
	ticket, err := d.OpenAccess(d.t.Context(), d.mail(newsletter.TemplateAccessLink).link, d.now)
	d.check(err)
	return ticket
}

// each runs a test on both engines.
func each(t *testing.T, fn func(t *testing.T, d *desk)) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) { fn(t, newDesk(t, s)) })
}

// sqlite runs a test on one engine, where the rules are ours and not the database's.
func sqlite(t *testing.T) *desk {
	t.Parallel()
	return newDesk(t, storetest.SQLite(t))
}

func address(n int) string { return fmt.Sprintf("lezer%d@voorbeeld.nl", n) }

// hashes are the service's own of the suppression list.
func (d *desk) hashes() *token.Hashes {
	d.t.Helper()
	h, err := token.NewHashes(token.Suppression, d.keys)
	d.check(err)
	return h
}

// list makes a list in a state, without paces, and returns its id.
func (d *desk) list(name string, state newsletter.ListState) int64 {
	d.t.Helper()
	l := newsletter.List{Name: name, State: state, Language: newsletter.Dutch, ListID: name + ".voorbeeld.nl", SenderName: name, SenderAddress: "post@voorbeeld.nl",
		Texts: newsletter.Texts{newsletter.Dutch: {Title: name}}}
	d.check(d.store.CreateList(d.t.Context(), &l, storetest.By, d.now))
	return l.ID
}

func firstOf(err error) *newsletter.Error {
	var e *newsletter.Error
	errors.As(err, &e)
	return e
}

func unjoined(err error) []*newsletter.Error {
	var all []*newsletter.Error
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, part := range joined.Unwrap() {
			all = append(all, unjoined(part)...)
		}
		return all
	}
	return append(all, firstOf(err))
}
