package signup_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/signup"
	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
)

func TestAccessLink(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.join("jan@voorbeeld.nl", d.w.Some(d.w.Council))
		d.check(d.RequestAccess(t.Context(), newsletter.AccessForm{Address: "JAN@voorbeeld.nl", Language: newsletter.Dutch}, d.now))
		link := d.mail(newsletter.TemplateAccessLink).link
		for range 2 {
			_, err := d.AccessLink(t.Context(), link, d.now) // looking uses nothing up
			d.check(err)
		}
		var wg sync.WaitGroup
		tickets, errs := make([]string, 5), make([]error, 5)
		for i := range errs {
			wg.Go(func() { tickets[i], errs[i] = d.OpenAccess(t.Context(), link, d.now) })
		}
		wg.Wait()
		ticket := ""
		for i, err := range errs {
			switch {
			case err == nil && ticket == "":
				ticket = tickets[i]
			case !newsletter.Is(err, newsletter.Used):
				t.Errorf("%v after it was opened", err)
			}
		}
		_, lookErr := d.AccessLink(t.Context(), link, d.now)
		d.want(lookErr, newsletter.Used, "access_used")
		_, err := d.Dossier(t.Context(), link, d.now)
		d.want(err, newsletter.Forbidden, "token_purpose")
		d.now = d.now.Add(newsletter.TicketLife - time.Minute)
		d.check(d.Tidy(t.Context(), d.now))
		dossier, err := d.Dossier(t.Context(), ticket, d.now)
		if err != nil || dossier.Subscriber.Address != "jan@voorbeeld.nl" || dossier.Subscriptions[0].Links.Preferences == "" {
			t.Fatalf("%+v, %v", dossier, err)
		}
		file, err := json.Marshal(dossier)
		if err != nil || !strings.Contains(string(file), d.w.Words.Text) || !strings.Contains(string(file), "De nieuwe rol van de raad") || strings.Contains(string(file), ticket) {
			t.Errorf("%s, %v", file, err)
		}
		_, err = d.Dossier(t.Context(), ticket, d.now.Add(time.Minute))
		d.want(err, newsletter.Expired, "token_expired")
	})
}

// STANDARDS F5: nothing that a reader must do has to be done within less than 20 hours.
func TestF5_AccessLinkIsGoodForADay(t *testing.T) {
	for name, life := range map[string]time.Duration{"access": signup.AccessLife, "change of address": signup.ChangeLife,
		"ticket": newsletter.TicketLife, "taking leave back": newsletter.UndoLeaving} {
		if life < 20*time.Hour {
			t.Errorf("%s: a reader has %v", name, life)
		}
	}
	d := sqlite(t)
	d.join("jan@voorbeeld.nl")
	d.check(d.RequestAccess(t.Context(), newsletter.AccessForm{Address: "jan@voorbeeld.nl", Language: newsletter.Dutch}, d.now))
	link := d.mail(newsletter.TemplateAccessLink).link
	_, err := d.AccessLink(t.Context(), link, d.now.Add(23*time.Hour))
	d.check(err)
	d.now = d.now.Add(24 * time.Hour)
	_, err = d.OpenAccess(t.Context(), link, d.now)
	d.want(err, newsletter.Expired, "access_expired")
	d.check(d.Tidy(t.Context(), d.now))
	_, lookErr := d.AccessLink(t.Context(), link, d.now)
	d.want(lookErr, newsletter.Expired, "access_expired")
	d.want(d.RequestAccess(t.Context(), newsletter.AccessForm{Address: "jan", Language: newsletter.Dutch}, d.now), newsletter.Invalid, "address_without_at")
}

// Promise 8, through the person's own link.
func TestE13_EraseByTicket(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		links := d.join("Jan.Jansen@voorbeeld.nl")
		ticket := d.ticket("jan.jansen@voorbeeld.nl")
		// An edition is in flight: a worker holds their copy.
		d.w.Post("Nieuws", d.now, d.w.Council)
		e := d.w.Edition(d.w.Weekly, d.now)
		d.w.Release(e, d.now)
		d.w.FanOut(e, 100, d.now)
		claims, err := d.store.ClaimEdition(t.Context(), e.ID, "w", d.now.Add(time.Minute), d.now, 10)
		if err != nil || len(claims) != 1 {
			t.Fatalf("%v, %v", claims, err)
		}
		d.check(d.Erase(t.Context(), ticket, d.now))
		if granted, err := d.store.HandOver(t.Context(), nil, storetest.Held(claims), false, d.now); err != nil || len(granted) != 0 {
			t.Errorf("handed over to who was erased: %v, %v", granted, err)
		}
		if progress, err := d.store.Progress(t.Context(), e.ID); err != nil || progress[newsletter.DeliveryCancelled] != 1 {
			t.Errorf("the edition doesn't count them any more: %v, %v", progress, err)
		}
		if storetest.Holds(t, d.store, "jan.jansen") {
			t.Error("the address is still in the database")
		}
		d.want(d.Erase(t.Context(), ticket, d.now), newsletter.Expired, "access_expired")
		_, err = d.Settings(t.Context(), links.Preferences, d.now)
		d.want(err, newsletter.NotFound, "subscription_gone")
		if broken, err := d.store.VerifyConsent(t.Context()); err != nil || broken != 0 {
			t.Errorf("the ledger is broken at %d, %v", broken, err)
		}
		// They may come back by themselves.
		d.now = d.now.Add(time.Hour)
		d.join("jan.jansen@voorbeeld.nl")
	})
}

