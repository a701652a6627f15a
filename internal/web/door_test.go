package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/templates"
)

// frame is what the public layout shows around a page.
type frame struct {
	Organisation, Email, Phone, Statement, Website string
	Postal                                         []string
	Follow                                         []struct{ Title, URL string }
	Disclaimer                                     bool
	Zone                                           *time.Location
}

// testDoor is a door with one handler per way to answer, and what it logged.
func testDoor(t *testing.T, change func(*web.Config)) (*web.Door, *bytes.Buffer) {
	t.Helper()
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	config := web.Config{
		Name: "public", Templates: set, Languages: newsletter.Languages(), URL: &url.URL{Scheme: "https", Host: "nieuws.example"},
		Frame: func(*http.Request, newsletter.Language) any {
			return &frame{Organisation: "Stichting Voorbeeld", Zone: time.UTC}
		},
		Now: func() time.Time { return time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC) },
		Log: slog.New(slog.NewJSONHandler(&log, nil)), Counts: &web.Counts{},
	}
	if change != nil {
		change(&config)
	}
	door, err := web.NewDoor(config)
	if err != nil {
		t.Fatal(err)
	}
	door.HandleAids()
	if err := door.HandleStatic(); err != nil {
		t.Fatal(err)
	}
	door.Handle("GET /error/{reason}", func(w http.ResponseWriter, r *http.Request) error {
		return newsletter.Errorf(newsletter.Invalid, r.PathValue("reason"), "that is %s", r.PathValue("reason"))
	})
	door.Handle("GET /code/{code}", func(w http.ResponseWriter, r *http.Request) error {
		return newsletter.Errorf(newsletter.Code(r.PathValue("code")), "", "secret detail")
	})
	door.Handle("GET /panic", func(http.ResponseWriter, *http.Request) error { panic("jan@voorbeeld.nl") })
	door.Handle("GET /plain", func(http.ResponseWriter, *http.Request) error { return errors.New("disk is full") })
	door.Handle("GET /u/{token}", func(w http.ResponseWriter, r *http.Request) error { return nil })
	door.Handle("POST /u/{token}", func(w http.ResponseWriter, r *http.Request) error { return nil })
	door.AllowForeign("POST /u/{token}")
	door.Handle("POST /form", func(w http.ResponseWriter, r *http.Request) error {
		form, err := web.Form(r)
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, form.Get("name"))
		return err
	})
	return door, &log
}

func ask(h http.Handler, method, target string, change func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	r.Header.Set("Accept", "text/html")
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func post(h http.Handler, target, media, body string, change func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", target, strings.NewReader(body))
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Content-Type", media)
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

const urlencoded = "application/x-www-form-urlencoded"

func TestD6_HeadersOnEveryAnswer(t *testing.T) {
	door, _ := testDoor(t, nil)
	for _, target := range []string{"/static/site.css", "/nowhere", "/panic", "/error/x"} {
		h := ask(door, "GET", target, nil).Result().Header
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Strict-Transport-Security": "max-age=31536000",
		} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q, not %q", target, name, h.Get(name), want)
			}
		}
		csp := h.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "style-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
			if !strings.Contains(csp, part) {
				t.Errorf("%s: the policy %q lacks %q", target, csp, part)
			}
		}
		if strings.Contains(csp, "unsafe") || strings.Contains(csp, "https:") || h.Get("Server") != "" {
			t.Errorf("%s: %v", target, h)
		}
	}
	if h := ask(door, "GET", "/nowhere", nil).Result().Header; h.Get("Cache-Control") != "no-store" || h.Get("X-Robots-Tag") == "" {
		t.Errorf("an error page may be kept: %v", h)
	}
	plain, _ := testDoor(t, func(c *web.Config) { c.URL = &url.URL{Scheme: "http", Host: "127.0.0.1:8080"} })
	if hsts := ask(plain, "GET", "/", nil).Result().Header.Get("Strict-Transport-Security"); hsts != "" {
		t.Errorf("HSTS without https: %q", hsts)
	}
}

