package templates

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"bode.example/internal/newsletter"
)

// base is a small tree in the shape of the embedded one.
func base() fstest.MapFS {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	return fstest.MapFS{
		"locale/nl/common.toml": file("hello = \"Dag {{.Name}}\"\nnote_html = \"Lees de <a href=\\\"{{.URL}}\\\">uitleg</a>\"\n[posts]\none = \"één bericht\"\nother = \"{{.Count}} berichten\"\n"),
		"locale/en/common.toml": file("hello = \"Hello {{.Name}}\"\nnote_html = \"Read the <a href=\\\"{{.URL}}\\\">notes</a>\"\n[posts]\none = \"{{.Count}} post\"\nother = \"{{.Count}} posts\"\n"),
		"email/parts/frame.html": file(
			`{{define "frame"}}<p lang="{{lang}}">{{template "main" .}}</p>{{end}}`),
		"email/letter.html":   file(`{{define "main"}}{{T "hello" "Name" .Name}}: {{T "posts" "Count" .Posts}}{{end}}{{template "frame" .}}`),
		"email/letter.txt":    file(`{{T "hello" "Name" .Name}}`),
		"web/parts/none.html": file(`{{define "none"}}{{end}}`),
		"web/home.html":       file(`{{TH "note_html" "URL" .URL}} {{asset "site.css"}}`),
		"static/site.css":     file("p{}"),
	}
}

type letter struct {
	Name  string
	Posts int
}

