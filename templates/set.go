package templates

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	texttemplate "text/template"
	"text/template/parse"

	"bode.example/internal/newsletter"
)

//go:embed email web static locale
var builtin embed.FS

// Set is every template in every language, ready to render. What it renders doesn't change after Load,
// and it may be used by many goroutines.
type Set struct {
	texts   *Catalogue
	sources map[string]*source                // templates by name
	parts   map[string]map[string]*parse.Tree // what templates share, by area and name
	files   fs.FS
	assets  map[string]string // static file → fingerprint

	mu   sync.Mutex
	idle []*instance // the one used last at the end
}

// Load reads the embedded templates and texts, lays the operator's directory over them unless it
// is "", and checks all that can be checked without data. The error names every fault with its
// file and, where there is one, its line.
func Load(overlayDir string) (*Set, error) {
	var over fs.FS
	if overlayDir != "" {
		over = os.DirFS(overlayDir)
	}
	return load(builtin, over)
}

func load(base, over fs.FS) (*Set, error) {
	files, faults := overlay(base, over)
	set := &Set{files: files, sources: map[string]*source{}, parts: map[string]map[string]*parse.Tree{}}
	var more []error
	set.texts, more = loadCatalogue(base, over)
	faults = append(faults, more...)
	if set.assets, more = fingerprints(files); len(more) > 0 {
		faults = append(faults, more...)
	}
	sources, more := readSources(files)
	faults = append(faults, more...)
	faults = append(faults, set.texts.checkUse(sources)...)
	if len(faults) == 0 {
		faults = set.keep(sources)
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("templates: %w", errors.Join(faults...))
	}
	return set, nil
}

// Texts returns the text catalogue.
func (s *Set) Texts() *Catalogue { return s.texts }

// Languages returns the languages, Dutch first.
func (s *Set) Languages() []newsletter.Language { return s.texts.Languages() }

// Static returns the static files, without the folder "static" before their names.
func (s *Set) Static() (fs.FS, error) { return fs.Sub(s.files, "static") }

// keep keeps the text of every template and the trees of parts, after a look at the functions that they call.
func (s *Set) keep(sources []*source) []error {
	var faults []error
	funcs := s.funcs(&instance{})
	for _, src := range sources {
		if _, err := texttemplate.New(src.name).Funcs(funcs).Parse(src.text); err != nil {
			faults = append(faults, err)
		}
		area := src.area()
		if s.parts[area] == nil {
			s.parts[area] = map[string]*parse.Tree{}
		}
		if src.part {
			maps.Copy(s.parts[area], src.trees)
		} else {
			s.sources[src.name] = src
		}
		src.trees = nil // of templates: they are parsed when they are needed
	}
	return faults
}

// byArea groups sources that share parts: those of one folder and one kind.
func byArea(sources []*source) map[string][]*source {
	areas := map[string][]*source{}
	for _, src := range sources {
		areas[src.area()] = append(areas[src.area()], src)
	}
	return areas
}

// fingerprints hashes the static files, so that a page can name the very version it was made for.
func fingerprints(files fs.FS) (map[string]string, []error) {
	sums := map[string]string{}
	err := fs.WalkDir(files, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		sums[strings.TrimPrefix(name, "static/")] = base64.RawURLEncoding.EncodeToString(sum[:9])
		return nil
	})
	if err != nil {
		return nil, []error{err}
	}
	return sums, nil
}

// assetPath returns the path of a static file with its fingerprint.
func (s *Set) assetPath(name string) (string, error) {
	sum, ok := s.assets[name]
	if !ok {
		return "", fmt.Errorf("there is no static file %q; there are %v", name, slices.Sorted(maps.Keys(s.assets)))
	}
	return path.Join("/static", name) + "?v=" + sum, nil
}
