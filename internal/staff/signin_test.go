package staff_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/staff"
	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
)

// ask asks for a link in a browser, and returns the one that would be mailed, if any.
func (o *office) ask(address newsletter.Address, nonce string) *newsletter.SignIn {
	o.t.Helper()
	o.check(o.Ask(o.ctx(), newsletter.AccessForm{Address: string(address), Language: newsletter.Dutch, Client: o.client}, nonce, o.now))
	o.check(o.Decide(o.ctx(), o.now))
	rows := storetest.Query(o.t, o.store, `SELECT ref FROM delivery WHERE template = 'sign_in' AND ref = (SELECT MAX(id) FROM sign_in)`)
	if len(rows) == 0 {
		return nil
	}
	rows = storetest.Query(o.t, o.store, `SELECT public_id FROM sign_in WHERE id = `+rows[0][0])
	id, err := newsletter.ParsePublicID(rows[0][0])
	o.check(err)
	l, err := o.store.SignIn(o.ctx(), id)
	o.check(err)
	return l
}

func TestSignInByLink(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		m := o.hire(anna, newsletter.RoleEditor)
		l := o.ask("ANNA@voorbeeld.nl", "mine")
		if l == nil {
			t.Fatal("no mail")
		}
		link := o.Token(l)
		if _, err := o.Link(o.ctx(), link, "mine", o.now); err != nil {
			t.Fatal(err)
		}
		_, err := o.Link(o.ctx(), link, "other", o.now)
		want(t, err, newsletter.Forbidden, "looked at in another browser")
		_, _, err = o.Use(o.ctx(), link, "other", o.client, o.now)
		want(t, err, newsletter.Forbidden, "used in another browser")
		_, _, err = o.Use(o.ctx(), link, "", o.client, o.now)
		want(t, err, newsletter.Forbidden, "used in a browser without the cookie")
		_, _, err = o.Use(o.ctx(), o.links.Sign(token.Access, l.PublicID, l.ExpiresAt.Time), "mine", o.client, o.now)
		want(t, err, newsletter.Forbidden, "a token for something else")

		text, n, err := o.Use(o.ctx(), link, "mine", o.client, o.now)
		if err != nil || n.Whole() || n.Staff.PublicID != m.PublicID {
			t.Fatalf("%+v, %v", n, err)
		}
		_, _, err = o.Use(o.ctx(), link, "mine", o.client, o.now)
		want(t, err, newsletter.Used, "twice")
		_, err = o.Authenticate(o.ctx(), text, o.now)
		want(t, err, newsletter.Forbidden, "half a session at the desk")
		if n, err := o.Current(o.ctx(), text, o.now); err != nil || n.Network != "192.0.2.0/24" {
			t.Errorf("%+v, %v", n, err)
		}
		_, err = o.Current(o.ctx(), text, o.now.Add(15*time.Minute))
		want(t, err, newsletter.Expired, "half a session after a quarter of an hour")
	})
}

func TestALinkIsOverAfterAQuarter(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.hire(anna, newsletter.RoleEditor)
		link := o.Token(o.ask(anna, "mine"))
		o.now = o.now.Add(15 * time.Minute)
		_, err := o.Link(o.ctx(), link, "mine", o.now)
		want(t, err, newsletter.Expired, "after a quarter")
		o.check(o.Tidy(o.ctx(), o.now))
		_, err = o.Link(o.ctx(), link, "mine", o.now.Add(-time.Hour))
		want(t, err, newsletter.Expired, "forgotten, by a clock that is behind")
	})
}

func TestSignInByCode(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.hire(anna, newsletter.RoleEditor)
		l := o.ask(anna, "mine")
		enter := func(nonce, code string) error {
			_, _, err := o.EnterCode(o.ctx(), nonce, code, o.client, o.now)
			return err
		}
		code := o.links.Code(l.PublicID)
		want(t, enter("other", code), newsletter.Invalid, "in another browser")
		want(t, enter("mine", wrong(code)), newsletter.Invalid, "wrong")
		o.check(enter("mine", strings.ReplaceAll(code, " ", "")))
		want(t, enter("mine", code), newsletter.Invalid, "twice")
	})
}

// wrong is another code.
func wrong(code string) string {
	last := code[len(code)-1]
	return code[:len(code)-1] + string('0'+(last-'0'+1)%10)
}

