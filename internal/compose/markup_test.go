package compose

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"bode.example/internal/newsletter"
)

// everyMail calls check with the HTML and the text of every sample mail.
func everyMail(t *testing.T, check func(t *testing.T, lang newsletter.Language, markup, text string)) {
	c := composer(t)
	for _, lang := range newsletter.Languages() {
		for _, layout := range []newsletter.Layout{newsletter.Standard, newsletter.Large} {
			for i, d := range sampleDigests(lang, layout) {
				t.Run(fmt.Sprintf("digest%d/%s/%s", i+1, lang, layout), func(t *testing.T) {
					m := readMail(t, merged(t, c, d))
					check(t, lang, m.html, m.text)
				})
			}
			for i, m := range sampleMessages(lang) {
				t.Run(fmt.Sprintf("%s%d/%s/%s", m.Template(), i+1, lang, layout), func(t *testing.T) {
					draft, err := c.Notice(lang, layout, m)
					if err != nil {
						t.Fatal(err)
					}
					check(t, lang, draft.HTML, draft.Text)
				})
			}
		}
	}
}

func parseMarkup(t *testing.T, markup string) *html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(markup))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func attribute(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.TrimSpace(b.String())
}

func TestF8_MarkupOfEveryMail(t *testing.T) {
	everyMail(t, func(t *testing.T, lang newsletter.Language, markup, _ string) {
		level, ones, langs, titles := 0, 0, 0, 0
		for n := range parseMarkup(t, markup).Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			switch n.Data {
			case "html", "div":
				if l, ok := attribute(n, "lang"); ok && l == string(lang) {
					langs++
				}
			case "title":
				if textOf(n) != "" && n.Namespace == "" {
					titles++
				}
			case "h1", "h2", "h3", "h4", "h5", "h6":
				now := int(n.Data[1] - '0')
				if now > level+1 {
					t.Errorf("<%s> %q follows a heading of level %d", n.Data, textOf(n), level)
				}
				if textOf(n) == "" {
					t.Errorf("<%s> is empty", n.Data)
				}
				if level = now; now == 1 {
					ones++
				}
			case "img":
				if alt, ok := attribute(n, "alt"); !ok || alt == "" {
					t.Error("a picture has no alternative text")
				}
			case "table":
				if role, _ := attribute(n, "role"); role != "presentation" {
					t.Error("a table for layout says that it holds data")
				}
			case "a":
				if words := strings.ToLower(textOf(n)); words == "" || slices.Contains([]string{"hier", "klik hier", "here", "click here", "lees verder", "lees verder:", "read on:"}, words) {
					t.Errorf("the link text %q doesn't say where it leads", words)
				}
			}
		}
		if ones != 1 || langs != 2 || titles != 1 {
			t.Errorf("there are %d h1, %d times lang on html and wrapper, %d titles; want 1, 2, 1", ones, langs, titles)
		}
	})
}

// Two links of one mail with the same words lead to the same place (WCAG 2.4.4).
func TestF8_SameWordsSamePlace(t *testing.T) {
	everyMail(t, func(t *testing.T, _ newsletter.Language, markup, _ string) {
		places := map[string]string{}
		for n := range parseMarkup(t, markup).Descendants() {
			if n.Type == html.ElementNode && n.Data == "a" {
				href, _ := attribute(n, "href")
				words := strings.Join(strings.Fields(textOf(n)), " ")
				if before, ok := places[words]; ok && before != href {
					t.Errorf("%q leads to %s and to %s", words, before, href)
				}
				places[words] = href
			}
		}
	})
}

func TestG3_NothingThatMailProgramsRefuse(t *testing.T) {
	forbidden := []string{"script", "form", "iframe", "frame", "video", "audio", "svg", "object", "embed", "link", "base", "input", "canvas"}
	everyMail(t, func(t *testing.T, _ newsletter.Language, markup, _ string) {
		for n := range parseMarkup(t, markup).Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			if slices.Contains(forbidden, n.Data) {
				t.Errorf("there is a <%s>", n.Data)
			}
			if n.Data == "style" && (strings.Contains(textOf(n), "@import") || strings.Contains(textOf(n), "@font-face") || strings.Contains(textOf(n), "url(")) {
				t.Error("a style fetches something")
			}
			for _, a := range n.Attr {
				if strings.HasPrefix(a.Key, "on") || a.Key == "background" {
					t.Errorf("<%s> has %s", n.Data, a.Key)
				}
				if a.Key == "style" && (strings.Contains(a.Val, "url(") || strings.Contains(a.Val, "ZgotmplZ")) {
					t.Errorf("<%s> has the style %q", n.Data, a.Val)
				}
			}
		}
	})
}

// With pictures off nothing is lost: each stands beside words, and says in words what it shows.
func TestG3_ReadableWithPicturesOff(t *testing.T) {
	pictures := 0
	everyMail(t, func(t *testing.T, _ newsletter.Language, markup, _ string) {
		for n := range parseMarkup(t, markup).Descendants() {
			if n.Type != html.ElementNode || n.Data != "img" {
				continue
			}
			pictures++
			if alt, _ := attribute(n, "alt"); alt == "" {
				t.Error("a picture says nothing when it is off")
			}
			if n.Parent.Data == "a" && textOf(n.Parent) == "" {
				t.Error("a link is a picture alone")
			}
		}
	})
	if pictures == 0 {
		t.Error("no sample has a picture")
	}
}

