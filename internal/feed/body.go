package feed

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"bode.example/internal/newsletter"
)

// gzipMagic begins every gzip stream (RFC 1952, section 2.3.1).
var gzipMagic = []byte{0x1f, 0x8b}

// readBody reads a response whole, decompressed, and no more of it than max bytes either way.
func readBody(ctx context.Context, response *http.Response, max int64) ([]byte, error) {
	body, err := readAtMost(response.Body, max)
	if err != nil {
		return nil, bodyError(ctx, err)
	}
	switch encoding := strings.ToLower(strings.TrimSpace(response.Header.Get("Content-Encoding"))); encoding {
	case "", "identity", "gzip", "x-gzip":
		// Some servers send feed.xml.gz as it lies on their disk, and say nothing of it.
		if !bytes.HasPrefix(body, gzipMagic) {
			return body, nil
		}
	default:
		return nil, newsletter.Errorf(newsletter.Invalid, "feed_encoding", "its server compressed the feed by %q, for which we didn't ask", encoding)
	}
	unzip, err := gzip.NewReader(bytes.NewReader(body))
	if err == nil {
		body, err = readAtMost(unzip, max)
	}
	return body, bodyError(ctx, err)
}

// readAtMost reads all there is, or fails when it is more than max bytes.
func readAtMost(r io.Reader, max int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, max+1))
	if err == nil && int64(len(b)) > max {
		err = newsletter.Errorf(newsletter.Invalid, "feed_too_large", "the feed is larger than %d kB; ask its owner for one with fewer or shorter items", max>>10)
	}
	return b, err
}

func bodyError(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum):
		return newsletter.Errorf(newsletter.Invalid, "feed_encoding", "its server compressed the feed wrongly: %w", err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return newsletter.Errorf(newsletter.Unavailable, "feed_broken_answer", "its server broke off in the middle of the feed: %w", err)
	}
	return explain(ctx, err)
}
