package newsletter_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
)

func TestE18_AnchorsAreReadFromWhatWasKept(t *testing.T) {
	first := newsletter.Anchor{At: newsletter.At(time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC))}
	second := newsletter.Anchor{At: newsletter.At(time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)), Audit: newsletter.ChainHead{Seq: 1204, Hash: strings.Repeat("9f", 32)},
		Consent: newsletter.ChainHead{Seq: 8812, Hash: strings.Repeat("41", 32)}}
	// As a file, and as a mail whose program broke the line and quoted it.
	for _, text := range []string{first.String() + "\n" + second.String() + "\n", "Subject: x\r\n\r\nBewaar deze regel:\r\n" + first.String() + "\r\n" + strings.Replace(second.String(), " consent", "\r\n consent", 1),
		first.String()[:20] + "=\r\n" + first.String()[20:] + "\r\n" + second.String()[:50] + "=\n" + second.String()[50:]} {
		got, err := newsletter.ParseAnchors(text)
		if diff := cmp.Diff([]newsletter.Anchor{first, second}, got); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
	}
	for _, text := range []string{"", "audit 3", strings.Replace(second.String(), "9f", "9g", 1), strings.Replace(second.String(), "-11-", "-13-", 1), strings.Replace(second.String(), "1204", strings.Repeat("9", 30), 1)} {
		if got, err := newsletter.ParseAnchors(text); !newsletter.Is(err, newsletter.Invalid) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

func FuzzParseAnchors(f *testing.F) {
	f.Add("2026-11-23T03:00:00Z audit 1 " + strings.Repeat("ab", 32) + " consent 0 -")
	f.Add("2026-11-23T03:00:00Z audit 01 - consent 99999999999999999999 -")
	f.Fuzz(func(t *testing.T, text string) {
		all, err := newsletter.ParseAnchors(text)
		if err != nil {
			return
		}
		for _, a := range all {
			again, err := newsletter.ParseAnchors(a.String())
			if err != nil || !cmp.Equal(again, []newsletter.Anchor{a}) {
				t.Errorf("%q: %v, %v", a, again, err)
			}
		}
	})
}
