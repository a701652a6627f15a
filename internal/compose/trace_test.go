package compose

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"bode.example/internal/newsletter"
)

var (
	addresses = regexp.MustCompile(`(?:href|src|background)="([^"]*)"`)
	pictures  = regexp.MustCompile(`<img[^>]*>`)
	width     = regexp.MustCompile(`\bwidth="([0-9]+)"`)
)

// Nobody is followed: two readers' copies differ in the links that are each one's own and nowhere else, and
// no picture is there but to be seen.
func TestD8_NoPixelAndNoPersonalLink(t *testing.T) {
	c := composer(t)
	other := Personal{Greeting: samplePersonal.Greeting, UnsubscribeURL: "https://nieuws.noorderkring.example/u/other",
		PreferencesURL: "https://nieuws.noorderkring.example/v/other", WhyURL: "https://nieuws.noorderkring.example/w/other"}
	own := []string{samplePersonal.UnsubscribeURL, samplePersonal.PreferencesURL, samplePersonal.WhyURL}
	for _, lang := range newsletter.Languages() {
		for _, d := range sampleDigests(lang, newsletter.Standard) {
			rendered, err := c.Digest(d)
			if err != nil {
				t.Fatal(err)
			}
			mine, theirs := readMail(t, mergeLetter(t, rendered.Letter, &samplePersonal)), readMail(t, mergeLetter(t, rendered.Letter, &other))
			links := linksOf(theirs.html)
			for link := range linksOf(mine.html) {
				if !links[link] && !slices.Contains(own, link) {
					t.Errorf("%s (%s) is one reader's own", link, lang)
				}
			}
			if len(links) < 4 {
				t.Errorf("the test sees %d links", len(links))
			}
			for _, picture := range pictures.FindAllString(mine.html, -1) {
				if m := width.FindStringSubmatch(picture); m == nil || len(m[1]) < 2 {
					t.Errorf("a picture that is not there to be seen: %s", picture)
				}
			}
		}
	}
}

func linksOf(markup string) map[string]bool {
	links := map[string]bool{}
	for _, m := range addresses.FindAllStringSubmatch(markup, -1) {
		links[m[1]] = true
	}
	maps.DeleteFunc(links, func(link string, _ bool) bool { return !strings.HasPrefix(link, "http") })
	return links
}

// Every mail, of whatever kind, says in both parts who sends it and where they are to be reached; a digest also
// how to end it.
func TestE2_EveryMailNamesItsSenderAndTheWayOut(t *testing.T) {
	o := sampleOrganisation()
	everyMail(t, func(t *testing.T, _ newsletter.Language, markup, text string) {
		for _, fact := range append([]string{o.Name, o.Email, o.Site + "/contact", o.Site + "/privacy"}, o.Postal...) {
			if !strings.Contains(markup, fact) || !strings.Contains(text, fact) {
				t.Errorf("a part of the mail lacks %q", fact)
			}
		}
	})
	for _, lang := range newsletter.Languages() {
		for _, d := range sampleDigests(lang, newsletter.Standard) {
			m := readMail(t, merged(t, composer(t), d))
			if !strings.Contains(m.html, samplePersonal.UnsubscribeURL) || !strings.Contains(m.text, samplePersonal.UnsubscribeURL) {
				t.Error("a digest doesn't say how to end it")
			}
			if from := m.header.Get("From"); !strings.Contains(from, "<nieuws@noorderkring.example>") || m.header.Get("Reply-To") == "" {
				t.Errorf("From %q, Reply-To %q", from, m.header.Get("Reply-To"))
			}
		}
	}
}
