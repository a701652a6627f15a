package feed

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"time"

	"bode.example/internal/newsletter"
)

// Options say how feeds are asked. Zero values take the defaults.
type Options struct {
	// PublicURL and Version stand in the User-Agent, so that a source knows who asks and where to
	// complain.
	PublicURL string
	Version   string
	Timeout   time.Duration  // of one fetch, redirects and body included; 30 s
	MaxBytes  int64          // of a document, compressed and decompressed; 8 MiB
	MaxItems  int            // of a document; the newest count; 500
	Zone      *time.Location // of dates without one; UTC
	Resolver  *net.Resolver  // nil: the system's
}

func (o Options) withDefaults() Options {
	if o.Timeout <= 0 {
		o.Timeout = 30 * time.Second
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = 8 << 20
	}
	if o.MaxItems <= 0 {
		o.MaxItems = 500
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Version == "" {
		o.Version = "dev"
	}
	return o
}

// Client asks feeds. It is safe for concurrent use.
type Client struct {
	options Options
	outside *http.Transport // for the public internet
	inside  *http.Transport // for feeds that are marked internal
}

// NewClient makes a Client.
func NewClient(o Options) *Client {
	o = o.withDefaults()
	return &Client{options: o, outside: transport(o, false), inside: transport(o, true)}
}

// transport makes no use of proxies, which would make the connection past the guard, and keeps no
// connections: minutes pass between two questions to one host.
func transport(o Options, internal bool) *http.Transport {
	dialer := &net.Dialer{Timeout: o.Timeout / 3, Resolver: o.Resolver, Control: guard(internal)}
	return &http.Transport{
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    o.Timeout / 3,
		ResponseHeaderTimeout:  o.Timeout * 2 / 3,
		MaxResponseHeaderBytes: 64 << 10,
		DisableKeepAlives:      true,
		DisableCompression:     true, // we decompress, within limits
	}
}

// maxRedirects is how often a source may send us on.
const maxRedirects = 5

// answer is the last response of a chain of redirects, its body not yet read.
type answer struct {
	*http.Response
	from    *url.URL
	movedTo string // where the source says it lives now, for good; empty if it says nothing
}

// ask sends the question and follows redirects, each checked like the first address.
func (c *Client) ask(ctx context.Context, f *newsletter.Feed) (*answer, error) {
	from, err := parseAddress(f.URL)
	if err != nil {
		return nil, err
	}
	transport := c.outside
	if f.Internal {
		transport = c.inside
	}
	movedTo, forGood := "", true
	for range maxRedirects + 1 {
		response, err := transport.RoundTrip(c.question(ctx, f, from))
		if err != nil {
			return nil, explain(ctx, err)
		}
		next, err := redirect(response, from)
		if err != nil || next == nil {
			if err != nil {
				_ = response.Body.Close()
				return nil, err
			}
			return &answer{response, from, movedTo}, nil
		}
		_ = response.Body.Close()
		// Only an unbroken row of permanent redirects says where the feed lives.
		forGood = forGood && (response.StatusCode == http.StatusMovedPermanently || response.StatusCode == http.StatusPermanentRedirect)
		if from = next; forGood {
			movedTo = next.String()
		}
	}
	return nil, newsletter.Errorf(newsletter.Unavailable, "feed_redirects",
		"its server sent us on more than %d times; give the address where the feed really is", maxRedirects)
}

// question makes the request for one hop. It carries nothing that one host may know and the next
// may not: no cookies, no credentials, no Referer.
func (c *Client) question(ctx context.Context, f *newsletter.Feed, to *url.URL) *http.Request {
	request := (&http.Request{Method: http.MethodGet, URL: to, Host: to.Host, Header: http.Header{
		"User-Agent":      {"Bode/" + c.options.Version + " (+" + c.options.PublicURL + ")"},
		"Accept":          {"application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.1"},
		"Accept-Encoding": {"gzip"},
	}}).WithContext(ctx)
	if f.ETag != "" {
		request.Header.Set("If-None-Match", f.ETag)
	}
	if f.Modified != "" {
		request.Header.Set("If-Modified-Since", f.Modified)
	}
	return request
}

// redirect returns where a response sends us, or nil when it doesn't.
func redirect(response *http.Response, from *url.URL) (*url.URL, error) {
	switch response.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return nil, nil
	}
	next, err := from.Parse(response.Header.Get("Location"))
	if err != nil || response.Header.Get("Location") == "" {
		return nil, badAddress("its server sends us on to an address that can't be read")
	}
	next.Fragment = ""
	if from.Scheme == "https" && next.Scheme == "http" {
		return nil, newsletter.Errorf(newsletter.Forbidden, "feed_downgrade",
			"its server sends us from https on to http, where anybody on the way could change the feed; give the https address, or the http one if that is meant")
	}
	return next, checkAddress(next)
}