func TestD7_BadRequestsGetTheRightPage(t *testing.T) {
	door, _ := testDoor(t, nil)
	var multi bytes.Buffer
	m := multipart.NewWriter(&multi)
	if err := m.WriteField("name", "Jan"); err != nil {
		t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		what, media, body string
		want              int
	}{
		{"a form", urlencoded, "name=Jan", 200},
		{"a form in parts", m.FormDataContentType(), multi.String(), 200},
		{"JSON", "application/json", "{}", 415},
		{"no media type", "", "name=Jan", 415},
		{"a broken media type", "a b/c;;", "name=Jan", 415},
		{"parts without boundary", "multipart/form-data", "name=Jan", 400},
		{"parts that end early", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nJan", 400},
		{"a broken escape", urlencoded, "name=%zz", 400},
		{"a NUL", urlencoded, "name=%00", 400},
		{"no UTF-8", urlencoded, "name=%ff", 400},
		{"no UTF-8 in a name", urlencoded, "%ff=Jan", 400},
		{"64 kB and more", urlencoded, "name=" + strings.Repeat("a", web.MaxBody), 413},
		{"more fields than a form has", urlencoded, manyFields(), 400},
	} {
		if got := post(door, "/form", test.media, test.body, nil); got.Code != test.want {
			t.Errorf("%s: %d, not %d: %.100s", test.what, got.Code, test.want, got.Body)
		}
	}
	got := ask(door, "DELETE", "/form", nil)
	if got.Code != 405 || got.Result().Header.Get("Allow") != "POST" || !strings.Contains(got.Body.String(), "<h1>") {
		t.Errorf("a wrong method: %d, Allow %q", got.Code, got.Result().Header.Get("Allow"))
	}
	if got := ask(door, "GET", "/nowhere", nil); got.Code != 404 || !strings.Contains(got.Body.String(), "Deze pagina bestaat niet") {
		t.Errorf("no such page: %d %s", got.Code, got.Body)
	}
}

func manyFields() string {
	var b strings.Builder
	for i := range int64(3000) {
		b.WriteString(strconv.FormatInt(i, 36) + "=&")
	}
	return b.String()
}

func TestB5_OptionsAndHeadDoNothing(t *testing.T) {
	door, _ := testDoor(t, nil)
	got := ask(door, "OPTIONS", "/u/abc", nil)
	if got.Code != 204 || !strings.Contains(got.Result().Header.Get("Allow"), "POST") {
		t.Errorf("OPTIONS: %d %v", got.Code, got.Result().Header)
	}
	if got := ask(door, "HEAD", "/u/abc", nil); got.Code != 200 {
		t.Errorf("HEAD: %d", got.Code)
	}
}

func TestErrorsAreSaidInTheReadersLanguage(t *testing.T) {
	door, _ := testDoor(t, nil)
	english := func(r *http.Request) { r.Header.Set("Accept-Language", "en-GB,en;q=0.9") }
	if got := ask(door, "GET", "/error/address_without_at", nil); got.Code != 422 || !strings.Contains(got.Body.String(), "de @ ontbreekt") {
		t.Errorf("Dutch: %d %s", got.Code, got.Body)
	}
	if got := ask(door, "GET", "/error/address_without_at", english); !strings.Contains(got.Body.String(), "the @ is missing") || !strings.Contains(got.Body.String(), `lang="en"`) {
		t.Errorf("English: %s", got.Body)
	}
	for code, status := range map[newsletter.Code]int{"invalid": 422, "not_found": 404, "conflict": 409, "forbidden": 403, "expired": 410, "used": 410,
		"too_many": 429, "unavailable": 503, "internal": 500, "never heard of": 500} {
		got := ask(door, "GET", "/code/"+url.PathEscape(string(code)), nil)
		if got.Code != status || strings.Contains(got.Body.String(), "secret") {
			t.Errorf("%s: %d %s", code, got.Code, got.Body)
		}
	}
}

func TestErrorsForPrograms(t *testing.T) {
	door, _ := testDoor(t, nil)
	got := ask(door, "GET", "/code/expired", func(r *http.Request) { r.Header.Set("Accept", "application/json") })
	var body struct {
		Error struct{ Code, Message string }
	}
	if err := json.Unmarshal(got.Body.Bytes(), &body); err != nil || got.Code != 410 || body.Error.Code != "expired" || body.Error.Message == "" {
		t.Errorf("%d %s: %v", got.Code, got.Body, err)
	}
	got = ask(door, "GET", "/nowhere", func(r *http.Request) { r.Header.Set("Accept", "*/*") })
	if got.Code != 404 || !strings.HasPrefix(got.Result().Header.Get("Content-Type"), "text/plain") || strings.Contains(got.Body.String(), "<") {
		t.Errorf("plain: %d %s", got.Code, got.Body)
	}
}

func TestLogHoldsNoTokenNoAddressNoNetwork(t *testing.T) {
	door, log := testDoor(t, nil)
	ask(door, "GET", "/u/s3cr3t-t0ken?address=jan@voorbeeld.nl", func(r *http.Request) { r.RemoteAddr = "192.0.2.77:1234" })
	ask(door, "GET", "//u/s3cr3t-t0ken", nil)
	ask(door, "s3cr3t-t0ken", "/u/s3cr3t-t0ken", nil)
	ask(door, "GET", "/panic", nil)
	post(door, "/form", urlencoded, "name=jan@voorbeeld.nl", nil)
	for _, secret := range []string{"s3cr3t", "jan@", "192.0.2"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds %q:\n%s", secret, log)
		}
	}
	if lines := strings.Count(log.String(), "\n"); lines != 5 {
		t.Errorf("%d lines for 5 requests:\n%s", lines, log)
	}
	if !strings.Contains(log.String(), `"route":"GET /u/{token}"`) || !strings.Contains(log.String(), "door_test.go") {
		t.Errorf("the log names no route, or no stack of the panic:\n%s", log)
	}
}

