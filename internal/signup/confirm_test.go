package signup_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
)

func TestD1_NothingChangesUntilTheButtonIsPressed(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.check(d.send("jan@voorbeeld.nl", d.w.Some(d.w.Council)))
		link := d.mail(newsletter.TemplateConfirmation).link
		before := d.rows()
		for range 3 { // a scanner opens the link, and follows it
			c, err := d.Confirmation(t.Context(), link, d.now)
			if err != nil || c.State != newsletter.ConfirmationOpen || c.Address != "jan@voorbeeld.nl" {
				t.Fatalf("%+v, %v", c, err)
			}
		}
		if diff := cmp.Diff(before, d.rows()); diff != "" {
			t.Errorf("looking changed something: %s", diff)
		}
		if n := before["subscriber"]; n != "0" {
			t.Errorf("%s subscribers before the button was pressed", n)
		}
		c, err := d.Confirm(t.Context(), link, newsletter.Client{Network: "198.51.100.9/32", Agent: "Other/2"}, d.now.Add(time.Minute))
		if err != nil || c.State != newsletter.ConfirmationActive || c.Address != "jan@voorbeeld.nl" || len(c.Standing) != 1 || c.Standing[0].Links.Preferences == "" {
			t.Fatalf("%+v, %v", c, err)
		}
		id := storetest.Query(t, d.store, `SELECT id, created_at FROM delivery WHERE template = 'confirmation'`)
		sent := newsletter.Delivery{}
		if len(id) != 1 {
			t.Fatal(id)
		}
		evidence := storetest.Query(t, d.store, `SELECT network, agent, confirmation_message_id FROM consent_evidence ORDER BY consent_seq DESC LIMIT 1`)[0]
		delivery, err := d.store.ConfirmationDelivery(t.Context(), signupOf(t, d, link))
		if err != nil {
			t.Fatal(err)
		}
		sent.ID, sent.CreatedAt = delivery.ID, delivery.CreatedAt
		if diff := cmp.Diff([]string{"198.51.100.0/24", "Other/2", sent.MessageID("voorbeeld.nl")}, evidence); diff != "" {
			t.Error(diff)
		}
	})
}

func signupOf(t *testing.T, d *desk, link string) newsletter.PublicID {
	t.Helper()
	id, err := d.keyring.Verify(token.Confirm, link, d.now)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestD5_SecondTap(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.check(d.send("jan@voorbeeld.nl"))
		link := d.mail(newsletter.TemplateConfirmation).link
		var wg sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			wg.Go(func() { _, errs[i] = d.Confirm(t.Context(), link, newsletter.Client{}, d.now) })
		}
		wg.Wait()
		for _, err := range errs {
			d.check(err)
		}
		rows := d.rows()
		if rows["subscriber"] != "1" || rows["subscription"] != "1" || rows["consent"] != "2" {
			t.Errorf("%v", rows)
		}
		// A year later the mail is opened again: it still says that all is well, and tells no address.
		d.now = d.now.AddDate(1, 0, 0)
		d.check(d.Tidy(t.Context(), d.now))
		for _, look := range []func() (*newsletter.Confirmation, error){
			func() (*newsletter.Confirmation, error) { return d.Confirmation(t.Context(), link, d.now) },
			func() (*newsletter.Confirmation, error) {
				return d.Confirm(t.Context(), link, newsletter.Client{}, d.now)
			},
		} {
			if c, err := look(); err != nil || c.State != newsletter.ConfirmationActive || c.Address != "" || c.Standing[0].Links.Unsubscribe == "" {
				t.Errorf("%+v, %v", c, err)
			}
		}
	})
}

func TestD5_LinksThatDontWork(t *testing.T) {
	d := sqlite(t)
	d.check(d.send("jan@voorbeeld.nl"))
	link := d.mail(newsletter.TemplateConfirmation).link
	try := func(link string) error {
		_, lookErr := d.Confirmation(t.Context(), link, d.now)
		_, err := d.Confirm(t.Context(), link, newsletter.Client{}, d.now)
		if newsletter.CodeOf(lookErr) != newsletter.CodeOf(err) {
			t.Errorf("looking: %v, pressing: %v", lookErr, err)
		}
		return err
	}
	forged := []byte(link)
	forged[30] ^= 1
	d.want(try(string(forged)), newsletter.Forbidden, "token_forged")
	d.want(try(""), newsletter.Forbidden, "token_forged")
	other := d.keyring.Sign(token.Preferences, signupOf(t, d, link), time.Time{})
	d.want(try(other), newsletter.Forbidden, "token_purpose")
	d.now = d.now.Add(storetest.LinkLife)
	d.want(try(link), newsletter.Expired, "confirmation_expired")
	d.check(d.Tidy(t.Context(), d.now)) // erases the row
	d.want(try(link), newsletter.Expired, "confirmation_expired")
	if rows := d.rows(); rows["signup"] != "0" || rows["subscriber"] != "0" {
		t.Errorf("%v", rows)
	}
	if storetest.Holds(t, d.store, "jan@voorbeeld.nl") {
		// secure_delete overwrites the page; the log may hold it until it is written back.
		rows := storetest.Query(t, d.store, `SELECT COUNT(*) FROM delivery WHERE address IS NOT NULL`)
		if rows[0][0] != "0" {
			t.Error("the outbox still holds the address")
		}
	}
}

func TestB3_LinksSurviveKeyRotationAndRestart(t *testing.T) {
	d := sqlite(t)
	links := d.join("jan@voorbeeld.nl")
	d.check(d.send("piet@voorbeeld.nl"))
	confirm := d.mail(newsletter.TemplateConfirmation).link
	first := d.secret
	d.secret = token.NewSecret()
	d.open(d.store, d.secret, first)
	if _, err := d.Confirm(t.Context(), confirm, newsletter.Client{}, d.now); err != nil {
		t.Error(err)
	}
	if _, err := d.Settings(t.Context(), links.Preferences, d.now); err != nil {
		t.Error(err)
	}
	d.now = d.now.AddDate(1, 1, 0) // thirteen months
	d.w.Do(`UPDATE list SET state = 'archived'`)
	d.check(d.Leave(t.Context(), links.Unsubscribe, false, newsletter.ChannelOneClick, d.now))
	leaving, err := d.Leaving(t.Context(), links.Unsubscribe, d.now)
	if err != nil || leaving.Standing.Subscription.State != newsletter.SubscriptionUnsubscribed {
		t.Errorf("%+v, %v", leaving, err)
	}
	d.open(d.store, token.NewSecret())
	d.want(d.Leave(t.Context(), links.Unsubscribe, false, newsletter.ChannelOneClick, d.now), newsletter.Forbidden, "token_forged")
}

func TestE16_SuppressionIsFoundUnderOldKeys(t *testing.T) {
	d := sqlite(t)
	d.suppress("jan@voorbeeld.nl", newsletter.SuppressedComplaint)
	current, err := token.NewHashes(token.Suppression, token.NewSecret(), d.keys)
	d.check(err)
	d.check(d.send("jan@voorbeeld.nl"))
	undecided, err := d.store.UndecidedSignups(t.Context(), 1)
	d.check(err)
	decision, err := d.store.DecideSignup(t.Context(), undecided[0].ID, current.All(undecided[0].Address), storetest.Worker, d.now)
	if err != nil || decision != newsletter.SignupSilent {
		t.Errorf("%q, %v", decision, err)
	}
}
