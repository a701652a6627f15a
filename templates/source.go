package templates

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"text/template/parse"
)

// A source is one template file, parsed far enough to see what it uses.
type source struct {
	name  string // path, such as email/digest.html
	text  string
	part  bool                   // shared by the other templates of its folder
	trees map[string]*parse.Tree // see parse; while the sources are looked through
}

// area is what a source shares its parts with: the first folder and the kind.
func (s *source) area() string {
	top, _, _ := strings.Cut(s.name, "/")
	return top + "/*" + path.Ext(s.name)
}

// readSources parses all template files of email/ and web/.
func readSources(files fs.FS) ([]*source, []error) {
	var sources []*source
	var faults []error
	for _, area := range []string{"email", "web"} {
		err := fs.WalkDir(files, area, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !slices.Contains([]string{".html", ".txt"}, path.Ext(name)) {
				return err
			}
			src, err := readSource(files, name)
			if err != nil {
				faults = append(faults, err)
				return nil
			}
			sources = append(sources, src)
			return nil
		})
		if err != nil {
			faults = append(faults, err)
		}
	}
	return sources, append(faults, definedTwice(sources)...)
}

func readSource(files fs.FS, name string) (*source, error) {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	src := &source{name: name, text: string(text), part: strings.Contains(name, "/parts/")}
	src.trees, err = src.parse()
	return src, err
}

// parse returns the trees of the file itself and of what it defines. The functions that they call are looked at
// by Load.
func (s *source) parse() (map[string]*parse.Tree, error) {
	trees := map[string]*parse.Tree{}
	tree := parse.New(s.name)
	tree.Mode = parse.SkipFuncCheck
	_, err := tree.Parse(s.text, "", "", trees)
	return trees, err
}

// definedTwice finds names that two parts of one area define: the later would win in silence.
func definedTwice(sources []*source) []error {
	var faults []error
	type definition struct{ area, name string }
	first := map[definition]string{}
	for _, src := range sources {
		if !src.part {
			continue
		}
		for name := range src.trees {
			d := definition{src.area(), name}
			if before, ok := first[d]; ok {
				faults = append(faults, fmt.Errorf("%s: %q is defined in %s as well", src.name, name, before))
			}
			first[d] = src.name
		}
	}
	return faults
}
