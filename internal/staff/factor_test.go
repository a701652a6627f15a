package staff_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"bode.example/internal/newsletter"
	"bode.example/internal/staff"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
)

func TestSecondFactor(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		m := o.hire(anna, newsletter.RoleEditor)
		half := o.half(m)
		before, err := o.reload(half)
		o.check(err)
		_, _, err = o.EnrolAuthenticator(o.ctx(), before, "123456", o.client, o.now)
		want(t, err, newsletter.Conflict, "without having begun")
		text, phone := o.enrol(half)
		whole, err := o.Authenticate(o.ctx(), text, o.now)
		if err != nil || whole.Factor != newsletter.FactorCode {
			t.Fatalf("%+v, %v", whole, err)
		}
		codes, err := o.Codes(whole)
		if err != nil || len(codes) != 10 || len(codes[0]) != 19 {
			t.Fatalf("%v, %v", codes, err)
		}
		o.check(o.Noted(o.ctx(), whole))
		if whole, err = o.Authenticate(o.ctx(), text, o.now); err != nil {
			t.Fatal(err)
		}
		if again, err := o.Codes(whole); err != nil || len(again) != 0 {
			t.Errorf("shown twice: %v, %v", again, err)
		}

		// Signing in the next time. The code that enrolled is used up.
		prove := func(code string) error {
			t.Helper()
			_, _, err := o.ProveCode(o.ctx(), o.half(m), code, o.client, o.now)
			return err
		}
		want(t, prove(phone.code()), newsletter.Invalid, "the code that enrolled")
		o.now = o.now.Add(30 * time.Second)
		code := phone.code()
		o.check(prove(code))
		want(t, prove(code), newsletter.Invalid, "a code twice")
		o.now = o.now.Add(30 * time.Second)
		want(t, prove(code), newsletter.Invalid, "a code twice, half a minute later")
		o.now = o.now.Add(30 * time.Second)
		o.check(prove(phone.code()[:3] + " " + phone.code()[3:]))
		o.now = o.now.Add(10 * time.Minute)
		late, err := totp.GenerateCode(phone.secret, o.now.Add(-60*time.Second))
		o.check(err)
		want(t, prove(late), newsletter.Invalid, "a code of two periods ago")
		early, err := totp.GenerateCode(phone.secret, o.now.Add(30*time.Second))
		o.check(err)
		o.check(prove(early)) // a clock that runs ahead
		want(t, prove(phone.code()), newsletter.Invalid, "an earlier code after a later one")
		for _, typed := range []string{"", "12345", "1234567", "abcdef", strings.Repeat("1", 5000)} {
			o.now = o.now.Add(time.Hour)
			want(t, prove(typed), newsletter.Invalid, typed[:min(len(typed), 8)])
		}

		// A recovery code, once.
		o.now = o.now.Add(24 * time.Hour)
		recover := func(code string) error {
			_, _, err := o.ProveRecovery(o.ctx(), o.half(m), code, o.client, o.now)
			return err
		}
		o.check(recover(strings.ToUpper(strings.ReplaceAll(codes[3], "-", " "))))
		want(t, recover(codes[3]), newsletter.Invalid, "a recovery code twice")
		if f, err := o.Factors(o.ctx(), m); err != nil || f.RecoveryCodes != 9 {
			t.Errorf("%+v, %v", f, err)
		}
	})
}

func TestD10_ASecondFactorCanNotBeGuessed(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		m := o.hire(anna, newsletter.RoleEditor)
		_, phone := o.enrol(o.half(m))
		o.now = o.now.Add(time.Hour)
		half := o.half(m)
		try := func(code string) error {
			_, _, err := o.ProveCode(o.ctx(), half, code, o.client, o.now)
			return err
		}
		for range 5 {
			want(t, try(wrong(phone.code())), newsletter.Invalid, "a wrong code")
		}
		want(t, try(phone.code()), newsletter.TooMany, "the right code after five wrong ones")
		want(t, try(phone.code()), newsletter.TooMany, "another session is no other try")
		o.now = o.now.Add(14 * time.Minute)
		want(t, try(phone.code()), newsletter.TooMany, "before a quarter is over")
		o.now = o.now.Add(2 * time.Minute)
		half = o.half(m)
		o.check(try(phone.code()))
	})
}

// Who holds the mailbox alone adds no factor to somebody who has one, and proves none that was taken away.
func TestALinkAloneAddsNoFactor(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		m := o.hire(anna, newsletter.RoleEditor)
		begun := o.half(m) // by somebody else who has the invitation
		o.check(o.BeginAuthenticator(o.ctx(), begun))
		begun, err := o.reload(begun)
		o.check(err)
		key, err := o.NewAuthenticator(begun)
		o.check(err)
		o.enrol(o.half(m))
		code, err := totp.GenerateCode(key.Secret(), o.now)
		o.check(err)
		_, _, err = o.EnrolAuthenticator(o.ctx(), begun, code, o.client, o.now)
		want(t, err, newsletter.Conflict, "begun before the first factor was there")
		want(t, o.BeginAuthenticator(o.ctx(), o.half(m)), newsletter.Conflict, "an authenticator")
		_, err = o.BeginPasskey(o.ctx(), o.half(m))
		want(t, err, newsletter.Conflict, "a passkey")
	})
}

