package richtext

import (
	"regexp"

	"github.com/microcosm-cc/bluemonday"
)

// policy is the allow-list. What is not in it is taken away: the tag alone where its content may
// stand (font, center), with its content where that is no text (script, style).
var policy = newPolicy()

var (
	languageTag = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$`)
	direction   = regexp.MustCompile(`^(ltr|rtl|auto)$`)
	number      = regexp.MustCompile(`^[0-9]{1,4}$`)
	scope       = regexp.MustCompile(`^(row|col|rowgroup|colgroup)$`)
	instant     = regexp.MustCompile(`^[0-9TZ:+. -]{4,40}$`)
)

func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements(
		"h2", "h3", "h4", "h5", "h6", "p", "div", "br", "hr", "blockquote", "pre",
		"ul", "ol", "li", "dl", "dt", "dd", "figure", "figcaption",
		"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td",
		"strong", "b", "em", "i", "s", "del", "ins", "sub", "sup", "small", "mark",
		"code", "kbd", "samp", "var", "q", "cite", "dfn", "abbr", "time",
	)
	p.AllowAttrs("lang").Matching(languageTag).Globally()
	p.AllowAttrs("lang").Matching(languageTag).OnElements("span") // a part in another language; else no span
	p.AllowAttrs("dir").Matching(direction).Globally()
	p.AllowAttrs("title").OnElements("abbr", "dfn")
	p.AllowAttrs("datetime").Matching(instant).OnElements("time")
	p.AllowAttrs("start").Matching(number).OnElements("ol")
	p.AllowAttrs("colspan", "rowspan").Matching(number).OnElements("td", "th")
	p.AllowAttrs("scope").Matching(scope).OnElements("th")

	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("src", "alt").OnElements("img")
	p.AllowAttrs("width", "height").Matching(number).OnElements("img")
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowRelativeURLs(false)
	p.RequireParseableURLs(true)
	return p
}
