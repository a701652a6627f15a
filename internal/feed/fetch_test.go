package feed_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"bode.example/internal/feed"
	"bode.example/internal/newsletter"
)

var noon = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)

const document = `<?xml version="1.0"?><rss version="2.0"><channel><title>t</title><ttl>60</ttl><item><title>Een</title><link>/een</link></item></channel></rss>`

// source is a server of feeds; what it was asked stands in asked.
type source struct {
	*httptest.Server
	mu    sync.Mutex
	asked []*http.Request
}

func newSource(t *testing.T, handler http.HandlerFunc) *source {
	t.Helper()
	s := &source{}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r.Clone(context.Background()))
		s.mu.Unlock()
		handler(w, r)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Start()
	t.Cleanup(s.Close)
	return s
}

func (s *source) requests() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

func client(change ...func(*feed.Options)) *feed.Client {
	o := feed.Options{PublicURL: "https://bode.example", Version: "1.2", Timeout: 20 * time.Second, MaxBytes: 64 << 10}
	for _, c := range change {
		c(&o)
	}
	return feed.NewClient(o)
}

// internalFeed is one that may live on this machine.
func internalFeed(url string) *newsletter.Feed {
	return &newsletter.Feed{ID: 7, URL: url, Internal: true, Interval: newsletter.Duration(30 * time.Minute)}
}

func fetch(t *testing.T, c *feed.Client, f *newsletter.Feed) *newsletter.Fetch {
	t.Helper()
	return c.Fetch(t.Context(), f, noon)
}

func wantFailure(t *testing.T, got *newsletter.Fetch, words string) {
	t.Helper()
	if got.State != newsletter.FeedFailing || got.Read || got.Failures != 1 || !strings.Contains(got.Error, words) {
		t.Errorf("got %+v, want a failure that says %q", got, words)
	}
	if wait := got.NextAt.Sub(noon); wait < 30*time.Minute || wait > 33*time.Minute {
		t.Errorf("tried again after %v", wait)
	}
}

func TestFetch_AsksAsAGuest(t *testing.T) {
	s := newSource(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `W/"een"`)
		w.Header().Set("Last-Modified", "Mon, 02 Nov 2026 07:00:00 GMT")
		if r.Header.Get("If-None-Match") == `W/"een"` && r.Header.Get("If-Modified-Since") == "Mon, 02 Nov 2026 07:00:00 GMT" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, document)
	})
	f := internalFeed(s.URL + "/feed")
	f.Failures, f.State = 3, newsletter.FeedFailing
	got := fetch(t, client(), f)
	if !got.Read || got.State != newsletter.FeedOK || got.Failures != 0 || got.Error != "" || len(got.Items) != 1 || got.FeedID != 7 || got.URL != f.URL {
		t.Fatalf("%+v", got)
	}
	if got.Items[0].Link != s.URL+"/een" {
		t.Errorf("link %s", got.Items[0].Link)
	}
	if wait := got.NextAt.Sub(noon); wait < time.Hour || wait > 66*time.Minute {
		t.Errorf("a ttl of an hour, and the next question after %v", wait)
	}
	asked := s.requests()[0]
	if agent := asked.UserAgent(); agent != "Bode/1.2 (+https://bode.example)" {
		t.Errorf("User-Agent %q", agent)
	}
	for _, header := range []string{"If-None-Match", "If-Modified-Since", "Cookie", "Authorization", "Referer"} {
		if v := asked.Header.Get(header); v != "" {
			t.Errorf("%s: %s", header, v)
		}
	}
	f.ETag, f.Modified = got.ETag, got.Modified
	again := fetch(t, client(), f)
	if again.Read || again.State != newsletter.FeedOK || again.Error != "" {
		t.Errorf("not modified: %+v", again)
	}
	if wait := again.NextAt.Sub(noon); wait < 30*time.Minute || wait > 33*time.Minute {
		t.Errorf("the next question after %v", wait)
	}
}

func TestFetch_NotModifiedWithoutAQuestion(t *testing.T) {
	s := newSource(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) })
	wantFailure(t, fetch(t, client(), internalFeed(s.URL)), "304")
}

