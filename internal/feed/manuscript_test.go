package feed_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/feed"
	"bode.example/internal/newsletter"
)

var manuscriptOptions = feed.ManuscriptOptions{Language: newsletter.Dutch, Zone: amsterdam, Base: must(url.Parse("https://bode.example/"))}

func read(t *testing.T, source string) *feed.Manuscript {
	t.Helper()
	m, err := feed.ReadManuscript("post.md", []byte(source), manuscriptOptions)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

const body = "\nEen *avond* over de raad.\n"

func TestReadManuscript(t *testing.T) {
	want := &feed.Manuscript{Topics: []string{"raad", "bewoners"}, Post: newsletter.Post{
		Title: "Werksessie: \"Assen\"", Author: "Redactie", Summary: "Samen kijken.", Place: "Provinciehuis, Assen", Language: newsletter.English,
		Picture: "https://voorbeeld.nl/zaal.jpg", Alt: "Een zaal", Link: "https://bode.example/sessie", HTML: "<p>Een <em>avond</em> over de raad.</p>",
		Markdown:    "Een *avond* over de raad.",
		PublishedAt: newsletter.At(time.Date(2026, 11, 22, 23, 0, 0, 0, time.UTC)),
		StartsAt:    newsletter.At(time.Date(2026, 12, 3, 18, 30, 0, 0, time.UTC)),
		EndsAt:      newsletter.At(time.Date(2026, 12, 3, 20, 30, 0, 0, time.UTC)),
	}}
	for name, source := range map[string]string{
		"TOML": `+++
title = 'Werksessie: "Assen"'
date = 2026-11-23
author = "Redactie"
topics = ["raad", "bewoners"]
summary = "Samen kijken."
picture = "https://voorbeeld.nl/zaal.jpg"
alt = "Een zaal"
starts = 2026-12-03T19:30:00
ends = 2026-12-03T21:30:00+01:00
place = "Provinciehuis, Assen"
link = "/sessie"
language = "en"
+++
` + body,
		"YAML": `---
# een werksessie
title: "Werksessie: \"Assen\""
date: 2026-11-23
author: Redactie   # wij
topics:
  - raad
  - 'bewoners'
summary: 'Samen kijken.'
picture: https://voorbeeld.nl/zaal.jpg
alt: Een zaal
starts: 2026-12-03 19:30
ends: 2026-12-03T21:30:00+01:00
place: Provinciehuis, Assen
link: /sessie
language: en-GB
---
` + body,
		"YAML, on one line, from Windows": strings.ReplaceAll("\ufeff---\ntitle: 'Werksessie: \"Assen\"'\ndate: 2026-11-23\nauthor: Redactie\ntopics: [raad, bewoners, raad]\n"+
			"summary: Samen kijken.\npicture: https://voorbeeld.nl/zaal.jpg\nalt: Een zaal\nstarts: 2026-12-03T19:30\nends: 2026-12-03T21:30\n"+
			"place: Provinciehuis, Assen\nlink: https://bode.example/sessie\nlanguage: en\n--- \n"+body, "\n", "\r\n"),
	} {
		if diff := cmp.Diff(want, read(t, source)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestReadManuscript_TakesFromTheText(t *testing.T) {
	got := read(t, "---\ntitle: Kort\n---\nEerste alinea.\n\n![De zaal](/zaal.jpg)\n\n<script>alert(1)</script>\n")
	want := &feed.Manuscript{Post: newsletter.Post{Title: "Kort", Summary: "Eerste alinea.", Language: newsletter.Dutch,
		Picture: "https://bode.example/zaal.jpg", Alt: "De zaal",
		Markdown: "Eerste alinea.\n\n![De zaal](/zaal.jpg)\n\n<script>alert(1)</script>",
		HTML:     "<p>Eerste alinea.</p>\n<p><img src=\"https://bode.example/zaal.jpg\" alt=\"De zaal\"/></p>"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := read(t, "---\ntitle: Los\npicture: /a.jpg\nalt: ''\n---\n"+body); got.Post.Picture != "https://bode.example/a.jpg" || got.Post.Alt != "" {
		t.Errorf("decoration: %+v", got.Post)
	}
}

func TestReadManuscript_Faults(t *testing.T) {
	tests := []struct{ name, source, want string }{
		{"no front matter", "# Kop\n", "post.md:1: the file must begin with a line +++ (TOML) or --- (key: value), under which stands at least a title"},
		{"not closed", "+++\ntitle = 'a'\n", "post.md:1: the front matter that begins here is not closed by another line +++"},
		{"bad TOML", "+++\ntitle = 'a'\ndate = morgen\n+++\n" + body, "post.md:3: this is not TOML"},
		{"bad YAML", "---\ntitle: a\n  dit niet\n---\n" + body, "post.md:3: this line is neither"},
		{"YAML that we don't read", "---\ntitle: |\n  a\n---\n" + body, "post.md:2: a value can't begin with |"},
		{"an item without a list", "---\n- raad\n---\n" + body, "post.md:2: a list item must stand below a key"},
		{"a quote left open", "---\ntitle: \"a\n---\n" + body, "post.md:2: the quote that opens here"},
		{"something behind a quote", "---\ntitle: \"a\" b\n---\n" + body, "post.md:2: something stands behind the closing quote: b"},
		{"a list left open", "---\ntitle: a\ntopics: [raad\n---\n" + body, "post.md:3: the list of topics is not closed"},
		{"twice", "---\ntitle: a\ntitle: b\n---\n" + body, "post.md:3: title stands here for the second time"},
		{"no title", "---\nauthor: b\n---\n" + body, "post.md:2: the post has no title"},
		{"unknown key", "+++\ntitle = 'a'\ntags = ['b']\n+++\n" + body, "post.md:3: there is no key tags; there are title, date,"},
		{"a number", "+++\ntitle = 3\n+++\n" + body, "post.md:2: title must be text in quotes"},
		{"a list of numbers", "+++\ntitle = 'a'\ntopics = [3]\n+++\n" + body, "post.md:3: topics must be a list of words"},
		{"a date as topics", "+++\ntitle = 'a'\ntopics = 2026-11-23\n+++\n" + body, "post.md:3: topics must be a list of words"},
		{"a list as title", "---\ntitle: [a, b]\n---\n" + body, "post.md:2: title must be one text"},
		{"a long title", "---\ntitle: " + strings.Repeat("a", 301) + "\n---\n" + body, "post.md:2: title is longer than 300"},
		{"a bad date", "---\ntitle: a\ndate: 23 november\n---\n" + body, "post.md:3: date must be a date such as"},
		{"a date without sense", "+++\ntitle = 'a'\ndate = 0001-01-01\n+++\n" + body, "post.md:3: date must be a date such as"},
		{"a bad address", "---\ntitle: a\nlink: javascript:alert(1)\n---\n" + body, "post.md:3: link must be an address that begins with https://"},
		{"a picture without words", "---\ntitle: a\npicture: https://a.example/b.jpg\n---\n" + body, "post.md:3: the picture has no alt"},
		{"words without a picture", "---\ntitle: a\nalt: b\n---\n" + body, "post.md:3: there is an alt but no picture"},
		{"a place without a time", "---\ntitle: a\nplace: Assen\n---\n" + body, "post.md:3: place belongs to an event"},
		{"an end before the start", "---\ntitle: a\nstarts: 2026-12-03\nends: 2026-12-02\n---\n" + body, "post.md:4: the event ends before it starts"},
		{"another language", "---\ntitle: a\nlanguage: fy\n---\n" + body, `post.md:3: Bode does not speak the language "fy"`},
		{"nothing to read", "---\ntitle: a\n---\n<script>x</script>\n", "post.md:1: the post has no text"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := feed.ReadManuscript("post.md", []byte(tt.source), manuscriptOptions)
			if m != nil || !newsletter.Is(err, newsletter.Invalid) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// STANDARDS F7: what is written here is checked before it is published. Levels of headings are put right.
func TestF7_WordsForPicturesAndLinks(t *testing.T) {
	_, err := feed.ReadManuscript("post.md", []byte("---\ntitle: a\n---\nTekst.\n\n![](/zaal.jpg)\n\nMeer weten? [Klik hier.](https://a.example/)\n\n<a href=\"https://a.example/\">lees meer</a>\n"), manuscriptOptions)
	want := []string{
		"post.md:6: the picture zaal.jpg has no words: say between the brackets of ![…] what it shows",
		`post.md:8: the link "Klik hier." does not say where it leads: name what one finds there`,
		`post.md:10: the link "lees meer" does not say where it leads: name what one finds there`,
	}
	if err == nil || err.Error() != strings.Join(want, "\n") {
		t.Errorf("got %v", err)
	}
	m := read(t, "---\ntitle: a\n---\n# Kop\n\n#### Diep\n\nLees meer over [de werksessie in Assen](https://a.example/).\n")
	if !strings.Contains(m.Post.HTML, "<h2>Kop</h2>") || !strings.Contains(m.Post.HTML, "<h3>Diep</h3>") {
		t.Error(m.Post.HTML)
	}
}

func TestReadManuscript_TellsAllFaultsAtOnce(t *testing.T) {
	_, err := feed.ReadManuscript("a.md", []byte("---\nlanguage: fy\n\n\n\n\n\n\n\nkleur: rood\ndate: ooit\n---\n"+body), manuscriptOptions)
	if err == nil {
		t.Fatal("no error")
	}
	var lines []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		position, _, _ := strings.Cut(line, ": ")
		lines = append(lines, position)
	}
	if diff := cmp.Diff([]string{"a.md:2", "a.md:2", "a.md:10", "a.md:11"}, lines); diff != "" {
		t.Errorf("%s\n%v", diff, err)
	}
}

func FuzzReadManuscript(f *testing.F) {
	for _, seed := range []string{
		"+++\ntitle = 'a'\ndate = 2026-11-23\ntopics = ['b']\n+++\ntekst", "---\ntitle: a\ntopics:\n- b\n- 'c'\n---\ntekst",
		"---\ntitle: \"a\\\n---\n", "+++\n[title]\n+++\n", "---\ntitle: [\n---\n", "+++\ntitle=[[]]\n+++", "---\n: a\n---\n", "\ufeff+++\r\n\"title\" = \"\\u0000\"\r\n+++\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		m, err := feed.ReadManuscript("f.md", source, manuscriptOptions)
		if err != nil {
			if !newsletter.Is(err, newsletter.Invalid) || !strings.HasPrefix(err.Error(), "f.md:") {
				t.Fatalf("%v", err)
			}
			return
		}
		p := m.Post
		checkItem(t, newsletter.Item{Title: p.Title, Summary: p.Summary, HTML: p.HTML, Link: p.Link, Picture: p.Picture, Alt: p.Alt,
			Author: p.Author, StartsAt: p.StartsAt, EndsAt: p.EndsAt, Place: p.Place})
		if !p.Language.Valid() {
			t.Fatalf("language %q", p.Language)
		}
	})
}
