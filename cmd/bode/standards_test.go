package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// rows are those of the checklist that docs/standards.md must speak of: the last of each letter, or these.
var rows = map[string][]int{"A": upTo(10), "B": upTo(9), "C": {1, 2, 3, 6, 12}, "D": upTo(10), "E": upTo(6), "F": upTo(8), "G": upTo(5), "H": upTo(5)}

func upTo(last int) (all []int) {
	for n := 1; n <= last; n++ {
		all = append(all, n)
	}
	return all
}

var (
	standardsRow = regexp.MustCompile(`(?m)^\| ([A-H])([0-9]+) \| (.*) \|$`)
	namedTest    = regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9_]*)`")
	namedCase    = regexp.MustCompile(`\*([A-H][0-9]+ [^*]+)\*`)
	declared     = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Za-z0-9_]*)\(`)
)

// What docs/standards.md names is there, and it speaks of every row.
func TestStandards_EveryTestThatIsNamedExists(t *testing.T) {
	const root = "../.."
	page, err := os.ReadFile(filepath.Join(root, "docs/standards.md"))
	if err != nil {
		t.Fatal(err)
	}
	tests, cases := testsBelow(t, root)
	for _, m := range namedTest.FindAllStringSubmatch(string(page), -1) {
		if !tests[m[1]] {
			t.Errorf("there is no test %s", m[1])
		}
	}
	for _, m := range namedCase.FindAllStringSubmatch(string(page), -1) {
		if !strings.Contains(cases, `{"`+m[1]+`"`) {
			t.Errorf("storetest has no case %q", m[1])
		}
	}
	said := map[string]bool{}
	for _, m := range standardsRow.FindAllStringSubmatch(string(page), -1) {
		said[m[1]+m[2]] = true
		if !namedTest.MatchString(m[3]) {
			t.Errorf("row %s%s names no test", m[1], m[2])
		}
	}
	for letter, numbers := range rows {
		for _, n := range numbers {
			if row := letter + strconv.Itoa(n); !said[row] {
				t.Errorf("nothing is said of row %s", row)
			}
		}
	}
}

// testsBelow returns the names of all tests, and the text of storetest.
func testsBelow(t *testing.T, root string) (tests map[string]bool, cases string) {
	t.Helper()
	tests = map[string]bool{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		isTest, isCase := strings.HasSuffix(path, "_test.go"), strings.Contains(path, "/storetest/")
		if err != nil || entry.IsDir() || !isTest && !isCase {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range declared.FindAllStringSubmatch(string(text), -1) {
			tests[m[1]] = true
		}
		if isCase {
			cases += string(text)
		}
		return err
	})
	if err != nil || len(tests) < 100 {
		t.Fatalf("%d tests found, %v", len(tests), err)
	}
	return tests, cases
}
