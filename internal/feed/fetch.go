package feed

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"bode.example/internal/newsletter"
)

// Fetch asks a feed once, and says what came of it and when to ask again. Failures are part of
// what it says: it never fails itself.
func (c *Client) Fetch(ctx context.Context, f *newsletter.Feed, now time.Time) *newsletter.Fetch {
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	fetch := &newsletter.Fetch{FeedID: f.ID, URL: f.URL, State: newsletter.FeedOK, MovedTo: f.MovedTo}
	response, err := c.ask(ctx, f)
	if err != nil {
		return failed(fetch, f, now, err, 0)
	}
	defer response.Body.Close()
	fetch.MovedTo = response.movedTo
	wait := freshness(response.Header, now)
	switch status := response.StatusCode; {
	case status == http.StatusNotModified && (f.ETag != "" || f.Modified != ""):
	case status == http.StatusOK || status == http.StatusNonAuthoritativeInfo:
		document, err := c.document(ctx, response)
		if err != nil {
			return failed(fetch, f, now, err, 0)
		}
		fetch.Read, fetch.Items = true, document.Items
		fetch.ETag, fetch.Modified = validator(response.Header, "ETag"), validator(response.Header, "Last-Modified")
		wait = max(wait, document.Every)
	case status == http.StatusGone:
		failed(fetch, f, now, refused(status), 0)
		fetch.State = newsletter.FeedDisabled
		return fetch
	default:
		return failed(fetch, f, now, refused(status), retryAfter(response.Header, now))
	}
	fetch.NextAt = newsletter.At(now.Add(jitter(interval(f, wait))))
	return fetch
}

func (c *Client) document(ctx context.Context, response *answer) (*Document, error) {
	body, err := readBody(ctx, response.Response, c.options.MaxBytes)
	if err != nil {
		return nil, err
	}
	return unharmed(func() (*Document, error) {
		return Parse(body, response.Header.Get("Content-Type"), response.from, c.options)
	})
}

// unharmed makes of a panic a failure of the one feed that brought it on.
func unharmed(read func() (*Document, error)) (d *Document, err error) {
	err = newsletter.Unharmed(func() (err error) {
		d, err = read()
		return err
	})
	if panicked(err) {
		return nil, newsletter.Errorf(newsletter.Invalid, "feed_not_understood", "reading the feed failed: %w", err)
	}
	return d, err
}

// panicked reports whether an error is a fault of ours.
func panicked(err error) bool {
	var p *newsletter.PanicError
	return errors.As(err, &p)
}

// failed records a failure. The old validators stay, so that the document is read when it is right
// again.
func failed(fetch *newsletter.Fetch, f *newsletter.Feed, now time.Time, err error, retryAfter time.Duration) *newsletter.Fetch {
	fetch.Cause = err
	var coded *newsletter.Error
	if errors.As(err, &coded) {
		fetch.Reason = coded.Reason
	}
	fetch.State, fetch.Failures, fetch.Error = newsletter.FeedFailing, f.Failures+1, cut(err.Error(), maxError)
	fetch.NextAt = newsletter.At(now.Add(jitter(backoff(f, fetch.Failures, retryAfter))))
	return fetch
}

const maxError = 500

// validator is a header to be sent back next time; one that is overlong is not.
func validator(h http.Header, name string) string {
	value := strings.ToValidUTF8(h.Get(name), "")
	if len(value) > 1000 || strings.ContainsRune(value, 0) {
		return ""
	}
	return value
}
