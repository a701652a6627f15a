package templates

import (
	"bytes"
	"fmt"
	htmltemplate "html/template"
	"io"
	"slices"
	"strings"
	texttemplate "text/template"
	"text/template/parse"

	"bode.example/internal/newsletter"
)

// An instance is a template that is built with its parts and can be executed. It has one user at a time, who sets
// its language: so one instance serves all of them.
type instance struct {
	name string
	lang newsletter.Language
	executer
}

// An executer is a template of html/template or text/template.
type executer interface {
	Execute(w io.Writer, data any) error
}

// keptInstances is how many instances lie ready: more than a site is asked for in turn. All templates at once
// are several megabytes of small pieces, which the garbage collector would look through again and again; building one takes
// less than a millisecond.
const keptInstances = 16

// take returns an instance for the caller alone.
func (s *Set) take(src *source) (*instance, error) {
	s.mu.Lock()
	for at, i := range slices.Backward(s.idle) {
		if i.name == src.name {
			s.idle = slices.Delete(s.idle, at, at+1)
			s.mu.Unlock()
			return i, nil
		}
	}
	s.mu.Unlock()
	return s.build(src)
}

// put keeps an instance for the next who needs it. The one that nobody has used for longest makes room.
func (s *Set) put(i *instance) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.idle) == keptInstances {
		s.idle = slices.Delete(s.idle, 0, 1)
	}
	s.idle = append(s.idle, i)
}

// forget lets go of all instances that nobody uses.
func (s *Set) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.idle = nil
}

// build makes an instance of a template and the parts that it uses.
func (s *Set) build(src *source) (*instance, error) {
	own, err := src.parse()
	if err != nil {
		return nil, err
	}
	trees := withParts(own, s.parts[src.area()])
	i := &instance{name: src.name}
	if !strings.HasSuffix(src.name, ".html") {
		t := texttemplate.New(src.name).Option("missingkey=error").Funcs(s.funcs(i))
		for name, tree := range trees {
			if _, err := t.AddParseTree(name, tree); err != nil {
				return nil, err
			}
		}
		i.executer = t
		return i, nil
	}
	t := htmltemplate.New(src.name).Option("missingkey=error").Funcs(s.funcs(i))
	for name, tree := range trees {
		if own[name] == nil {
			tree = tree.Copy() // escaping changes it, for where it stands in this template
		}
		if _, err := t.AddParseTree(name, tree); err != nil {
			return nil, err
		}
	}
	i.executer = t.Lookup(src.name)
	return i, nil
}

// withParts adds to a template's own trees those of the parts that they call, and that those call.
func withParts(own, parts map[string]*parse.Tree) map[string]*parse.Tree {
	all := map[string]*parse.Tree{}
	var add func(name string, tree *parse.Tree)
	add = func(name string, tree *parse.Tree) {
		all[name] = tree
		for node := range nodes(tree.Root) {
			call, ok := node.(*parse.TemplateNode)
			if !ok || all[call.Name] != nil || own[call.Name] != nil {
				continue
			}
			if part := parts[call.Name]; part != nil {
				add(call.Name, part)
			}
		}
	}
	for name, tree := range own {
		add(name, tree)
	}
	return all
}

// Render executes a template, such as "web/home.html", in a language. Nothing is written unless
// all of it could be made.
func (s *Set) Render(w io.Writer, lang newsletter.Language, name string, data any) error {
	if !slices.Contains(s.texts.languages, lang) {
		return fmt.Errorf("there are no templates in the language %q", lang)
	}
	src := s.sources[name]
	if src == nil {
		return fmt.Errorf("there is no template %q", name)
	}
	i, err := s.take(src)
	if err != nil {
		return err
	}
	i.lang = lang
	var page bytes.Buffer
	if err := i.Execute(&page, data); err != nil {
		return fmt.Errorf("in the language %q: %w", lang, err)
	}
	s.put(i)
	_, err = page.WriteTo(w)
	return err
}