// A token that was known before the second factor is of no use after it.
func TestSessionsAreNotFixed(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		m := o.hire(anna, newsletter.RoleEditor)
		link, err := o.Issue(o.ctx(), m.PublicID, by, o.now)
		o.check(err)
		planted, _, err := o.Use(o.ctx(), link, "", o.client, o.now)
		o.check(err)
		whole, _ := o.enrol(o.current(planted))
		if whole == planted {
			t.Error("the token stayed")
		}
		_, err = o.Current(o.ctx(), planted, o.now)
		want(t, err, newsletter.Forbidden, "the token of before")
		if len(whole) < 43 || storetest.Holds(t, o.store, whole) {
			t.Errorf("the token %d letters long is in the database, or short", len(whole))
		}
	})
}

func TestSessionsEnd(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		m := o.hire(anna, newsletter.RoleEditor, newsletter.RoleOfficer)
		boss := o.hire("baas@voorbeeld.nl", newsletter.RoleAdmin)
		o.enrol(o.half(boss))
		text, phone := o.enrol(o.half(m))
		start := o.now
		// An hour without use.
		_, err := o.Authenticate(o.ctx(), text, o.now.Add(time.Hour))
		want(t, err, newsletter.Expired, "unused for an hour")
		// Used all the time, until twelve hours are over.
		for o.now.Before(start.Add(12*time.Hour - 50*time.Minute)) {
			o.now = o.now.Add(50 * time.Minute)
			if _, err := o.Authenticate(o.ctx(), text, o.now); err != nil {
				t.Fatalf("after %v: %v", o.now.Sub(start), err)
			}
		}
		_, err = o.Authenticate(o.ctx(), text, start.Add(12*time.Hour))
		want(t, err, newsletter.Expired, "after twelve hours")

		// What was taken away is gone at the next page.
		again := func() string {
			t.Helper()
			o.now = o.now.Add(time.Hour)
			text, _, err := o.ProveCode(o.ctx(), o.half(m), phone.code(), o.client, o.now)
			o.check(err)
			return text
		}
		text = again()
		o.check(o.Change(o.ctx(), m.PublicID, staff.Form{Name: "Anna", Language: newsletter.Dutch, Roles: []newsletter.Role{newsletter.RoleEditor}}, by, o.now))
		if n, err := o.Authenticate(o.ctx(), text, o.now); err != nil || n.Staff.Has(newsletter.RoleOfficer) || !n.Staff.Has(newsletter.RoleEditor) {
			t.Errorf("%+v, %v", n, err)
		}
		// Signed out elsewhere.
		here, there := o.current(text), again()
		if all, err := o.Sessions(o.ctx(), m, o.now); err != nil || len(all) != 1 {
			t.Errorf("%d sessions, %v", len(all), err)
		}
		o.check(o.EndOtherSessions(o.ctx(), o.current(there), o.now))
		_, err = o.Current(o.ctx(), text, o.now)
		want(t, err, newsletter.Forbidden, "signed out elsewhere")
		want(t, o.EndSession(o.ctx(), m, here.PublicID, o.now), newsletter.NotFound, "a session that has ended")
		// Kept out.
		o.check(o.Disable(o.ctx(), m.PublicID, boss.Actor(), o.now))
		_, err = o.Authenticate(o.ctx(), there, o.now)
		want(t, err, newsletter.Forbidden, "kept out")
		want(t, o.Disable(o.ctx(), boss.PublicID, boss.Actor(), o.now), newsletter.Conflict, "the last admin")
		for _, none := range []string{"", "x", there + "x"} {
			_, err = o.Current(o.ctx(), none, o.now)
			want(t, err, newsletter.Forbidden, "no token")
		}
	})
}

// Only the service that was told to waives the second factor; what it let in, no other lets in.
func TestOnlyTheDemonstrationWaives(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		m := o.hire(anna, newsletter.RoleEditor)
		demo := open(t, o.store, o.secret)
		demo.Waive()
		link, err := demo.Issue(o.ctx(), m.PublicID, by, o.now)
		o.check(err)
		text, n, err := demo.Use(o.ctx(), link, "", o.client, o.now)
		if err != nil || n.Factor != newsletter.FactorWaived {
			t.Fatalf("%+v, %v", n, err)
		}
		if _, err := demo.Authenticate(o.ctx(), text, o.now); err != nil {
			t.Error(err)
		}
		_, err = o.Authenticate(o.ctx(), text, o.now)
		want(t, err, newsletter.Forbidden, "a waived session where nothing is waived")
		if o.half(m).Whole() {
			t.Error("a link waives the second factor")
		}
	})
}

// A secret that is to be given up leaves no authenticator behind that was used since it was replaced.
func TestSecretsRotate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		old, current := token.NewSecret(), token.NewSecret()
		before := open(t, s, old)
		m := before.hire(anna, newsletter.RoleEditor)
		_, phone := before.enrol(before.half(m))
		if storetest.Holds(t, s, phone.secret) {
			t.Error("the secret is in the database in clear")
		}
		prove := func(o *office) error {
			phone.o = o
			_, _, err := o.ProveCode(o.ctx(), o.half(m), phone.code(), o.client, o.now)
			return err
		}
		without := open(t, s, current)
		without.now = before.now.Add(time.Hour)
		want(t, prove(without), newsletter.Unavailable, "under a secret that is gone")
		both := open(t, s, current, old)
		both.now = before.now.Add(2 * time.Hour)
		if err := prove(both); err != nil {
			t.Fatal(err)
		}
		without.now = before.now.Add(3 * time.Hour)
		if err := prove(without); err != nil {
			t.Errorf("sealed anew, the old secret gone: %v", err)
		}
	})
}