func TestFetch_Redirects(t *testing.T) {
	s := newSource(t, func(w http.ResponseWriter, r *http.Request) {
		to := map[string]string{"/oud": "301 /nieuw", "/nieuw": "308 feed", "/tijdelijk": "302 /feed", "/gemengd": "302 /oud", "/lus": "301 /lus",
			"/nergens": "301 ", "/bestand": "302 file:///etc/passwd", "/mailserver": "302 http://127.0.0.1:25/"}[r.URL.Path]
		if to == "" {
			fmt.Fprint(w, document)
			return
		}
		var status int
		var location string
		fmt.Sscanf(to, "%d %s", &status, &location)
		if location != "" {
			w.Header().Set("Location", location)
		}
		w.WriteHeader(status)
	})
	for path, movedTo := range map[string]string{"/oud": "/feed", "/tijdelijk": "", "/gemengd": ""} {
		got := fetch(t, client(), internalFeed(s.URL+path))
		want := ""
		if movedTo != "" {
			want = s.URL + movedTo
		}
		if !got.Read || got.MovedTo != want {
			t.Errorf("%s: moved to %q, want %q; %s", path, got.MovedTo, want, got.Error)
		}
	}
	for path, words := range map[string]string{"/lus": "more than 5 times", "/nergens": "can't be read", "/bestand": "must begin with https://", "/mailserver": "port 25"} {
		wantFailure(t, fetch(t, client(), internalFeed(s.URL+path)), words)
	}
}

func TestFetch_FromHTTPSToHTTP(t *testing.T) {
	s := httptest.NewUnstartedServer(http.RedirectHandler("http://elders.example/", http.StatusFound))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	wantFailure(t, fetch(t, client(), internalFeed(s.URL)), "certificate is not valid")
	c := client()
	feed.Trust(c, s.Certificate())
	wantFailure(t, fetch(t, c, internalFeed(s.URL)), "from https on to http")
}

// Whoever sends us on can't make us tell the next host anything.
func TestFetch_RedirectTellsNothing(t *testing.T) {
	other := newSource(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, document) })
	s := newSource(t, func(w http.ResponseWriter, r *http.Request) {
		to := other.URL + "/feed"
		if r.URL.Path == "/als" {
			to = strings.Replace(to, "http://", "http://mallory:x@", 1)
		}
		w.Header().Set("Set-Cookie", "wie=jan")
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusMovedPermanently)
	})
	wantFailure(t, fetch(t, client(), internalFeed(s.URL+"/als")), "a name or password must not stand")
	if got := fetch(t, client(), internalFeed(s.URL+"/?sleutel=geheim")); !got.Read {
		t.Fatal(got.Error)
	}
	asked := other.requests()
	if len(asked) != 1 || asked[0].Header.Get("Authorization") != "" || asked[0].Header.Get("Referer") != "" || asked[0].Header.Get("Cookie") != "" {
		t.Errorf("told to another host: %v", asked[0].Header)
	}
}

func zipped(s string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, s)
	_ = w.Close()
	return b.Bytes()
}

