package feed_test

import (
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"bode.example/internal/feed"
	"bode.example/internal/newsletter"
)

// What a page answers, to HEAD and to GET, and what that says of a link to it.
func TestProbe_Answers(t *testing.T) {
	s := newSource(t, func(w http.ResponseWriter, r *http.Request) {
		switch what := strings.Trim(r.URL.Path, "/"); what {
		case "onlyget":
			if r.Method != http.MethodGet {
				w.WriteHeader(http.StatusMethodNotAllowed)
			}
		case "on":
			http.Redirect(w, r, "/200", http.StatusFound)
		case "gone-on":
			http.Redirect(w, r, "/404", http.StatusMovedPermanently)
		case "round":
			http.Redirect(w, r, "/round", http.StatusFound)
		case "ftp":
			http.Redirect(w, r, "ftp://example.org/", http.StatusFound)
		default:
			status, err := strconv.Atoi(what)
			if err != nil {
				panic(err)
			}
			w.WriteHeader(status)
		}
	})
	c := client()
	// The server speaks plain http: what is found there is found insecurely.
	for path, want := range map[string]newsletter.LinkAnswer{
		"/200": newsletter.LinkInsecure, "/onlyget": newsletter.LinkInsecure, "/on": newsletter.LinkInsecure,
		"/404": newsletter.LinkGone, "/410": newsletter.LinkGone, "/gone-on": newsletter.LinkGone,
		"/500": newsletter.LinkFailing, "/503": newsletter.LinkFailing, "/round": newsletter.LinkFailing,
		"/401": newsletter.LinkClosed, "/403": newsletter.LinkClosed, "/429": newsletter.LinkClosed,
		"/ftp": newsletter.LinkUnreadable,
	} {
		if got := feed.ProbeInside(t.Context(), c, s.URL+path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	for _, r := range s.requests() {
		if r.Header.Get("Cookie") != "" || r.Header.Get("Referer") != "" || !strings.Contains(r.UserAgent(), "Bode/1.2") {
			t.Errorf("asked with %v", r.Header)
		}
	}
	s.Close()
	if got := feed.ProbeInside(t.Context(), c, s.URL+"/200"); got != newsletter.LinkFailing {
		t.Errorf("nobody listens: %s", got)
	}
}

// A link is followed no further than the public internet goes: an editor's post must not make us ask
// machines of the operator's own network what they have to say.
func TestProbe_AsksNoPrivateAddress(t *testing.T) {
	asked := false
	s := newSource(t, func(http.ResponseWriter, *http.Request) { asked = true })
	c := client(func(o *feed.Options) { o.Resolver = nameServer(t, "127.0.0.1") })
	_, port, err := net.SplitHostPort(strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	for link, want := range map[string]newsletter.LinkAnswer{
		s.URL + "/200":                       newsletter.LinkPrivate,
		"http://intranet.example:" + port:    newsletter.LinkPrivate,
		"http://169.254.169.254/latest":      newsletter.LinkPrivate,
		"javascript:alert(1)":                newsletter.LinkUnreadable,
		"https://":                           newsletter.LinkUnreadable,
		"https://user:secret@example.org/":   newsletter.LinkUnreadable,
		"https://example.org:25/":            newsletter.LinkUnreadable,
		"//example.org/without-a-scheme":     newsletter.LinkUnreadable,
		"https://bestaat niet.example/x y z": newsletter.LinkUnreadable,
	} {
		if got := c.Probe(t.Context(), link); got != want {
			t.Errorf("%s: %s, want %s", link, got, want)
		}
	}
	if asked {
		t.Error("the server on this machine was asked")
	}
}
