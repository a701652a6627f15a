package templates

import (
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"reflect"
	"slices"
	"strings"
	texttemplate "text/template"
	"text/template/parse"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	i18ntemplate "github.com/nicksnyder/go-i18n/v2/i18n/template"
	"golang.org/x/text/language"

	"bode.example/internal/newsletter"
)

// Args are the values for a text's placeholders, by name. "Count" also chooses the plural form.
type Args = map[string]any

// Catalogue holds the texts of every language. It doesn't change after Load and may be used by
// many goroutines.
type Catalogue struct {
	languages  []newsletter.Language
	localizers map[newsletter.Language]*i18n.Localizer
	messages   map[newsletter.Language]map[string]*message // by language and key
}

// A message is one text in one language, with the names of the placeholders it needs.
type message struct {
	*i18n.Message
	file   string
	needs  []string
	plural bool
	pieces []piece // of a text that is nothing but words and values, as nearly all are; nil: of others
}

// A piece is some words and the name of the value that follows them; the last has no name.
type piece struct{ words, value string }

// Languages returns the languages, Dutch first.
func (c *Catalogue) Languages() []newsletter.Language { return slices.Clone(c.languages) }

// Has reports whether there is a text with this key. Doors use it to look for "error_" + Reason.
func (c *Catalogue) Has(key string) bool {
	return len(c.languages) > 0 && c.messages[c.languages[0]][key] != nil
}

// Text returns the text of a key, filled with args. It is an error if the language or the key does
// not exist, if a placeholder gets no value, and if the text is markup (its key ends in _html).
func (c *Catalogue) Text(lang newsletter.Language, key string, args Args) (string, error) {
	if isMarkup(key) {
		return "", fmt.Errorf("text %q holds markup: use TH", key)
	}
	return c.localize(lang, key, args, &i18ntemplate.TextParser{Option: "missingkey=error"})
}

// HTML returns the markup of a key that ends in _html; args are escaped for where they land.
func (c *Catalogue) HTML(lang newsletter.Language, key string, args Args) (template.HTML, error) {
	if !isMarkup(key) {
		return "", fmt.Errorf("text %q holds no markup: use T", key)
	}
	text, err := c.localize(lang, key, args, htmlParser{})
	return template.HTML(text), err //nolint:gosec // made by html/template from a text of the catalogue
}

func isMarkup(key string) bool { return strings.HasSuffix(key, "_html") }

// localize never passes an unknown key on: go-i18n would answer in another language, with an error
// beside it.
func (c *Catalogue) localize(lang newsletter.Language, key string, args Args, parser i18ntemplate.Parser) (string, error) {
	texts, ok := c.messages[lang]
	if !ok {
		return "", fmt.Errorf("there are no texts in the language %q", lang)
	}
	text := texts[key]
	if text == nil {
		return "", fmt.Errorf("there is no text with the key %q in the language %q", key, lang)
	}
	if s, ok := text.fill(args); ok && !isMarkup(key) {
		return s, nil
	}
	config := i18n.LocalizeConfig{MessageID: key, TemplateParser: parser}
	data := make(Args, len(args))
	for name, value := range args {
		shown, err := argument(lang, value)
		if err != nil {
			return "", fmt.Errorf("text %q: %s: %w", key, name, err)
		}
		data[name] = shown
	}
	if text.plural {
		count, ok := args["Count"]
		if !ok {
			return "", fmt.Errorf("text %q has plural forms and needs a Count", key)
		}
		config.PluralCount = count
	}
	config.TemplateData = data
	s, err := c.localizers[lang].Localize(&config)
	if err != nil {
		return "", fmt.Errorf("text %q in the language %q: %w", key, lang, err)
	}
	return s, nil
}

// fill puts a text together without running a template, if all that it needs is words: the same result, for the
// greeting of each reader. It leaves everything else to localize, faults too.
func (m *message) fill(args Args) (string, bool) {
	if m.plural || m.pieces == nil {
		return "", false
	}
	if len(m.pieces) == 1 {
		return m.pieces[0].words, true
	}
	var b strings.Builder
	for _, p := range m.pieces {
		b.WriteString(p.words)
		if p.value == "" {
			break
		}
		value, ok := args[p.value].(string)
		if !ok {
			return "", false
		}
		b.WriteString(value)
	}
	return b.String(), true
}

