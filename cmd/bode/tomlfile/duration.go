package tomlfile

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

// ParseDuration reads 7d, 1d12h, 90m or 30s: the form of package time, and whole days before it.
// A day is 24 hours.
func ParseDuration(s string) (time.Duration, error) {
	rest, total := s, time.Duration(0)
	if days, after, ok := strings.Cut(s, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 15)
		if err != nil {
			return 0, notDuration(s)
		}
		rest, total = after, time.Duration(n)*day
		if rest == "" {
			return total, nil
		}
	}
	d, err := time.ParseDuration(rest)
	if err != nil || d < 0 || strings.HasPrefix(rest, "+") || strings.HasPrefix(rest, "-") {
		return 0, notDuration(s)
	}
	return total + d, nil
}

func notDuration(s string) error {
	return fmt.Errorf("%q is not a length of time; write it as 7d, 12h, 90m or 30s", s)
}

// FormatDuration writes what ParseDuration reads, as short as it can be.
func FormatDuration(d time.Duration) string {
	days, rest := d/day, d%day
	s := ""
	if days > 0 {
		s = strconv.Itoa(int(days)) + "d"
	}
	if rest == 0 && s != "" {
		return s
	}
	clock := rest.String() // such as 12h0m0s
	if strings.HasSuffix(clock, "m0s") {
		clock = strings.TrimSuffix(clock, "0s")
	}
	if strings.HasSuffix(clock, "h0m") {
		clock = strings.TrimSuffix(clock, "0m")
	}
	return s + clock
}
