package feed_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"bode.example/internal/feed"
	"bode.example/internal/newsletter"
)

var update = flag.Bool("update", false, "write the golden files anew")

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

var (
	from      = must(url.Parse("https://bron.example/feed.xml"))
	amsterdam = must(time.LoadLocation("Europe/Amsterdam"))
)

// The samples have the shape in which WordPress, Drupal, TYPO3, Hugo and Ghost write their feeds; what
// we read in them stands beside them.
func TestParse_Samples(t *testing.T) {
	files := must(filepath.Glob("testdata/samples/*"))
	if len(files) < 8 {
		t.Fatalf("only %d samples", len(files))
	}
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(name, func(t *testing.T) {
			d, err := feed.Parse(must(os.ReadFile(file)), "", from, feed.Options{Zone: amsterdam})
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			e := json.NewEncoder(&got)
			e.SetEscapeHTML(false)
			e.SetIndent("", "  ")
			if err := e.Encode(d); err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata/golden", name+".json")
			if *update {
				if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(must(os.ReadFile(golden))), got.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// rssOf makes a feed of items.
func rssOf(items string) string {
	return `<?xml version="1.0"?><rss version="2.0"><channel><title>t</title><link>https://www.bron.example/</link>` + items + `</channel></rss>`
}

func parse(t *testing.T, document string) *feed.Document {
	t.Helper()
	d, err := feed.Parse([]byte(document), "", from, feed.Options{MaxItems: 3, Zone: amsterdam})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestParse_ItemsThatLackSomething(t *testing.T) {
	tests := []struct {
		name, item string
		want       newsletter.Item
	}{
		{"no guid: the link tells", `<title>a</title><link>/b</link>`,
			newsletter.Item{Title: "a", Link: "https://www.bron.example/b"}},
		{"no link: a guid that is a permalink", `<title>a</title><guid>https://www.bron.example/b</guid>`,
			newsletter.Item{Title: "a", GUID: "https://www.bron.example/b", Link: "https://www.bron.example/b"}},
		{"no link: a guid that is none", `<title>a</title><guid isPermaLink="false">https://www.bron.example/b</guid>`,
			newsletter.Item{Title: "a", GUID: "https://www.bron.example/b"}},
		{"no title: the beginning of the text", `<description>Een bericht zonder titel.</description>`,
			newsletter.Item{Title: "Een bericht zonder titel.", Summary: "Een bericht zonder titel.", HTML: "<p>Een bericht zonder titel.</p>"}},
		{"a date that can't be read", `<title>a</title><pubDate>gisteren</pubDate>`, newsletter.Item{Title: "a"}},
		{"a link that is no web address", `<title>a</title><link>javascript:alert(1)</link>`, newsletter.Item{Title: "a"}},
		{"an author's address stays there", `<title>a</title><author>jan@bron.example (Jan)</author>`, newsletter.Item{Title: "a", Author: "Jan"}},
		{"an address as the author", `<title>a</title><author>jan@bron.example</author>`, newsletter.Item{Title: "a"}},
		{"control characters", "<title>a\x01b\x0b\uffff</title>", newsletter.Item{Title: "ab"}},
		{"a character reference to NUL", "<title>a&#0;b&#x202e;c</title>", newsletter.Item{Title: "abc"}},
		{"a portrait is not the picture", `<title>a</title><media:content xmlns:media="http://search.yahoo.com/mrss/" url="https://2.gravatar.com/avatar/x" medium="image"/>`,
			newsletter.Item{Title: "a"}},
		{"words for the picture", `<title>a</title><media:content xmlns:media="http://search.yahoo.com/mrss/" url="/p.jpg" medium="image"><media:description>De zaal</media:description></media:content>`,
			newsletter.Item{Title: "a", Picture: "https://www.bron.example/p.jpg", Alt: "De zaal"}},
		{"iCalendar's words", `<title>a</title><x:dtstart xmlns:x="urn:ietf:params:xml:ns:xcal">20261203T193000</x:dtstart><x:location xmlns:x="urn:ietf:params:xml:ns:xcal">Assen</x:location>`,
			newsletter.Item{Title: "a", Place: "Assen", StartsAt: newsletter.At(time.Date(2026, 12, 3, 18, 30, 0, 0, time.UTC))}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := parse(t, rssOf("<item>"+tt.item+"</item>"))
			if diff := cmp.Diff([]newsletter.Item{tt.want}, d.Items); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParse_NothingToShowIsDropped(t *testing.T) {
	d := parse(t, rssOf("<item></item><item><guid>x</guid></item><item><title>a</title></item>"))
	if len(d.Items) != 1 || d.Dropped != 2 {
		t.Errorf("%d items, %d dropped", len(d.Items), d.Dropped)
	}
}

func TestParse_KeepsTheNewest(t *testing.T) {
	var items strings.Builder
	for _, day := range []int{3, 1, 5, 2, 4} {
		fmt.Fprintf(&items, "<item><title>%d</title><pubDate>Mon, %02d Nov 2026 08:00:00 +0000</pubDate></item>", day, day)
	}
	titles := func(d *feed.Document) (s string) {
		for _, item := range d.Items {
			s += item.Title
		}
		return s
	}
	if d := parse(t, rssOf(items.String())); titles(d) != "354" || d.Dropped != 2 {
		t.Errorf("kept %s, dropped %d", titles(d), d.Dropped)
	}
	if d := parse(t, rssOf(items.String()+"<item><title>9</title></item>")); titles(d) != "315" || d.Dropped != 3 {
		t.Errorf("without all dates: kept %s, dropped %d", titles(d), d.Dropped)
	}
}

func TestParse_Charsets(t *testing.T) {
	const words = "Één café kost € 3 – ‘goed’ œuvre"
	document := func(encoding string) string {
		if encoding != "" {
			encoding = ` encoding="` + encoding + `"`
		}
		return strings.Replace(rssOf("<item><title>"+words+"</title></item>"), `<?xml version="1.0"?>`, `<?xml version="1.0"`+encoding+`?>`, 1)
	}
	in := func(e encoding.Encoding, s string) []byte { return must(e.NewEncoder().Bytes([]byte(s))) }
	latin9 := strings.NewReplacer("–", "-", "‘", "'", "’", "'") // ISO-8859-15 has no such signs
	tests := []struct {
		name, contentType, want string
		body                    []byte
	}{
		{"UTF-8, said by nobody", "", words, []byte(document(""))},
		{"UTF-8 with a mark", "", words, append([]byte{0xef, 0xbb, 0xbf}, document("utf-8")...)},
		{"windows-1252 by the prolog", "text/xml", words, in(charmap.Windows1252, document("windows-1252"))},
		{"ISO-8859-1 that is windows-1252", "", words, in(charmap.Windows1252, document("ISO-8859-1"))},
		{"ISO-8859-15 by the header", "application/rss+xml; charset=iso-8859-15", latin9.Replace(words), in(charmap.ISO8859_15, latin9.Replace(document("")))},
		{"header against prolog", "text/xml; charset=windows-1252", words, in(charmap.Windows1252, document("UTF-8"))},
		{"a server's default against the truth", "text/xml; charset=iso-8859-1", words, []byte(document("utf-8"))},
		{"UTF-8 that is windows-1252", "text/xml; charset=utf-8", words, in(charmap.Windows1252, document("utf-8"))},
		{"UTF-16 with a mark", "text/xml; charset=utf-8", words, in(unicode.UTF16(unicode.BigEndian, unicode.UseBOM), document("UTF-16"))},
		{"UTF-16, little end first, no mark", "", words, in(unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), document("UTF-16"))},
		{"UTF-8 with one letter cut in half", "", words, []byte(strings.Replace(document("utf-8"), "</title></item>", "\xc3</title></item>", 1))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := feed.Parse(tt.body, tt.contentType, from, feed.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if d.Items[0].Title != tt.want {
				t.Errorf("got %q, want %q", d.Items[0].Title, tt.want)
			}
		})
	}
	_, err := feed.Parse([]byte(strings.Replace(document("klingon"), "café", "caf\xe9", 1)), "", from, feed.Options{})
	if !newsletter.Is(err, newsletter.Invalid) || !strings.Contains(err.Error(), `"klingon"`) {
		t.Errorf("an unknown character set: %v", err)
	}
}

func TestParse_Refuses(t *testing.T) {
	tests := []struct{ name, document, want string }{
		{"nothing", " \n", "the answer was empty"},
		{"broken at a line", "<rss><channel>\n<item>\n<title>a</item>\n<![CDATA[", "line 4"},
		{"a web page that names its feed", `<!DOCTYPE html><html><head><link rel="alternate" type="application/rss+xml" href="/nieuws/rss"></head><body></body></html>`,
			"its feed is at https://bron.example/nieuws/rss"},
		{"a web page", "<!doctype html><html><head><title>Niet gevonden</title></head></html>", "a web page and no feed, and it names none"},
		{"something else", `<?xml version="1.0"?><sitemapindex/>`, "neither RSS, nor Atom, nor JSON Feed"},
		{"plain text", `Onderhoud`, "neither RSS, nor Atom, nor JSON Feed"},
		{"JSON that is no feed", `{"items": 3}`, "can't be read"},
		{"broken off", "<rss><channel><item><title>a</title>", "breaks off in the middle"},
		{"too deep", "<rss><channel><item>" + strings.Repeat("<x:a>", 100_000), "200 deep"},
		{"too deep, behind what another decoder would stop at", "<rss><channel><item>&#0;\x01<?xml version=\"1.0\" encoding=\"latin1\"?>" + strings.Repeat("<x:a>", 100_000), "200 deep"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := feed.Parse([]byte(tt.document), "", from, feed.Options{})
			if !newsletter.Is(err, newsletter.Invalid) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// Entities are not expanded: a document of a kilobyte would otherwise become one of gigabytes.
func TestParse_EntityBomb(t *testing.T) {
	bomb := `<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY x SYSTEM "file:///etc/passwd">]>` +
		strings.TrimPrefix(rssOf("<item><title>&c;&x;</title></item>"), `<?xml version="1.0"?>`)
	d := parse(t, bomb)
	if got := d.Items[0].Title; len(got) > 20 || strings.Contains(got, "root") {
		t.Errorf("title %.100q", got)
	}
}

func TestParse_Every(t *testing.T) {
	sy := func(period, frequency string) string {
		return `<sy:updatePeriod xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">` + period +
			`</sy:updatePeriod><sy:updateFrequency xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">` + frequency + `</sy:updateFrequency>`
	}
	for document, want := range map[string]time.Duration{
		"<ttl> 90 </ttl>": 90 * time.Minute, "<ttl>-5</ttl>": 0, "<ttl>vaak</ttl>": 0, "": 0,
		sy("daily", "4"): 6 * time.Hour, sy("hourly", "x"): time.Hour, sy("ooit", "1"): 0,
	} {
		if d := parse(t, rssOf(document)); d.Every != want {
			t.Errorf("%s: %v, want %v", document, d.Every, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, file := range must(filepath.Glob("testdata/samples/*")) {
		f.Add(must(os.ReadFile(file)), "text/xml; charset=utf-8")
	}
	f.Add([]byte("\xff\xfe<\x00r\x00s\x00s\x00"), "text/xml; charset=utf-16")
	f.Add([]byte(`{"version":"https://jsonfeed.org/version/1","items":[null,{"id":{},"_event":[]}]}`), "application/json")
	f.Add([]byte(`<feed xml:base="%zz"><entry><content type="xhtml"><div><p>`), "")
	f.Add([]byte(rssOf(`<item><title>&#0;</title><enclosure/><media:group xmlns:media="http://search.yahoo.com/mrss/"><media:content/></media:group></item>`)), "x; charset=;")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		d, err := feed.Parse(body, contentType, from, feed.Options{MaxItems: 20})
		if err != nil {
			if newsletter.CodeOf(err) != newsletter.Invalid || !utf8.ValidString(err.Error()) {
				t.Fatalf("%q", err)
			}
			return
		}
		if len(d.Items) > 20 {
			t.Fatalf("%d items", len(d.Items))
		}
		for _, item := range d.Items {
			checkItem(t, item)
		}
		newsletter.MatchItems(d.Items, nil)
	})
}

// checkItem holds what the store and the pages rely on.
func checkItem(t *testing.T, item newsletter.Item) {
	t.Helper()
	if item.Title == "" || utf8.RuneCountInString(item.Title) > 300 || utf8.RuneCountInString(item.Summary) > 300 {
		t.Fatalf("title %q, summary %q", item.Title, item.Summary)
	}
	for _, s := range append([]string{item.GUID, item.Link, item.Title, item.Summary, item.HTML, item.Picture, item.Alt, item.Author, item.Place}, item.Categories...) {
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			t.Fatalf("not clean: %q", s)
		}
	}
	for _, address := range []string{item.Link, item.Picture} {
		if address != "" && !strings.HasPrefix(address, "http://") && !strings.HasPrefix(address, "https://") {
			t.Fatalf("address %q", address)
		}
	}
	if !item.EndsAt.IsZero() && item.EndsAt.Before(item.StartsAt.Time) {
		t.Fatalf("ends %v before it starts %v", item.EndsAt, item.StartsAt)
	}
}
