package frontdoor_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// stranger asks the site without a browser: a mail provider, a scanner, a script. Without cookies, and
// following nothing.
type stranger struct {
	t       testing.TB
	site    *site
	client  *http.Client
	network string // the address that they come from; empty: this machine's own
}

func (s *site) stranger(network string) *stranger {
	s.t.Helper()
	roots := x509.NewCertPool()
	roots.AddCert(s.gateway.server.Certificate())
	transport := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", s.gateway.server.Listener.Addr().String())
		},
		TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "example.com", MinVersion: tls.VersionTLS12},
	}
	s.t.Cleanup(transport.CloseIdleConnections)
	return &stranger{t: s.t, site: s, network: network, client: &http.Client{Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// answer is what came back.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	body   string
}

func (x *stranger) ask(method, target, kind, body string, headers ...string) *answer {
	x.t.Helper()
	r, err := http.NewRequestWithContext(x.t.Context(), method, x.site.url+strings.TrimPrefix(target, x.site.url), strings.NewReader(body))
	if err != nil {
		x.t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Accept-Language", "nl")
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if x.network != "" {
		r.Header.Set("X-Forwarded-For", x.network)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := x.client.Do(r)
	if err != nil {
		x.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		x.t.Fatal(err)
	}
	return &answer{x.t, response.StatusCode, response.Header, string(text)}
}

func (x *stranger) get(target string) *answer {
	x.t.Helper()
	return x.ask("GET", target, "", "")
}

const urlencoded = "application/x-www-form-urlencoded"

func (x *stranger) post(target string, form url.Values) *answer {
	x.t.Helper()
	return x.ask("POST", target, urlencoded, form.Encode())
}

// is fails unless the answer has a status and holds all of these.
func (a *answer) is(status int, parts ...string) *answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d:\n%s", a.status, status, a.body)
	}
	for _, part := range parts {
		if !strings.Contains(a.body, part) {
			a.t.Errorf("the answer lacks %q:\n%s", part, a.body)
		}
	}
	return a
}

// form returns the fields of the form with an action, as a browser would send them.
func (a *answer) form(action string) url.Values {
	a.t.Helper()
	root, err := html.Parse(strings.NewReader(a.body))
	if err != nil {
		a.t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Data == "form" && attribute(n, "action") == action && attribute(n, "method") == "post" && within(n, "main") {
			return fields(n)
		}
	}
	a.t.Fatalf("there is no form for %s:\n%s", action, a.body)
	return nil
}

func fields(form *html.Node) url.Values {
	values := url.Values{}
	for n := range form.Descendants() {
		name := attribute(n, "name")
		if n.Data != "input" || name == "" {
			continue
		}
		switch attribute(n, "type") {
		case "radio", "checkbox":
			if !has(n, "checked") {
				continue
			}
		}
		values.Add(name, attribute(n, "value"))
	}
	return values
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func within(n *html.Node, element string) bool {
	for up := range n.Ancestors() {
		if up.Data == element {
			return true
		}
	}
	return false
}

// signupForm is the form of a list, filled in at leisure.
func (x *stranger) signupForm(list, address string) url.Values {
	x.t.Helper()
	form := x.get("/l/" + list).is(200).form("/signup")
	form.Set("shown", strconv.FormatInt(time.Now().Add(-10*time.Second).Unix(), 10))
	form.Set("address", address)
	return form
}

// join subscribes somebody to a list by form, mail and button. It returns the link to their preferences.
func (x *stranger) join(list, address string, more ...string) (preferences string) {
	x.t.Helper()
	form := x.signupForm(list, address)
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	x.post("/signup", form).is(200, "Kijk in uw mailbox")
	link := x.site.letter(address).link("/c/")
	x.post(link, nil).is(200, "U bent aangemeld")
	return x.site.letter(address).link("/v/")
}
