package roster

import (
	"bufio"
	"encoding/csv"
	"io"
	"strings"
)

// Sheet writes CSV for spreadsheets: UTF-8 with a mark, CRLF (RFC 4180), and no cell that is taken for a
// formula.
type Sheet struct {
	w     *csv.Writer
	cells []string
}

// NewSheet writes the heading. separator is a comma, or a semicolon for spreadsheets in Dutch.
func NewSheet(w io.Writer, separator rune, head ...string) (*Sheet, error) {
	buffered := bufio.NewWriter(w) // csv's own: nothing leaves before the first Flush
	if _, err := buffered.WriteString("\ufeff"); err != nil {
		return nil, err
	}
	s := &Sheet{w: csv.NewWriter(buffered)}
	s.w.Comma, s.w.UseCRLF = separator, true
	return s, s.w.Write(head)
}

// Write adds a row.
func (s *Sheet) Write(cells ...string) error {
	s.cells = s.cells[:0]
	for _, cell := range cells {
		s.cells = append(s.cells, guarded(cell))
	}
	return s.w.Write(s.cells)
}

// Flush ends a part: what was written is with the reader then.
func (s *Sheet) Flush() error {
	s.w.Flush()
	return s.w.Error()
}

// formula reports whether a spreadsheet would run a cell.
func formula(cell string) bool {
	return cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0]))
}

// guarded puts an apostrophe before what a spreadsheet would run.
func guarded(cell string) string {
	if formula(cell) {
		return "'" + cell
	}
	return cell
}

// plain takes it off again.
func plain(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && formula(rest) {
		return rest
	}
	return cell
}