func TestFetch_Bodies(t *testing.T) {
	long := strings.Replace(document, "Een", strings.Repeat("x", 70<<10), 1)
	whole := zipped(document)
	bodies := map[string]struct {
		encoding string
		body     []byte
		words    string
	}{
		"/gzip":        {"gzip", whole, ""},
		"/gzip-file":   {"", whole, ""},
		"/not-gzip":    {"gzip", []byte(document), ""},
		"/large":       {"", []byte(long), "larger than 64 kB"},
		"/bomb":        {"gzip", zipped(strings.Repeat(" ", 50<<20)), "larger than 64 kB"},
		"/gzip-half":   {"gzip", whole[:len(whole)/2], "broke off"},
		"/gzip-wrong":  {"gzip", append(append([]byte{}, whole[:len(whole)-6]...), 1, 2, 3, 4, 5, 6), "compressed the feed wrongly"},
		"/brotli":      {"br", []byte("?"), `"br"`},
		"/empty":       {"", nil, "empty"},
		"/page":        {"", []byte("<!doctype html><html><title>x</title>"), "a web page and no feed"},
		"/broken-feed": {"", []byte("<rss><channel>\n</rss"), "line 2"},
	}
	s := newSource(t, func(w http.ResponseWriter, r *http.Request) {
		b := bodies[r.URL.Path]
		if b.encoding != "" {
			w.Header().Set("Content-Encoding", b.encoding)
		}
		w.Header().Set("ETag", `"nieuw"`)
		_, _ = w.Write(b.body)
	})
	for path, b := range bodies {
		t.Run(path[1:], func(t *testing.T) {
			got := fetch(t, client(), internalFeed(s.URL+path))
			if b.words != "" {
				wantFailure(t, got, b.words)
				if got.ETag != "" {
					t.Errorf("a document that wasn't read has the ETag %s", got.ETag)
				}
			} else if !got.Read || got.Items[0].Title != "Een" {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestFetch_Statuses(t *testing.T) {
	s := newSource(t, func(w http.ResponseWriter, r *http.Request) {
		var status int
		var after string
		fmt.Sscanf(r.URL.Path, "/%d/%s", &status, &after)
		if after != "" {
			w.Header().Set("Retry-After", after)
		}
		w.WriteHeader(status)
	})
	for path, words := range map[string]string{"/404": "no feed at this address", "/401": "only open feeds", "/403": "does not let us in",
		"/500": "problem of its own", "/204": "brings no feed", "/429/1": "less often"} {
		wantFailure(t, fetch(t, client(), internalFeed(s.URL+path)), words)
	}
	for _, path := range []string{"/429/7200", "/503/7200"} {
		if wait := fetch(t, client(), internalFeed(s.URL+path)).NextAt.Sub(noon); wait < 2*time.Hour || wait > 132*time.Minute {
			t.Errorf("%s: tried again after %v", path, wait)
		}
	}
	gone := fetch(t, client(), internalFeed(s.URL+"/410"))
	if gone.State != newsletter.FeedDisabled || !strings.Contains(gone.Error, "gone for good") {
		t.Errorf("%+v", gone)
	}
	f := internalFeed(s.URL + "/500")
	f.Failures = 3
	if got := fetch(t, client(), f); got.Failures != 4 || got.NextAt.Sub(noon) < 4*time.Hour {
		t.Errorf("%+v", got)
	}
}

// A server that sends a letter now and then holds us no longer than the timeout.
func TestFetch_SlowServers(t *testing.T) {
	release := make(chan struct{})
	s := newSource(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			fmt.Fprint(w, document[:20])
			w.(http.Flusher).Flush()
		}
		<-release
	})
	defer close(release)
	c := client(func(o *feed.Options) { o.Timeout = 300 * time.Millisecond })
	for _, path := range []string{"/header", "/body"} {
		wantFailure(t, fetch(t, c, internalFeed(s.URL+path)), "too long")
	}
}

func TestFetch_BrokenServers(t *testing.T) {
	s := newSource(t, func(w http.ResponseWriter, r *http.Request) {
		connection, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		switch r.URL.Path {
		case "/half":
			fmt.Fprintf(connection, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(document), document[:50])
		case "/noise":
			fmt.Fprint(connection, "220 mail.example ESMTP\r\n")
		case "/headers":
			fmt.Fprintf(connection, "HTTP/1.1 200 OK\r\nX: %s\r\n\r\n", strings.Repeat("x", 100<<10))
		}
		_ = connection.Close()
	})
	for path, words := range map[string]string{"/half": "broke off", "/noise": "no HTTP", "/headers": "no HTTP", "/nothing": "no HTTP"} {
		wantFailure(t, fetch(t, client(), internalFeed(s.URL+path)), words)
	}
	s.Close()
	wantFailure(t, fetch(t, client(), internalFeed(s.URL)), "can't be reached")
}

// nameServer answers questions about any name with the addresses given, one after another.
func nameServer(t *testing.T, addresses ...string) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { _ = conn.Close(); <-done })
	go func() {
		defer close(done)
		buffer := make([]byte, 1500)
		for asked := 0; ; {
			n, peer, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buffer[:n]) != nil {
				continue
			}
			m.Response, m.Authoritative, m.Additionals = true, true, nil
			if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
				var a dnsmessage.AResource
				copy(a.A[:], net.ParseIP(addresses[min(asked, len(addresses)-1)]).To4())
				m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}, Body: &a}}
				asked++
			}
			reply, err := m.Pack()
			if err == nil {
				_, _ = conn.WriteTo(reply, peer)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// A public feed reaches no private address, by whatever way it is led there. The server on this
// machine counts: nobody may come.
func TestFetch_NoPrivateAddress(t *testing.T) {
	s := newSource(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, document) })
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	const refused, unknown = "which is not on the public internet", "there is no server"
	for host, words := range map[string]string{"127.0.0.1": refused, "localhost": refused, "intern.example": refused, "[::1]": refused,
		"[::ffff:127.0.0.1]": refused, "0.0.0.0": refused, "169.254.169.254": refused, "10.0.0.1": refused, "0x7f000001": refused,
		// Other spellings of 127.0.0.1 are names to us, and nobody's.
		"2130706433": unknown, "127.1": unknown, "0177.0.0.1": unknown} {
		f := internalFeed("http://" + host + ":" + port + "/")
		f.Internal = false
		got := fetch(t, client(func(o *feed.Options) { o.Resolver = nameServer(t, "127.0.0.1") }), f)
		wantFailure(t, got, words)
	}
	if asked := s.requests(); len(asked) != 0 {
		t.Errorf("the server was asked %d times", len(asked))
	}
}

