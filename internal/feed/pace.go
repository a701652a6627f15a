package feed

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/rss"

	"bode.example/internal/newsletter"
)

const (
	// defaultInterval is between two questions where a feed has no interval of its own, and
	// minInterval the shortest that we would ask of anybody.
	defaultInterval = 30 * time.Minute
	minInterval     = time.Minute
	// maxHint is how far a source's wish to be left alone stretches the interval: the posts of this
	// morning should be in this morning's digest.
	maxHint = 4 * time.Hour
	// maxBackoff is between two questions to a feed that keeps failing, and the longest Retry-After
	// that we take at its word.
	maxBackoff = 24 * time.Hour
)

// interval is how long to wait after a fetch that went well: as the operator set it, or longer if
// the source asks for that.
func interval(f *newsletter.Feed, hint time.Duration) time.Duration {
	base := f.Interval.D()
	if base <= 0 {
		base = defaultInterval
	}
	return max(base, min(hint, maxHint), minInterval)
}

// backoff is how long to wait after the nth failure in a row: the interval, doubled each time, but
// no less than what the source asked for.
func backoff(f *newsletter.Feed, failures int, retryAfter time.Duration) time.Duration {
	wait := interval(f, 0)
	for range min(failures-1, 20) {
		wait = min(2*wait, maxBackoff)
	}
	return max(wait, min(retryAfter, maxBackoff))
}

// jitter lengthens a wait by up to a tenth, so that feeds which fell into step, by a restart or by
// a host that was down, fall out of it again. It never shortens what a source asked for.
func jitter(wait time.Duration) time.Duration {
	return wait + rand.N(wait/10+1)
}

// retryAfter reads the header of RFC 9110, section 10.2.3: seconds, or a date.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseInt(value, 10, 32); err == nil {
		return max(0, time.Duration(seconds)*time.Second)
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// freshness is how long an answer says that it stays fresh (RFC 9111, section 4.2.1), less the time
// that it already lay in a cache.
func freshness(h http.Header, now time.Time) time.Duration {
	for directive := range strings.SplitSeq(h.Get("Cache-Control"), ",") {
		name, value, _ := strings.Cut(strings.ToLower(strings.TrimSpace(directive)), "=")
		switch name {
		case "no-cache", "no-store":
			return 0
		case "max-age":
			seconds, err := strconv.ParseInt(strings.Trim(value, `"`), 10, 32)
			age, _ := strconv.ParseInt(strings.TrimSpace(h.Get("Age")), 10, 32)
			if err != nil {
				return 0
			}
			return max(0, time.Duration(seconds-age)*time.Second)
		}
	}
	if at, err := http.ParseTime(h.Get("Expires")); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// every is how often a document says that it is renewed: ttl of RSS 2.0, in minutes, or the
// syndication module's period and frequency.
func every(source *gofeed.Feed) time.Duration {
	if f, ok := source.OriginalFeed().(*rss.Feed); ok {
		if minutes, err := strconv.ParseInt(strings.TrimSpace(f.TTL), 10, 16); err == nil && minutes > 0 {
			return time.Duration(minutes) * time.Minute
		}
	}
	periods := map[string]time.Duration{"hourly": time.Hour, "daily": 24 * time.Hour, "weekly": 7 * 24 * time.Hour,
		"monthly": 30 * 24 * time.Hour, "yearly": 365 * 24 * time.Hour}
	period := periods[strings.ToLower(extension(source.Extensions, "sy", "updatePeriod"))]
	times, err := strconv.ParseInt(extension(source.Extensions, "sy", "updateFrequency"), 10, 16)
	if err != nil || times < 1 {
		times = 1
	}
	return period / time.Duration(times)
}
