package staff_test

import (
	"context"
	"log/slog"
	"net/url"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"bode.example/internal/newsletter"
	"bode.example/internal/staff"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
)

const anna = newsletter.Address("anna@voorbeeld.nl")

var by = newsletter.Operator("test")

// office is a service on a real store, with a clock that the test turns.
type office struct {
	*staff.Service
	t      *testing.T
	store  *store.Store
	links  *token.Ring
	secret token.Secret
	now    time.Time
	client newsletter.Client
}

func each(t *testing.T, test func(t *testing.T, o *office)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) { test(t, open(t, s, token.NewSecret())) })
}

func open(t *testing.T, s *store.Store, secret token.Secret, old ...token.Secret) *office {
	t.Helper()
	o := &office{t: t, store: s, secret: secret, now: storetest.Start, client: newsletter.Client{Network: "192.0.2.7/32", Agent: "Test/1"}}
	links, err := token.NewRing(secret, old...)
	o.check(err)
	box, err := token.NewBox(secret, old...)
	o.check(err)
	counting, err := token.NewHashes(token.Limit, secret)
	o.check(err)
	o.links = links
	o.Service, err = staff.New(s, links, box, counting, staff.Config{URL: &url.URL{Scheme: "https", Host: "nieuws.example"}, Organisation: "Stichting Voorbeeld"},
		slog.New(slog.DiscardHandler))
	o.check(err)
	return o
}

func (o *office) check(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) ctx() context.Context { return o.t.Context() }

// hire takes somebody on.
func (o *office) hire(address newsletter.Address, roles ...newsletter.Role) *newsletter.Staff {
	o.t.Helper()
	m, err := o.Invite(o.ctx(), staff.Form{Address: string(address), Name: "Anna", Language: newsletter.Dutch, Roles: roles}, by, o.now)
	o.check(err)
	return m
}

// half signs in with the first factor, by a link that a command made.
func (o *office) half(m *newsletter.Staff) *newsletter.Session {
	o.t.Helper()
	link, err := o.Issue(o.ctx(), m.PublicID, by, o.now)
	o.check(err)
	text, _, err := o.Use(o.ctx(), link, "", o.client, o.now)
	o.check(err)
	return o.current(text)
}

func (o *office) current(text string) *newsletter.Session {
	o.t.Helper()
	n, err := o.Current(o.ctx(), text, o.now)
	o.check(err)
	return n
}

// phone is an authenticator app.
type phone struct {
	o      *office
	secret string
}

func (p *phone) code() string {
	p.o.t.Helper()
	code, err := totp.GenerateCode(p.secret, p.o.now)
	p.o.check(err)
	return code
}

// enrol adds an authenticator in a session, which becomes whole, and returns its token.
func (o *office) enrol(n *newsletter.Session) (text string, p *phone) {
	o.t.Helper()
	o.check(o.BeginAuthenticator(o.ctx(), n))
	n, err := o.reload(n)
	o.check(err)
	key, err := o.NewAuthenticator(n)
	o.check(err)
	p = &phone{o, key.Secret()}
	text, _, err = o.EnrolAuthenticator(o.ctx(), n, p.code(), o.client, o.now)
	o.check(err)
	return text, p
}

// reload reads what a session carries.
func (o *office) reload(n *newsletter.Session) (*newsletter.Session, error) {
	all := storetest.Query(o.t, o.store, `SELECT carried FROM session WHERE public_id = '`+n.PublicID.String()+`'`)
	again := *n
	if len(all) == 1 {
		again.Carried = all[0][0]
	}
	return &again, nil
}

func want(t *testing.T, err error, code newsletter.Code, what string) {
	t.Helper()
	if !newsletter.Is(err, code) {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}