// Whoever guesses is stopped after a few tries, and gets the same answers for an address that nobody has (D4).
func TestD4_CodesCanNotBeGuessed(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.hire(anna, newsletter.RoleEditor)
		var answers [2][]string
		for i, address := range []newsletter.Address{anna, "niemand@voorbeeld.nl"} {
			nonce := staff.NewNonce()
			l := o.ask(address, nonce)
			code := "0000 0000"
			if l != nil {
				code = wrong(o.links.Code(l.PublicID))
			}
			for range newsletter.SignInTries + 2 {
				_, _, err := o.EnterCode(o.ctx(), nonce, code, o.client, o.now)
				answers[i] = append(answers[i], err.Error())
			}
			if l != nil { // and the right one is of no use any more
				_, _, err := o.EnterCode(o.ctx(), nonce, o.links.Code(l.PublicID), o.client, o.now)
				want(t, err, newsletter.TooMany, "the right code after too many")
			}
		}
		if !slices.Equal(answers[0], answers[1]) {
			t.Errorf("known:   %q\nunknown: %q", answers[0], answers[1])
		}
		nonce := staff.NewNonce()
		o.ask("een-ander@voorbeeld.nl", nonce)
		var err error
		for range 100 {
			if _, _, err = o.EnterCode(o.ctx(), nonce, "0000 0000", o.client, o.now); newsletter.Is(err, newsletter.TooMany) && strings.Contains(err.Error(), "requests") {
				return
			}
		}
		t.Errorf("one network types a hundred codes: %v", err)
	})
}

// Asking is one row and no more, whoever asks for whom (D4).
func TestD4_AskingTellsNothing(t *testing.T) {
	s, statements := storetest.Watched(t)
	o := open(t, s, token.NewSecret())
	o.hire(anna, newsletter.RoleEditor)
	out := o.hire("weg@voorbeeld.nl", newsletter.RoleEditor)
	o.check(o.Disable(o.ctx(), out.PublicID, by, o.now))
	var before []string
	for i, address := range []string{string(anna), "niemand@voorbeeld.nl", "weg@voorbeeld.nl", "ANNA@VOORBEELD.NL ", "x@bestaat-niet.invalid"} {
		statements.Take()
		o.now = o.now.Add(time.Minute)
		if err := o.Ask(o.ctx(), newsletter.AccessForm{Address: strings.TrimSpace(address), Language: newsletter.Dutch, Client: o.client}, "nonce", o.now); err != nil {
			t.Fatalf("%s: %v", address, err)
		}
		did := statements.Take()
		if len(did) == 0 {
			t.Fatal("nothing was seen on the wire")
		}
		if i > 0 && !slices.Equal(did, before) {
			t.Errorf("%s: %q, want %q", address, did, before)
		}
		before = did
	}
}

func TestD3_AskingIsLimited(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.hire(anna, newsletter.RoleEditor)
		ask := func(address string) error {
			return o.Ask(o.ctx(), newsletter.AccessForm{Address: address, Language: newsletter.Dutch, Client: o.client}, "nonce", o.now)
		}
		for _, address := range []string{string(anna), "niemand@voorbeeld.nl"} {
			o.check(ask(address))
			want(t, ask(address), newsletter.TooMany, address+" at once again")
		}
		var err error
		for i := 0; err == nil && i < 100; i++ {
			err = ask(strings.Repeat("a", i+1) + "@voorbeeld.nl")
		}
		want(t, err, newsletter.TooMany, "a hundred addresses of one network")
		o.client.Network = "198.51.100.9/32"
		o.check(ask("ander@voorbeeld.nl"))
		want(t, ask("geen adres"), newsletter.Invalid, "no address")
	})
}

func TestFirstAdmin(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		link, err := o.First(o.ctx(), newsletter.Dutch, by, o.now)
		o.check(err)
		name := func(address, nonce string) error {
			return o.NameFirst(o.ctx(), link, newsletter.AccessForm{Address: address, Language: newsletter.Dutch, Client: o.client}, "Anna", nonce, o.now)
		}
		_, _, err = o.Use(o.ctx(), link, "mine", o.client, o.now)
		want(t, err, newsletter.Used, "the printed link signs nobody in")
		o.check(name("ana@voorbeeld.nl", "mine"))
		want(t, name("dief@voorbeeld.nl", "other"), newsletter.Used, "the link in another browser")
		o.check(name(string(anna), "mine")) // the slip is mended
		rows := storetest.Query(t, o.store, `SELECT public_id FROM sign_in ORDER BY id DESC LIMIT 1`)
		id, err := newsletter.ParsePublicID(rows[0][0])
		o.check(err)
		text, n, err := o.EnterCode(o.ctx(), "mine", o.links.Code(id), o.client, o.now)
		if err != nil || !n.Staff.Has(newsletter.RoleAdmin) || n.Staff.Address != anna {
			t.Fatalf("%+v, %v", n, err)
		}
		text, _ = o.enrol(o.current(text))
		if _, err := o.Authenticate(o.ctx(), text, o.now); err != nil {
			t.Error(err)
		}
		if link, err := o.First(o.ctx(), newsletter.Dutch, by, o.now); err != nil || link != "" {
			t.Errorf("a link to first steps with staff there: %q, %v", link, err)
		}
		want(t, name("dief@voorbeeld.nl", "mine"), newsletter.Used, "the old link, with staff there")
	})
}
