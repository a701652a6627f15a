package richtext

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Picture is a picture in an article, with the words for those who don't see it.
type Picture struct{ URL, Alt string }

// Article is a fragment of HTML made fit to be shown.
type Article struct {
	HTML    string  // of the allow-list, well-formed; empty if nothing was left
	Text    string  // its plain text
	Picture Picture // the first picture in it that is more than decoration; zero if there is none
}

// Sanitise makes an HTML fragment fit to be shown. Relative addresses are taken to mean what they
// would on the page at base; without a base (nil) they are dropped.
func Sanitise(fragment string, base *url.URL) Article {
	root, err := parse(Clean(fragment))
	if err != nil { // nested deeper than any parser should follow: keep the words alone
		return FromText(plainByToken(fragment))
	}
	tidy(root, base)
	allowed := policy.Sanitize(render(root))
	if root, err = parse(Clean(allowed)); err != nil {
		return FromText(plainByToken(allowed))
	}
	dropEmpty(root)
	return Article{HTML: strings.TrimSpace(render(root)), Text: plainOf(root), Picture: firstPicture(root)}
}

// FromText makes an Article of plain text: paragraphs at blank lines, breaks at single ones.
func FromText(text string) Article {
	var b strings.Builder
	for para := range strings.SplitSeq(strings.TrimSpace(Clean(text)), "\n\n") {
		para = strings.TrimSpace(para)
		if para == "" {
			continue
		}
		b.WriteString("<p>" + strings.ReplaceAll(html.EscapeString(para), "\n", "<br/>\n") + "</p>\n")
	}
	return Article{HTML: strings.TrimSpace(b.String()), Text: strings.TrimSpace(Clean(text))}
}

// parse reads a fragment as the content of a body, under a root of our own.
func parse(fragment string) (*html.Node, error) {
	context := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(fragment), context)
	if err != nil {
		return nil, err
	}
	root := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	return root, nil
}

// render writes what is under root. Nodes from parse always render: html.Render fails on the
// writer, which can't fail here, or on trees that no parser makes; those are left out.
func render(root *html.Node) string {
	var b strings.Builder
	for c := root.FirstChild; c != nil; c = c.NextSibling {
		var one strings.Builder
		if html.Render(&one, c) == nil {
			b.WriteString(one.String())
		}
	}
	return b.String()
}

func firstPicture(root *html.Node) Picture {
	for n := range root.Descendants() {
		if n.DataAtom == atom.Img {
			return Picture{URL: attr(n, "src"), Alt: Line(attr(n, "alt"))}
		}
	}
	return Picture{}
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}

func setAttr(n *html.Node, key, value string) {
	for i := range n.Attr {
		if n.Attr[i].Key == key && n.Attr[i].Namespace == "" {
			n.Attr[i].Val = value
			return
		}
	}
	n.Attr = append(n.Attr, html.Attribute{Key: key, Val: value})
}
