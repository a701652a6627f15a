package feed

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/json"
	"github.com/mmcdole/gofeed/rss"
	"golang.org/x/net/html/charset"

	"bode.example/internal/newsletter"
	"bode.example/internal/richtext"
)

// Document is a feed that was read.
type Document struct {
	Title string
	Link  string // the page that it is the feed of
	// Items are in the order of the document. Those without anything to show are not among them,
	// and of more than the limit only the newest.
	Items []newsletter.Item
	// Dropped is how many were left out.
	Dropped int
	// Every is how often the source is renewed, by its own word; 0 if it gives none.
	Every time.Duration
}

// Parse reads a document of RSS (2.0, 1.0, 0.9x), Atom or JSON Feed. contentType is the header of
// the answer, which may name a character set; from is where it came from, which relative
// addresses begin at. Its errors are of package newsletter and say what is wrong in a sentence.
func Parse(body []byte, contentType string, from *url.URL, o Options) (*Document, error) {
	o = o.withDefaults()
	text, err := decode(body, contentType)
	if err != nil {
		return nil, err
	}
	text = legal(text)
	if err := scan(text); err != nil {
		return nil, notUnderstood(text, from, err)
	}
	source, err := read(text)
	if err != nil {
		return nil, notUnderstood(text, from, err)
	}
	d := &Document{Title: cut(richtext.Title(source.Title), maxTitle), Every: every(source)}
	base := from
	if link, ok := richtext.Absolute(source.Link, from, "http", "https"); ok {
		d.Link = link
		base, _ = url.Parse(link) // Absolute made it, so it parses
	}
	r := itemReader{base: base, language: source.Language, zone: o.Zone, events: jsonEvents(source, text, o.Zone)}
	for i, raw := range source.Items {
		item, ok := r.item(raw, original(source, i))
		if !ok {
			d.Dropped++
			continue
		}
		d.Items = append(d.Items, item)
	}
	d.limit(o.MaxItems)
	return d, nil
}

// read lets gofeed read the document. It panics on nothing that we know, but strangers write these.
func read(text []byte) (source *gofeed.Feed, err error) {
	err = newsletter.Unharmed(func() (err error) {
		parser := gofeed.NewParser()
		parser.KeepOriginalFeed = true
		parser.RSSTranslator = &gofeed.DefaultRSSTranslator{DisableContentImageScan: true}
		source, err = parser.Parse(bytes.NewReader(text))
		return err
	})
	return source, err
}

// reference is a reference to a character by its number.
var reference = regexp.MustCompile(`&#(?:[0-9]{1,9}|[xX][0-9A-Fa-f]{1,8});`)

// legal takes out the characters that XML can't hold (XML 1.0, section 2.2), also where they are
// referred to by number: one of them, out of somebody's word processor, would otherwise keep the
// whole feed from being read.
func legal(text []byte) []byte {
	text = bytes.Map(func(r rune) rune {
		if isLegal(r) {
			return r
		}
		return -1
	}, text)
	return reference.ReplaceAllFunc(text, func(ref []byte) []byte {
		digits, base := string(ref[2:len(ref)-1]), 10
		if digits[0] == 'x' || digits[0] == 'X' {
			digits, base = digits[1:], 16
		}
		if n, err := strconv.ParseInt(digits, base, 32); err != nil || !isLegal(rune(n)) {
			return nil
		}
		return ref
	})
}

func isLegal(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xd7ff || r >= 0xe000 && r <= 0xfffd || r >= 0x10000 && r <= 0x10ffff
}

// maxDepth is far beyond any real feed. gofeed follows foreign elements by recursion, and a stack
// that overflows ends the program.
const maxDepth = 200

var errDepth = fmt.Errorf("it nests its elements more than %d deep", maxDepth)

// scan goes through XML with the decoder that gofeed uses, and fails on what that would fail on and
// on what is nested too deep. What is no XML passes: JSON has a limit of its own.
func scan(text []byte) error {
	if !bytes.HasPrefix(text, []byte("<")) {
		return nil
	}
	decoder := xml.NewDecoder(bytes.NewReader(text))
	decoder.Strict = false
	decoder.CharsetReader = charset.NewReaderLabel
	for depth := 0; ; {
		token, err := decoder.RawToken()
		if err != nil {
			return err
		}
		switch token.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			if depth--; depth <= 0 {
				return nil // the end of the root: nobody reads on
			}
		}
		if depth > maxDepth {
			return errDepth
		}
	}
}

// notUnderstood says why a document is no feed that we can read.
func notUnderstood(text []byte, from *url.URL, err error) error {
	if feeds, page := announced(text, from); page {
		if len(feeds) > 0 {
			return newsletter.Errorf(newsletter.Invalid, "feed_is_page", "this is a web page and no feed; the page says that its feed is at %s", feeds[0])
		}
		return newsletter.Errorf(newsletter.Invalid, "feed_is_page", "this is a web page and no feed, and it names none")
	}
	var syntax *xml.SyntaxError
	switch {
	case len(text) == 0:
		return newsletter.Errorf(newsletter.Invalid, "feed_empty", "the answer was empty")
	case errors.As(err, &syntax):
		return newsletter.Errorf(newsletter.Invalid, "feed_not_understood", "the feed is not right at line %d: %s", syntax.Line, syntax.Msg)
	case errors.Is(err, io.EOF):
		return newsletter.Errorf(newsletter.Invalid, "feed_not_understood", "the feed breaks off in the middle")
	case errors.Is(err, gofeed.ErrFeedTypeNotDetected):
		return newsletter.Errorf(newsletter.Invalid, "feed_not_understood", "this is neither RSS, nor Atom, nor JSON Feed")
	}
	return newsletter.Errorf(newsletter.Invalid, "feed_not_understood", "the feed can't be read: %w", err)
}

// limit keeps the newest items, in the order of the document. Where not all have a date, those that
// stand first are taken for the newest.
func (d *Document) limit(n int) {
	if len(d.Items) <= n {
		return
	}
	d.Dropped += len(d.Items) - n
	dates := make([]time.Time, len(d.Items))
	for i, item := range d.Items {
		if item.Published.IsZero() {
			d.Items = d.Items[:n]
			return
		}
		dates[i] = item.Published.Time
	}
	slices.SortFunc(dates, func(a, b time.Time) int { return b.Compare(a) })
	oldest, room := dates[n-1], n
	kept := d.Items[:0]
	for _, item := range d.Items {
		if room > 0 && !item.Published.Before(oldest) {
			kept, room = append(kept, item), room-1
		}
	}
	d.Items = kept
}

// original is what gofeed made item i of, before it put all formats into one.
func original(source *gofeed.Feed, i int) any {
	switch f := source.OriginalFeed().(type) {
	case *rss.Feed:
		if i < len(f.Items) {
			return f.Items[i]
		}
	case *json.Feed:
		if i < len(f.Items) {
			return f.Items[i]
		}
	}
	return nil
}
