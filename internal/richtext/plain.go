package richtext

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Plain is the text of an HTML fragment: entities resolved, paragraphs apart by a blank line, list
// items by a bullet, pictures by their alternative text in no way: a text that stands alone needs
// none. What a browser would not show (script, style, comments, hidden elements) is left out.
func Plain(fragment string) string {
	root, err := parse(Clean(fragment))
	if err != nil {
		return plainByToken(fragment)
	}
	return plainOf(root)
}

// markup is a sign that a text means to be HTML: a tag, or a character reference.
var markup = regexp.MustCompile(`</?[A-Za-z][^<>]*>|&(#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});`)

// Title is one line of plain text from a title that may be plain or HTML: RSS does not say which,
// and both are written. "Raad & daad: 1 < 2" stays as it is.
func Title(s string) string {
	if markup.MatchString(s) {
		s = Plain(s)
	}
	return Line(s)
}

func plainOf(root *html.Node) string {
	var w plainWriter
	w.children(root)
	return strings.TrimSpace(w.b.String())
}

// plainWriter collects text; gap is how many newlines are owed before the next word, so that
// nested blocks leave one blank line and not three.
type plainWriter struct {
	b     strings.Builder
	gap   int
	space bool
	pre   int
}

func (w *plainWriter) children(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w.node(c)
	}
}

func (w *plainWriter) node(n *html.Node) {
	switch {
	case n.Type == html.TextNode:
		w.text(n.Data)
	case n.Type != html.ElementNode || dropped[n.DataAtom] || isHidden(n):
	case n.DataAtom == atom.Br:
		w.gap = max(w.gap, 1)
	case n.DataAtom == atom.Td || n.DataAtom == atom.Th:
		w.children(n)
		w.space = true
	case n.DataAtom == atom.Li || n.DataAtom == atom.Tr || n.DataAtom == atom.Dt || n.DataAtom == atom.Dd:
		w.gap = max(w.gap, 1)
		if n.DataAtom == atom.Li {
			w.word("•")
			w.space = true
		}
		w.children(n)
		w.gap = max(w.gap, 1)
	case isBlock[n.DataAtom]:
		w.gap = max(w.gap, 2)
		if n.DataAtom == atom.Pre {
			w.pre++
			defer func() { w.pre-- }()
		}
		w.children(n)
		w.gap = max(w.gap, 2)
	default:
		w.children(n)
	}
}

func (w *plainWriter) text(s string) {
	if w.pre > 0 {
		for i, line := range strings.Split(s, "\n") {
			if i > 0 {
				w.gap = max(w.gap, 1)
			}
			if line != "" {
				w.word(line)
			}
		}
		return
	}
	for i, word := range strings.FieldsFunc(s, isHTMLSpace) {
		if i > 0 || isHTMLSpace(rune(s[0])) {
			w.space = true
		}
		w.word(word)
	}
	if s != "" && isHTMLSpace(rune(s[len(s)-1])) {
		w.space = true
	}
}

func (w *plainWriter) word(s string) {
	switch {
	case w.b.Len() == 0:
	case w.gap > 0:
		w.b.WriteString(strings.Repeat("\n", w.gap))
	case w.space:
		w.b.WriteByte(' ')
	}
	w.gap, w.space = 0, false
	w.b.WriteString(s)
}

func isHTMLSpace(r rune) bool { return r == ' ' || r == '\n' || r == '\t' || r == '\f' || r == '\r' }

// plainByToken serves the fragments that the parser refuses, those nested too deep.
func plainByToken(fragment string) string {
	var b strings.Builder
	for z := html.NewTokenizer(strings.NewReader(Clean(fragment))); ; {
		switch z.Next() {
		case html.ErrorToken:
			return Line(b.String())
		case html.TextToken:
			b.Write(z.Text())
			b.WriteByte(' ')
		}
	}
}
