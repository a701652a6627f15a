package signup_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store/storetest"
)

// settingsForm is the preferences page as it stands, with one wish changed.
func (d *desk) settingsForm(link string, change func(w *newsletter.Wish)) newsletter.SettingsForm {
	d.t.Helper()
	s, err := d.Settings(d.t.Context(), link, d.now)
	d.check(err)
	form := newsletter.SettingsForm{Name: s.Name, Language: s.Language, Layout: s.Layout}
	for _, standing := range s.Standing {
		form.Wishes = append(form.Wishes, newsletter.Wish{Choice: standing.Choice(), Paused: standing.Subscription.State == newsletter.SubscriptionPaused, Until: standing.Subscription.PausedUntil})
	}
	change(&form.Wishes[0])
	return form
}

func TestPreferences(t *testing.T) {
	d := sqlite(t)
	links := d.join("jan@voorbeeld.nl")
	tests := map[string]struct {
		change func(w *newsletter.Wish)
		code   newsletter.Code
		reason string
	}{
		"as it is":          {func(*newsletter.Wish) {}, "", ""},
		"topics":            {func(w *newsletter.Wish) { w.AllTopics, w.Topics = false, newsletter.IDs{d.w.Council.ID} }, "", ""},
		"pace":              {func(w *newsletter.Wish) { w.ScheduleID = d.w.Daily.ID }, "", ""},
		"pause":             {func(w *newsletter.Wish) { w.Paused = true }, "", ""},
		"pause for a while": {func(w *newsletter.Wish) { w.Paused, w.Until = true, newsletter.At(d.now.AddDate(0, 1, 0)) }, "", ""},
		"no topics":         {func(w *newsletter.Wish) { w.AllTopics, w.Topics = false, nil }, newsletter.Invalid, "topics_missing"},
		"unknown topic":     {func(w *newsletter.Wish) { w.AllTopics, w.Topics = false, newsletter.IDs{99} }, newsletter.Invalid, "topic_unknown"},
		"unknown pace":      {func(w *newsletter.Wish) { w.ScheduleID = 99 }, newsletter.Invalid, "pace_unknown"},
		"yesterday":         {func(w *newsletter.Wish) { w.Paused, w.Until = true, newsletter.At(d.now.AddDate(0, 0, -1)) }, newsletter.Invalid, "until_past"},
		"in three years":    {func(w *newsletter.Wish) { w.Paused, w.Until = true, newsletter.At(d.now.AddDate(3, 0, 0)) }, newsletter.Invalid, "until_far"},
	}
	for name, c := range tests {
		before, err := d.Settings(t.Context(), links.Preferences, d.now)
		d.check(err)
		err = d.SaveSettings(t.Context(), links.Preferences, d.settingsForm(links.Preferences, c.change), d.now)
		if c.code == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		d.want(err, c.code, c.reason)
		after, err := d.Settings(t.Context(), links.Preferences, d.now)
		d.check(err)
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("%s was refused and changed: %s", name, diff)
		}
	}
	// What was chosen and is archived by now may stay.
	d.check(d.SaveSettings(t.Context(), links.Preferences, d.settingsForm(links.Preferences, func(w *newsletter.Wish) {
		w.AllTopics, w.Topics, w.ScheduleID, w.Paused, w.Until = false, newsletter.IDs{d.w.Council.ID}, d.w.Weekly.ID, false, newsletter.Time{}
	}), d.now))
	d.w.Do(`UPDATE topic SET archived_at = 1`)
	d.w.Do(`UPDATE schedule SET archived_at = 1`)
	d.check(d.SaveSettings(t.Context(), links.Preferences, d.settingsForm(links.Preferences, func(*newsletter.Wish) {}), d.now))
	d.want(d.SaveSettings(t.Context(), links.Preferences, d.settingsForm(links.Preferences, func(w *newsletter.Wish) { w.ScheduleID = d.w.Daily.ID }), d.now),
		newsletter.Invalid, "pace_unknown")
}

