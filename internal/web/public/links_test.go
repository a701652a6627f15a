package public_test

import (
	"bytes"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
)

func strconvFormat(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

func (it *site) unsubscribeLink(t testing.TB) string {
	t.Helper()
	return it.link(t, "/u/", token.Unsubscribe, subscriptionID)
}

func (it *site) preferencesLink(t testing.TB) string {
	t.Helper()
	return it.link(t, "/v/", token.Preferences, subscriptionID)
}

func (it *site) subscriptionState(t testing.TB) string {
	t.Helper()
	return it.rows(t, "SELECT state FROM subscription ORDER BY id DESC")[0][0]
}

// The mail provider's POST: whatever form it has, one press ends it.
func TestB4_OneClickPost(t *testing.T) {
	var parts bytes.Buffer
	m := multipart.NewWriter(&parts)
	if err := m.WriteField("List-Unsubscribe", "One-Click"); err != nil {
		t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	for what, body := range map[string]struct{ media, text string }{
		"urlencoded":   {"application/x-www-form-urlencoded", "List-Unsubscribe=One-Click"},
		"multipart":    {m.FormDataContentType(), parts.String()},
		"without body": {"", ""},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				site, _ := newSite(t, s)
				site.open()
				site.join(t, "jan@voorbeeld.nl")
				link := site.unsubscribeLink(t)
				for lang, words := range map[string]string{"": "U bent afgemeld.\n", "en": "You have unsubscribed.\n"} { // it may come twice
					r := httptest.NewRequest("POST", link, strings.NewReader(body.text))
					r.Header.Set("Accept", "*/*")
					r.Header.Set("Accept-Language", lang)
					r.Header.Set("Origin", "https://mail.provider.example")
					r.Header.Set("Sec-Fetch-Site", "cross-site")
					if body.media != "" {
						r.Header.Set("Content-Type", body.media)
					}
					got := site.ask(t, r)
					if got.status != 200 || got.header.Get("Location") != "" || got.header.Get("Set-Cookie") != "" || got.body != words {
						t.Errorf("%d, %v, %q", got.status, got.header, got.body)
					}
					if state := site.subscriptionState(t); state != "unsubscribed" {
						t.Errorf("they are %s", state)
					}
				}
				if rows := site.rows(t, "SELECT channel FROM consent WHERE action = 'withdrawn'"); len(rows) != 1 || rows[0][0] != "one_click" {
					t.Errorf("the ledger says %v", rows)
				}
			})
		})
	}
}

// Looking changes nothing, whoever looks and however.
func TestB5_D9_LookingChangesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, _ := newSite(t, s)
		site.open()
		site.join(t, "jan@voorbeeld.nl")
		site.post(t, "/signup", site.form("piet@voorbeeld.nl"))
		site.post(t, "/access", url.Values{"address": {"jan@voorbeeld.nl"}})
		site.decide(t)
		paths := []string{"/", "/l/nieuwe-democratie", "/signup", "/access", "/contact", "/privacy",
			site.confirmLink(t), site.unsubscribeLink(t), site.preferencesLink(t),
			site.link(t, "/w/", token.Why, subscriptionID),
			site.link(t, "/a/", token.Access, `SELECT public_id FROM access_link`)}
		before := site.state(t)
		for _, path := range paths {
			for _, method := range []string{"GET", "HEAD", "OPTIONS"} {
				for _, header := range []map[string]string{nil, {"Purpose": "prefetch", "Sec-Purpose": "prefetch"}, {"X-Moz": "prefetch"}} {
					r := httptest.NewRequest(method, path+"?do=list&do=all&sure=yes&List-Unsubscribe=One-Click", nil)
					for name, value := range header {
						r.Header.Set(name, value)
					}
					if got := site.ask(t, r); got.status >= 400 {
						t.Errorf("%s %s: %d", method, path, got.status)
					}
				}
			}
		}
		if after := site.state(t); after != before {
			t.Errorf("before:\n%s\nafter:\n%s", before, after)
		}
	})
}

