package feed

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"bode.example/internal/newsletter"
)

// probeTime is how long a page may take to begin its answer, redirects included.
const probeTime = 8 * time.Second

// Probe looks where a link leads, with the limits and the guard of feeds: no private addresses, no
// cookies, no more than a few redirects. The page itself isn't read.
func (c *Client) Probe(ctx context.Context, link string) newsletter.LinkAnswer {
	return c.probeBy(ctx, c.outside, link)
}

func (c *Client) probeBy(ctx context.Context, way http.RoundTripper, link string) newsletter.LinkAnswer {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	status, insecure, err := c.probe(ctx, way, http.MethodHead, link)
	switch {
	case err != nil:
		return unanswered(err)
	case status >= 400 && status != http.StatusTooManyRequests: // many servers know only GET
		if status, insecure, err = c.probe(ctx, way, http.MethodGet, link); err != nil {
			return unanswered(err)
		}
	}
	switch {
	case status == http.StatusNotFound, status == http.StatusGone:
		return newsletter.LinkGone
	case status >= 500:
		return newsletter.LinkFailing
	case status >= 400:
		return newsletter.LinkClosed
	case insecure:
		return newsletter.LinkInsecure
	}
	return newsletter.LinkOK
}

// probe asks once, and says whether the way ended at plain http.
func (c *Client) probe(ctx context.Context, way http.RoundTripper, method, link string) (status int, insecure bool, err error) {
	to, err := parseAddress(link)
	if err != nil {
		return 0, false, err
	}
	for range maxRedirects + 1 {
		request := (&http.Request{Method: method, URL: to, Host: to.Host, Header: http.Header{
			"User-Agent": {"Bode/" + c.options.Version + " (+" + c.options.PublicURL + ")"},
			"Accept":     {"text/html,application/xhtml+xml,*/*;q=0.8"},
		}}).WithContext(ctx)
		response, err := way.RoundTrip(request)
		if err != nil {
			return 0, false, explain(ctx, err)
		}
		_ = response.Body.Close() // unread: the connection is not kept
		next, err := redirect(response, to)
		switch {
		case hasReason(err, "feed_downgrade"):
			return http.StatusOK, true, nil // a browser goes there, and says that it isn't safe
		case err != nil:
			return 0, false, err
		case next == nil:
			return response.StatusCode, to.Scheme == "http", nil
		}
		to = next
	}
	return http.StatusLoopDetected, false, nil
}

// unanswered says what it means that there was no answer.
func unanswered(err error) newsletter.LinkAnswer {
	switch {
	case hasReason(err, "feed_private_address"):
		return newsletter.LinkPrivate
	case hasReason(err, "feed_address"):
		return newsletter.LinkUnreadable
	case isUnknown(err):
		return newsletter.LinkNoHost
	case hasReason(err, "feed_certificate"):
		return newsletter.LinkCertificate
	}
	return newsletter.LinkFailing
}

// isUnknown reports whether the name server says that there is no such server; one that says nothing may
// know it later.
func isUnknown(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) && dns.IsNotFound
}

func hasReason(err error, word string) bool {
	var coded *newsletter.Error
	return errors.As(err, &coded) && coded.Reason == word
}
