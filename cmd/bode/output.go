package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// printJSON writes a value for programs, indented so that people can read it too.
func (w *world) printJSON(v any) error {
	e := json.NewEncoder(w.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// printTable writes rows under their headings in aligned columns. An empty cell is a hyphen, so
// that columns stay columns for cut and awk.
func (w *world) printTable(head []string, rows [][]string) error {
	t := tabwriter.NewWriter(w.out, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{head}, rows...) {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = plainCell(cell)
		}
		if _, err := io.WriteString(t, strings.Join(cells, "\t")+"\n"); err != nil {
			return err
		}
	}
	return t.Flush()
}

// section is a table among others.
type section struct {
	head []string
	rows [][]string
}

// printTables prints the tables that have rows, with an empty line between them.
func (w *world) printTables(all []section) error {
	first := true
	for _, s := range all {
		if len(s.rows) == 0 {
			continue
		}
		if !first {
			fmt.Fprintln(w.out)
		}
		first = false
		if err := w.printTable(s.head, s.rows); err != nil {
			return err
		}
	}
	return nil
}

// plainCell takes out what would break the table or play tricks on a terminal.
func plainCell(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, s)
	if strings.TrimSpace(s) == "" {
		return "-"
	}
	return s
}

// The colours of a terminal, for what words say already.
const (
	green  = "32"
	yellow = "33"
	red    = "31"
)

// paint colours a text when it goes to a terminal.
func (w *world) paint(colour, s string) string {
	if !w.colour {
		return s
	}
	return fmt.Sprintf("\x1b[%sm%s\x1b[0m", colour, s)
}
