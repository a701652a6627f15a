package public_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
)

// A link in a Dutch mail opens in Dutch, whatever the browser says; who chose English by the switch gets English.
func TestLinksSpeakTheLanguageOfTheirMail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, _ := newSite(t, s)
		site.open()
		foreign := func(method, target string, form url.Values) page {
			r := httptest.NewRequest(method, target, strings.NewReader(form.Encode()))
			r.Header.Set("Accept-Language", "en")
			if method == http.MethodPost {
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			return site.ask(t, r)
		}
		site.post(t, "/signup", site.form("jan@voorbeeld.nl"))
		site.decide(t)
		confirm := site.confirmLink(t)
		foreign("GET", "/", nil).has(t, 200, "Sign up for the newsletter")
		foreign("GET", confirm, nil).has(t, 200, `<html lang="nl"`, "Bevestig uw aanmelding")
		site.ask(t, english("GET", confirm)).has(t, 200, `<html lang="en"`, "Confirm your sign-up")
		foreign("GET", confirm+"?lang=en", nil).has(t, 200, "Confirm your sign-up")
		foreign("POST", confirm, nil).has(t, 200, "U bent aangemeld")
		site.post(t, "/access", url.Values{"address": {"jan@voorbeeld.nl"}})
		site.decide(t)
		access := site.link(t, "/a/", token.Access, `SELECT public_id FROM access_link`)
		for link, words := range map[string]string{site.preferencesLink(t): "Uw voorkeuren", site.unsubscribeLink(t): "Afmelden voor",
			site.link(t, "/w/", token.Why, subscriptionID): "Waarom krijg ik deze mail?", access: "Bekijk mijn gegevens"} {
			foreign("GET", link, nil).has(t, 200, `<html lang="nl"`, words)
			site.ask(t, english("GET", link)).has(t, 200, `<html lang="en"`)
		}
		foreign("POST", access, nil).has(t, 200, "Wat wij van u bewaren")
		foreign("POST", site.unsubscribeLink(t), url.Values{"do": {"list"}}).has(t, 200, "U bent afgemeld")
	})
}
