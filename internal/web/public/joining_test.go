package public_test

import (
	"context"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/signup"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

func TestD1_DoubleOptIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, w := newSite(t, s)
		site.open()
		home := site.get(t, "/")
		home.has(t, 200, "Ja, ik wil deze nieuwsbrief.", `autocomplete="email"`, `name="wording" value="`+w.Words.Hash+`"`, `href="/privacy"`, "Elke maandag om 08.00 uur.")

		sent := site.post(t, "/signup", site.form("jan@voorbeeld.nl"))
		sent.has(t, 200, "jan@voorbeeld.nl", "Expertgroep Nieuwe Democratie (post@voorbeeld.nl)", "Bevestig uw aanmelding voor Expertgroep Nieuwe Democratie",
			"spam", "werkt 7 dagen", "Stuur opnieuw", "Ander adres gebruiken", "redactie@nieuws.example")
		if n := len(site.rows(t, "SELECT id FROM subscriber")); n != 0 {
			t.Errorf("%d subscribers before anybody confirmed", n)
		}
		site.decide(t)
		link := site.confirmLink(t)
		site.get(t, link).has(t, 200, "Bevestig uw aanmelding", "jan@voorbeeld.nl", `method="post"`, "Alle onderwerpen, ook nieuwe", "Wekelijks")
		if n := len(site.rows(t, "SELECT id FROM subscriber")); n != 0 {
			t.Errorf("%d subscribers after a page was looked at", n)
		}
		done := site.post(t, link, nil)
		done.has(t, 200, "U bent aangemeld", "jan@voorbeeld.nl", `href="/v/`, "maandag 9 november 2026, 08.00 uur")
		if n := len(site.rows(t, "SELECT id FROM subscription WHERE state = 'active'")); n != 1 {
			t.Errorf("%d subscriptions", n)
		}
		// Pressed again, and opened again: nothing more happens, and it says so.
		site.post(t, link, nil).has(t, 200, "U bent al aangemeld")
		site.get(t, link).has(t, 200, "U bent al aangemeld")
	})
}

func TestF4_NothingTypedIsLost(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, _ := newSite(t, s)
		site.open()
		form := site.form("jan@voorbeeld")
		form.Set("name", `Jan "de" <Boer>`)
		form.Set("topics-nieuwe-democratie", "some")
		form.Set("language", "en")
		form.Set("pace-nieuwe-democratie", "dagelijks")
		before := site.state(t)
		page := site.post(t, "/signup", form)
		page.has(t, 422, "<title>Fout: ", `href="#address"`, `aria-invalid="true"`, `value="jan@voorbeeld"`, `value="Jan &#34;de&#34; &lt;Boer&gt;"`,
			"na de @ ontbreekt een einde", "Kies minstens één onderwerp", `id="topics-nieuwe-democratie-some" name="topics-nieuwe-democratie" value="some" checked`,
			`id="language-en" name="language" value="en" checked`, `value="dagelijks" checked`)
		if after := site.state(t); after != before {
			t.Errorf("a faulty form changed something:\n%s\n%s", before, after)
		}
		form.Set("address", "")
		site.post(t, "/signup", form).has(t, 422, "Vul een e-mailadres in")
	})
}

func TestReadingAidsOnAPageThatAnswersAForm(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, _ := newSite(t, s)
		site.open()
		sent := site.post(t, "/signup", site.form("jan@voorbeeld.nl"))
		sent.has(t, 200, `<form method="post" action="/signup">`, `name="do" value="sent"`)
		before := site.state(t)

		form := site.form("jan@voorbeeld.nl")
		form.Set("do", "sent")
		form.Set("show", "larger")
		again := site.post(t, "/signup", form)
		again.has(t, 200, "Kijk in uw mailbox", "jan@voorbeeld.nl", `data-size="1"`)
		if cookie := again.header.Get("Set-Cookie"); !strings.HasPrefix(cookie, "display=1.0.") {
			t.Errorf("the cookie is %q", cookie)
		}
		form.Set("show", "en")
		site.post(t, "/signup", form).has(t, 200, "Check your mailbox", `lang="en"`)

		// A form with faults keeps what was typed too.
		form.Set("address", "jan@")
		form.Set("do", "edit")
		site.post(t, "/signup", form).has(t, 200, `value="jan@"`)
		// "Ander adres" shows the form again, filled in.
		form.Del("show")
		site.post(t, "/signup", form).has(t, 200, `value="jan@"`, `name="address"`)
		if after := site.state(t); after != before {
			t.Errorf("a reading aid changed something:\n%s\n%s", before, after)
		}
	})
}

