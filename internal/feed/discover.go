package feed

import (
	"bytes"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"bode.example/internal/richtext"
)

// announced reports whether a text is a web page, and which feeds its head names: whoever gives a
// feed's address often gives that of the page.
func announced(text []byte, from *url.URL) (feeds []string, page bool) {
	z := html.NewTokenizer(bytes.NewReader(text))
	for range 2000 { // of a page, the head will do
		kind := z.Next()
		if kind == html.ErrorToken {
			return feeds, page
		}
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			continue
		}
		token := z.Token()
		switch token.DataAtom {
		case atom.Html, atom.Head, atom.Body:
			page = true
		case atom.Link:
			if address, ok := feedLink(token, from); ok {
				feeds = append(feeds, address)
			}
		}
	}
	return feeds, page
}

func feedLink(token html.Token, from *url.URL) (address string, ok bool) {
	attributes := map[string]string{}
	for _, a := range token.Attr {
		attributes[a.Key] = strings.ToLower(a.Val)
		if a.Key == "href" {
			address = a.Val
		}
	}
	switch attributes["type"] {
	case "application/rss+xml", "application/atom+xml", "application/feed+json":
	default:
		return "", false
	}
	if !strings.Contains(attributes["rel"], "alternate") {
		return "", false
	}
	return richtext.Absolute(address, from, "http", "https")
}
