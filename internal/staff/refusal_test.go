package staff_test

import (
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store/storetest"
)

// Whoever tries a link, a code or a second factor that is not good is noted in the audit log, without an address; asking
// for a link is not, and tells nothing.
func TestE18_RefusalsAreAudited(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		m := o.hire(anna, newsletter.RoleEditor)
		l := o.ask(anna, "mine")
		link := o.Token(l)
		_, _, err := o.Use(o.ctx(), link, "other", o.client, o.now)
		want(t, err, newsletter.Forbidden, "another browser")
		_, _, err = o.EnterCode(o.ctx(), "mine", "000000", o.client, o.now)
		want(t, err, newsletter.Invalid, "a wrong code")
		stranger := newsletter.Address("niemand@voorbeeld.nl")
		o.now = o.now.Add(time.Minute)
		o.ask(stranger, "stranger's")
		_, _, err = o.EnterCode(o.ctx(), "stranger's", "000000", o.client, o.now)
		want(t, err, newsletter.Invalid, "a code for nobody")
		_, app := o.enrol(o.half(m))
		half := o.half(m)
		_, _, err = o.ProveCode(o.ctx(), half, "000000", o.client, o.now)
		want(t, err, newsletter.Invalid, "a wrong code of the app")
		_, _, err = o.ProveRecovery(o.ctx(), half, "aaaa-bbbb-cccc-dddd", o.client, o.now)
		want(t, err, newsletter.Invalid, "a wrong recovery code")
		o.now = o.now.Add(time.Minute)
		_, whole, err := o.ProveCode(o.ctx(), half, app.code(), o.client, o.now)
		o.check(err)
		_, _, err = o.Use(o.ctx(), o.Token(l), "mine", o.client, o.now.Add(time.Hour))
		want(t, err, newsletter.Expired, "long over")

		var got []string
		for _, row := range storetest.Query(t, o.store, `SELECT action, detail FROM audit_entry WHERE action LIKE '%.refuse' ORDER BY seq`) {
			got = append(got, row[0]+" "+row[1])
		}
		all := strings.Join(got, "\n")
		if len(got) != 5 || !strings.Contains(got[0], "sign_in_elsewhere") || !strings.Contains(got[1], "code_refused") || !strings.Contains(got[2], "code_refused") ||
			!strings.Contains(got[3], `"factor":"code"`) || !strings.Contains(got[4], `"factor":"recovery"`) || strings.Contains(all, "@") {
			t.Errorf("%d: %s", len(got), all)
		}
		proveAgain(t, o, whole, app)
	})
}

// proveAgain: what changes who can sign in asks for a second factor that was proved just now.
func proveAgain(t *testing.T, o *office, whole *newsletter.Session, app *phone) {
	t.Helper()
	o.now = o.now.Add(newsletter.FreshFor)
	o.check(o.BeginAuthenticator(o.ctx(), whole))
	begun, err := o.reload(whole)
	o.check(err)
	key, err := o.NewAuthenticator(begun)
	o.check(err)
	add := func() error {
		_, _, err := o.EnrolAuthenticator(o.ctx(), begun, (&phone{o, key.Secret()}).code(), o.client, o.now)
		return err
	}
	want(t, add(), newsletter.Forbidden, "ten minutes after it was proved")
	text, again, err := o.ProveCode(o.ctx(), begun, app.code(), o.client, o.now)
	if err != nil || text != "" || again.ID != whole.ID {
		t.Fatalf("%q, %+v, %v", text, again, err)
	}
	o.check(add())
}
