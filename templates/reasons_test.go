package templates_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"bode.example/templates"
)

// unseen are the reasons without a text, by how they begin: no page shows them.
var unseen = map[string]string{
	"database_": "about the machine, for the operator's log; a page says what its status means",
	"disk_full": "as above",
	"secret_":   "stops the start",
	"apply_":    "of the command line",
	"replayed":  "answered to a mail provider's program",
	"not_found": "the page of that status says it",
}

// offline are the folders whose errors are seen in a terminal only.
var offline = []string{"cmd", "internal/bench", "internal/demo", "internal/store/pgtest", "internal/store/scratch", "internal/store/storetest",
	"internal/web/webtest", "templates"}

// made are the reasons that no single word in the code says.
var made = map[string][]string{
	`"limit_" + counter`: {"limit_address", "limit_network", "limit_total"},
}

// Every reason that an error can have has a text in the catalogue (in every language: loading compares
// them), or a reason why not.
func TestEveryReasonHasAText(t *testing.T) {
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	err = filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		own := strings.TrimPrefix(filepath.ToSlash(path), "../")
		switch {
		case err != nil || !d.IsDir():
			return err
		case slices.Contains(offline, own), d.Name() == "testdata", strings.HasPrefix(d.Name(), ".") && path != "..", d.Name() == "build":
			return filepath.SkipDir
		}
		collectReasons(t, path, found)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 100 {
		t.Errorf("only %d reasons found", len(found))
	}
	for reason, place := range maps.Clone(found) {
		if strings.HasPrefix(reason, "limit_") { // newsletter.TooManyUntil counts long waits in hours
			found[reason+"_hours"] = place
		}
	}
	for reason, place := range found {
		silent := false
		for prefix := range unseen {
			silent = silent || strings.HasPrefix(reason, prefix)
		}
		if !silent && !set.Texts().Has("error_"+reason) {
			t.Errorf("%s: the reason %s has no text error_%s in templates/locale", place, reason, reason)
		}
	}
}

// collectReasons finds the reasons that a package gives: what it passes to a parameter named reason, and
// the field Reason of errors and quotas.
func collectReasons(t *testing.T, dir string, found map[string]string) {
	t.Helper()
	set := token.NewFileSet()
	var files []*ast.File
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	// Where the reason stands among the arguments: Errorf and TooManyUntil are newsletter's.
	at := map[string]int{"Errorf": 1, "TooManyUntil": 0}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok {
				if i := parameter(f, "reason"); i >= 0 && passesOn(f) {
					at[f.Name.Name] = i
				}
			}
		}
	}
	take := func(e ast.Expr) {
		place := set.Position(e.Pos()).String()
		switch e := e.(type) {
		case *ast.BasicLit:
			if reason, err := strconv.Unquote(e.Value); err == nil {
				found[reason] = place
			}
			return
		case *ast.Ident:
			if e.Name == "reason" { // who calls is looked at
				return
			}
		case *ast.SelectorExpr:
			if e.Sel.Name == "Reason" { // of a quota
				return
			}
		case *ast.BinaryExpr:
			left, okLeft := e.X.(*ast.BasicLit)
			right, okRight := e.Y.(*ast.Ident)
			if okLeft && okRight && len(made[left.Value+" + "+right.Name]) > 0 {
				for _, reason := range made[left.Value+" + "+right.Name] {
					found[reason] = place
				}
				return
			}
		}
		t.Errorf("%s: this reason is no plain word; write it out, so that its text can be checked", place)
	}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if i, ok := at[called(n)]; ok && i < len(n.Args) {
					take(n.Args[i])
				}
			case *ast.CompositeLit:
				if name := typeName(n.Type); name != "Error" && name != "Quota" {
					return true
				}
				for _, field := range n.Elts {
					if f, ok := field.(*ast.KeyValueExpr); ok {
						if key, ok := f.Key.(*ast.Ident); ok && key.Name == "Reason" {
							take(f.Value)
						}
					}
				}
			}
			return true
		})
	}
}

// called is the name of the function that is called; of those of other packages only newsletter's count.
func called(c *ast.CallExpr) string {
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok && (x.Name == "fmt" || x.Name == "t" || x.Name == "b" || x.Name == "tb") {
			return ""
		}
		return f.Sel.Name
	}
	return ""
}

// passesOn reports whether a function makes an error of its reason.
func passesOn(f *ast.FuncDecl) (yes bool) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			yes = yes || called(n) == "Errorf"
		case *ast.CompositeLit:
			yes = yes || typeName(n.Type) == "Error"
		}
		return !yes
	})
	return yes
}

func parameter(f *ast.FuncDecl, name string) int {
	i := 0
	for _, field := range f.Type.Params.List {
		for _, n := range field.Names {
			if n.Name == name {
				return i
			}
			i++
		}
	}
	return -1
}

func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}
