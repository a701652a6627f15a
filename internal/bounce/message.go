package bounce

import (
	"bytes"
	"io"
	"net/mail"
	"regexp"
	"strings"

	gomessage "github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // texts in any charset
	"golang.org/x/net/html"
)

// The bounds of what is looked at. Reports are small; what lies beyond is somebody's attachment.
const (
	maxPart  = 256 << 10
	maxParts = 40
	maxDepth = 6
)

// message is one taken apart: its leaves, in order. What is enclosed as message/rfc822 is a leaf, so that
// a report that somebody forwards is not taken for a report.
type message struct {
	header gomessage.Header
	parts  []part
	raw    []byte
	sender *string // the envelope's, where it is known; "" is the null sender
}

type part struct {
	kind   string // media type in lower case
	header gomessage.Header
	body   []byte
}

// open takes a message apart as far as it can be. A header that can't be read leaves one part of plain text.
func open(raw []byte) *message {
	m := &message{raw: raw}
	entity, err := gomessage.Read(bytes.NewReader(raw))
	if entity == nil || err != nil && !gomessage.IsUnknownCharset(err) && !gomessage.IsUnknownEncoding(err) {
		m.parts = []part{{kind: "text/plain", body: raw[:min(len(raw), maxPart)]}}
		return m
	}
	m.header = entity.Header
	m.walk(entity, 0)
	return m
}

func (m *message) walk(e *gomessage.Entity, depth int) {
	if len(m.parts) >= maxParts || depth > maxDepth {
		return
	}
	if parts := e.MultipartReader(); parts != nil {
		for len(m.parts) < maxParts {
			next, err := parts.NextPart()
			if next == nil || err != nil && !gomessage.IsUnknownCharset(err) && !gomessage.IsUnknownEncoding(err) {
				return // also of one that is cut off: what came before it stays
			}
			m.walk(next, depth+1)
		}
		return
	}
	kind, _, err := e.Header.ContentType()
	if err != nil {
		kind, _, _ = strings.Cut(e.Header.Get("Content-Type"), ";")
	}
	if kind = strings.ToLower(strings.TrimSpace(kind)); kind == "" {
		kind = "text/plain"
	}
	body, _ := io.ReadAll(io.LimitReader(e.Body, maxPart)) // what can be read of it
	m.parts = append(m.parts, part{kind: kind, header: e.Header, body: body})
}

// part returns the first part of one of the kinds.
func (m *message) part(kinds ...string) *part {
	for i := range m.parts {
		for _, kind := range kinds {
			if m.parts[i].kind == kind {
				return &m.parts[i]
			}
		}
	}
	return nil
}

// text is what a person would read first: plain text, or else what HTML shows.
func (m *message) text() string {
	if p := m.part("text/plain"); p != nil {
		return strings.ReplaceAll(string(p.body), "\r\n", "\n")
	}
	if p := m.part("text/html"); p != nil {
		return plain(p.body)
	}
	return ""
}

// plain is the text of HTML, a block a line.
func plain(markup []byte) string {
	var b strings.Builder
	z := html.NewTokenizer(bytes.NewReader(markup))
	hidden := 0
	for {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			if hidden == 0 {
				b.Write(z.Text())
			}
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			switch string(name) {
			case "script", "style", "title":
				if kind == html.StartTagToken {
					hidden++
				} else if hidden > 0 {
					hidden--
				}
			case "p", "br", "div", "tr", "li", "h1", "h2", "h3", "table", "blockquote":
				b.WriteByte('\n')
			case "td":
				b.WriteByte(' ')
			}
		}
	}
}

// get is a field of the header, decoded, on one line.
func (m *message) get(name string) string {
	text, err := m.header.Text(name)
	if err != nil {
		text = m.header.Get(name)
	}
	return oneLine(text)
}

// from is the address of who wrote the message, in lower case; empty if there is none.
func (m *message) from() string {
	for _, name := range []string{"From", "Sender"} {
		if list, err := mail.ParseAddressList(m.header.Get(name)); err == nil && len(list) > 0 {
			return strings.ToLower(list[0].Address)
		}
		if found := anAddress.FindString(m.header.Get(name)); found != "" {
			return strings.ToLower(found)
		}
	}
	return ""
}

// to are the addresses that a message was sent to, by what its header tells.
func (m *message) to() (all []string) {
	for _, name := range []string{"Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc"} {
		for _, value := range m.header.Values(name) {
			for _, address := range anAddress.FindAllString(value, maxTagged) {
				all = append(all, strings.ToLower(address))
			}
		}
	}
	return all
}

func (m *message) hops() int { return len(m.header.Values("Received")) }

var (
	anAddress = regexp.MustCompile(`[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+`)
	// aTagged is an address with a tag as long as that of a token (package token: 30 octets in base 32).
	aTagged = regexp.MustCompile(`[A-Za-z0-9.!#$%&'*/=?^_{|}~-]+\+[A-Za-z2-9]{48}@[A-Za-z0-9.-]+[A-Za-z0-9]`)
)

// maxTagged bounds how many addresses are tried: a token that can't be told apart costs a hash.
const maxTagged = 20

// tagged returns the addresses of the whole message that may bear a token, each once: a report names the
// sender in different fields, and old servers just enclose the message. Where it stands doesn't matter; to
// know it is the proof.
func (m *message) tagged() (found []string) {
	seen := map[string]bool{}
	look := func(text []byte) {
		for _, a := range aTagged.FindAll(text, maxTagged) {
			if s := strings.ToLower(string(a)); !seen[s] && len(found) < maxTagged {
				seen[s], found = true, append(found, s)
			}
		}
	}
	look(m.raw[:min(len(m.raw), maxParts*maxPart)])
	for i := range m.parts {
		look(m.parts[i].body) // decoded
	}
	return found
}
