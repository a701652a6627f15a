package feed

import (
	"net/http"
	"testing"
	"time"

	"bode.example/internal/newsletter"
)

var noon = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)

func every30() *newsletter.Feed {
	return &newsletter.Feed{Interval: newsletter.Duration(30 * time.Minute)}
}

func TestInterval(t *testing.T) {
	tests := []struct {
		name           string
		interval, hint time.Duration
		want           time.Duration
	}{
		{"as set", 20 * time.Minute, 0, 20 * time.Minute},
		{"not set", 0, 0, 30 * time.Minute},
		{"the source wants less: as set", 20 * time.Minute, time.Minute, 20 * time.Minute},
		{"the source wants more", 20 * time.Minute, time.Hour, time.Hour},
		{"the source wants far more", 20 * time.Minute, 24 * time.Hour, 4 * time.Hour},
		{"never under a minute", time.Second, 0, time.Minute},
	}
	for _, tt := range tests {
		if got := interval(&newsletter.Feed{Interval: newsletter.Duration(tt.interval)}, tt.hint); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestBackoff(t *testing.T) {
	for failures, want := range map[int]time.Duration{1: 30 * time.Minute, 2: time.Hour, 4: 4 * time.Hour, 7: 24 * time.Hour, 100000: 24 * time.Hour} {
		if got := backoff(every30(), failures, 0); got != want {
			t.Errorf("failure %d: %v, want %v", failures, got, want)
		}
	}
	if got := backoff(every30(), 1, 3*time.Hour); got != 3*time.Hour {
		t.Errorf("Retry-After counts when it is longer: %v", got)
	}
	if got := backoff(every30(), 3, time.Second); got != 2*time.Hour {
		t.Errorf("Retry-After does not shorten: %v", got)
	}
	if got := backoff(every30(), 1, 365*24*time.Hour); got != 24*time.Hour {
		t.Errorf("Retry-After of a year: %v", got)
	}
}

func TestJitter(t *testing.T) {
	seen := map[time.Duration]bool{}
	for range 50 {
		wait := jitter(time.Hour)
		if wait < time.Hour || wait > 66*time.Minute {
			t.Fatalf("%v", wait)
		}
		seen[wait] = true
	}
	if len(seen) < 10 {
		t.Errorf("only %d different waits of 50", len(seen))
	}
}

func TestRetryAfter(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"120": 2 * time.Minute, " 5 ": 5 * time.Second, "-5": 0, "": 0, "morgen": 0, "99999999999999": 0,
		"Mon, 02 Nov 2026 13:00:00 GMT": time.Hour, "Mon, 02 Nov 2026 11:00:00 GMT": 0, "Monday, 02-Nov-26 13:00:00 GMT": time.Hour,
	} {
		if got := retryAfter(http.Header{"Retry-After": {value}}, noon); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}

func TestFreshness(t *testing.T) {
	tests := []struct {
		header http.Header
		want   time.Duration
	}{
		{http.Header{"Cache-Control": {"public, Max-Age=600"}}, 10 * time.Minute},
		{http.Header{"Cache-Control": {"max-age=600"}, "Age": {"60"}}, 9 * time.Minute},
		{http.Header{"Cache-Control": {"max-age=600"}, "Age": {"900"}}, 0},
		{http.Header{"Cache-Control": {"no-cache, max-age=600"}}, 0},
		{http.Header{"Cache-Control": {"max-age=lang"}}, 0},
		{http.Header{"Expires": {"Mon, 02 Nov 2026 12:30:00 GMT"}}, 30 * time.Minute},
		{http.Header{"Expires": {"0"}}, 0},
		{http.Header{"Cache-Control": {"max-age=0"}, "Expires": {"Mon, 02 Nov 2026 12:30:00 GMT"}}, 0},
		{http.Header{}, 0},
	}
	for _, tt := range tests {
		if got := freshness(tt.header, noon); got != tt.want {
			t.Errorf("%v: %v, want %v", tt.header, got, tt.want)
		}
	}
}
