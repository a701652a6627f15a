package public_test

import (
	"net/url"
	"testing"

	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
)

// pause chooses a pause on the preferences page, up to and including a day.
func (it *site) pause(t testing.TB, until string) {
	t.Helper()
	it.post(t, it.preferencesLink(t), url.Values{"list": {"nieuwe-democratie"}, "topics-nieuwe-democratie": {"all"},
		"pace-nieuwe-democratie": {"wekelijks"}, "state-nieuwe-democratie": {"paused"}, "until-nieuwe-democratie": {until},
		"language": {"nl"}, "layout": {"standard"}}).has(t, 200, "Uw voorkeuren zijn bewaard")
}

// Who has paused isn't told that mail comes, on no page, and the last day of the pause is one and the same.
func TestPagesKnowOfAPause(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, _ := newSite(t, s)
		site.open()
		site.join(t, "jan@voorbeeld.nl")
		site.pause(t, "2026-12-24")
		site.get(t, site.preferencesLink(t)).has(t, 200, `value="2026-12-24"`)
		why := site.get(t, site.link(t, "/w/", token.Why, subscriptionID))
		why.has(t, 200, "Gepauzeerd tot en met donderdag 24 december 2026", "U bent aangemeld voor de nieuwsbrief", "krijgt hem nu niet")
		why.lacks(t, "U krijgt de nieuwsbrief", "25 december")
		site.ask(t, english("GET", site.link(t, "/w/", token.Why, subscriptionID))).has(t, 200, "Paused up to and including Thursday 24 December 2026")
		leaving := site.unsubscribeLink(t)
		page := site.get(t, leaving)
		page.has(t, 200, "U hebt hem gepauzeerd en krijgt hem nu niet")
		page.lacks(t, "U krijgt nu de nieuwsbrief")
		site.post(t, leaving, url.Values{"do": {"list"}}).has(t, 200, "U bent afgemeld")
		page = site.post(t, leaving, url.Values{"do": {"undo"}})
		page.has(t, 200, "is nog wel gepauzeerd")
		page.lacks(t, "U krijgt de nieuwsbrief")
		if state := site.subscriptionState(t); state != "paused" {
			t.Errorf("they are %s", state)
		}
	})
}

// Who has left the only list has no preferences to save, and is told how to get a newsletter again.
func TestPreferencesOfWhoHasNoNewsletters(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, _ := newSite(t, s)
		site.open()
		site.join(t, "jan@voorbeeld.nl")
		site.post(t, site.unsubscribeLink(t), url.Values{"do": {"list"}})
		before := site.state(t)
		for _, p := range []page{site.get(t, site.preferencesLink(t)), site.post(t, site.preferencesLink(t), url.Values{"list": {"nieuwe-democratie"}, "name": {"J"}})} {
			p.has(t, 200, "U hebt geen nieuwsbrieven", `href="/#signup-title"`)
			p.lacks(t, "Voorkeuren bewaren", "zijn bewaard")
		}
		if after := site.state(t); after != before {
			t.Errorf("before:\n%s\nafter:\n%s", before, after)
		}
		site.get(t, site.link(t, "/w/", token.Why, subscriptionID)).has(t, 200, "U was aangemeld voor de nieuwsbrief")
		site.ask(t, english("GET", site.preferencesLink(t))).has(t, 200, "You have no newsletters")
	})
}
