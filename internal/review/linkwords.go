package review

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"bode.example/internal/richtext"
)

// linkIn is a link as it stands in a text.
type linkIn struct{ words, address string }

// linksIn returns the links of a piece of HTML that package richtext made.
func linksIn(fragment string) []linkIn {
	root, err := html.Parse(strings.NewReader(fragment))
	if err != nil {
		return nil // html.Parse takes anything that a string can hold
	}
	return linksUnder(root)
}

func linksUnder(root *html.Node) (all []linkIn) {
	for n := range root.Descendants() {
		if n.DataAtom != atom.A {
			continue
		}
		if address, has := attr(n, "href"); has {
			all = append(all, linkIn{richtext.Line(textOf(n)), strings.TrimSpace(address)})
		}
	}
	return all
}

// isBare reports whether the words of a link are an address, which is tedious when it is read aloud.
func isBare(words string) bool {
	lower := strings.ToLower(words)
	return !strings.Contains(words, " ") && (strings.HasPrefix(lower, "http://") || strings.HasPrefix(lower, "https://") || strings.HasPrefix(lower, "www."))
}

// shorteners hide where a link leads: readers can't judge it, and filters distrust it.
var shorteners = []string{"bit.ly", "tinyurl.com", "goo.gl", "t.co", "ow.ly", "is.gd", "buff.ly", "rebrand.ly", "cutt.ly", "shorturl.at", "tiny.cc", "lnkd.in"}

func isShortened(address string) bool {
	u, err := url.Parse(address)
	return err == nil && slices.Contains(shorteners, strings.ToLower(strings.TrimPrefix(u.Hostname(), "www.")))
}

// target finds where a link of Markdown leads, as it was typed: one that is no address is gone from what is
// made of it.
var target = regexp.MustCompile(`\]\(\s*<?([^)\s>]+)`)

// introductionLinks looks at the links of the introduction, and returns them.
func introductionLinks(markdown string, found *Findings) []linkIn {
	at := Where{Part: PartIntroduction}
	for _, m := range target.FindAllStringSubmatch(markdown, -1) {
		u, err := url.Parse(m[1])
		if err != nil || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "mailto" || u.Scheme != "mailto" && u.Host == "" {
			found.add(Severe, KindLinkUnreadable, at, "Address", excerpt(m[1]))
		}
	}
	article, err := richtext.Markdown([]byte(markdown), nil)
	if err != nil {
		return nil // then the mail shows its words alone
	}
	links := linksIn(article.HTML)
	for _, l := range links {
		switch {
		case richtext.SaysNothing(l.words):
			found.add(Warning, KindLinkWords, at, "Words", excerpt(l.words))
		case isBare(l.words):
			found.add(Hint, KindLinkBare, at, "Words", excerpt(l.words))
		}
	}
	return links
}

// mailLinks looks at the links of a mail. What is known was told already, where it can be mended.
func mailLinks(root *html.Node, known []linkIn, found *Findings) {
	at := Where{Part: PartMail}
	places := map[string]string{}
	for _, l := range linksUnder(root) {
		switch {
		case l.words == "":
			found.add(Severe, KindLinkEmpty, at, "Address", excerpt(l.address))
		case richtext.SaysNothing(l.words) && !slices.Contains(known, l):
			found.add(Warning, KindLinkWords, at, "Words", excerpt(l.words))
		}
		if before, ok := places[l.words]; ok && before != l.address {
			found.add(Warning, KindLinkSame, at, "Words", excerpt(l.words))
		}
		places[l.words] = l.address
	}
}
