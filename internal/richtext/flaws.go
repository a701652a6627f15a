package richtext

import (
	"path"
	"slices"
	"strings"

	"golang.org/x/net/html/atom"
)

// Flaw is something in an article that a reader with a screen reader stumbles over (EN 301 549, 11.8.2).
type Flaw struct {
	Kind  FlawKind
	Words string // of the link, or the name of the picture's file: what to look for in the source
}

// FlawKind says what is wrong.
type FlawKind string

// The kinds of flaw. Headings are no flaw: Sanitise puts their levels right.
const (
	FlawNoAlt FlawKind = "no_alt"     // a picture says nothing to those who don't see it
	FlawLink  FlawKind = "link_words" // a link's words don't say where it leads
)

// sayNothing are the words of links that mean nothing when a list of links is read aloud.
var sayNothing = []string{
	"hier", "klik hier", "deze link", "link", "lees meer", "lees verder", "meer", "meer info", "meer informatie", "meer lezen", "verder lezen",
	"here", "click here", "this link", "read more", "read on", "more", "more info", "more information", "learn more",
}

// Flaws lists what is wrong with an article that its author can mend, in the order of the text. It is for
// what is written here: what comes from a feed is taken as it is.
func (a Article) Flaws() []Flaw {
	root, err := parse(a.HTML)
	if err != nil {
		return nil // Sanitise made it, so it parses
	}
	var flaws []Flaw
	for n := range root.Descendants() {
		switch n.DataAtom {
		case atom.Img:
			if attr(n, "alt") == "" {
				flaws = append(flaws, Flaw{FlawNoAlt, path.Base(attr(n, "src"))})
			}
		case atom.A:
			words := Line(plainOf(n))
			if SaysNothing(words) {
				flaws = append(flaws, Flaw{FlawLink, words})
			}
		}
	}
	return flaws
}

// SaysNothing reports whether the words of a link don't say where it leads.
func SaysNothing(words string) bool {
	return slices.Contains(sayNothing, strings.ToLower(strings.Trim(words, " .…!:»>→")))
}