func TestD3_LimitsSaySoAndKeepWhatWasTyped(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, _ := newSite(t, s, signup.Config{Limits: signup.Limits{AddressWait: 10 * time.Minute, AddressPerDay: 3, NetworkPerHour: 3}})
		site.open()
		site.post(t, "/signup", site.form("jan@voorbeeld.nl")).has(t, 200, "Kijk in uw mailbox")
		page := site.post(t, "/signup", site.form("jan@voorbeeld.nl"))
		page.has(t, 429, `value="jan@voorbeeld.nl"`, "10 minuten", `role="alert"`)
		if page.header.Get("Retry-After") == "" {
			t.Error("a limit does not say when to come back")
		}
		if strings.Contains(page.body, "Kijk in uw mailbox") {
			t.Error("the page pretends that a mail is under way")
		}
		site.now = site.now.Add(10 * time.Minute)
		site.post(t, "/signup", site.form("jan@voorbeeld.nl")).has(t, 200, "Kijk in uw mailbox")
		site.post(t, "/signup", site.form("piet@voorbeeld.nl")).has(t, 200, "Kijk in uw mailbox")
		site.post(t, "/signup", site.form("klaas@voorbeeld.nl")).has(t, 429, `value="klaas@voorbeeld.nl"`)
		// From another network it goes on.
		r := httptest.NewRequest("POST", "/signup", strings.NewReader(site.form("klaas@voorbeeld.nl").Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.RemoteAddr = "198.51.100.7:1234"
		site.ask(t, r).has(t, 200, "Kijk in uw mailbox")
	})
}

func TestD3_TheFormIsClosedAndOpenedByHand(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, _ := newSite(t, s)
		site.open()
		site.post(t, "/signup", site.form("jan@voorbeeld.nl")).has(t, 200, "Kijk in uw mailbox")
		site.decide(t)
		press := func(do func(context.Context, newsletter.Actor, time.Time) (bool, error)) {
			t.Helper()
			if changed, err := do(t.Context(), storetest.By, site.now); err != nil || !changed {
				t.Fatal(changed, err)
			}
		}
		press(s.CloseSignup) // the service goes on as it is
		const dutch, english = "de redactie heeft het formulier tijdelijk gesloten", "the editors have closed the form"
		for _, path := range []string{"/", "/l/nieuwe-democratie"} {
			page := site.get(t, path)
			page.has(t, 200, dutch)
			if strings.Contains(page.body, `action="/signup"`) {
				t.Errorf("%s still has a form", path)
			}
		}
		site.get(t, "/?lang=en").has(t, 200, english)
		before := site.state(t)
		site.post(t, "/signup", site.form("piet@voorbeeld.nl")).has(t, 409, dutch)
		if after := site.state(t); after != before {
			t.Errorf("a closed form took something in:\n%s\n%s", before, after)
		}
		// Who was mailed a link before is not turned away, and links of mails go on.
		site.post(t, site.confirmLink(t), nil).has(t, 200, "U bent aangemeld")
		site.get(t, site.preferencesLink(t)).has(t, 200)
		press(s.OpenSignup)
		site.post(t, "/signup", site.form("piet@voorbeeld.nl")).has(t, 200, "Kijk in uw mailbox")
	})
}

func TestD3_RobotsAreToldAsPeopleWouldBe(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, _ := newSite(t, s, signup.Config{MinFill: 3 * time.Second})
		site.open()
		site.get(t, "/").has(t, 200, `name="website" value=""`)
		form := site.form("jan@voorbeeld.nl")
		form.Set("website", "https://spam.example")
		site.post(t, "/signup", form).has(t, 422, `role="alert"`, `name="website" value=""`, `value="jan@voorbeeld.nl"`)
		form = site.form("jan@voorbeeld.nl")
		form.Set("shown", strconvFormat(site.now))
		site.post(t, "/signup", form).has(t, 422, `role="alert"`, `value="jan@voorbeeld.nl"`)
		site.now = site.now.Add(3 * time.Second)
		site.post(t, "/signup", form).has(t, 200, "Kijk in uw mailbox")
		if n := len(site.rows(t, "SELECT id FROM signup")); n != 1 {
			t.Errorf("%d sign-ups", n)
		}
	})
}