func render(t *testing.T, s *Set, lang newsletter.Language, name string, data any) string {
	t.Helper()
	var b strings.Builder
	if err := s.Render(&b, lang, name, data); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestRenderInEveryLanguage(t *testing.T) {
	s, err := load(base(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		lang       newsletter.Language
		name, want string
	}{
		{"nl", "email/letter.html", `<p lang="nl">Dag &lt;Jan&gt;: 1.204 berichten</p>`},
		{"en", "email/letter.html", `<p lang="en">Hello &lt;Jan&gt;: 1,204 posts</p>`},
		{"nl", "email/letter.txt", `Dag <Jan>`},
	} {
		if got := render(t, s, c.lang, c.name, letter{"<Jan>", 1204}); got != c.want {
			t.Errorf("%s in %s is %q, want %q", c.name, c.lang, got, c.want)
		}
	}
	if got := render(t, s, "nl", "email/letter.html", letter{"Jan", 1}); !strings.Contains(got, "één bericht<") {
		t.Errorf("one post is %q", got)
	}
	page := render(t, s, "nl", "web/home.html", struct{ URL string }{`javascript:alert("x")`})
	if !strings.HasPrefix(page, `Lees de <a href="#ZgotmplZ">uitleg</a> /static/site.css?v=`) {
		t.Errorf("markup of a text is not escaped for where it lands: %q", page)
	}
}

func TestRenderIsSafeForManyGoroutines(t *testing.T) {
	s, err := load(base(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, lang := range s.Languages() {
				var b strings.Builder
				if err := s.Render(&b, lang, "email/letter.html", letter{"Jan", 2}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// TestLoadRefuses changes one file of a tree that loads and looks for the fault by its words.
func TestLoadRefuses(t *testing.T) {
	for _, c := range []struct{ why, file, content, want string }{
		{"a key of one language", "locale/nl/more.toml", `extra = "x"`, `locale/en: the text "extra" is missing; it is in locale/nl/more.toml`},
		{"other placeholders", "locale/en/common.toml", "hello = \"Hello {{.Who}}\"\nnote_html = \"{{.URL}}\"\nposts = {one = \"a\", other = \"b\"}", `the text "hello" has the placeholders [Who], but [Name] in locale/nl/common.toml`},
		{"plural forms in one language", "locale/en/common.toml", "hello = \"Hello {{.Name}}\"\nnote_html = \"{{.URL}}\"\nposts = \"b\"", `"posts" must have plural forms in every language or in none`},
		{"a key twice", "locale/nl/more.toml", `hello = "x"`, `locale/nl/more.toml: the text "hello" is in locale/nl/common.toml as well`},
		{"an unknown form", "locale/nl/more.toml", "[x]\nfew = \"x\"", `"few" is no plural form`},
		{"an empty text", "locale/nl/more.toml", `x = ""`, "locale/nl/more.toml: x: the text is empty"},
		{"broken TOML", "locale/nl/more.toml", `x = `, "locale/nl/more.toml"},
		{"a broken text", "locale/nl/more.toml", `x = "{{.A"`, "locale/nl/more.toml: x:"},
		{"an unknown key", "email/letter.txt", `{{T "nothing"}}`, `email/letter.txt:1:2: there is no text with the key "nothing"`},
		{"a value not given", "email/letter.txt", `{{T "hello"}}`, `the text "hello" needs a value for Name`},
		{"a count not given", "email/letter.txt", `{{T "posts"}}`, `needs a value for Count`},
		{"markup as text", "web/home.html", `{{T "note_html" "URL" .URL}}`, `TH is for keys that end in _html`},
		{"an unknown template", "email/letter.html", `{{template "lost" .}}`, `there is no template "lost"`},
		{"a block that the frame needs", "email/letter.html", `{{template "frame" .}}`, `there is no template "main" in email/letter.html`},
		{"a part of another kind", "email/letter.txt", `{{template "frame" .}}`, `there is no template "frame" in email/letter.txt or among the parts of email/*.txt`},
		{"a part defined twice", "email/parts/two.html", `{{define "frame"}}{{end}}`, `"frame" is defined in email/parts/frame.html as well`},
		{"an unknown function", "email/letter.html", `{{shout .Name}}`, `function "shout" not defined`},
		{"a value in a comment for Outlook", "web/home.html", "{{outlook .X}}", "outlook takes one literal"},
		{"a pipe into a comment for Outlook", "web/home.html", "{{.X | outlook}}", "outlook takes one literal"},
		{"a syntax fault", "web/home.html", `{{if .X}}`, "web/home.html:1"},
	} {
		files := base()
		files[c.file] = &fstest.MapFile{Data: []byte(c.content)}
		_, err := load(files, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: the fault is %v\nwant %q in it", c.why, err, c.want)
		}
	}
}

func TestOverlayReplacesByPathAndTextsByKey(t *testing.T) {
	over := fstest.MapFS{
		"email/letter.txt":      {Data: []byte("Own: {{.Name}}")},
		"locale/nl/common.toml": {Data: []byte(`hello = "Moi {{.Name}}"`)},
		".DS_Store":             {Data: []byte("x")},
	}
	s, err := load(base(), over)
	if err != nil {
		t.Fatal(err)
	}
	if got := render(t, s, "nl", "email/letter.txt", letter{Name: "Jan"}); got != "Own: Jan" {
		t.Errorf("the overlay's template is not used: %q", got)
	}
	if got := render(t, s, "nl", "email/letter.html", letter{"Jan", 2}); got != `<p lang="nl">Moi Jan: 2 berichten</p>` {
		t.Errorf("the overlay's text is not merged: %q", got)
	}
}

func TestOverlayThatReplacesNothingIsNamed(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"email/leter.txt": "x", "locale/nl/common.toml": `helo = "x"`} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	_, err := Load(dir)
	for _, want := range []string{"email/leter.txt: replaces nothing", `locale/nl/common.toml: there is no text with the key "helo"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the fault is %v\nwant %q in it", err, want)
		}
	}
	if _, err := Load(filepath.Join(dir, "nowhere")); err == nil || !strings.Contains(err.Error(), "the overlay can't be read") {
		t.Errorf("a directory that isn't there gives %v", err)
	}
}

func TestCheckWantsEveryTemplateDeclaredAndWhole(t *testing.T) {
	s, err := load(base(), nil)
	if err != nil {
		t.Fatal(err)
	}
	good := []Sample{
		{"email/letter.html", letter{"Jan", 2}}, {"email/letter.txt", letter{"Jan", 2}},
		{"web/home.html", struct{ URL string }{"/"}},
	}
	if err := s.Check("", good...); err != nil {
		t.Error(err)
	}
	if err := s.Check("email", good[:2]...); err != nil {
		t.Error(err)
	}
	for want, samples := range map[string][]Sample{
		"web/home.html: nobody declares":            good[:2],
		`there is no template "web/lost.html"`:      append(good, Sample{"web/lost.html", nil}),
		`in the language "en": template: web/home.`: append(good, Sample{"web/home.html", struct{ Other string }{}}),
	} {
		if err := s.Check("", samples...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the fault is %v\nwant %q in it", err, want)
		}
	}
}

func TestEmbeddedTemplatesLoad(t *testing.T) {
	s, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Languages(); !slices.Equal(got, newsletter.Languages()) {
		t.Errorf("the languages are %q", got)
	}
	static, err := s.Static()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fs.ReadDir(static, "."); err != nil {
		t.Error(err)
	}
}

func TestTextRefusesWhatItCannotSay(t *testing.T) {
	s, err := load(base(), nil)
	if err != nil {
		t.Fatal(err)
	}
	c := s.Texts()
	for want, call := range map[string]struct {
		lang newsletter.Language
		key  string
		args Args
	}{
		`language "fr"`:            {"fr", "hello", Args{"Name": "x"}},
		`no texts in the language`: {"", "hello", Args{"Name": "x"}},
		`no text with the key`:     {"nl", "lost", nil},
		`"Name"`:                   {"nl", "hello", nil},
		`needs a Count`:            {"nl", "posts", nil},
		`formatted in a zone`:      {"nl", "hello", Args{"Name": time.Unix(0, 0)}},
	} {
		if got, err := c.Text(call.lang, call.key, call.args); err == nil || !strings.Contains(err.Error(), want) || got != "" {
			t.Errorf("Text(%q, %q, %v) = %q, %v; want no text and %q", call.lang, call.key, call.args, got, err, want)
		}
	}
	if !c.Has("hello") || c.Has("lost") {
		t.Error("Has doesn't know the keys")
	}
}