// A digest is forwarded: whoever holds its links may change what its reader gets, and nothing more.
func TestPreferencesLinkOpensNothingElse(t *testing.T) {
	d := sqlite(t)
	links := d.join("jan@voorbeeld.nl")
	for _, link := range []string{links.Preferences, links.Unsubscribe, links.Why} {
		_, err := d.AccessLink(t.Context(), link, d.now)
		d.want(err, newsletter.Forbidden, "token_purpose")
		_, err = d.OpenAccess(t.Context(), link, d.now)
		d.want(err, newsletter.Forbidden, "token_purpose")
		_, err = d.Dossier(t.Context(), link, d.now)
		d.want(err, newsletter.Forbidden, "token_purpose")
		d.want(d.Erase(t.Context(), link, d.now), newsletter.Forbidden, "token_purpose")
		d.want(d.ChangeAddress(t.Context(), link, "dief@voorbeeld.nl", d.now), newsletter.Forbidden, "token_purpose")
	}
	d.want(d.Leave(t.Context(), links.Preferences, false, newsletter.ChannelPage, d.now), newsletter.Forbidden, "token_purpose")
	d.want(d.SaveSettings(t.Context(), links.Why, newsletter.SettingsForm{}, d.now), newsletter.Forbidden, "token_purpose")
	second := d.list("tweede", newsletter.ListActive)
	d.want(d.SaveSettings(t.Context(), links.Preferences, d.settingsForm(links.Preferences, func(w *newsletter.Wish) { w.ListID = second }), d.now),
		newsletter.Invalid, "pace_unknown")
}

func TestB4_LeavingIsRepeatable(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		links := d.join("jan@voorbeeld.nl")
		var wg sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			wg.Go(func() {
				errs[i] = d.Leave(t.Context(), links.Unsubscribe, i%2 == 0, newsletter.ChannelOneClick, d.now)
			})
		}
		wg.Wait()
		for _, err := range errs {
			d.check(err)
		}
		if entries := storetest.Query(t, d.store, `SELECT COUNT(*) FROM consent WHERE action = 'withdrawn'`); entries[0][0] != "1" {
			t.Errorf("%s withdrawals in the ledger", entries[0][0])
		}
		d.check(d.Return(t.Context(), links.Unsubscribe, d.now.Add(time.Hour)))
		if leaving, err := d.Leaving(t.Context(), links.Unsubscribe, d.now); err != nil || leaving.Standing.Subscription.State != newsletter.SubscriptionActive {
			t.Errorf("%+v, %v", leaving, err)
		}
		// After an erasure there is nothing to leave: that is as good.
		_, err := d.store.Erase(t.Context(), "jan@voorbeeld.nl", d.hashes().Current, storetest.Worker, d.now)
		d.check(err)
		d.check(d.Leave(t.Context(), links.Unsubscribe, true, newsletter.ChannelOneClick, d.now))
		_, err = d.Leaving(t.Context(), links.Unsubscribe, d.now)
		d.want(err, newsletter.NotFound, "subscription_gone")
		_, err = d.Settings(t.Context(), links.Preferences, d.now)
		d.want(err, newsletter.NotFound, "subscription_gone")
		_, err = d.Why(t.Context(), links.Why, d.now)
		d.want(err, newsletter.NotFound, "subscription_gone")
	})
}

// Promise 4: whoever leaves between claim and hand-over gets nothing, be it a digest or a welcome.
func TestB6_NoMailAfterLeaving(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.check(d.send("jan@voorbeeld.nl"))
		c, err := d.Confirm(t.Context(), d.mail(newsletter.TemplateConfirmation).link, newsletter.Client{}, d.now)
		d.check(err)
		d.w.Post("Nieuws", d.now, d.w.Council)
		e := d.w.Edition(d.w.Weekly, d.now)
		d.w.Release(e, d.now)
		d.w.FanOut(e, 100, d.now)
		lease := d.now.Add(time.Minute)
		digests, err := d.store.ClaimEdition(t.Context(), e.ID, "w", lease, d.now, 10)
		if err != nil || len(digests) != 1 {
			t.Fatalf("%v, %v", digests, err)
		}
		welcomes, err := d.store.ClaimOther(t.Context(), "w", lease, d.now, 10)
		if err != nil || len(welcomes) != 1 || welcomes[0].Template != newsletter.TemplateWelcome {
			t.Fatalf("%v, %v", welcomes, err)
		}
		d.check(d.Leave(t.Context(), c.Standing[0].Links.Unsubscribe, false, newsletter.ChannelOneClick, d.now))
		// Once in the transaction of the leaving, and once more at the gate.
		if states := storetest.Query(t, d.store, `SELECT DISTINCT state FROM delivery WHERE template <> 'confirmation'`); !cmp.Equal(states, [][]string{{"cancelled"}}) {
			t.Errorf("%v", states)
		}
		granted, err := d.store.HandOver(t.Context(), nil, storetest.Held(append(digests, welcomes...)), false, d.now)
		if err != nil || len(granted) != 0 {
			t.Errorf("handed over after leaving: %v, %v", granted, err)
		}
	})
}
