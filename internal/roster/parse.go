package roster

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode"

	"bode.example/internal/newsletter"
)

// maxCell bounds a cell, in bytes: what is longer is no address, name or list of topics.
const maxCell = 2000

// File is what Parse made of a file.
type File struct {
	Encoding  string
	Separator rune
	Head      []string // the names of the columns; empty ones where the file has none
	Rows      []newsletter.ImportRow
	Columns   []newsletter.ImportField // as guessed
}

// fault is an error about a file.
func fault(reason, format string, args ...any) *newsletter.Error {
	e := newsletter.Errorf(newsletter.Invalid, reason, format, args...)
	e.Field = "file"
	return e
}

// Parse makes rows of a file: RFC 4180 and what spreadsheets make of it. Its character set, its separator
// and whether it has a heading are found out. Empty lines are nothing. Of a file that can't be read the
// error says the line.
func Parse(data []byte) (*File, error) {
	if len(data) > newsletter.MaxImportBytes {
		return nil, fault("import_too_large", "the file is larger than 20 MB: divide it")
	}
	text, name, err := decode(data)
	if err != nil {
		return nil, fault("import_encoding", "the file's character set can't be read: save it as CSV in UTF-8")
	}
	if bytes.HasPrefix(text, []byte("PK\x03\x04")) || bytes.IndexByte(text, 0) >= 0 {
		return nil, fault("import_not_csv", "the file is no CSV: open it in your spreadsheet program and save it as CSV")
	}
	if line := endless(text); line > 0 {
		return nil, tooWide(line)
	}
	f := &File{Encoding: name}
	if f.Separator, text = declaredSeparator(text); f.Separator == 0 {
		f.Separator = guessSeparator(text)
	}
	if err := f.read(text); err != nil {
		return nil, err
	}
	if len(f.Rows) == 0 {
		return nil, fault("import_empty", "there is nobody in the file")
	}
	f.takeHead()
	if len(f.Rows) == 0 {
		return nil, fault("import_empty", "there is nobody in the file but a heading")
	}
	if len(f.Rows) > newsletter.MaxImportLines {
		return nil, fault("import_too_long", "the file has more than 100,000 lines: divide it")
	}
	if gone := goneHead(f.Head); gone != "" {
		return nil, fault("import_of_leavers", "the file has a column %q: it holds those who left, and they stay away", gone)
	}
	f.Columns = guess(f)
	return f, nil
}

func (f *File) read(text []byte) error {
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.ReuseRecord, r.LazyQuotes = f.Separator, -1, true, true
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			e := fault("import_line", "line %d can't be read: a quote doesn't end", broken.StartLine)
			e.Args = map[string]any{"Line": broken.StartLine}
			return e
		}
		if err != nil {
			return err
		}
		line, _ := r.FieldPos(0)
		if len(record) > newsletter.MaxImportFields {
			return tooWide(line)
		}
		cells, filled := cellsOf(record)
		if filled {
			f.Rows = append(f.Rows, newsletter.ImportRow{Line: int64(line), Cells: cells})
		}
		if len(f.Rows) > newsletter.MaxImportLines+1 {
			return nil // Parse says it
		}
	}
}

func tooWide(line int) *newsletter.Error {
	e := fault("import_columns", "line %d has more than 60 columns: leave out those that we don't need", line)
	e.Args = map[string]any{"Line": line}
	return e
}

// longLine is how long no line is that people's names and addresses make, in octets.
const longLine = 1 << 20

// endless returns the number of a line that would take far more room as cells than it takes here: forty
// octets for each separator. 0: there is none.
func endless(text []byte) int {
	n := 0
	for line := range bytes.Lines(text) {
		n++
		if len(line) <= longLine {
			continue
		}
		for _, separator := range []string{",", ";", "\t", "|"} {
			if bytes.Count(line, []byte(separator)) > newsletter.MaxImportFields {
				return n
			}
		}
	}
	return 0
}

// cellsOf copies a record, each cell on one line and without white space around it.
func cellsOf(record []string) (cells newsletter.Strings, filled bool) {
	cells = make(newsletter.Strings, len(record))
	for i, cell := range record {
		cell = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) {
				return ' '
			}
			return r
		}, plain(strings.ToValidUTF8(cell, "\ufffd")))
		cell = strings.TrimSpace(cell)
		if len(cell) > maxCell {
			cell = strings.ToValidUTF8(cell[:maxCell], "")
		}
		cells[i], filled = strings.Clone(cell), filled || cell != ""
	}
	return cells, filled
}

// takeHead takes the first row for the heading unless it holds an address.
func (f *File) takeHead() {
	wide := 0
	for _, row := range f.Rows {
		wide = max(wide, len(row.Cells))
	}
	f.Head = make([]string, wide)
	for _, cell := range f.Rows[0].Cells {
		if _, err := newsletter.ParseAddress(cell); err == nil {
			return
		}
	}
	copy(f.Head, f.Rows[0].Cells)
	f.Rows = f.Rows[1:]
}

// declaredSeparator reads the line sep=; that spreadsheets write first. The line stays, empty, so that
// the numbers of the others are right.
func declaredSeparator(text []byte) (rune, []byte) {
	if len(text) > 4 && bytes.HasPrefix(bytes.ToLower(text[:4]), []byte("sep=")) && bytes.IndexByte([]byte(",;\t|"), text[4]) >= 0 {
		return rune(text[4]), text[5:]
	}
	return 0, text
}

// guessSeparator takes the one that divides the first lines into the most columns alike.
func guessSeparator(text []byte) rune {
	best, most := ',', 0
	for _, separator := range []rune{',', ';', '\t', '|'} {
		if n := alike(text, separator); n > most {
			best, most = separator, n
		}
	}
	return best
}

// alike is how many columns the first lines have, counted for each line that has as many as the first.
func alike(text []byte, separator rune) (n int) {
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = separator, -1, true
	first := 0
	for range 20 {
		record, err := r.Read()
		if err != nil {
			break
		}
		if first == 0 {
			first = len(record)
		}
		if len(record) == first && first > 1 {
			n += first
		}
	}
	return n
}
