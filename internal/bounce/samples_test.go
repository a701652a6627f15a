package bounce

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// expected is a line of testdata/samples/index.txt.
type expected struct{ name, class, policy, status, recipient, recognised string }

func index(t testing.TB) (all []expected) {
	t.Helper()
	text, err := os.ReadFile("testdata/samples/index.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(strings.TrimSpace(line), " | ")
		if len(f) != 6 {
			t.Fatalf("%q has %d columns", line, len(f))
		}
		all = append(all, expected{f[0], f[1], f[2], f[3], f[4], f[5]})
	}
	return all
}

func sample(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "samples", name+".eml"))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// TestC13_C14_Samples reads the wording of many servers. Every sample is ours, with addresses of example
// domains.
func TestC13_C14_Samples(t *testing.T) {
	all, right := index(t), 0
	for _, want := range all {
		r := Parse(sample(t, want.name))
		got := expected{want.name, string(r.Class), "-", dash(r.Status), dash(r.Recipient), r.Recognised}
		if r.Policy {
			got.policy = "policy"
		}
		if got == want {
			right++
			continue
		}
		t.Errorf("%s:\n got %v\nwant %v\n%s", want.name, got, want, r.Diagnostic)
	}
	t.Logf("%d of %d samples are classified rightly", right, len(all))
	if files, err := filepath.Glob("testdata/samples/*.eml"); err != nil || len(files) != len(all) || len(all) < 40 {
		t.Errorf("%d files for %d lines of the index (%v)", len(files), len(all), err)
	}
}

// Mail that went through a server that ends lines with LF alone reads the same.
func TestSamplesWithBareLineFeeds(t *testing.T) {
	for _, want := range index(t) {
		raw := bytes.ReplaceAll(sample(t, want.name), []byte("\r\n"), []byte("\n"))
		if r := Parse(raw); string(r.Class) != want.class || dash(r.Status) != want.status {
			t.Errorf("%s: %s %s", want.name, r.Class, r.Status)
		}
	}
}
