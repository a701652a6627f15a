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
	for _, lang := range s.Languages() {
		for _, name := range slices.Sorted(maps.Keys(s.templates[lang])) {
			if below(name, dir) && !declared[name] && lang == s.Languages()[0] {
				faults = append(faults, fmt.Errorf("%s: nobody declares sample data for it", name))
			}
		}
		for _, sample := range samples {
			if err := s.Render(io.Discard, lang, sample.Template, sample.Data); err != nil {
				faults = append(faults, err)
			}
		}
	}
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
	for area, list := range byArea(sources) {
		parts := map[string]bool{}
		for _, src := range list {
			if src.part {
				for name := range src.trees {
					parts[name] = true
				}
			}
		}
		for _, src := range list {
			for _, name := range slices.Sorted(maps.Keys(src.trees)) {
				faults = append(faults, c.checkTree(src, src.trees[name], parts, area)...)
			}
		}
	}
	return faults
}

func (c *Catalogue) checkTree(src *source, tree *parse.Tree, parts map[string]bool, area string) []error {
	var faults []error
	for node := range nodes(tree.Root) {
		var err error
		switch node := node.(type) {
		case *parse.TemplateNode:
			if !parts[node.Name] && src.trees[node.Name] == nil {
				err = fmt.Errorf("there is no template %q among the parts of %s", node.Name, area)
			}
		case *parse.CommandNode:
			err = c.checkCommand(node)
		}
		if err != nil {
			where, _ := tree.ErrorContext(node)
			faults = append(faults, fmt.Errorf("%s: %w", where, err))
		}
	}
	return faults
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
