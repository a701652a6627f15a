package compose

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"testing"
)

// TestF8_ContrastOfTheColours computes the contrast (WCAG 2.2, 1.4.3 and 1.4.11) of every pair in
// which the mails use the colours of parts/tokens.html.
func TestF8_ContrastOfTheColours(t *testing.T) {
	source, err := os.ReadFile("../../templates/email/parts/tokens.html")
	if err != nil {
		t.Fatal(err)
	}
	colours := map[string]string{}
	for _, m := range regexp.MustCompile(`\{\{define "([a-z-]+)"\}\}(#[0-9a-f]{6})\{\{end\}\}`).FindAllStringSubmatch(string(source), -1) {
		colours[m[1]] = m[2]
	}
	for _, shade := range []string{"", "dark-"} {
		for _, pair := range []struct {
			front, back string
			least       float64
		}{
			{"ink", "paper", 7}, {"ink", "card", 7}, {"soft", "paper", 4.5}, {"soft", "card", 4.5},
			{"accent", "paper", 4.5}, {"accent", "card", 4.5}, {"on-accent", "accent", 4.5},
		} {
			front, back := colours[shade+pair.front], colours[shade+pair.back]
			if got := contrast(t, front, back); got < pair.least {
				t.Errorf("%s%s %s on %s %s has a contrast of %.1f, less than %.1f", shade, pair.front, front, pair.back, back, got, pair.least)
			}
		}
	}
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	if len(colour) != 7 {
		t.Fatalf("%q is no colour", colour)
	}
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		v, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(v) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
