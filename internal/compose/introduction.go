package compose

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"bode.example/internal/richtext"
)

// maxIntroduction is how many characters of an introduction a mail shows; the browser shows it all.
const maxIntroduction = 5_000

// block is a piece of an introduction. Headings become paragraphs of strong text, so that the order
// of headings in the mail stays whole; pictures become their alternative text.
type block struct {
	Kind  string // paragraph, list, numbers, quote
	Items [][]span
}

// span is text with one manner, or a line break.
type span struct {
	Text             string
	Link             string
	Strong, Emphasis bool
	Break            bool
}

// markdownBlocks reads Markdown by way of the HTML that package richtext allows: what it lets
// through is safe, and the templates give it the looks of a mail.
func markdownBlocks(markdown string) []block {
	if strings.TrimSpace(markdown) == "" {
		return nil
	}
	article, err := richtext.Markdown([]byte(markdown), nil)
	if err != nil { // the renderer fails on its writer only; the words are still there
		article = richtext.FromText(markdown)
	}
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(article.HTML), body)
	if err != nil {
		return []block{{Kind: "paragraph", Items: [][]span{{{Text: article.Text}}}}}
	}
	var r blockReader
	for _, n := range nodes {
		r.block(n)
	}
	r.paragraph()
	return r.blocks
}

// blockReader collects blocks; loose is text that stands in none.
type blockReader struct {
	blocks []block
	loose  []span
}

func (r *blockReader) add(kind string, items ...[]span) {
	var filled [][]span
	for _, item := range items {
		if item = trimSpans(item); len(item) > 0 {
			filled = append(filled, item)
		}
	}
	if len(filled) > 0 {
		r.blocks = append(r.blocks, block{kind, filled})
	}
}

func (r *blockReader) paragraph() {
	r.add("paragraph", r.loose)
	r.loose = nil
}

func (r *blockReader) block(n *html.Node) {
	switch n.DataAtom {
	case atom.Ul, atom.Ol, atom.Blockquote, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.P, atom.Div,
		atom.Table, atom.Thead, atom.Tbody, atom.Tr, atom.Dl, atom.Dt, atom.Dd, atom.Figure, atom.Pre, atom.Hr:
		r.paragraph()
	default:
		r.loose = append(r.loose, spans(n, span{})...)
		return
	}
	switch n.DataAtom {
	case atom.Ul, atom.Ol:
		kind := "list"
		if n.DataAtom == atom.Ol {
			kind = "numbers"
		}
		var items [][]span
		for c := range n.ChildNodes() {
			items = append(items, spans(c, span{}))
		}
		r.add(kind, items...)
	case atom.Blockquote:
		var items [][]span
		for c := range n.ChildNodes() {
			items = append(items, spans(c, span{}))
		}
		r.add("quote", items...)
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		r.add("paragraph", spans(n, span{Strong: true}))
	default:
		for c := range n.ChildNodes() {
			r.block(c)
		}
		r.paragraph()
	}
}

// spans reads the text under a node; manner is what the elements around it say.
func spans(n *html.Node, manner span) []span {
	if n.Type == html.TextNode {
		manner.Text = strings.Join(strings.Fields(n.Data), " ")
		if manner.Text == "" && n.Data == "" {
			return nil
		}
		if n.Data[0] == ' ' || n.Data[0] == '\n' {
			manner.Text = " " + manner.Text
		}
		if last := n.Data[len(n.Data)-1]; (last == ' ' || last == '\n') && manner.Text != " " {
			manner.Text += " "
		}
		return []span{manner}
	}
	switch n.DataAtom {
	case atom.Br:
		return []span{{Break: true}}
	case atom.Img:
		for _, a := range n.Attr {
			if a.Key == "alt" && a.Val != "" {
				manner.Text = a.Val
				return []span{manner}
			}
		}
		return nil
	case atom.Strong, atom.B:
		manner.Strong = true
	case atom.Em, atom.I:
		manner.Emphasis = true
	case atom.A:
		for _, a := range n.Attr {
			if a.Key == "href" && (webLink(a.Val) != "" || strings.HasPrefix(a.Val, "mailto:")) {
				manner.Link = a.Val
			}
		}
	}
	var all []span
	for c := range n.ChildNodes() {
		all = append(all, spans(c, manner)...)
	}
	return all
}

// trimSpans drops white space and breaks at both ends.
func trimSpans(list []span) []span {
	empty := func(s span) bool { return s.Break || strings.TrimSpace(s.Text) == "" }
	for len(list) > 0 && empty(list[0]) {
		list = list[1:]
	}
	for len(list) > 0 && empty(list[len(list)-1]) {
		list = list[:len(list)-1]
	}
	if len(list) > 0 {
		list[0].Text = strings.TrimLeft(list[0].Text, " ")
		list[len(list)-1].Text = strings.TrimRight(list[len(list)-1].Text, " ")
	}
	return list
}

// shorten keeps whole blocks of at most max characters together, and says whether any were lost.
func shorten(blocks []block, max int) ([]block, bool) {
	for i, b := range blocks {
		for _, item := range b.Items {
			for _, s := range item {
				max -= len([]rune(s.Text)) + len(s.Link)
			}
		}
		if max < 0 {
			return append([]block(nil), blocks[:i]...), true
		}
	}
	return blocks, false
}

// plainBlocks writes blocks as plain text; a link stands in brackets after its words.
func plainBlocks(blocks []block) string {
	var b strings.Builder
	for _, block := range blocks {
		for i, item := range block.Items {
			switch block.Kind {
			case "list":
				b.WriteString("* ")
			case "numbers":
				b.WriteString(strconv.Itoa(i+1) + ". ")
			case "quote":
				b.WriteString("> ")
			}
			for _, s := range item {
				plainSpan(&b, s)
			}
			b.WriteString("\n")
			if block.Kind == "quote" {
				b.WriteString("\n")
			}
		}
		b.WriteString("\n")
	}
	return strings.TrimSpace(b.String())
}

func plainSpan(b *strings.Builder, s span) {
	if s.Break {
		b.WriteString("\n")
		return
	}
	b.WriteString(s.Text)
	if s.Link != "" && s.Link != s.Text {
		b.WriteString(" (" + strings.TrimPrefix(s.Link, "mailto:") + ")")
	}
}
