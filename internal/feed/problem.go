package feed

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"os"

	"bode.example/internal/newsletter"
)

// explain puts into words why a source could not be reached.
func explain(ctx context.Context, err error) error {
	var coded *newsletter.Error
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	var network *net.OpError
	switch {
	case errors.As(err, &coded): // the guard has said it
		return coded
	case ctx.Err() != nil, errors.Is(err, os.ErrDeadlineExceeded), isTimeout(err):
		return newsletter.Errorf(newsletter.Unavailable, "feed_timeout", "its server took too long to answer: %w", err)
	case errors.As(err, &dns):
		return newsletter.Errorf(newsletter.Unavailable, "feed_unknown_host", "there is no server %s, or the name server does not answer: %w", dns.Name, err)
	case errors.As(err, &certificate):
		return newsletter.Errorf(newsletter.Unavailable, "feed_certificate", "its server's certificate is not valid: %w", certificate.Err)
	case errors.As(err, &network):
		return newsletter.Errorf(newsletter.Unavailable, "feed_unreachable", "its server can't be reached: %w", network)
	}
	return newsletter.Errorf(newsletter.Unavailable, "feed_broken_answer", "its server broke off or answered what is no HTTP: %w", err)
}

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.As(err, &timeout) && timeout.Timeout()
}

// refused puts into words what a status other than 200 means to whoever looks after the feed.
func refused(status int) error {
	say := func(code newsletter.Code, what string) error {
		return newsletter.Errorf(code, "feed_status", "its server answered %d %s: %s", status, http.StatusText(status), what)
	}
	switch {
	case status == http.StatusNotFound:
		return say(newsletter.NotFound, "there is no feed at this address")
	case status == http.StatusGone:
		return say(newsletter.NotFound, "the feed is gone for good; it will not be asked again")
	case status == http.StatusUnauthorized:
		return say(newsletter.Forbidden, "it asks for a name and a password, and Bode reads only open feeds")
	case status == http.StatusForbidden, status == http.StatusUnavailableForLegalReasons:
		return say(newsletter.Forbidden, "it does not let us in; ask its owner to allow our User-Agent")
	case status == http.StatusTooManyRequests:
		return say(newsletter.Unavailable, "it wants to be asked less often")
	case status >= 500:
		return say(newsletter.Unavailable, "it has a problem of its own")
	}
	return say(newsletter.Unavailable, "that brings no feed")
}