func TestCounts(t *testing.T) {
	counts := &web.Counts{}
	door, _ := testDoor(t, func(c *web.Config) { c.Counts = counts })
	ask(door, "GET", "/u/a", nil)
	ask(door, "GET", "/u/b", nil)
	ask(door, "GET", "/nowhere", nil)
	got := counts.Snapshot()
	if got[web.Answer{Route: "GET /u/{token}", Status: 200}] != 2 || got[web.Answer{Status: 404}] != 1 {
		t.Errorf("counts: %v", got)
	}
}

func TestFaultsOfOursAreNotShown(t *testing.T) {
	door, log := testDoor(t, nil)
	for _, target := range []string{"/panic", "/plain"} {
		got := ask(door, "GET", target, nil)
		if got.Code != 500 || strings.Contains(got.Body.String(), "disk") || !strings.Contains(got.Body.String(), "<h1>") {
			t.Errorf("%s: %d %s", target, got.Code, got.Body)
		}
	}
	if !strings.Contains(log.String(), "disk is full") {
		t.Errorf("the operator isn't told:\n%s", log)
	}
}

func TestForeignForms(t *testing.T) {
	door, _ := testDoor(t, nil)
	strict, _ := testDoor(t, func(c *web.Config) { c.Sessions = true })
	for _, test := range []struct {
		what, site, origin string
		want, wantStrict   int
	}{
		{"a mail program", "", "", 200, 200},
		{"our own form", "same-origin", "null", 200, 200},
		{"our own form in an older browser", "", "https://nieuws.example", 200, 200},
		{"a form of an older browser that says nothing", "", "null", 200, 403},
		{"another site", "cross-site", "https://evil.example", 403, 403},
		{"another site in an older browser", "", "https://evil.example", 403, 403},
	} {
		set := func(r *http.Request) {
			if test.site != "" {
				r.Header.Set("Sec-Fetch-Site", test.site)
			}
			if test.origin != "" {
				r.Header.Set("Origin", test.origin)
			}
		}
		if got := post(door, "/form", urlencoded, "name=Jan", set); got.Code != test.want {
			t.Errorf("%s: %d, not %d", test.what, got.Code, test.want)
		}
		if got := post(strict, "/form", urlencoded, "name=Jan", set); got.Code != test.wantStrict {
			t.Errorf("%s, with sessions: %d, not %d", test.what, got.Code, test.wantStrict)
		}
		if got := post(strict, "/u/abc", urlencoded, "List-Unsubscribe=One-Click", set); got.Code != 200 {
			t.Errorf("one-click from %s: %d", test.what, got.Code)
		}
	}
}

