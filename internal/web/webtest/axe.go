package webtest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// Finding is a rule that a page breaks.
type Finding struct {
	ID    string
	Help  string
	Nodes []struct {
		HTML           string
		FailureSummary string
	}
}

// CheckAccessible fails for everything that axe-core finds on the page, its best practices included.
func (p *Page) CheckAccessible() {
	p.t.Helper()
	p.fail(p.Axe())
}

// CheckContrast fails where colours are too much alike: all that a page can have wrong in the dark if it
// is accessible in the light.
func (p *Page) CheckContrast() {
	p.t.Helper()
	p.fail(p.Axe("color-contrast"))
}

func (p *Page) fail(findings []Finding) {
	p.t.Helper()
	for _, f := range findings {
		for _, n := range f.Nodes {
			p.t.Errorf("%s: %s (%s)\n%s\n%s", p.Address(), f.Help, f.ID, n.HTML, n.FailureSummary)
		}
	}
}

// Axe returns what axe-core finds on the page, by all of its rules or by these.
func (p *Page) Axe(rules ...string) []Finding {
	p.t.Helper()
	if !Script[bool](p, `typeof axe === "object"`) { // it is half a megabyte: once for each document
		run(p, chromedp.Evaluate[any](axe(p.t)+"; null"))
	}
	// Of rules that pass axe then tells no more than that they do: naming every element for it takes as long as testing.
	with := map[string]any{"resultTypes": []string{"violations"}}
	if len(rules) > 0 {
		with["runOnly"] = rules
	}
	options, err := json.Marshal(with)
	if err != nil {
		p.t.Fatal(err)
	}
	// As text: what axe returns has members that Go doesn't want to know.
	found := run(p, chromedp.Evaluate[string](`axe.run(document, `+string(options)+`).then(r => JSON.stringify({
		passes: r.passes.length, violations: r.violations}))`, chromedp.EvalAwaitPromise))
	var result struct {
		Passes     int
		Violations []Finding
	}
	if err := json.Unmarshal([]byte(found), &result); err != nil {
		p.t.Fatalf("webtest: axe-core: %v", err)
	}
	if result.Passes == 0 {
		p.t.Fatalf("webtest: axe-core tested nothing on %s", p.Address())
	}
	return result.Violations
}

// axe returns the script: from $BODE_TEST_AXE, or from the folder that `make test` puts it in.
func axe(t testing.TB) string {
	t.Helper()
	path := os.Getenv("BODE_TEST_AXE")
	if path == "" {
		path = filepath.Join(root(t), "build", "axe", "node_modules", "axe-core", "axe.min.js")
	}
	script, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("webtest: axe-core isn't there: `make test` installs it, or set BODE_TEST_AXE to its path: %v", err)
	}
	if !strings.Contains(string(script), "axe") {
		t.Fatalf("webtest: %s isn't axe-core", path)
	}
	return string(script)
}

// root returns the folder of the module that the test is in.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("webtest: no go.mod above the test")
		}
		dir = up
	}
}
