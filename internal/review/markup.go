package review

import (
	"path"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"bode.example/internal/newsletter"
	"bode.example/internal/richtext"
)

// clipped is from how many octets of HTML on Gmail shows the beginning of a mail only.
const clipped = 102 * 1024

// mail looks at what the templates made of all: the message that a reader gets.
func mail(m *newsletter.SampleMail, known []linkIn, found *Findings) {
	at := Where{Part: PartMail}
	parts, err := readMail(m.Message)
	if err != nil || strings.TrimSpace(parts.text) == "" {
		found.add(Severe, KindText, at)
	}
	if err != nil || !parts.saysHowToLeave(m.LeaveURL) {
		found.add(Severe, KindLeave, at)
	}
	if err != nil {
		return
	}
	if len(parts.html) > clipped {
		found.add(Severe, KindSize, at, "Size", len(parts.html)/1024)
	}
	if m.LeftOut > 0 {
		found.add(Hint, KindLeftOut, at, "Count", m.LeftOut)
	}
	root, err := html.Parse(strings.NewReader(parts.html))
	if err != nil {
		return // html.Parse takes anything that a string can hold
	}
	headings(root, found)
	pictures(root, found)
	mailLinks(root, known, found)
	contrasts(root, found)
}

func headings(root *html.Node, found *Findings) {
	at := Where{Part: PartMail}
	level, ones := 0, 0
	for n := range root.Descendants() {
		now := headingLevel(n)
		if now == 0 {
			continue
		}
		words := richtext.Line(textOf(n))
		if words == "" {
			found.add(Warning, KindHeadingEmpty, at)
		}
		if now > level+1 && level > 0 {
			found.add(Warning, KindHeadingOrder, at, "Words", excerpt(words))
		}
		if level = now; now == 1 {
			ones++
		}
	}
	if ones != 1 {
		found.add(Warning, KindHeadingOne, at)
	}
}

func headingLevel(n *html.Node) int {
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		return int(n.Data[1] - '0')
	}
	return 0
}

// pictures finds those without an alternative text. An empty one says that a picture is decoration.
func pictures(root *html.Node, found *Findings) {
	for n := range root.Descendants() {
		if n.DataAtom != atom.Img {
			continue
		}
		if _, has := attr(n, "alt"); !has {
			src, _ := attr(n, "src")
			found.add(Severe, KindMailAlt, Where{Part: PartMail}, "Words", excerpt(path.Base(src)))
		}
	}
}

// textOf is what stands in an element, pictures by their alternative texts.
func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		switch {
		case d.Type == html.TextNode:
			b.WriteString(d.Data)
		case d.DataAtom == atom.Img:
			alt, _ := attr(d, "alt")
			b.WriteString(alt)
		case d.DataAtom == atom.Br:
			b.WriteString(" ")
		}
	}
	return b.String()
}

func attr(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}
