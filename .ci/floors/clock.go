package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
)

// clockNames are the names of package time that read the clock or wait for it behind our back.
var clockNames = []string{"Now", "Since", "Until", "Sleep", "Tick"}

// checkClock finds the uses of the clock in a package that gets its time as a value: all but cmd
// and the packages for tests. Test files are not looked at.
func checkClock(p pkg, own string) (faults []string) {
	if unitOf(own) == "cmd" || isTestHelp(own) {
		return nil
	}
	for _, name := range p.GoFiles {
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			faults = append(faults, fmt.Sprintf("%s/%s: %v", own, name, err))
			continue
		}
		if importName(file, "time") == "." {
			faults = append(faults, fmt.Sprintf("%s/%s: imports time as a dot: name it, so that its clock can be seen", own, name))
		}
		for _, use := range clockUses(file, own) {
			faults = append(faults, fmt.Sprintf("%s/%s:%d: time.%s: time is a value here; only cmd reads the clock", own, name, set.Position(use.Pos()).Line, use.Sel.Name))
		}
	}
	return faults
}

// clockUses returns where a file names the clock. The public library may name time.Now, but not call
// it: to others than us, a field Now that is left nil means the real clock.
func clockUses(file *ast.File, own string) (uses []*ast.SelectorExpr) {
	as := importName(file, "time")
	called := map[ast.Expr]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			called[n.Fun] = true // seen before the selector in it
		case *ast.SelectorExpr:
			x, ok := n.X.(*ast.Ident)
			isDefault := unitOf(own) == alone && n.Sel.Name == "Now" && !called[n]
			if ok && as != "" && x.Name == as && slices.Contains(clockNames, n.Sel.Name) && !isDefault {
				uses = append(uses, n)
			}
		}
		return true
	})
	return uses
}

// importName returns the name under which a file imports a package, or "".
func importName(file *ast.File, path string) string {
	for _, spec := range file.Imports {
		if strings.Trim(spec.Path.Value, `"`) != path {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return path
	}
	return ""
}