func TestG5_LinksAreHTTPSAndNotHidden(t *testing.T) {
	everyMail(t, func(t *testing.T, _ newsletter.Language, markup, _ string) {
		for n := range parseMarkup(t, markup).Descendants() {
			for _, a := range n.Attr {
				if a.Key != "href" && a.Key != "src" {
					continue
				}
				u, err := url.Parse(a.Val)
				if err != nil || u.Scheme != "https" && u.Scheme != "mailto" {
					t.Errorf("<%s> leads to %q", n.Data, a.Val)
				}
				if words := textOf(n); n.Data == "a" && strings.HasPrefix(words, "https://") && words != a.Val {
					t.Errorf("a link says %s and leads to %s", words, a.Val)
				}
			}
		}
	})
}

func TestG2_OneColumnOfTablesWithItsStylesInline(t *testing.T) {
	everyMail(t, func(t *testing.T, _ newsletter.Language, markup, _ string) {
		styles := 0
		for n := range parseMarkup(t, markup).Descendants() {
			switch {
			case n.Type != html.ElementNode:
			case n.Data == "style":
				styles += len(textOf(n))
			case n.Data == "tr":
				cells := 0
				for c := range n.ChildNodes() {
					if c.Data == "td" || c.Data == "th" {
						cells++
					}
				}
				if cells != 1 {
					t.Errorf("a row has %d cells: %s", cells, textOf(n))
				}
			case n.Data == "p", n.Data == "h1", n.Data == "h2", n.Data == "h3", n.Data == "td", n.Data == "a", n.Data == "ul":
				if style, _ := attribute(n, "style"); style == "" {
					t.Errorf("<%s> %q has no style of its own: Gmail may drop the block", n.Data, textOf(n))
				}
			}
		}
		if styles > 8<<10 {
			t.Errorf("the style blocks have %d octets", styles)
		}
		for _, want := range []string{`name="color-scheme" content="light dark"`, "prefers-color-scheme:dark", `width="600"`, "max-width:600px", "[if mso]"} {
			if !strings.Contains(markup, want) {
				t.Errorf("G2, G4: %q is missing", want)
			}
		}
	})
}

// What a program that reads no dark styles shows must be the light colours, all of them: a mail that
// is half light can't be read.
func TestG4_EveryColourHasADarkOne(t *testing.T) {
	colours := map[string]string{ // inline colour → a class that the dark styles change
		"color:#1c2326": "ink", "color:#4d595e": "soft", "color:#0a5a66": "link", "color:#ffffff": "button",
		"background-color:#fbfaf6": "paper tint", "background-color:#ffffff": "card", "background-color:#0a5a66": "button",
		"border-left:5px solid #0a5a66": "bar", "border-top:2px solid #e2dfd5": "rule", "border-left:3px solid #e2dfd5": "rule",
		"border:1px solid #e2dfd5": "card",
	}
	everyMail(t, func(t *testing.T, _ newsletter.Language, markup, _ string) {
		for n := range parseMarkup(t, markup).Descendants() {
			style, _ := attribute(n, "style")
			class, _ := attribute(n, "class")
			for declaration := range strings.SplitSeq(style, ";") {
				if !strings.Contains(declaration, "#") || n.Data == "table" && strings.HasPrefix(declaration, "color:") {
					continue // the outermost table's colour is inherited by nothing without a class
				}
				classes, known := colours[declaration]
				if !known {
					t.Errorf("<%s>: %q is none of the colours", n.Data, declaration)
					continue
				}
				found := false
				for _, want := range strings.Fields(classes) {
					found = found || slices.Contains(strings.Fields(class), want)
				}
				if !found {
					t.Errorf("<%s class=%q>: %q stays as it is in the dark; want class %s", n.Data, class, declaration, classes)
				}
			}
		}
	})
}

func TestPlainTextIsPleasantToRead(t *testing.T) {
	everyMail(t, func(t *testing.T, _ newsletter.Language, _, text string) {
		for line := range strings.SplitSeq(text, "\n") {
			if len([]rune(line)) > textWidth && strings.Contains(strings.TrimSpace(line), " ") {
				t.Errorf("a line is %d characters wide: %q", len([]rune(line)), line)
			}
			if strings.Contains(line, "https://") && strings.Contains(strings.TrimSpace(line), " ") && !strings.Contains(line, "(https://") {
				t.Errorf("a link shares its line: %q", line)
			}
			if strings.TrimRight(line, " ") != line {
				t.Errorf("a line ends in spaces: %q", line)
			}
		}
		if strings.Contains(text, "\n\n\n") {
			t.Error("two empty lines stand together")
		}
		for _, word := range []string{" knop", " button", "druk op"} {
			if strings.Contains(text, word) {
				t.Errorf("it speaks of%s, and there are only links", word)
			}
		}
		if strings.Contains(text, "<") || strings.Contains(text, "&amp;") {
			t.Error("there is markup in the plain text")
		}
	})
}