func TestLanguage_CookieThenAddressThenBrowser(t *testing.T) {
	door, _ := testDoor(t, nil)
	for _, test := range []struct {
		cookie, query, header string
		want                  string
	}{
		{"", "", "", "nl"},
		{"", "", "en", "en"},
		{"", "", "fr, de;q=0.5", "nl"},
		{"", "", "\x00;;q=z", "nl"},
		{"", "?lang=en", "nl", "en"},
		{"", "?lang=xx", "en", "en"},
		{"0.0.nl", "?lang=en", "en", "nl"},
		{"0.0.", "?lang=en", "nl", "en"},
		{"0.0.<script>", "", "en", "en"},
		{"nonsense", "", "en", "en"},
	} {
		got := ask(door, "GET", "/nowhere"+test.query, func(r *http.Request) {
			r.Header.Set("Accept-Language", test.header)
			r.AddCookie(&http.Cookie{Name: "display", Value: test.cookie})
		})
		if lang := got.Result().Header.Get("Content-Language"); lang != test.want {
			t.Errorf("cookie %q, address %q, browser %q: %s, not %s", test.cookie, test.query, test.header, lang, test.want)
		}
	}
}

func TestReadingAids_OnePressOneStep(t *testing.T) {
	door, _ := testDoor(t, nil)
	cookie := ""
	press := func(action string) *http.Response {
		w := post(door, "/display", urlencoded, url.Values{"show": {action}, "back": {"/l/x?page=2"}}.Encode(), func(r *http.Request) {
			if cookie != "" {
				r.AddCookie(&http.Cookie{Name: "display", Value: cookie})
			}
		})
		for _, c := range w.Result().Cookies() {
			cookie = c.Value
			if !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Name != "display" {
				t.Errorf("the cookie: %v", c)
			}
		}
		return w.Result()
	}
	if r := press("larger"); r.StatusCode != 303 || r.Header.Get("Location") != "/l/x?page=2#aid-larger" {
		t.Errorf("back to %q: %d", r.Header.Get("Location"), r.StatusCode)
	}
	press("wider")
	press("en")
	if cookie != "1.1.en" {
		t.Errorf("larger, wider, English: %q", cookie)
	}
	page := ask(door, "GET", "/nowhere", func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "display", Value: cookie}) }).Body.String()
	if !strings.Contains(page, `<html lang="en" data-size="1" data-spacing="1">`) {
		t.Errorf("the page doesn't show it: %.200s", page)
	}
	for range 20 {
		press("larger")
		press("closer")
	}
	if cookie != "4.0.en" {
		t.Errorf("at the ends: %q", cookie)
	}
	press("reset")
	press("nonsense")
	if cookie != "0.0.en" {
		t.Errorf("reset: %q", cookie)
	}
}

