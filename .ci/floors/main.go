// Command floors checks that imports only point down:
//
//	go run ./.ci/floors
//
// It reads the packages as `go list` shows them and prints each broken rule with its reason. The
// floors are those of docs/architecture.md; a package that stands on none of them is a fault too,
// a floor entry without a package is not.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
)

func main() {
	pkgs, err := list(".")
	if err != nil {
		fmt.Fprintln(os.Stderr, "floors:", err)
		os.Exit(2)
	}
	faults := check(pkgs)
	for _, fault := range faults {
		fmt.Fprintln(os.Stderr, "floors:", fault)
	}
	if len(faults) > 0 {
		os.Exit(1)
	}
}

// pkg is what `go list -json` tells of a package.
type pkg struct {
	ImportPath, Name, Dir              string
	GoFiles                            []string
	Imports, TestImports, XTestImports []string
	Module                             struct{ Path string }
}

// list returns the packages of the module in dir.
func list(dir string) ([]pkg, error) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Name,Dir,GoFiles,Imports,TestImports,XTestImports,Module", "./...")
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, &stderr)
	}
	var pkgs []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		switch err := d.Decode(&p); {
		case errors.Is(err, io.EOF):
			return pkgs, nil
		case err != nil:
			return nil, fmt.Errorf("go list: %w", err)
		}
		pkgs = append(pkgs, p)
	}
}