// argument writes whole numbers as the language does and refuses times, which need a zone first.
func argument(lang newsletter.Language, value any) (any, error) {
	if _, ok := value.(time.Time); ok {
		return nil, fmt.Errorf("a time must be formatted in a zone first")
	}
	switch v := reflect.ValueOf(value); v.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if _, own := value.(fmt.Stringer); !own {
			return Number(lang, v.Int()), nil
		}
	}
	return value, nil
}

// htmlParser lets go-i18n fill a text by html/template. Texts of markup always come through here
// and others never do, so that its result may be kept beside the message.
type htmlParser struct{}

func (htmlParser) Cacheable() bool { return true }

func (htmlParser) Parse(src, _, _ string) (i18ntemplate.ParsedTemplate, error) {
	t, err := template.New("text").Option("missingkey=error").Parse(src)
	return parsedHTML{t}, err
}

type parsedHTML struct{ *template.Template }

func (p parsedHTML) Execute(data any) (string, error) {
	var b strings.Builder
	err := p.Template.Execute(&b, data)
	return b.String(), err
}

// loadCatalogue reads locale/<language>/*.toml, lays the operator's texts over them and checks that
// every language has the same keys with the same placeholders.
func loadCatalogue(builtin, overlay fs.FS) (*Catalogue, []error) {
	var faults []error
	c := &Catalogue{localizers: map[newsletter.Language]*i18n.Localizer{}, messages: map[newsletter.Language]map[string]*message{}}
	bundle := i18n.NewBundle(language.Dutch)
	for _, lang := range newsletter.Languages() {
		texts, more := readTexts(builtin, lang)
		faults = append(faults, more...)
		faults = append(faults, overlayTexts(texts, overlay, lang)...)
		tag, err := language.Parse(string(lang))
		if err != nil {
			faults = append(faults, fmt.Errorf("locale/%s: %w", lang, err))
			continue
		}
		for _, key := range slices.Sorted(maps.Keys(texts)) {
			if err := bundle.AddMessages(tag, texts[key].Message); err != nil {
				faults = append(faults, fmt.Errorf("locale/%s: %w", lang, err))
			}
		}
		c.languages = append(c.languages, lang)
		c.messages[lang] = texts
		c.localizers[lang] = i18n.NewLocalizer(bundle, string(lang))
	}
	return c, append(faults, c.compareLanguages()...)
}

// readTexts reads all files of one language. A key may stand in one file only.
func readTexts(files fs.FS, lang newsletter.Language) (map[string]*message, []error) {
	texts := map[string]*message{}
	paths, err := fs.Glob(files, "locale/"+string(lang)+"/*.toml")
	if err != nil {
		return texts, []error{err}
	}
	var faults []error
	for _, path := range paths {
		found, more := readTextFile(files, path)
		faults = append(faults, more...)
		for _, m := range found {
			if before := texts[m.ID]; before != nil {
				faults = append(faults, fmt.Errorf("%s: the text %q is in %s as well", path, m.ID, before.file))
			}
			texts[m.ID] = m
		}
	}
	return texts, faults
}

// overlayTexts replaces the texts that the operator words otherwise.
func overlayTexts(texts map[string]*message, overlay fs.FS, lang newsletter.Language) []error {
	if overlay == nil {
		return nil
	}
	own, faults := readTexts(overlay, lang)
	for _, key := range slices.Sorted(maps.Keys(own)) {
		if texts[key] == nil {
			faults = append(faults, fmt.Errorf("%s: there is no text with the key %q", own[key].file, key))
			continue
		}
		texts[key] = own[key]
	}
	return faults
}

func readTextFile(files fs.FS, path string) ([]*message, []error) {
	raw, err := fs.ReadFile(files, path)
	if err != nil {
		return nil, []error{err}
	}
	var entries map[string]any
	if _, err := toml.Decode(string(raw), &entries); err != nil {
		return nil, []error{fmt.Errorf("%s: %w", path, err)}
	}
	var found []*message
	var faults []error
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		m, err := newMessage(key, entries[key])
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %s: %w", path, key, err))
			continue
		}
		m.file = path
		found = append(found, m)
	}
	return found, faults
}

