package mailer

import (
	"fmt"
	"strings"

	"golang.org/x/net/html"
)

// places finds out where each mark of an HTML text lands, in order, and what escaping a value needs
// there. Where no escaping makes a value harmless (script, style, event handlers, attributes
// without quotes, the names of things) a mark is refused.
func (m *Marker) places(text string) ([]escaping, error) {
	found := []escaping{} // not nil: that would say that the text isn't HTML
	z := html.NewTokenizer(strings.NewReader(text))
	raw := "" // the element whose content isn't markup, while we are in it
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return found, nil // io.EOF: the reader can't fail otherwise
		}
		token := string(z.Raw())
		literals, _, err := m.split(token)
		if err != nil {
			return nil, err
		}
		switch kind {
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			if raw = ""; rawElements[string(name)] {
				raw = string(name)
			}
			in, err := m.attributePlaces(token)
			if err != nil {
				return nil, err
			}
			if len(in) != len(literals)-1 {
				return nil, fmt.Errorf("a merge field stands in a tag <%.20s> outside a quoted attribute value", name)
			}
			found = append(found, in...)
		case html.TextToken, html.CommentToken:
			if raw != "" && len(literals) > 1 {
				return nil, fmt.Errorf("a merge field stands inside <%s>", raw)
			}
			for range len(literals) - 1 {
				found = append(found, escapeHTML)
			}
		default:
			raw = ""
			if len(literals) > 1 {
				return nil, fmt.Errorf("a merge field stands in %.40q", literals[0])
			}
		}
	}
}

// rawElements hold text that isn't HTML, so entities mean nothing in them.
var rawElements = map[string]bool{
	"script": true, "style": true, "iframe": true, "noembed": true, "noframes": true, "xmp": true, "plaintext": true,
}

// urlAttributes hold one URL each.
var urlAttributes = map[string]bool{
	"href": true, "src": true, "action": true, "formaction": true, "background": true, "cite": true,
	"poster": true, "data": true, "longdesc": true, "xlink:href": true,
}

// attributePlaces is the escaping of the marks in the quoted attribute values of a start tag.
func (m *Marker) attributePlaces(tag string) ([]escaping, error) {
	var found []escaping
	rest := strings.TrimLeft(tag, "<")
	rest = rest[min(len(rest), max(0, strings.IndexAny(rest, " \t\n\f/>"))):]
	for {
		rest = strings.TrimLeft(rest, " \t\n\f/")
		end := strings.IndexAny(rest, " \t\n\f/>=")
		if end <= 0 { // the end of the tag
			return found, nil
		}
		name := strings.ToLower(rest[:end])
		rest = strings.TrimLeft(rest[end:], " \t\n\f")
		if !strings.HasPrefix(rest, "=") {
			continue
		}
		rest = strings.TrimLeft(rest[1:], " \t\n\f")
		if rest == "" || rest[0] != '"' && rest[0] != '\'' {
			rest = rest[max(0, strings.IndexAny(rest, " \t\n\f>")):] // no quotes: a mark in it isn't counted
			continue
		}
		value, after, _ := strings.Cut(rest[1:], rest[:1])
		rest = after
		in, err := m.attributePlace(name, value)
		if err != nil {
			return nil, err
		}
		found = append(found, in...)
	}
}

func (m *Marker) attributePlace(name, value string) ([]escaping, error) {
	literals, _, err := m.split(value)
	if err != nil || len(literals) == 1 {
		return nil, err
	}
	if strings.HasPrefix(name, "on") || name == "style" || name == "srcdoc" || name == "srcset" || strings.Contains(name, m.prefix) {
		return nil, fmt.Errorf("a merge field stands in the attribute %.20q", name)
	}
	found := make([]escaping, len(literals)-1)
	for i := range found {
		switch {
		case !urlAttributes[name]:
			found[i] = escapeHTML
		case i == 0 && strings.TrimSpace(literals[0]) == "":
			found[i] = escapeURLStart
		default:
			found[i] = escapeURL
		}
	}
	return found, nil
}
