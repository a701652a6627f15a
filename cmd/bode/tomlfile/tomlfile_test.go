package tomlfile_test

import (
	"regexp"
	"strings"
	"testing"

	"bode.example/cmd/bode/tomlfile"
)

const sample = `# a file
title = "a # b"
long = """
[not.a.table]
x = 1
""""
literal = '''
y = ['''
numbers = [
  1, # one
  2,
]

[[list]]
slug = "raad"
sender = { name = "R", address = "r@example.nl" }

  [[list.topic]]
  slug = "a"
  [[list.topic]]
  slug = "b"
  "quoted key".inner = 7

[[list]]
slug = "wijk"
[list.sender]
name = "W"
[[list.topic]]
slug = "c"
`

func TestLine(t *testing.T) {
	root, err := tomlfile.Parse("f.toml", []byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	lists := root.Tables("list")
	if len(lists) != 2 {
		t.Fatalf("%d lists", len(lists))
	}
	topics := lists[0].Tables("topic")
	for _, c := range []struct {
		table *tomlfile.Table
		key   string
		want  int
	}{
		{root, "title", 2}, {root, "long", 3}, {root, "literal", 7}, {root, "numbers", 9}, {root, "numbers[1]", 11},
		{lists[0], "", 14}, {lists[0], "slug", 15}, {lists[0].Table("sender"), "address", 16},
		{topics[0], "slug", 19}, {topics[1], "", 20}, {topics[1], "slug", 21}, {topics[1].Table("quoted key"), "inner", 22},
		{lists[1], "", 24}, {lists[1].Table("sender"), "", 26}, {lists[1].Table("sender"), "name", 27},
		{lists[1].Tables("topic")[0], "slug", 29},
		{lists[1], "missing", 24}, {topics[1], "missing", 20},
	} {
		if got := c.table.Line(c.key); got != c.want {
			t.Errorf("%q is on line %d, not %d", c.key, c.want, got)
		}
	}
}

func TestCloseReportsAllFaultsInOrder(t *testing.T) {
	root, err := tomlfile.Parse("f.toml", []byte("[[list]]\nslug = 5\ntitel = \"x\"\n\n[[list]]\nslug = \"b\"\ntopics = [\"a\", 2]\ncolour = true\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range root.Tables("list") {
		l.String("slug")
		l.String("title")
		l.Strings("topics")
	}
	const want = `f.toml:2: list.slug: must be a text between quotation marks, not the number 5
f.toml:3: list.titel: there is no such key; did you mean title?
f.toml:7: list.topics: must be a text between quotation marks, not the number 2
f.toml:8: list.colour: there is no such key; the keys here are slug, title, topics`
	if got := root.Close(); got == nil || got.Error() != want {
		t.Errorf("got:\n%v\nwant:\n%s", got, want)
	}
}

func TestParseReportsTheLineOfASyntaxError(t *testing.T) {
	_, err := tomlfile.Parse("f.toml", []byte("a = 1\nb = = 2\n"))
	if err == nil || !strings.HasPrefix(err.Error(), "f.toml:2: ") {
		t.Errorf("got %v", err)
	}
	_, err = tomlfile.Parse("f.toml", []byte("a = 1\na = 2\n"))
	if err == nil || !strings.HasPrefix(err.Error(), "f.toml:2: ") {
		t.Errorf("a key given twice: got %v", err)
	}
}

func TestNearest(t *testing.T) {
	known := []string{"listen", "public_url", "smtp.url", "dkim.selector"}
	for word, want := range map[string]string{
		"lisetn": "listen", "public-url": "public_url", "smtp.urls": "smtp.url", "SMTP.URL": "smtp.url",
		"dkim.selektor": "dkim.selector", "zone": "", "x": "", "": "",
	} {
		if got := tomlfile.Nearest(word, known); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestDuration(t *testing.T) {
	for in, want := range map[string]string{"7d": "7d", "168h": "7d", "1d12h": "1d12h", "90m": "1h30m", "30s": "30s", "10m": "10m", "24h": "1d", "0s": "0s", "1h0m5s": "1h0m5s"} {
		d, err := tomlfile.ParseDuration(in)
		if err != nil || tomlfile.FormatDuration(d) != want {
			t.Errorf("%s: got %s, %v; want %s", in, tomlfile.FormatDuration(d), err, want)
		}
	}
	for _, in := range []string{"", "7", "-1h", "1d-1h", "d", "1dd", "99999d", "week", "+1h", "1d+1h"} {
		if d, err := tomlfile.ParseDuration(in); err == nil {
			t.Errorf("%q is read as %s", in, d)
		}
	}
}

var bare = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

func FuzzParse(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte("a = {b = [{c = 1}, {c = 2}], \"d.e\" = '''x'''}\n[q.\"r\".'s']\nt.u = 1979-05-27\n"))
	f.Add([]byte("\ufeffa = \"\"\"\"\"\"\r\nb = ''\r\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		root, err := tomlfile.Parse("f.toml", text)
		if err != nil {
			return
		}
		for _, key := range root.Keys() {
			if line, most := root.Line(key), strings.Count(string(text), "\n")+1; line > most || line < 1 && bare.MatchString(key) {
				t.Errorf("%q is on line %d of %d", key, line, most)
			}
		}
	})
}
