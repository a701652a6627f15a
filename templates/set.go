package templates

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	texttemplate "text/template"
	"text/template/parse"

	"bode.example/internal/newsletter"
)

//go:embed email web static locale
var builtin embed.FS

// Set is every template in every language, ready to render. It doesn't change after Load and may
// be used by many goroutines.
type Set struct {
	texts     *Catalogue
	templates map[newsletter.Language]map[string]executer // by language and name
	files     fs.FS
	assets    map[string]string // static file → fingerprint
}

// An executer is a template of html/template or text/template.
type executer interface {
	Execute(w io.Writer, data any) error
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
	set := &Set{files: files, templates: map[newsletter.Language]map[string]executer{}}
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
		faults = set.build(sources)
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

// Render executes a template, such as "web/home.html", in a language. Nothing is written unless
// all of it could be made.
func (s *Set) Render(w io.Writer, lang newsletter.Language, name string, data any) error {
	byName, ok := s.templates[lang]
	if !ok {
		return fmt.Errorf("there are no templates in the language %q", lang)
	}
	t, ok := byName[name]
	if !ok {
		return fmt.Errorf("there is no template %q", name)
	}
	var page bytes.Buffer
	if err := t.Execute(&page, data); err != nil {
		return fmt.Errorf("in the language %q: %w", lang, err)
	}
	_, err := page.WriteTo(w)
	return err
}

// build parses every template with the parts of its folder, in every language.
func (s *Set) build(sources []*source) []error {
	var faults []error
	for _, lang := range s.Languages() {
		funcs, byName := s.funcs(lang), map[string]executer{}
		s.templates[lang] = byName
		for area, list := range byArea(sources) {
			var err error
			if strings.HasSuffix(area, ".html") {
				err = buildHTML(list, funcs, byName)
			} else {
				err = buildText(list, funcs, byName)
			}
			if err != nil {
				faults = append(faults, err)
			}
		}
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

func buildHTML(list []*source, funcs map[string]any, byName map[string]executer) error {
	parts := htmltemplate.New("").Option("missingkey=error").Funcs(funcs)
	for _, src := range list {
		if src.part {
			if _, err := parts.New(src.name).Parse(src.text); err != nil {
				return err
			}
		}
	}
	for _, src := range list {
		if src.part {
			continue
		}
		own := htmltemplate.New("").Option("missingkey=error").Funcs(funcs)
		page, err := own.New(src.name).Parse(src.text)
		if err != nil {
			return err
		}
		if err := addParts(own, parts); err != nil {
			return err
		}
		byName[src.name] = page
	}
	return nil
}

// addParts gives a template the parts that it uses, and those that they use: a copy of all of them for
// each would be most of the memory of the program.
func addParts(own, parts *htmltemplate.Template) error {
	for added := true; added; {
		added = false
		for _, t := range own.Templates() {
			if t.Tree == nil {
				continue
			}
			for _, name := range called(nil, t.Tree.Root) {
				part := parts.Lookup(name)
				if part == nil || part.Tree == nil || own.Lookup(name) != nil {
					continue
				}
				if _, err := own.AddParseTree(name, part.Tree.Copy()); err != nil {
					return err
				}
				added = true
			}
		}
	}
	return nil
}

// called adds the names of the templates that a node calls.
func called(names []string, node parse.Node) []string {
	branch := func(b *parse.BranchNode) []string {
		return called(called(names, b.List), b.ElseList)
	}
	switch n := node.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, node := range n.Nodes {
				names = called(names, node)
			}
		}
	case *parse.TemplateNode:
		return append(names, n.Name)
	case *parse.IfNode:
		return branch(&n.BranchNode)
	case *parse.RangeNode:
		return branch(&n.BranchNode)
	case *parse.WithNode:
		return branch(&n.BranchNode)
	}
	return names
}

func buildText(list []*source, funcs map[string]any, byName map[string]executer) error {
	parts := texttemplate.New("").Option("missingkey=error").Funcs(funcs)
	for _, src := range list {
		if src.part {
			if _, err := parts.New(src.name).Parse(src.text); err != nil {
				return err
			}
		}
	}
	for _, src := range list {
		if src.part {
			continue
		}
		own, err := parts.Clone()
		if err != nil {
			return err
		}
		if byName[src.name], err = own.New(src.name).Parse(src.text); err != nil {
			return err
		}
	}
	return nil
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
