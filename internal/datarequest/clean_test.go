package datarequest

import (
	"testing"
	"unicode"
	"unicode/utf8"
)

// Whatever a stranger writes, what is kept of it is text that a page can show, of a bounded length, and cleaning it
// once more changes nothing.
func FuzzClean(f *testing.F) {
	for _, seed := range []string{"", "Wis mij.\r\n\r\n\r\n\r\nJan", "\x1b[31mrood\x00", "a\u202eb\u200bc", "\xff\xfe", "  \n \t\u2028 x", "é\u0301\n\n\n\n\n"} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, text string, lines bool) {
		const most = 50
		got := clean(text, most, lines)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > most+1 {
			t.Errorf("%q", got)
		}
		for _, c := range got {
			if c == '\n' && lines {
				continue
			}
			if unicode.IsControl(c) || unicode.Is(unicode.Cf, c) {
				t.Errorf("%q holds %q", got, c)
			}
		}
		if again := clean(got, most+1, lines); again != got {
			t.Errorf("%q becomes %q", got, again)
		}
	})
}
