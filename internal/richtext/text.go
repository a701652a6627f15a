package richtext

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean drops from s what no text should hold: bytes that are not UTF-8, NUL and other control
// characters but tab and newline, byte order marks, and the controls that reverse the direction of
// the text around them, with which a title could pass for another. CRLF and the Unicode line and
// paragraph separators become newlines.
func Clean(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n':
			return r
		case r == '\r', r == '\u0085', r == '\u2028', r == '\u2029':
			return '\n'
		case r == utf8.RuneError, r == '\ufeff', unicode.IsControl(r), isBidiControl(r), isNoncharacter(r):
			return -1
		}
		return r
	}, s)
}

// isBidiControl reports the embeddings, overrides and isolates of UAX #9.
func isBidiControl(r rune) bool {
	return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

func isNoncharacter(r rune) bool {
	return r&0xfffe == 0xfffe || r >= 0xfdd0 && r <= 0xfdef
}

// Line is Clean for what stands on one line, such as a title or a name: runs of white space,
// newlines among them, become one space, and none is left at either end.
func Line(s string) string { return strings.Join(strings.Fields(Clean(s)), " ") }

// Excerpt is the beginning of text on one line, at most max characters long. What is longer is cut
// after a word and ends in an ellipsis.
func Excerpt(text string, max int) string {
	line := []rune(Line(text))
	if len(line) <= max {
		return string(line)
	}
	if max < 2 {
		return "…"
	}
	cut := max - 1
	for i := cut; i > max/2; i-- { // further back than half lies no end of a word, but an endless one
		if line[i] == ' ' {
			cut = i
			break
		}
	}
	for cut > 0 && (unicode.In(line[cut], unicode.Mn, unicode.Me) || line[cut-1] == '\u200d') {
		cut-- // never between a letter and its accent, or inside a joined emoji
	}
	return strings.TrimRight(string(line[:cut]), " ,;:–—-(") + "…"
}
