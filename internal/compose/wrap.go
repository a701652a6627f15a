package compose

import (
	"strings"
	"unicode/utf8"
)

// textWidth is the width of plain text. Longer lines are broken at spaces only, so that a link stays
// in one piece.
const textWidth = 72

// wrap breaks long lines, keeping their indent, and leaves no more than one empty line together.
func wrap(text string) string {
	var b strings.Builder
	empty := true // no empty lines at the beginning
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimRight(line, " \t\r")
		if line == "" {
			if !empty {
				b.WriteByte('\n')
			}
			empty = true
			continue
		}
		empty = false
		wrapLine(&b, line)
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func wrapLine(b *strings.Builder, line string) {
	indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
	hang := indent + hanging(line[len(indent):])
	column := len(indent)
	b.WriteString(indent)
	for i, word := range strings.Fields(line) {
		width := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case column+1+width > textWidth:
			b.WriteString("\n" + hang)
			column = len(hang)
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += width
	}
	b.WriteByte('\n')
}

// hanging is what stands before the second line of a list's item or a quotation.
func hanging(line string) string {
	mark, _, ok := strings.Cut(line, " ")
	switch {
	case !ok:
		return ""
	case mark == ">":
		return "> "
	case mark == "*" || strings.HasSuffix(mark, ".") && strings.Trim(mark, "0123456789.") == "":
		return strings.Repeat(" ", len(mark)+1)
	}
	return ""
}