func TestB7_LeavingAndTakingItBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, _ := newSite(t, s)
		site.open()
		site.join(t, "jan@voorbeeld.nl")
		link := site.unsubscribeLink(t)
		site.get(t, link).has(t, 200, "Afmelden voor Expertgroep Nieuwe Democratie", `href="/v/`)
		site.post(t, link, url.Values{"do": {"list"}}).has(t, 200, "U bent afgemeld", "Afmelding ongedaan maken")
		if state := site.subscriptionState(t); state != "unsubscribed" {
			t.Fatalf("they are %s", state)
		}
		site.get(t, link).has(t, 200, "U bent afgemeld")
		site.post(t, link, url.Values{"do": {"undo"}}).has(t, 200, "ongedaan gemaakt", "Afmelden voor Expertgroep Nieuwe Democratie")
		if state := site.subscriptionState(t); state != "active" {
			t.Fatalf("they are %s", state)
		}
		// Later it can't be taken back, and the page says how to return.
		site.post(t, link, url.Values{"do": {"all"}}).has(t, 200, "U bent afgemeld")
		site.now = site.now.AddDate(0, 1, 0)
		page := site.post(t, link, url.Values{"do": {"undo"}})
		page.has(t, 200, "U bent afgemeld", "Meld u opnieuw aan")
		if strings.Contains(page.body, "Afmelding ongedaan maken") || site.subscriptionState(t) != "unsubscribed" {
			t.Error("an old link brought somebody back")
		}
	})
}

func TestD6_TokenPagesAreNobodyElses(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, _ := newSite(t, s)
		site.open()
		site.post(t, "/signup", site.form("jan@voorbeeld.nl"))
		site.decide(t)
		pages := []page{site.get(t, site.confirmLink(t)), site.post(t, site.confirmLink(t), nil)}
		pages = append(pages, site.get(t, site.preferencesLink(t)), site.get(t, site.unsubscribeLink(t)), site.get(t, site.link(t, "/w/", token.Why, subscriptionID)),
			site.get(t, "/u/forged"), site.post(t, site.unsubscribeLink(t), nil))
		for _, p := range pages {
			for name, want := range map[string]string{"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"} {
				if p.header.Get(name) != want {
					t.Errorf("%s: %s is %q", p.what, name, p.header.Get(name))
				}
			}
			if csp := p.header.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "https:") {
				t.Errorf("%s: %s", p.what, csp)
			}
		}
	})
}

func TestPreferences_ChangeWhatOneGets(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, _ := newSite(t, s)
		site.open()
		site.join(t, "jan@voorbeeld.nl")
		link := site.preferencesLink(t)
		page := site.get(t, link)
		page.has(t, 200, "j•••@v•••.nl", `value="all" checked`, `value="wekelijks" checked`, `value="active" checked`, `min="2026-11-03"`)
		if strings.Contains(page.body, "jan@voorbeeld.nl") {
			t.Error("the page tells the address to whoever was forwarded a mail")
		}
		form := url.Values{"list": {"nieuwe-democratie"}, "topics-nieuwe-democratie": {"some"}, "topic-nieuwe-democratie": {"raad", "bewoners"}, "pace-nieuwe-democratie": {"dagelijks"},
			"state-nieuwe-democratie": {"paused"}, "until-nieuwe-democratie": {"31-12-2026"}, "name": {"Jan"}, "language": {"en"}, "layout": {"large"}}
		site.post(t, link, form).has(t, 200, "Your preferences have been saved", `value="dagelijks" checked`, `value="raad" checked`, `value="bewoners" checked`, `value="experimenten">`,
			`value="paused" checked`, `value="2026-12-31"`, `value="Jan"`, `value="en" checked`, `value="large" checked`)
		if state := site.subscriptionState(t); state != "paused" {
			t.Errorf("they are %s", state)
		}
		site.display = "0.0.nl" // the mails are in English from now on, and so are the pages behind them
		site.get(t, site.link(t, "/w/", token.Why, subscriptionID)).has(t, 200, "Gepauzeerd tot en met donderdag 31 december 2026", "Ja, ik wil deze nieuwsbrief.", "De nieuwe rol van de raad",
			"het formulier op deze site", "maandag 2 november 2026, 08.00 uur")

		// What is wrong is said beside its field, and nothing changes.
		before := site.state(t)
		form.Set("until-nieuwe-democratie", "1-1-2020")
		form.Set("name", strings.Repeat("x", 101))
		page = site.post(t, link, form)
		page.has(t, 422, "<title>Fout: ", `href="#until-nieuwe-democratie"`, "Deze datum is al geweest", "Deze naam is te lang", `value="2020-01-01"`, strings.Repeat("x", 101))
		form.Set("topics-nieuwe-democratie", "some")
		form.Del("topic-nieuwe-democratie")
		site.post(t, link, form).has(t, 422, "Kies minstens één onderwerp")
		form.Set("show", "larger")
		site.post(t, link, form).has(t, 200, `data-size="1"`, strings.Repeat("x", 101))
		if after := site.state(t); after != before {
			t.Errorf("before:\n%s\nafter:\n%s", before, after)
		}
	})
}
