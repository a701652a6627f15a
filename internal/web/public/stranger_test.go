package public_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
)

// Whatever a stranger sends, it is no fault of ours: D7. Links of a person are among the paths, so that
// the forms behind them are reached too.
func FuzzStrangers(f *testing.F) {
	site, _ := newSite(f, storetest.SQLite(f))
	site.open()
	site.join(f, "jan@voorbeeld.nl")
	site.post(f, "/access", url.Values{"address": {"jan@voorbeeld.nl"}})
	site.decide(f)
	links := []string{site.confirmLink(f), site.unsubscribeLink(f), site.preferencesLink(f), site.link(f, "/w/", token.Why, subscriptionID),
		site.link(f, "/a/", token.Access, `SELECT public_id FROM access_link`)}
	for i := range links {
		f.Add("GET", uint8(i+1), "", "", "", "")
		f.Add("POST", uint8(i+1), "", "do=list&do=all&do=undo&sure=yes&state-nieuwe-democratie=paused&list=nieuwe-democratie&until-nieuwe-democratie=9999-99-99", "", "")
	}
	const form = "address=jan%40voorbeeld.nl&list=nieuwe-democratie&topics-nieuwe-democratie=some&topic-nieuwe-democratie=raad&pace-nieuwe-democratie=x&shown=-1&page=/l/"
	f.Add("POST", uint8(0), "/signup", form, "display=1.1.nl", "nl")
	f.Add("POST", uint8(0), "/signup", form+"&show=larger&do=sent", "display=9.-9.xx", "*;q=0")
	f.Add("POST", uint8(0), "/access", "address=%00", "", "")
	f.Add("POST", uint8(0), "/access/erase", "ticket=%ff&sure=yes", "", "")
	f.Add("POST", uint8(0), "/access/address", "ticket=&address=a@b.nl", "", "")
	f.Add("POST", uint8(0), "/display", "show=larger&back=//evil.example", "", "")
	f.Add("GET", uint8(0), "/l/nieuwe-democratie/posts?after=aaaaaaaaaaaaaaaaaaaaaaaaaa&lang=%00", "", "", "")
	f.Add("PUT", uint8(0), "/p/../l/%2e%2e/%c0%af", "", "", "")
	f.Add("GET", uint8(0), "/ics/.ics", "", "", "")
	f.Fuzz(func(t *testing.T, method string, link uint8, target, body, cookie, languages string) {
		if n := int(link); n > 0 && n <= len(links) {
			target = links[n-1] + target
		}
		u, err := url.ParseRequestURI(target)
		if err != nil || !slices.Contains([]string{"GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE"}, method) {
			return
		}
		r := httptest.NewRequest(method, "/", strings.NewReader(body))
		r.URL, r.RequestURI = u, target
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Accept-Language", languages)
		r.Header.Set("Cookie", cookie)
		got := site.ask(t, r)
		if got.status >= http.StatusInternalServerError {
			t.Fatalf("%s %s with %q: %d\n%s", method, target, body, got.status, got.body)
		}
		if strings.HasPrefix(got.header.Get("Content-Type"), "text/html") && method != "HEAD" && !strings.Contains(got.body, "</html>") {
			t.Fatalf("%s %s: half a page:\n%s", method, target, got.body)
		}
		if to := got.header.Get("Location"); to != "" && (strings.HasPrefix(to, "//") || strings.Contains(to, "://")) {
			t.Fatalf("%s %s leads to %s", method, target, to)
		}
	})
}
