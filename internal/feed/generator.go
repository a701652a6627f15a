package feed

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// What generators add to every article, and readers of a digest need not be told.
var (
	// WordPress ends an article with a line such as "Het bericht X verscheen eerst op Y.".
	wordPressFooter = regexp.MustCompile(`(?is)<p>\s*(?:The post|Het bericht)\s+<a\s[^>]*>.{0,600}?</a>\s+(?:appeared first on|verscheen eerst op)\s+<a\s[^>]*>.{0,300}?</a>\.?\s*</p>\s*$`)
	// An excerpt ends in a link to the rest, or in the sign that there is one.
	teaser = regexp.MustCompile(`(?i)\s*(?:\[\s*(?:…|\.\.\.)\s*\]|(?:lees (?:meer|verder)|verder lezen|meer lezen|read more|continue reading)(?:\s+(?:over|about)?\s*[“"'][^“”"']{0,200}[”"'])?)?\s*[»›→…]*\s*$`)
)

// withoutExtras takes out of an article what its generator put around it.
func withoutExtras(fragment string) string {
	fragment = wordPressFooter.ReplaceAllString(strings.TrimSpace(fragment), "")
	if strings.Contains(fragment, "field--name-") {
		fragment = withoutDrupalFields(fragment)
	}
	return fragment
}

// withoutDrupalFields drops the fields that Drupal's teaser repeats in the text of an item: its
// title, its author, its date and the link to the rest.
func withoutDrupalFields(fragment string) string {
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(fragment), body)
	if err != nil {
		return fragment
	}
	var b strings.Builder
	for _, n := range nodes {
		if isDrupalField(n) {
			continue
		}
		if err := html.Render(&b, n); err != nil {
			return fragment
		}
	}
	return b.String()
}

func isDrupalField(n *html.Node) bool {
	for _, a := range n.Attr {
		if a.Key != "class" {
			continue
		}
		for class := range strings.FieldsSeq(a.Val) {
			switch class {
			case "field--name-title", "field--name-uid", "field--name-created", "node-readmore", "links":
				return true
			}
		}
	}
	return false
}

// withoutTeaser takes "[…]" and "Lees verder" off the end of a text. What it leaves was cut off,
// and says so by an ellipsis where it ends in no full stop.
func withoutTeaser(text string) string {
	text = strings.TrimSpace(text)
	short := strings.TrimSpace(teaser.ReplaceAllString(text, ""))
	if short == text || short == "" || strings.ContainsAny(short[len(short)-1:], ".!?") || strings.HasSuffix(short, "…") {
		return short
	}
	return short + "…"
}
