package templates

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/template/parse"
)

// Sample is example data for one template. The owner of a template declares at least one, typed as
// the real data are; more of them reach more branches.
type Sample struct {
	Template string // such as "web/home.html"
	Data     any
}

// Check executes every template below dir ("email", "web/public"; "" for all) in every language
// with each of its samples. It is an error if one fails, if a template has no sample, and if a
// sample has no template. Parts are executed within the templates that use them.
func (s *Set) Check(dir string, samples ...Sample) error {
	var faults []error
	declared := map[string]bool{}
	for _, sample := range samples {
		declared[sample.Template] = true
	}
	for _, name := range slices.Sorted(maps.Keys(s.sources)) {
		if below(name, dir) && !declared[name] {
			faults = append(faults, fmt.Errorf("%s: nobody declares sample data for it", name))
		}
	}
	for _, sample := range samples {
		for _, lang := range s.Languages() {
			if err := s.Render(io.Discard, lang, sample.Template, sample.Data); err != nil {
				faults = append(faults, err)
			}
		}
	}
	s.forget()
	if len(faults) > 0 {
		return fmt.Errorf("templates: %w", errors.Join(faults...))
	}
	return nil
}

func below(name, dir string) bool {
	return dir == "" || strings.HasPrefix(name, strings.TrimSuffix(dir, "/")+"/")
}

// checkUse looks through all sources for texts and templates that don't exist, and for texts that
// are used without a value that they need.
func (c *Catalogue) checkUse(sources []*source) []error {
	var faults []error
	for _, src := range sources {
		for _, name := range slices.Sorted(maps.Keys(src.trees)) {
			faults = append(faults, c.checkTree(src.trees[name])...)
		}
	}
	for area, list := range byArea(sources) {
		parts := map[string]*parse.Tree{}
		for _, src := range list {
			if src.part {
				maps.Copy(parts, src.trees)
			}
		}
		for _, src := range list {
			if !src.part {
				faults = append(faults, checkCalls(src, parts, area)...)
			}
		}
	}
	return faults
}

func (c *Catalogue) checkTree(tree *parse.Tree) []error {
	var faults []error
	for node := range nodes(tree.Root) {
		if command, ok := node.(*parse.CommandNode); ok {
			if err := c.checkCommand(command); err != nil {
				faults = append(faults, fmt.Errorf("%s: %w", where(tree, node), err))
			}
		}
	}
	return faults
}

// checkCalls follows the templates that a source calls, its own before the parts, and names those
// that don't exist. A part may call what every template that uses it defines.
func checkCalls(src *source, parts map[string]*parse.Tree, area string) []error {
	var faults []error
	seen := map[string]bool{}
	var follow func(tree *parse.Tree)
	follow = func(tree *parse.Tree) {
		for node := range nodes(tree.Root) {
			call, ok := node.(*parse.TemplateNode)
			if !ok || seen[call.Name] {
				continue
			}
			seen[call.Name] = true
			switch {
			case src.trees[call.Name] != nil:
				follow(src.trees[call.Name])
			case parts[call.Name] != nil:
				follow(parts[call.Name])
			default:
				faults = append(faults, fmt.Errorf("%s: there is no template %q in %s or among the parts of %s", where(tree, node), call.Name, src.name, area))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(src.trees)) {
		follow(src.trees[name])
	}
	return faults
}

func where(tree *parse.Tree, node parse.Node) string {
	location, _ := tree.ErrorContext(node)
	return location
}

// checkCommand checks a call of T or TH whose key is written out (a key that is put together while
// the template runs is found by Check), and calls of outlook.
func (c *Catalogue) checkCommand(command *parse.CommandNode) error {
	name, ok := command.Args[0].(*parse.IdentifierNode)
	if ok && name.Ident == "outlook" {
		return checkOutlook(command)
	}
	if !ok || name.Ident != "T" && name.Ident != "TH" || len(command.Args) < 2 {
		return nil
	}
	key, ok := command.Args[1].(*parse.StringNode)
	if !ok {
		return nil
	}
	if isMarkup(key.Text) != (name.Ident == "TH") {
		return fmt.Errorf("the text %q needs the other function: TH is for keys that end in _html, T for all others", key.Text)
	}
	given := map[string]bool{}
	for i := 2; i < len(command.Args); i += 2 {
		if s, ok := command.Args[i].(*parse.StringNode); ok {
			given[s.Text] = true
		}
	}
	for _, lang := range c.languages {
		m := c.messages[lang][key.Text]
		if m == nil {
			return fmt.Errorf("there is no text with the key %q in the language %q", key.Text, lang)
		}
		for _, need := range m.needs {
			if !given[need] {
				return fmt.Errorf("the text %q needs a value for %s in the language %q", key.Text, need, lang)
			}
		}
		if m.plural && !given["Count"] {
			return fmt.Errorf("the text %q has plural forms and needs a Count", key.Text)
		}
	}
	return nil
}

// checkOutlook makes sure that nothing but the template's own words goes unescaped into a comment.
func checkOutlook(command *parse.CommandNode) error {
	if len(command.Args) == 2 {
		if literal, ok := command.Args[1].(*parse.StringNode); ok && !strings.Contains(literal.Text, "-->") {
			return nil
		}
	}
	return errors.New("outlook takes one literal without the end of a comment in it")
}