func FuzzReadingAidsStayOnTheSite(f *testing.F) {
	for _, back := range []string{"/", "/l/x?page=2#a", "//evil.example", `/\evil.example`, "https://evil.example", "javascript:alert(1)", "/a\r\nSet-Cookie: x=1", "", "/%2f%2fevil.example", "/.//evil.example", "%"} {
		f.Add(back, "larger", "1.1.en")
	}
	set, err := templates.Load("")
	if err != nil {
		f.Fatal(err)
	}
	door, err := web.NewDoor(web.Config{Name: "public", Templates: set, Languages: newsletter.Languages(), URL: &url.URL{Scheme: "https", Host: "nieuws.example"},
		Frame: func(*http.Request, newsletter.Language) any {
			return &frame{Organisation: "Stichting Voorbeeld", Zone: time.UTC}
		},
		Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		f.Fatal(err)
	}
	door.HandleAids()
	f.Fuzz(func(t *testing.T, back, action, cookie string) {
		got := post(door, "/display", urlencoded, url.Values{"show": {action}, "back": {back}}.Encode(), func(r *http.Request) {
			r.Header.Set("Cookie", "display="+cookie)
		}).Result()
		if got.StatusCode >= 500 {
			t.Fatalf("%d", got.StatusCode)
		}
		if got.StatusCode != 303 {
			return
		}
		base := &url.URL{Scheme: "https", Host: "nieuws.example", Path: "/display"}
		to, err := base.Parse(got.Header.Get("Location"))
		if err != nil || to.Host != "nieuws.example" || to.Scheme != "https" || strings.HasPrefix(to.Path, "//") {
			t.Fatalf("%q leads to %v (%v)", back, to, err)
		}
	})
}

func TestClient_BelievesOnlyProxies(t *testing.T) {
	proxies := web.Proxies{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, test := range []struct {
		remote    string
		forwarded []string
		proxies   web.Proxies
		want      string
	}{
		{"192.0.2.1:99", nil, proxies, "192.0.2.1/32"},
		{"192.0.2.1:99", []string{"198.51.100.7"}, proxies, "192.0.2.1/32"},
		{"127.0.0.1:99", []string{"198.51.100.7"}, proxies, "198.51.100.7/32"},
		{"127.0.0.1:99", []string{"198.51.100.7"}, nil, "127.0.0.1/32"},
		{"127.0.0.1:99", []string{"1.1.1.1, 198.51.100.7, 10.1.2.3"}, proxies, "198.51.100.7/32"},
		{"127.0.0.1:99", []string{"1.1.1.1", "198.51.100.7"}, proxies, "198.51.100.7/32"},
		{"127.0.0.1:99", []string{"1.1.1.1, nonsense, 10.1.2.3"}, proxies, "10.1.2.3/32"},
		{"127.0.0.1:99", nil, proxies, "127.0.0.1/32"},
		{"[fd00::1]:99", []string{"[2001:db8:1:2:3::4]:443"}, proxies, "2001:db8:1:2::/64"},
		{"[2001:db8:1:2:3:4:5:6%eth0]:99", nil, proxies, "2001:db8:1:2::/64"},
		{"[::ffff:192.0.2.1]:99", nil, proxies, "192.0.2.1/32"},
		{"@", nil, proxies, "invalid Prefix"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = test.remote
		for _, f := range test.forwarded {
			r.Header.Add("X-Forwarded-For", f)
		}
		if got := web.Network(test.proxies.Client(r)).String(); got != test.want {
			t.Errorf("%s, forwarded for %q: %s, not %s", test.remote, test.forwarded, got, test.want)
		}
	}
}

func TestStatic_KeptByItsFingerprint(t *testing.T) {
	door, _ := testDoor(t, nil)
	page := ask(door, "GET", "/nowhere", nil).Body.String()
	_, rest, _ := strings.Cut(page, `<link rel="stylesheet" href="`)
	address, _, _ := strings.Cut(rest, `"`)
	got := ask(door, "GET", address, nil)
	if got.Code != 200 || !strings.Contains(got.Result().Header.Get("Cache-Control"), "immutable") || got.Result().Header.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("%s: %d %v", address, got.Code, got.Result().Header)
	}
	bare := ask(door, "GET", "/static/site.css", nil)
	if bare.Result().Header.Get("Cache-Control") != "no-cache" {
		t.Errorf("without its fingerprint: %v", bare.Result().Header)
	}
	again := ask(door, "GET", "/static/site.css", func(r *http.Request) { r.Header.Set("If-None-Match", bare.Result().Header.Get("ETag")) })
	if again.Code != 304 || again.Body.Len() != 0 {
		t.Errorf("unchanged: %d", again.Code)
	}
	for _, path := range []string{"/static/", "/static/README.md", "/static/../set.go", "/static/nothing.css"} {
		if got := ask(door, "GET", path, nil); got.Code == 200 {
			t.Errorf("%s is served", path)
		}
	}
}

func TestHealth(t *testing.T) {
	door, _ := testDoor(t, nil)
	var fault error
	door.Handle("GET /healthz", web.Health(func(context.Context) error { return fault }))
	if got := ask(door, "GET", "/healthz", nil); got.Code != 200 || got.Body.String() != "ok\n" {
		t.Errorf("%d %s", got.Code, got.Body)
	}
	fault = errors.New("the database at /var/lib is gone")
	if got := ask(door, "GET", "/healthz", nil); got.Code != 503 || strings.Contains(got.Body.String(), "/var/lib") {
		t.Errorf("%d %s", got.Code, got.Body)
	}
}
