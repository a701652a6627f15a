package roster_test

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/roster"
)

func parse(t testing.TB, name string) *roster.File {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	f, err := roster.Parse(data)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return f
}

// columns are the guessed fields, by the names of their columns.
func columns(f *roster.File) map[newsletter.ImportField]string {
	found := map[newsletter.ImportField]string{}
	for i, field := range f.Columns {
		if field != "" {
			found[field] = f.Head[i]
		}
	}
	return found
}

func TestFilesAreRecognised(t *testing.T) {
	for name, tt := range map[string]struct {
		encoding  string
		separator rune
		lines     []int64
		first     string
		columns   map[newsletter.ImportField]string
	}{
		"mailchimp_subscribed.csv": {roster.UTF8, ',', []int64{2, 3, 5}, "sanne.dekker@voorbeeld.nl", map[newsletter.ImportField]string{
			newsletter.ImportAddress: "Email Address", newsletter.ImportFirstName: "First Name", newsletter.ImportLastName: "Last Name",
			newsletter.ImportLanguage: "Taal", newsletter.ImportConsented: "CONFIRM_TIME", newsletter.ImportTopics: "TAGS"}},
		"spreadsheet_windows1252.csv": {roster.Windows1252, ';', []int64{2, 4}, "Café de Brug", map[newsletter.ImportField]string{
			newsletter.ImportAddress: "E-mailadres", newsletter.ImportName: "Naam", newsletter.ImportPace: "Frequentie",
			newsletter.ImportGround: "Toestemming", newsletter.ImportConsented: "Aangemeld op"}},
		"utf16.csv": {roster.UTF16, '\t', []int64{2}, "anna@voorbeeld.nl", map[newsletter.ImportField]string{newsletter.ImportAddress: "E-mail", newsletter.ImportName: "Naam"}},
		"plain.txt": {roster.UTF8, ',', []int64{1, 3}, "anna@voorbeeld.nl", map[newsletter.ImportField]string{newsletter.ImportAddress: ""}},
		"sep.csv":   {roster.UTF8, '|', []int64{3}, "=HYPERLINK", map[newsletter.ImportField]string{newsletter.ImportAddress: "E-Mail", newsletter.ImportName: "Name"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := parse(t, name)
			var lines []int64
			for _, row := range f.Rows {
				lines = append(lines, row.Line)
			}
			if f.Encoding != tt.encoding || f.Separator != tt.separator || !cmp.Equal(lines, tt.lines) || f.Rows[0].Cells[0] != tt.first {
				t.Errorf("%s, %q, lines %v, %q", f.Encoding, f.Separator, lines, f.Rows[0].Cells)
			}
			if diff := cmp.Diff(tt.columns, columns(f)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFilesThatCanNotBe(t *testing.T) {
	unsubscribed, err := os.ReadFile("testdata/mailchimp_unsubscribed.csv")
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ text, reason string }{
		"of those who left": {string(unsubscribed), "import_of_leavers"},
		"empty":             {"\n\n", "import_empty"},
		"heading alone":     {"E-mail;Naam\n", "import_empty"},
		"a spreadsheet":     {"PK\x03\x04binary", "import_not_csv"},
		"too long":          {"e-mail\n" + strings.Repeat("a@b.nl\n", newsletter.MaxImportLines+1), "import_too_long"},
		"too wide":          {strings.Repeat("a,", newsletter.MaxImportFields+1) + "\n", "import_columns"},
		"one endless line":  {"e-mail\n" + strings.Repeat(",", 15<<20), "import_columns"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := roster.Parse([]byte(tt.text))
			e, ok := err.(*newsletter.Error) //nolint:errorlint // as it comes
			if !ok || e.Reason != tt.reason || e.Field != "file" {
				t.Errorf("%v, want %s", err, tt.reason)
			}
		})
	}
}

// A file of separators alone takes no more room than it takes to look at it.
func TestAnEndlessLineTakesNoRoom(t *testing.T) {
	data := bytes.Repeat([]byte{','}, 15<<20)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := roster.Parse(data); err == nil {
		t.Error("it was taken")
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 64<<20 {
		t.Errorf("it took %d MB", took>>20)
	}
}

// Whatever strangers write, Parse gives rows in the order of their lines, cells without control
// characters, and as many columns as it has guessed about.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.*")
	if err != nil || len(files) == 0 {
		f.Fatal(err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("\"a\nb;c\x00"))
	f.Add([]byte("sep=\"\na\"b\"c@d.nl"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := roster.Parse(data)
		if err != nil {
			return
		}
		if len(file.Columns) != len(file.Head) {
			t.Errorf("%d columns guessed, %d there", len(file.Columns), len(file.Head))
		}
		last := int64(0)
		for _, row := range file.Rows {
			if row.Line <= last || len(row.Cells) > len(file.Head) {
				t.Errorf("line %d after %d, with %d cells", row.Line, last, len(row.Cells))
			}
			last = row.Line
			if strings.ContainsAny(strings.Join(row.Cells, ""), "\x00\r\n\t") {
				t.Errorf("%q", row.Cells)
			}
		}
	})
}
