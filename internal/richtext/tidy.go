package richtext

import (
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// dropped elements go with all that is in them: it is no text to be read.
var dropped = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Template: true, atom.Noscript: true, atom.Noembed: true,
	atom.Noframes: true, atom.Head: true, atom.Title: true, atom.Svg: true, atom.Math: true, atom.Canvas: true,
	atom.Button: true, atom.Input: true, atom.Select: true, atom.Textarea: true, atom.Datalist: true,
	atom.Progress: true, atom.Meter: true, atom.Map: true, atom.Plaintext: true, atom.Xmp: true, atom.Dialog: true,
}

var isBlock = map[atom.Atom]bool{
	atom.P: true, atom.Div: true, atom.Section: true, atom.Article: true, atom.Aside: true, atom.Header: true,
	atom.Footer: true, atom.Main: true, atom.Nav: true, atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true,
	atom.H5: true, atom.H6: true, atom.Blockquote: true, atom.Pre: true, atom.Ul: true, atom.Ol: true, atom.Dl: true,
	atom.Table: true, atom.Figure: true, atom.Figcaption: true, atom.Hr: true, atom.Address: true, atom.Details: true,
	atom.Summary: true, atom.Caption: true, atom.Center: true, atom.Form: true, atom.Fieldset: true,
}

// tidier changes a tree in place. level is the last heading's: the title of the post is level 1,
// so the first heading in it is an h2, and no level is skipped on the way down.
type tidier struct {
	base  *url.URL
	level int
	root  int // the level that the article itself began with
}

func tidy(root *html.Node, base *url.URL) {
	t := &tidier{base: base, level: 1}
	t.children(root)
}

func (t *tidier) children(parent *html.Node) {
	for c := parent.FirstChild; c != nil; {
		next := c.NextSibling
		if t.node(c) {
			t.children(c)
		} else {
			parent.RemoveChild(c)
		}
		c = next
	}
}

// node tidies one node and reports whether it stays.
func (t *tidier) node(n *html.Node) bool {
	if n.Type == html.TextNode {
		return true
	}
	if n.Type != html.ElementNode || n.Namespace != "" || dropped[n.DataAtom] || isHidden(n) {
		return false
	}
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		t.heading(n)
	case atom.Img:
		return t.picture(n)
	case atom.A:
		t.link(n)
	case atom.Iframe, atom.Video, atom.Audio, atom.Embed, atom.Object:
		return t.media(n)
	case atom.Section, atom.Article, atom.Aside, atom.Header, atom.Footer, atom.Main, atom.Nav, atom.Address,
		atom.Details, atom.Summary, atom.Center, atom.Form, atom.Fieldset:
		n.DataAtom, n.Data = atom.Div, "div"
	}
	return true
}

func (t *tidier) heading(n *html.Node) {
	was := int(n.Data[1] - '0')
	if t.root == 0 {
		t.root = was
	}
	t.level = min(max(was-t.root+2, 2), t.level+1, 6)
	n.Data = "h" + strconv.Itoa(t.level)
	n.DataAtom = atom.Lookup([]byte(n.Data))
}

// picture gives a picture its real, absolute address. It reports false for one that shows nothing
// (a counter of one pixel) and for one that can't be shown.
func (t *tidier) picture(n *html.Node) bool {
	if isPixel(n) {
		return false
	}
	src, ok := t.absolute(attr(n, "src"), "http", "https")
	for _, lazy := range []string{"data-src", "data-lazy-src", "data-original"} {
		if late, lateOK := t.absolute(attr(n, lazy), "http", "https"); lateOK {
			src, ok = late, true // what stands in src is a placeholder until a script comes by
		}
	}
	alt := Line(attr(n, "alt"))
	if isEmoji(n, alt) || !ok {
		n.Type, n.Data, n.DataAtom, n.Attr = html.TextNode, alt, 0, nil
		return alt != ""
	}
	setAttr(n, "src", src)
	setAttr(n, "alt", alt) // without one, a screen reader reads the address aloud
	return true
}

// isEmoji reports the pictures that WordPress puts in the place of an emoji.
func isEmoji(n *html.Node, alt string) bool {
	return alt != "" && strings.Contains(attr(n, "class"), "wp-smiley")
}

// isPixel reports a picture that is too small to be seen: it is there to count readers.
func isPixel(n *html.Node) bool {
	for _, key := range []string{"width", "height"} {
		value := strings.TrimSuffix(strings.TrimSpace(attr(n, key)), "px")
		if size, err := strconv.Atoi(value); err == nil && size <= 1 {
			return true
		}
		if size, ok := styleOf(n)[key]; ok && (size == "0" || size == "0px" || size == "1px") {
			return true
		}
	}
	return false
}