// newMessage takes what TOML holds for a key: a string, or a table with the forms one and other.
func newMessage(key string, entry any) (*message, error) {
	m := &message{Message: &i18n.Message{ID: key}}
	switch entry := entry.(type) {
	case string:
		m.Other = entry
	case map[string]any:
		m.plural = true
		for form, text := range entry {
			s, ok := text.(string)
			switch {
			case ok && form == "one":
				m.One = s
			case ok && form == "other":
				m.Other = s
			default:
				return nil, fmt.Errorf("%q is no plural form; known are the texts one and other", form)
			}
		}
		if m.One == "" {
			return nil, fmt.Errorf("the plural form one is missing")
		}
	default:
		return nil, fmt.Errorf("a text or a table of plural forms must stand here, not %T", entry)
	}
	if m.Other == "" {
		return nil, fmt.Errorf("the text is empty")
	}
	var err error
	if m.needs, err = placeholders(m.One, m.Other); err == nil {
		m.pieces, err = pieces(m.Other)
	}
	return m, err
}

// pieces takes a text apart, or returns nil for one that holds more than words and values.
func pieces(text string) ([]piece, error) {
	t, err := texttemplate.New("text").Parse(text)
	if err != nil || t.Tree == nil {
		return nil, err
	}
	all := []piece{{}}
	for _, node := range t.Root.Nodes {
		last := &all[len(all)-1]
		switch node := node.(type) {
		case *parse.TextNode:
			last.words += string(node.Text)
		case *parse.ActionNode:
			name, ok := plainValue(node.Pipe)
			if !ok {
				return nil, nil
			}
			last.value = name
			all = append(all, piece{})
		default:
			return nil, nil
		}
	}
	return all, nil
}

// plainValue is the name of the value that a pipe writes, if it does nothing else.
func plainValue(pipe *parse.PipeNode) (name string, ok bool) {
	if len(pipe.Decl) > 0 || len(pipe.Cmds) != 1 || len(pipe.Cmds[0].Args) != 1 {
		return "", false
	}
	field, ok := pipe.Cmds[0].Args[0].(*parse.FieldNode)
	if !ok || len(field.Ident) != 1 {
		return "", false
	}
	return field.Ident[0], true
}

// placeholders returns the names that texts ask for, sorted, each once.
func placeholders(texts ...string) ([]string, error) {
	names := map[string]bool{}
	for _, text := range texts {
		t, err := texttemplate.New("text").Parse(text)
		if err != nil {
			return nil, err
		}
		if t.Tree == nil {
			continue
		}
		for node := range nodes(t.Root) {
			if field, ok := node.(*parse.FieldNode); ok {
				names[field.Ident[0]] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names)), nil
}

// compareLanguages finds keys that a language lacks, and texts that ask for other values than the
// same text in another language. A count may go unsaid in a form ("één bericht"), so it is not compared.
func (c *Catalogue) compareLanguages() []error {
	var faults []error
	for _, lang := range c.languages {
		for _, other := range c.languages {
			for _, key := range slices.Sorted(maps.Keys(c.messages[other])) {
				theirs, ours := c.messages[other][key], c.messages[lang][key]
				switch {
				case ours == nil:
					faults = append(faults, fmt.Errorf("locale/%s: the text %q is missing; it is in %s", lang, key, theirs.file))
				case lang > other:
				case ours.plural != theirs.plural:
					faults = append(faults, fmt.Errorf("%s: the text %q must have plural forms in every language or in none", ours.file, key))
				case !slices.Equal(withoutCount(ours.needs), withoutCount(theirs.needs)):
					faults = append(faults, fmt.Errorf("%s: the text %q has the placeholders %v, but %v in %s", ours.file, key, ours.needs, theirs.needs, theirs.file))
				}
			}
		}
	}
	return faults
}

func withoutCount(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name == "Count" })
}