func TestE12_ChangeOfAddress(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		links := d.join("jan@voorbeeld.nl")
		d.join("piet@voorbeeld.nl")
		ticket := d.ticket("jan@voorbeeld.nl")
		d.want(d.ChangeAddress(t.Context(), ticket, "jan@voorbeeld.nl", d.now), newsletter.Invalid, "address_same")
		d.want(d.ChangeAddress(t.Context(), ticket, "jan@", d.now), newsletter.Invalid, "address_without_domain")
		d.now = d.now.Add(time.Hour)
		// To an address that is somebody's: the same answer, and one mail to its owner.
		d.check(d.ChangeAddress(t.Context(), ticket, "piet@voorbeeld.nl", d.now))
		theirs := d.mail(newsletter.TemplateAddressConfirmation).link
		d.check(d.ChangeAddress(t.Context(), ticket, "jan@elders.example", d.now))
		d.want(d.ChangeAddress(t.Context(), ticket, "jan@elders.example", d.now), newsletter.TooMany, "limit_address")
		link := d.mail(newsletter.TemplateAddressConfirmation).link
		_, err := d.ConfirmAddress(t.Context(), theirs, d.now)
		d.want(err, newsletter.Conflict, "address_taken")

		c, err := d.AddressChange(t.Context(), link, d.now)
		if err != nil || c.NewAddress != "jan@elders.example" || c.OldAddress != "" || !c.ConfirmedAt.IsZero() {
			t.Fatalf("%+v, %v", c, err)
		}
		for range 2 {
			if c, err = d.ConfirmAddress(t.Context(), link, d.now); err != nil || c.ConfirmedAt.IsZero() || c.OldAddress != "" {
				t.Fatalf("%+v, %v", c, err)
			}
		}
		settings, err := d.Settings(t.Context(), links.Preferences, d.now)
		if err != nil || settings.Address != "jan@elders.example" {
			t.Errorf("%+v, %v", settings, err)
		}
		_, err = d.Dossier(t.Context(), ticket, d.now)
		d.want(err, newsletter.Expired, "access_expired") // it came through the old mailbox

		undo := d.mail(newsletter.TemplateAddressNotice).link
		d.now = d.now.AddDate(0, 0, 6)
		d.check(d.Tidy(t.Context(), d.now))
		if c, err = d.AddressUndo(t.Context(), undo, d.now); err != nil || c.OldAddress != "jan@voorbeeld.nl" || c.NewAddress != "" || !c.UndoneAt.IsZero() {
			t.Fatalf("%+v, %v", c, err)
		}
		for range 2 {
			if c, err = d.UndoAddress(t.Context(), undo, d.now); err != nil || c.UndoneAt.IsZero() || c.NewAddress != "" {
				t.Fatalf("%+v, %v", c, err)
			}
		}
		settings, err = d.Settings(t.Context(), links.Preferences, d.now)
		if err != nil || settings.Address != "jan@voorbeeld.nl" {
			t.Errorf("%+v, %v", settings, err)
		}
		_, err = d.ConfirmAddress(t.Context(), undo, d.now)
		d.want(err, newsletter.Forbidden, "token_purpose")
		d.now = d.now.AddDate(0, 0, 2)
		d.check(d.Tidy(t.Context(), d.now))
		_, err = d.AddressUndo(t.Context(), undo, d.now)
		d.want(err, newsletter.Expired, "access_expired")
		_, err = d.AddressChange(t.Context(), link, d.now)
		d.want(err, newsletter.Expired, "access_expired")
	})
}

// One person's page is no way to have any number of strangers mailed.
func TestD3_MovesAreLimited(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.join("jan@voorbeeld.nl")
		ticket := d.ticket("jan@voorbeeld.nl")
		for i := range 5 {
			d.check(d.ChangeAddress(t.Context(), ticket, fmt.Sprintf("vreemde%d@voorbeeld.nl", i), d.now))
		}
		d.want(d.ChangeAddress(t.Context(), ticket, "vreemde5@voorbeeld.nl", d.now), newsletter.TooMany, "limit_moves_hours")
	})
}

func TestE12_ChangeOfAddressTooLate(t *testing.T) {
	d := sqlite(t)
	d.join("jan@voorbeeld.nl")
	ticket := d.ticket("jan@voorbeeld.nl")
	d.now = d.now.Add(time.Hour)
	d.check(d.ChangeAddress(t.Context(), ticket, "jan@elders.example", d.now))
	link := d.mail(newsletter.TemplateAddressConfirmation).link
	d.now = d.now.Add(24 * time.Hour)
	_, err := d.AddressChange(t.Context(), link, d.now)
	d.want(err, newsletter.Expired, "access_expired")
	_, err = d.ConfirmAddress(t.Context(), link, d.now)
	d.want(err, newsletter.Expired, "address_change_expired")
	_, err = d.AddressChange(t.Context(), d.keyring.Sign(token.AddressChange, newsletter.NewPublicID(), time.Time{}), d.now)
	d.want(err, newsletter.Expired, "access_expired")
}