// isHidden reports an element that a browser would not show.
func isHidden(n *html.Node) bool {
	for _, a := range n.Attr {
		if a.Key == "hidden" {
			return true
		}
	}
	style := styleOf(n)
	return style["display"] == "none" || style["visibility"] == "hidden"
}

// styleOf reads an inline style, well enough for a few plain values.
func styleOf(n *html.Node) map[string]string {
	style := attr(n, "style")
	if style == "" {
		return nil
	}
	values := map[string]string{}
	for declaration := range strings.SplitSeq(strings.ToLower(style), ";") {
		key, value, _ := strings.Cut(declaration, ":")
		values[strings.TrimSpace(key)] = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "!important"))
	}
	return values
}

func (t *tidier) link(n *html.Node) {
	if href, ok := t.absolute(attr(n, "href"), "http", "https", "mailto"); ok {
		setAttr(n, "href", href)
	} else {
		n.Attr = nil // the words stay, the link goes
	}
}

// media turns a film, a sound or a frame into a link to it: neither mail nor our pages show
// strangers' frames, and dropping it would leave a hole in the story.
func (t *tidier) media(n *html.Node) bool {
	src := attr(n, "src")
	if src == "" {
		src = attr(n, "data")
	}
	for c := range n.Descendants() {
		if src == "" && c.DataAtom == atom.Source {
			src = attr(c, "src")
		}
	}
	href, ok := t.absolute(src, "http", "https")
	if !ok || inLink(n) {
		return false
	}
	words := Line(attr(n, "title"))
	if words == "" {
		words = hostOf(href)
	}
	for n.FirstChild != nil {
		n.RemoveChild(n.FirstChild)
	}
	n.Data, n.DataAtom = "a", atom.A
	n.Attr = []html.Attribute{{Key: "href", Val: href}}
	n.AppendChild(&html.Node{Type: html.TextNode, Data: words})
	return true
}

func inLink(n *html.Node) bool {
	for a := range n.Ancestors() {
		if a.DataAtom == atom.A {
			return true
		}
	}
	return false
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return strings.TrimPrefix(u.Hostname(), "www.")
}

// absolute resolves an address against the base and reports whether its scheme is among those.
func (t *tidier) absolute(address string, schemes ...string) (string, bool) {
	return Absolute(address, t.base, schemes...)
}

// Absolute resolves an address against base, which may be nil, and reports whether the outcome is
// complete and of one of the schemes. Line breaks and tabs in it are ignored, as browsers do.
func Absolute(address string, base *url.URL, schemes ...string) (string, bool) {
	address = strings.TrimSpace(strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(Clean(address)))
	if address == "" {
		return "", false
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", false
	}
	if base != nil {
		u = base.ResolveReference(u)
	}
	for _, scheme := range schemes {
		if u.Scheme == scheme && (u.Host != "" || scheme == "mailto" && u.Opaque != "") {
			return u.String(), true
		}
	}
	return "", false
}

// dropEmpty takes away links, headings and paragraphs in which nothing is left: they would be read
// aloud as "link", or stand as holes in the page.
//
// A span that says nothing about what is in it goes, and what is in it stays.
func dropEmpty(parent *html.Node) {
	for c := parent.FirstChild; c != nil; {
		next := c.NextSibling
		dropEmpty(c)
		switch {
		case removableEmpty(c):
			parent.RemoveChild(c)
		case c.DataAtom == atom.Span && len(c.Attr) == 0:
			for c.FirstChild != nil {
				inner := c.FirstChild
				c.RemoveChild(inner)
				parent.InsertBefore(inner, c)
			}
			parent.RemoveChild(c)
		}
		c = next
	}
}

func removableEmpty(n *html.Node) bool {
	switch n.DataAtom {
	case atom.A, atom.P, atom.Div, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Strong, atom.B, atom.Em, atom.I,
		atom.Li, atom.Ul, atom.Ol, atom.Figure, atom.Figcaption, atom.Blockquote:
	default:
		return false
	}
	for c := range n.Descendants() {
		if c.Type == html.TextNode && strings.TrimSpace(c.Data) != "" {
			return false
		}
		if c.DataAtom == atom.Img || c.DataAtom == atom.Hr || c.DataAtom == atom.Table {
			return false
		}
	}
	return true
}