// The name server gives a public address when somebody looks first, and a private one after. We look
// at the address that is connected to, and at no other.
func TestFetch_NameServerChangesItsMind(t *testing.T) {
	s := newSource(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, document) })
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	resolver := nameServer(t, "93.184.216.34", "127.0.0.1")
	first, err := resolver.LookupHost(t.Context(), "rebind.example")
	if err != nil || first[0] != "93.184.216.34" {
		t.Fatalf("%v, %v", first, err)
	}
	f := internalFeed("http://rebind.example:" + port + "/")
	f.Internal = false
	wantFailure(t, fetch(t, client(func(o *feed.Options) { o.Resolver = resolver }), f), "the address 127.0.0.1, which is not on the public internet")
	if asked := s.requests(); len(asked) != 0 {
		t.Errorf("the server was asked %d times", len(asked))
	}
	f.Internal = true // and so we see that it would have been reached
	if got := fetch(t, client(func(o *feed.Options) { o.Resolver = resolver }), f); !got.Read {
		t.Error(got.Error)
	}
}

// An internal feed may not lead to the place where clouds hand out credentials.
func TestFetch_InternalRedirectToLinkLocal(t *testing.T) {
	for _, to := range []string{"http://169.254.169.254/latest/meta-data/", "http://[fe80::1]/", "http://0.0.0.0/"} {
		s := newSource(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) })
		wantFailure(t, fetch(t, client(), internalFeed(s.URL)), "not on the public internet")
	}
}

func TestFetch_UnknownHost(t *testing.T) {
	silent := &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, io.ErrClosedPipe
	}}
	f := internalFeed("https://bestaat-niet.example/feed")
	wantFailure(t, fetch(t, client(func(o *feed.Options) { o.Resolver = silent }), f), "there is no server bestaat-niet.example")
	wantFailure(t, fetch(t, client(), internalFeed("bestaat-niet")), "must begin with https://")
}

func TestAPanicFailsOneFeedAlone(t *testing.T) {
	var none []*feed.Document
	d, err := feed.Unharmed(func() (*feed.Document, error) { return none[len(none)], nil })
	if d != nil || !newsletter.Is(err, newsletter.Invalid) || !strings.Contains(err.Error(), "index out of range") {
		t.Errorf("%v, %v", d, err)
	}
	want := &feed.Document{Title: "a"}
	if d, err := feed.Unharmed(func() (*feed.Document, error) { return want, nil }); d != want || err != nil {
		t.Errorf("%v, %v", d, err)
	}
}
