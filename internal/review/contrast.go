package review

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"bode.example/internal/richtext"
)

// What WCAG 2.2, 1.4.3 asks of text on its ground, and what is too little for anybody.
const (
	enough      = 4.5
	enoughLarge = 3.0 // from 24 px on, or 18.66 px in bold
	hardly      = 3.0
)

// colour is a colour as the screen mixes it.
type colour struct{ r, g, b uint8 }

func (c colour) String() string { return fmt.Sprintf("#%02x%02x%02x", c.r, c.g, c.b) }

// manner is how text looks, as far as its contrast depends on it.
type manner struct {
	front, back colour
	size        float64 // px
	bold        bool
}

// contrasts holds every text of a mail against its ground, by the styles that stand at the elements: those are
// what every mail program obeys. Each pair of colours is told once.
func contrasts(root *html.Node, found *Findings) {
	c := contrast{found: found, told: map[[2]colour]bool{}}
	c.walk(root, manner{front: colour{}, back: colour{255, 255, 255}, size: 16})
}

type contrast struct {
	found *Findings
	told  map[[2]colour]bool
}

func (c *contrast) walk(n *html.Node, m manner) {
	switch {
	case n.Type == html.TextNode:
		c.text(n, m)
		return
	case n.DataAtom == atom.Style, n.DataAtom == atom.Script, n.DataAtom == atom.Head, n.DataAtom == atom.Title:
		return
	case n.DataAtom == atom.B, n.DataAtom == atom.Strong, headingLevel(n) > 0:
		m.bold = true
	}
	style, _ := attr(n, "style")
	if ground, ok := attr(n, "bgcolor"); ok {
		if parsed, ok := parseColour(ground); ok {
			m.back = parsed
		}
	}
	for declaration := range strings.SplitSeq(style, ";") {
		property, value, _ := strings.Cut(declaration, ":")
		property, value = strings.ToLower(strings.TrimSpace(property)), strings.ToLower(strings.TrimSpace(value))
		if property == "display" && value == "none" {
			return
		}
		m.set(property, strings.TrimSpace(strings.TrimSuffix(value, "!important")))
	}
	for child := range n.ChildNodes() {
		c.walk(child, m)
	}
}

func (m *manner) set(property, value string) {
	switch property {
	case "color":
		if parsed, ok := parseColour(value); ok {
			m.front = parsed
		}
	case "background", "background-color":
		for word := range strings.FieldsSeq(value) {
			if parsed, ok := parseColour(word); ok {
				m.back = parsed
			}
		}
	case "font-size":
		if px, err := strconv.ParseFloat(strings.TrimSuffix(value, "px"), 64); err == nil {
			m.size = px
		}
	case "font-weight":
		weight, err := strconv.Atoi(value)
		m.bold = value == "bold" || err == nil && weight >= 700
	}
}

func (c *contrast) text(n *html.Node, m manner) {
	words := richtext.Line(strings.Trim(n.Data, " \n\t\u00a0\u200c\u200b"))
	pair := [2]colour{m.front, m.back}
	if words == "" || c.told[pair] {
		return
	}
	ratio, least := contrastOf(m.front, m.back), enough
	if m.size >= 24 || m.bold && m.size >= 18.66 {
		least = enoughLarge
	}
	if ratio >= least {
		return
	}
	severity := Warning
	if ratio < hardly {
		severity = Severe
	}
	c.told[pair] = true
	c.found.add(severity, KindContrast, Where{Part: PartMail}, "Words", excerpt(words),
		"Front", m.front.String(), "Back", m.back.String(), "Ratio", strconv.FormatFloat(math.Floor(ratio*10)/10, 'f', 1, 64))
}

// contrastOf is the contrast of WCAG 2.2, from 1 to 21.
func contrastOf(a, b colour) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func (c colour) luminance() float64 {
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.r) + 0.7152*linear(c.g) + 0.0722*linear(c.b)
}

// parseColour reads the forms that stand in mails: #rgb, #rrggbb, and the two plain words.
func parseColour(s string) (colour, bool) {
	switch s = strings.ToLower(strings.TrimSpace(s)); s {
	case "white":
		return colour{255, 255, 255}, true
	case "black":
		return colour{}, true
	}
	digits, ok := strings.CutPrefix(s, "#")
	if !ok {
		return colour{}, false
	}
	if len(digits) == 3 {
		digits = strings.Repeat(digits[:1], 2) + strings.Repeat(digits[1:2], 2) + strings.Repeat(digits[2:], 2)
	}
	v, err := strconv.ParseUint(digits, 16, 32)
	if err != nil || len(digits) != 6 {
		return colour{}, false
	}
	return colour{uint8(v >> 16), uint8(v >> 8), uint8(v)}, true //nolint:gosec // the lowest octets are meant
}
