package frontdoor_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// gateway is what stands before the program in production: a proxy that does TLS and passes on who
// asks. It reads every answer on its way back: what must hold on every page is looked at here.
type gateway struct {
	server *httptest.Server

	mu     sync.Mutex
	behind map[string]string // host: where its program listens
	faults map[string]string // what was wrong, and where first
}

func newGateway(t testing.TB) *gateway {
	t.Helper()
	g := &gateway{behind: map[string]string{}, faults: map[string]string{}}
	transport := &http.Transport{}
	g.server = httptest.NewTLSServer(whole(&httputil.ReverseProxy{
		Transport: transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: g.place(r.In.Host)})
			r.Out.Host = r.In.Host
			// A test may come from another network than its own.
			r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"]
			r.SetXForwarded()
		},
		ModifyResponse: func(r *http.Response) error { g.inspect(r); return nil },
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { // the program is not there
			w.WriteHeader(http.StatusBadGateway)
		},
	}))
	t.Cleanup(func() {
		g.server.Close()
		transport.CloseIdleConnections()
		for fault, where := range g.faults {
			t.Errorf("%s: %s", where, fault)
		}
	})
	return g
}

// whole reads a request to its end before it is passed on, as proxies do: an answer that comes while the
// proxy still reads would be cut off (net/http closes the body that the transport reads from).
func whole(proxy http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		proxy.ServeHTTP(w, r)
	})
}

// serve leads a host to where its program listens now.
func (g *gateway) serve(host, listen string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.behind[host] = listen
}

func (g *gateway) place(host string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.behind[host]
}

// always are the headers of every answer (STANDARDS D6), and a part of what each says.
var always = map[string]string{
	"Content-Security-Policy":   "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
	"X-Content-Type-Options":    "nosniff",
	"Referrer-Policy":           "no-referrer",
	"Strict-Transport-Security": "max-age=",
}

// inspect notes what is wrong with an answer.
func (g *gateway) inspect(r *http.Response) {
	path := r.Request.URL.Path
	fault := func(what string) {
		first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
		g.mu.Lock()
		defer g.mu.Unlock()
		g.faults[what] = r.Request.Method + " /" + first
	}
	for name, part := range always {
		if !strings.Contains(r.Header.Get(name), part) {
			fault(name + " is " + r.Header.Get(name))
		}
	}
	if r.StatusCode >= 500 {
		fault("status " + r.Status)
	}
	for _, name := range []string{"Server", "X-Powered-By"} {
		if r.Header.Get(name) != "" {
			fault("it says what it runs on: " + name)
		}
	}
	if cookie := r.Header.Get("Set-Cookie"); strings.HasPrefix(path, "/desk/") { // there people sign in
		if cookie != "" && (!strings.HasPrefix(cookie, "__Host-") || !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=")) {
			fault("a cookie that others can read")
		}
	} else if cookie != "" && (r.Request.Method != "POST" || !strings.HasPrefix(cookie, "display=")) {
		fault("a cookie, which nobody asked for")
	}
	if tokenPage(path) && r.Request.Method != "OPTIONS" && (r.Header.Get("Cache-Control") != "no-store" || !strings.Contains(r.Header.Get("X-Robots-Tag"), "noindex")) {
		fault("a page behind a link may be kept or indexed: " + r.Status)
	}
}

// tokenPage reports whether a path opens with a token.
func tokenPage(path string) bool {
	kind, token, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return len(kind) == 1 && strings.Contains("cuvwaxz", kind) && len(token) > 20
}
