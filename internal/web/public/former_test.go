package public_test

import (
	"net/url"
	"strings"
	"testing"

	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
)

// Of what one chose, topics and paces may end. The preferences say so, and save whatever else one wants.
func TestPreferences_OfWhatHasEnded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, w := newSite(t, s)
		site.open()
		form := site.form("jan@voorbeeld.nl")
		form.Set("topics-nieuwe-democratie", "some")
		form.Set("topic-nieuwe-democratie", "raad")
		site.post(t, "/signup", form).has(t, 200)
		site.decide(t)
		site.post(t, site.confirmLink(t), nil).has(t, 200, "U bent aangemeld")
		link := site.preferencesLink(t)
		w.Do(`UPDATE topic SET archived_at = 1 WHERE name = 'raad'`)
		w.Do(`UPDATE schedule SET archived_at = 1 WHERE name = 'wekelijks'`)

		page := site.get(t, link)
		page.has(t, 200, "De onderwerpen die u koos, zijn gestopt", `value="raad" checked`, "Dit onderwerp is gestopt", `value="wekelijks" checked`, "Dit tempo is gestopt", `value="some" checked`)
		site.get(t, link+"?lang=en").has(t, 200, "The topics that you chose have ended", "This topic has ended", "This pace has ended")
		site.get(t, site.link(t, "/w/", token.Why, subscriptionID)).has(t, 200, "De nieuwe rol van de raad", "Wekelijks")
		if home := site.get(t, "/"); strings.Contains(home.body, `value="raad"`) || strings.Contains(home.body, `value="wekelijks"`) {
			t.Error("what has ended can be chosen on the form")
		}

		// Saving the page as it is keeps the choice, and what else is wished for.
		as := url.Values{"list": {"nieuwe-democratie"}, "topics-nieuwe-democratie": {"some"}, "topic-nieuwe-democratie": {"raad"}, "pace-nieuwe-democratie": {"wekelijks"},
			"state-nieuwe-democratie": {"active"}, "language": {"nl"}, "layout": {"large"}}
		site.post(t, link, as).has(t, 200, "Uw voorkeuren zijn bewaard", `value="raad" checked`, `value="wekelijks" checked`, `value="large" checked`)
		// Beside a topic that goes on, the one that ended is no alarm.
		as["topic-nieuwe-democratie"] = []string{"raad", "bewoners"}
		page = site.post(t, link, as)
		page.has(t, 200, "Uw voorkeuren zijn bewaard", `value="raad" checked`, `value="bewoners" checked`)
		if strings.Contains(page.body, "De onderwerpen die u koos, zijn gestopt") {
			t.Error("an alarm although a topic goes on")
		}
		// What is given up can't be chosen again.
		as["topic-nieuwe-democratie"], as["pace-nieuwe-democratie"] = []string{"bewoners"}, []string{"dagelijks"}
		page = site.post(t, link, as)
		page.has(t, 200, "Uw voorkeuren zijn bewaard", `value="dagelijks"`)
		if strings.Contains(page.body, `value="raad"`) || strings.Contains(page.body, `value="wekelijks"`) {
			t.Errorf("what was given up is still there:\n%s", page.main())
		}
		as.Set("topic-nieuwe-democratie", "raad")
		site.post(t, link, as).has(t, 422, "Kies minstens één onderwerp")
	})
}
