package signup_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store/storetest"
)

// Consent comes first, also for an address of a business: until the button behind the link is pressed
// nobody is a subscriber, and every subscription there is has both halves of it in the ledger.
func TestE1_ConsentComesFirstForEverybody(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		for _, a := range []string{"jan@voorbeeld.nl", "info@bedrijf.example", "postbus@gemeente.example"} {
			d.check(d.send(a))
			link := d.mail(newsletter.TemplateConfirmation).link
			if n := storetest.Query(t, d.store, `SELECT COUNT(*) FROM subscriber WHERE address = $1`, a)[0][0]; n != "0" {
				t.Errorf("%s is subscribed before they agreed", a)
			}
			_, err := d.Confirm(t.Context(), link, newsletter.Client{}, d.now)
			d.check(err)
			d.mails()
		}
		unproven := storetest.Query(t, d.store, `
			SELECT s.id FROM subscription AS s JOIN subscriber AS p ON p.id = s.subscriber_id
			WHERE NOT EXISTS (SELECT 1 FROM consent AS c WHERE c.subject = p.subject AND c.list_id = s.list_id AND c.action = 'requested')
				OR NOT EXISTS (SELECT 1 FROM consent AS c WHERE c.subject = p.subject AND c.list_id = s.list_id AND c.action = 'confirmed')`)
		if all := d.rows()["subscription"]; all != "3" || len(unproven) != 0 {
			t.Errorf("of %s subscriptions %v have no consent", all, unproven)
		}
	})
}

// What the ledger must be able to show of a consent, list by list.
func TestE3_AConsentHoldsAllItsProof(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		asked := d.now
		d.check(d.send("jan@voorbeeld.nl"))
		m := d.mail(newsletter.TemplateConfirmation)
		d.now = d.now.Add(time.Hour)
		c, err := d.Confirm(t.Context(), m.link, newsletter.Client{Network: "198.51.100.9/32", Agent: "Browser/1"}, d.now)
		d.check(err)
		d.now = d.now.Add(time.Hour)
		d.check(d.Leave(t.Context(), c.Standing[0].Links.Unsubscribe, false, newsletter.ChannelOneClick, d.now))

		file, err := d.Dossier(t.Context(), d.ticket("jan@voorbeeld.nl"), d.now)
		d.check(err)
		if len(file.Consents) != 3 {
			t.Fatalf("%d entries", len(file.Consents))
		}
		requested, confirmed, withdrawn := file.Consents[0], file.Consents[1], file.Consents[2]
		for _, half := range []newsletter.ConsentRecord{requested, confirmed} {
			if half.ListName == "" || half.Wording != d.w.Words.Text || half.WordingHash != d.w.Words.Hash || half.PrivacyHash != d.w.Privacy.Hash ||
				half.Evidence == nil || half.Evidence.Address != "jan@voorbeeld.nl" || half.Evidence.FormURL != "https://voorbeeld.nl/" || half.Evidence.Network == "" || half.Evidence.Agent == "" {
				t.Errorf("%s lacks proof: %+v, %+v", half.Action, half, half.Evidence)
			}
		}
		if !requested.At.Equal(asked) || requested.Channel != newsletter.ChannelForm || !confirmed.At.Equal(asked.Add(time.Hour)) || confirmed.Channel != newsletter.ChannelLink {
			t.Errorf("when and how: %+v, %+v", requested.Consent, confirmed.Consent)
		}
		if !strings.HasSuffix(confirmed.Evidence.MessageID, "@voorbeeld.nl") {
			t.Errorf("the mail that asked was %q", confirmed.Evidence.MessageID)
		}
		if withdrawn.Action != newsletter.ConsentWithdrawn || withdrawn.Channel != newsletter.ChannelOneClick || !withdrawn.At.Equal(d.now) {
			t.Errorf("leaving: %+v", withdrawn.Consent)
		}
		// The words stay as they were, whatever is in force by now.
		d.w.Wording(newsletter.WordingSignup, "Andere woorden.")
		again, err := d.Dossier(t.Context(), d.ticketLater("jan@voorbeeld.nl"), d.now)
		d.check(err)
		if !slices.ContainsFunc(again.Consents, func(c newsletter.ConsentRecord) bool { return c.Wording == requested.Wording }) {
			t.Error("the words that they agreed to are gone")
		}
	})
}

// ticketLater is a ticket for who has asked for one shortly before.
func (d *desk) ticketLater(address string) string {
	d.now = d.now.Add(time.Hour)
	return d.ticket(address)
}