func TestD5_ConfirmationLinks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, _ := newSite(t, s)
		site.open()
		site.post(t, "/signup", site.form("jan@voorbeeld.nl"))
		site.decide(t)
		link := site.confirmLink(t)
		for _, forged := range []string{link[:len(link)-1] + "A", link[:20], "/c/x", "/c/%00", strings.Replace(link, "/c/", "/v/", 1), strings.Replace(link, "/c/", "/u/", 1)} {
			for _, p := range []page{site.get(t, forged), site.post(t, forged, nil)} {
				if p.status != 403 && p.status != 404 && p.status != 405 {
					t.Errorf("%s: %d", p.what, p.status)
				}
				if strings.Contains(p.body, "jan@voorbeeld.nl") {
					t.Errorf("%s tells the address", p.what)
				}
			}
		}
		site.now = site.now.AddDate(0, 0, 7)
		for _, p := range []page{site.get(t, link), site.post(t, link, nil)} {
			p.has(t, 410, "Deze link werkt niet meer", `action="/signup"`)
		}
		if n := len(site.rows(t, "SELECT id FROM subscriber")); n != 0 {
			t.Errorf("%d subscribers", n)
		}
	})
}

func TestD5_UsedAndLeftSince(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, _ := newSite(t, s)
		site.open()
		site.join(t, "jan@voorbeeld.nl")
		link := site.confirmLink(t)
		site.post(t, site.unsubscribeLink(t), url.Values{"do": {"list"}})
		site.get(t, link).has(t, 200, "Deze link is al gebruikt", `action="/signup"`)
		site.post(t, link, nil).has(t, 200, "Deze link is al gebruikt")
		if n := len(site.rows(t, "SELECT id FROM subscription WHERE state = 'active'")); n != 0 {
			t.Error("an old link brought somebody back")
		}
	})
}

func TestE5_ClosedWithoutContactAndPrivacy(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, _ := newSite(t, s)
		page := site.get(t, "/")
		page.has(t, 200, "op deze site staat nog niet bij wie u met vragen terechtkunt")
		if strings.Contains(page.body, `action="/signup"`) {
			t.Error("there is a form")
		}
		site.post(t, "/signup", site.form("jan@voorbeeld.nl")).has(t, 409, "Aanmelden kan nog niet")
		if n := len(site.rows(t, "SELECT id FROM signup")); n != 0 {
			t.Errorf("%d sign-ups", n)
		}
	})
}

func TestJoining_SeveralListsAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, w := newSite(t, s)
		site.open()
		second := newsletter.List{Name: "rekenkamers", Language: newsletter.Dutch, ListID: "rekenkamers.voorbeeld.nl", SenderName: "Rekenkamers", SenderAddress: "rk@voorbeeld.nl",
			Texts: newsletter.Texts{newsletter.Dutch: {Title: "Rekenkamerberichten"}}}
		if err := s.CreateList(t.Context(), &second, storetest.By, storetest.Start); err != nil {
			t.Fatal(err)
		}
		weekly := w.Weekly
		weekly.ID, weekly.ListID = 0, second.ID
		if err := s.CreateSchedule(t.Context(), &weekly, storetest.By, storetest.Start); err != nil {
			t.Fatal(err)
		}
		home := site.get(t, "/")
		home.has(t, 200, "Onze nieuwsbrieven", `id="list-rekenkamers"`, `id="list-nieuwe-democratie"`)
		if strings.Contains(home.body, `name="list" value="rekenkamers" checked`) || strings.Contains(home.body, `name="list" value="nieuwe-democratie" checked`) {
			t.Error("a list is ticked beforehand (E4)")
		}
		form := site.form("jan@voorbeeld.nl")
		form.Del("list")
		site.post(t, "/signup", form).has(t, 422, "Kruis minstens één nieuwsbrief aan", `href="#list"`)
		form["list"] = []string{"rekenkamers", "nieuwe-democratie"}
		form.Set("pace-rekenkamers", "wekelijks")
		form.Set("topics-nieuwe-democratie", "some")
		form.Set("topic-nieuwe-democratie", "raad")
		site.post(t, "/signup", form).has(t, 200, "Bevestig uw aanmelding bij Democratische Broedplaats Noord")
		site.decide(t)
		site.get(t, site.confirmLink(t)).has(t, 200, "Rekenkamerberichten", "Expertgroep Nieuwe Democratie", "De nieuwe rol van de raad")
		site.post(t, site.confirmLink(t), nil).has(t, 200, "U bent aangemeld", "Rekenkamerberichten", "Expertgroep Nieuwe Democratie")
		if n := len(site.rows(t, "SELECT id FROM subscription WHERE state = 'active'")); n != 2 {
			t.Errorf("%d subscriptions", n)
		}
		// The list's own page is a form for that list alone.
		site.get(t, "/l/rekenkamers").has(t, 200, `type="hidden" name="list" value="rekenkamers"`)
	})
}
