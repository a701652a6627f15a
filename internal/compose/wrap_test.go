package compose

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestWrap(t *testing.T) {
	long := strings.Repeat("woord ", 20)
	link := "https://example.org/" + strings.Repeat("a", 100)
	for _, test := range []struct{ in, want string }{
		{"\n\nkort  \n\n\n\nnog een\n\n", "kort\n\nnog een\n"},
		{long, strings.Repeat("woord ", 11) + "woord\n" + strings.Repeat("woord ", 7) + "woord\n"},
		{"* " + long, "* " + strings.Repeat("woord ", 10) + "woord\n  " + strings.Repeat("woord ", 8) + "woord\n"},
		{"> " + long, "> " + strings.Repeat("woord ", 10) + "woord\n> " + strings.Repeat("woord ", 8) + "woord\n"},
		{"  12. " + long, "  12. " + strings.Repeat("woord ", 10) + "woord\n      " + strings.Repeat("woord ", 8) + "woord\n"},
		{link, link + "\n"},
		{"Zie " + link, "Zie\n" + link + "\n"},
	} {
		if got := wrap(test.in); got != test.want {
			t.Errorf("%q becomes\n%q, want\n%q", test.in, got, test.want)
		}
	}
}

// Whatever stands in a text, its words stay, in their order, and a line is wide only for a single word.
func FuzzWrap(f *testing.F) {
	f.Add("een twee\n\n\n> drie  vier\n  * vijf")
	f.Add(strings.Repeat("ë", 200) + " 1. x")
	f.Fuzz(func(t *testing.T, text string) {
		out := wrap(text)
		quotes := func(s string) []string {
			var words []string
			for _, w := range strings.Fields(s) {
				if w != ">" {
					words = append(words, w)
				}
			}
			return words
		}
		if got, want := strings.Join(quotes(out), " "), strings.Join(quotes(text), " "); got != want {
			t.Errorf("the words %q became %q", want, got)
		}
		for line := range strings.SplitSeq(out, "\n") {
			words := len(strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "> ")))
			if utf8.RuneCountInString(line) > textWidth && words > 1 && len(line) == len(strings.TrimLeft(line, " >*.0123456789")) {
				t.Errorf("%d words in a line of %d", words, utf8.RuneCountInString(line))
			}
		}
		if wrap(out) != out && !strings.Contains(out, ">") {
			t.Errorf("%q wrapped again is %q", out, wrap(out))
		}
	})
}
