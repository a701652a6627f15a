package web

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/templates"
)

// requestBudget is how long a handler may work on one request. It is shorter than the server's write
// time-out, so that a reader whose page can't be made in time is told so.
const requestBudget = 20 * time.Second

// Config is what a door needs.
type Config struct {
	// Name is the folder of the door's pages below templates/web; "error.html" must be in it.
	Name      string
	Templates *templates.Set
	// Languages are the ones that readers may choose, the default first.
	Languages []newsletter.Language
	// URL is where readers reach the site. With https, cookies are Secure and HSTS is sent.
	URL     *url.URL
	Proxies Proxies
	// Frame returns what every page of the door shows around its own data. It must not fail, and so
	// asks no database: error pages have it too.
	Frame func(r *http.Request, lang newsletter.Language) any
	// Sessions says that a cookie signs people in. Then a form must provably come from the site itself;
	// without it, there is nothing that another site could borrow.
	Sessions bool
	// Policy is what the door's Content-Security-Policy allows besides, such as "connect-src 'self'".
	Policy string
	Now    func() time.Time
	Log    *slog.Logger
	Counts *Counts
}

// Door is an http.Handler made of routes whose handlers return errors.
type Door struct {
	Config
	mux    *http.ServeMux
	routes map[string]bool
	limits map[string]Limits
	cross  *http.CrossOriginProtection
}

// NewDoor returns a door without routes.
func NewDoor(c Config) (*Door, error) {
	d := &Door{Config: c, mux: http.NewServeMux(), routes: map[string]bool{}, limits: map[string]Limits{}, cross: http.NewCrossOriginProtection()}
	// Behind a proxy the Host header may be another one; the site's own address is always at home.
	if err := d.cross.AddTrustedOrigin(c.URL.Scheme + "://" + c.URL.Host); err != nil {
		return nil, err
	}
	return d, nil
}

// Handle adds a route, by a pattern of http.ServeMux with its method.
func (d *Door) Handle(pattern string, h Handler) {
	d.routes[pattern] = true
	d.mux.Handle(pattern, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			d.fail(w, r, err)
		}
	}))
}

// Limits bound what one request may take. Zero values are the kit's own limits.
type Limits struct {
	Body int64         // bytes of the request's body; 0: MaxBody
	Time time.Duration // that its handler may work; 0: 20 seconds
}

// Limit gives a route other limits than the kit's: an upload may be large, a stream may last.
func (d *Door) Limit(pattern string, l Limits) { d.limits[pattern] = l }

// limitsOf returns the limits of a request.
func (d *Door) limitsOf(r *http.Request) Limits {
	var l Limits
	if len(d.limits) > 0 {
		_, pattern := d.mux.Handler(r)
		l = d.limits[pattern]
	}
	return Limits{cmp.Or(l.Body, MaxBody), cmp.Or(l.Time, requestBudget)}
}

// AllowForeign lets forms of other sites post to a route: the one-click POST of RFC 8058 comes from
// wherever the reader's mail program is.
func (d *Door) AllowForeign(pattern string) { d.cross.AddInsecureBypassPattern(pattern) }

// ServeHTTP answers one request: headers and limits first, the route, and one line in the log.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := d.Now()
	rec := &response{ResponseWriter: w}
	limits := d.limitsOf(r)
	ctx, cancel := context.WithTimeout(r.Context(), limits.Time)
	defer cancel()
	r = r.WithContext(context.WithValue(ctx, requestKey{}, d.request(r)))
	r.Body = http.MaxBytesReader(rec, r.Body, limits.Body)
	defer forgetFiles(r)
	secure(rec.Header(), d.policy(false), d.https())
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler { //nolint:errorlint // what was panicked with, compared as net/http does
				panic(p)
			}
			stateOf(r).stack = string(debug.Stack())
			d.fail(rec, r, errPanic)
		}
		d.record(rec, r, d.Now().Sub(start))
	}()
	d.route(rec, r)
}

// forgetFiles removes what an upload left in the folder for temporary files. The server does so for the request
// that it made itself, and this is a copy.
func forgetFiles(r *http.Request) {
	if r.MultipartForm != nil {
		_ = r.MultipartForm.RemoveAll() // what is gone already is gone
	}
}

// errPanic stands for a handler that panicked. What it panicked with may hold anything, so only the
// stack is logged.
var errPanic = errors.New("a handler panicked")

func (d *Door) https() bool { return d.URL.Scheme == "https" }

func (d *Door) route(w http.ResponseWriter, r *http.Request) {
	if err := d.checkOrigin(r); err != nil {
		d.fail(w, r, statusError(http.StatusForbidden))
		return
	}
	if !readableText(r.URL.Path) {
		d.fail(w, r, statusError(http.StatusNotFound))
		return
	}
	handler, pattern := d.mux.Handler(r)
	if d.routes[pattern] {
		d.mux.ServeHTTP(w, r)
		return
	}
	// What is left of ServeMux's answers: a redirect to the clean path, 404 and 405.
	probe := &response{ResponseWriter: discard{http.Header{}}}
	handler.ServeHTTP(probe, r)
	switch allow := probe.Header().Get("Allow"); {
	case allow == "" && probe.status < 400:
		handler.ServeHTTP(w, r)
	case allow == "":
		d.fail(w, r, statusError(http.StatusNotFound))
	case r.Method == http.MethodOptions:
		w.Header().Set("Allow", allow)
		w.WriteHeader(http.StatusNoContent)
	default:
		w.Header().Set("Allow", allow)
		d.fail(w, r, statusError(http.StatusMethodNotAllowed))
	}
}

// checkOrigin refuses forms that another site sends. "Referrer-Policy: no-referrer" makes browsers
// write "Origin: null" even on our own forms; those that don't say Sec-Fetch-Site beside it (before
// 2023, or on plain http) would be locked out. A door without sessions has nothing to lose by them.
func (d *Door) checkOrigin(r *http.Request) error {
	opaque := r.Header.Get("Origin") == "null" && r.Header.Get("Sec-Fetch-Site") == ""
	if opaque && !d.Sessions {
		return nil
	}
	return d.cross.Check(r)
}

// request is what the door knows about a request beside what http.Request says.
type request struct {
	reader Display // language resolved
	chosen bool    // the language is the reader's own choice, not their browser's
	err    error
	stack  string
}

type requestKey struct{}

func stateOf(r *http.Request) *request {
	if s, ok := r.Context().Value(requestKey{}).(*request); ok {
		return s
	}
	return &request{}
}

// response sees which status was written.
type response struct {
	http.ResponseWriter
	status int
}

func (w *response) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *response) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// discard takes an answer that only its header matters of.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}
