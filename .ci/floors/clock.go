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
		as := importName(file, "time")
		if as == "." {
			faults = append(faults, fmt.Sprintf("%s/%s: imports time as a dot: name it, so that its clock can be seen", own, name))
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && slices.Contains(clockNames, s.Sel.Name) {
				if x, ok := s.X.(*ast.Ident); ok && as != "" && x.Name == as {
					faults = append(faults, fmt.Sprintf("%s/%s:%d: time.%s: time is a value here; only cmd reads the clock", own, name, set.Position(s.Pos()).Line, s.Sel.Name))
				}
			}
			return true
		})
	}
	return faults
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
