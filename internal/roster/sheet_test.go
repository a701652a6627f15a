package roster_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/roster"
)

// No cell is a formula for the spreadsheet that opens the file, and an import reads it as it was.
func TestSheetHoldsNoFormulas(t *testing.T) {
	var b bytes.Buffer
	s, err := roster.NewSheet(&b, ';', "address", "name")
	if err != nil {
		t.Fatal(err)
	}
	names := []string{`=HYPERLINK("https://x.example";"open")`, "+31", "-1", "@SUM(A1)", "\tx", `Anna "de"; Wit`, "'t Hoen"}
	for i, name := range names {
		if err := s.Write(string(rune('a'+i))+"@voorbeeld.nl", name); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	for _, formula := range []string{";=", ";\"=", ";+", ";-", ";@", ";\t", ";\"\t"} {
		if bytes.Contains(b.Bytes(), []byte(formula)) {
			t.Errorf("a cell begins with %q:\n%s", formula, &b)
		}
	}
	f, err := roster.Parse(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	var read []string
	for _, row := range f.Rows {
		read = append(read, row.Cells[1])
	}
	names[4] = "x" // white space around a cell is nothing
	if diff := cmp.Diff(names, read); diff != "" || f.Separator != ';' || f.Columns[0] != newsletter.ImportAddress {
		t.Errorf("%s\n%c %v", diff, f.Separator, f.Columns)
	}
}
