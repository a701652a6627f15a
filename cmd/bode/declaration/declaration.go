package declaration

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"bode.example/cmd/bode/tomlfile"
	"bode.example/internal/newsletter"
)

// Defaults stand in for what a list does not say.
type Defaults struct {
	SenderName             string
	SenderAddress, ReplyTo newsletter.Address
	// SignedBy is the domain that signs our mail; empty if the mail server does that.
	SignedBy string
	Language newsletter.Language
	Zone     *time.Location
	// Domain ends the List-Id of a new list: <name>.<domain>.
	Domain string
	// Next is the first slot of a cron line in a zone after a time.
	Next func(cron, zone string, after time.Time) (time.Time, error)
	Now  time.Time
}

// File is a declaration that was read, and knows where everything stood.
type File struct {
	newsletter.Declaration
	places map[place]string
}

type place struct{ noun, list, name string }

// Place says where an object is declared, such as "lists.toml:12"; for what is not in the file, its
// name.
func (f *File) Place(noun, list, name string) string { return f.places[place{noun, list, name}] }

// Read reads a file. Its error, if any, is *tomlfile.Faults.
func Read(name string, text []byte, defaults Defaults) (*File, error) {
	root, err := tomlfile.Parse(name, text)
	if err != nil {
		return nil, err
	}
	r := &reader{Defaults: defaults, fileName: name, file: &File{places: map[place]string{}}, listIDs: map[string]string{}}
	tables := root.Tables("list")
	if len(tables) == 0 {
		root.Faultf("list", "there is no list in the file; begin one with [[list]]")
	}
	for _, t := range tables {
		r.file.Lists = append(r.file.Lists, r.list(t))
	}
	if err := root.Close(); err != nil {
		return nil, err
	}
	return r.file, nil
}

type reader struct {
	Defaults
	fileName string
	file     *File
	listIDs  map[string]string // and the lists that have them
}

// The limits of what a list may hold; far beyond any real one, they keep a slip from filling pages.
const (
	maxName        = 40
	maxTitle       = 200
	maxDescription = 2000
)

var nameForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// name reads the name of an object, which must be new among its kind, and notes its place. The list
// is that which the object belongs to; for a list, itself.
func (r *reader) name(t *tomlfile.Table, noun, list string) string {
	name := t.String("name")
	switch {
	case name == "":
		t.Faultf("name", "every %s needs a name, such as name = \"nieuwe-democratie\"", noun)
		return ""
	case len(name) > maxName || !nameForm.MatchString(name):
		t.Faultf("name", "%q can't be a name: it stands in addresses; use a-z, 0-9 and single hyphens, at most %d", name, maxName)
		return ""
	}
	if list == "" {
		list = name
	}
	key := place{noun, list, name}
	if where, twice := r.file.places[key]; twice {
		t.Faultf("name", "there is a %s %q already, at %s", noun, name, where)
		return ""
	}
	r.file.places[key] = fmt.Sprintf("%s:%d", r.fileName, t.Line("name"))
	return name
}

// texts reads title.nl, title.en, description.nl and so on. The list's own language must be there.
func (r *reader) texts(t *tomlfile.Table, must newsletter.Language) newsletter.Texts {
	texts := newsletter.Texts{}
	titles, descriptions := t.Table("title"), t.Table("description")
	for _, lang := range newsletter.Languages() {
		title, ok := oneLine(titles, string(lang), maxTitle)
		description, _ := oneLine(descriptions, string(lang), maxDescription)
		switch {
		case !ok:
		case title != "":
			texts[lang] = newsletter.Text{Title: title, Description: description}
		case lang == must:
			t.Faultf("title", "has no title in the language of the list; write title.%s = \"…\"", lang)
		case description != "":
			descriptions.Faultf(string(lang), "a description needs a title in the same language; write title.%s = \"…\"", lang)
		}
	}
	return texts
}

// oneLine reads a text that people read on one line; ok says that nothing was wrong with it.
func oneLine(t *tomlfile.Table, key string, most int) (s string, ok bool) {
	before := t.Faults()
	s = strings.TrimSpace(t.String(key))
	switch {
	case strings.ContainsFunc(s, unicode.IsControl):
		t.Faultf(key, "must be one line without control characters")
	case utf8.RuneCountInString(s) > most:
		t.Faultf(key, "is longer than %d characters", most)
	}
	return s, t.Faults() == before
}

// choice reads one of a few words; the first is the default.
func choice[T ~string](t *tomlfile.Table, key string, options ...T) T {
	text, _ := t.Text(key) // also of another type: true is answered with the words that are possible
	s := T(text)
	if s == "" {
		return options[0]
	}
	words := make([]string, len(options))
	for i, o := range options {
		if s == o {
			return s
		}
		words[i] = string(o)
	}
	t.Faultf(key, "%q is not possible; choose %s", s, strings.Join(words, " or "))
	return options[0]
}

// span reads a length of time within bounds.
func span(t *tomlfile.Table, key string, otherwise, least, most time.Duration) newsletter.Duration {
	if !t.Has(key) {
		return newsletter.Duration(otherwise)
	}
	d := t.Duration(key)
	if d < least || d > most {
		t.Faultf(key, "%s is not between %s and %s", tomlfile.FormatDuration(d), tomlfile.FormatDuration(least), tomlfile.FormatDuration(most))
	}
	return newsletter.Duration(d)
}

// paused reads whether something rests. Without the key, it stays as it is.
func paused[T ~string](t *tomlfile.Table, yes, no T) T {
	switch {
	case !t.Has("paused"):
		return ""
	case t.Bool("paused"):
		return yes
	}
	return no
}
