package feed

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/json"
	"github.com/mmcdole/gofeed/rss"

	"bode.example/internal/newsletter"
	"bode.example/internal/richtext"
)

// The limits of an item, in characters, but for maxHTML in bytes of the source.
const (
	maxTitle      = 300
	maxSummary    = 300
	maxName       = 200
	maxLink       = 2000
	maxGUID       = 4000
	maxHTML       = 512 << 10
	maxCategories = 50
)

// itemReader makes Items of one document.
type itemReader struct {
	base     *url.URL // of relative addresses, unless the item has a page of its own
	language string
	zone     *time.Location
	events   map[string]event // of JSON Feed, by the item's id
}

// item reads one item and reports whether there is anything to show.
func (r *itemReader) item(raw *gofeed.Item, original any) (item newsletter.Item, ok bool) {
	if raw == nil {
		return item, false
	}
	item.GUID = cut(strings.TrimSpace(richtext.Clean(raw.GUID)), maxGUID)
	item.Link = r.link(raw, original)
	base := r.base
	if page, err := url.Parse(item.Link); err == nil && item.Link != "" {
		base = page
	}
	content := r.content(raw, original, base)
	item.HTML = content.HTML
	item.Summary = summary(raw, content, base)
	item.Title = cut(richtext.Title(raw.Title), maxTitle)
	if item.Title == "" { // RSS asks for a title or a description
		item.Title = richtext.Excerpt(item.Summary, 80)
	}
	picture := picture(raw, content, base)
	item.Picture, item.Alt = picture.URL, cut(picture.Alt, maxTitle)
	item.Author = author(raw)
	item.Language = r.languageOf(original)
	item.Published = published(raw)
	item.Categories = categories(raw)
	e := r.event(raw)
	item.StartsAt, item.EndsAt, item.Place = e.starts, e.ends, e.place
	return item, item.Title != ""
}

// link is the address of the article's page.
func (r *itemReader) link(raw *gofeed.Item, original any) string {
	candidates := append([]string{extension(raw.Extensions, "feedburner", "origLink"), raw.Link}, raw.Links...)
	if i, ok := original.(*rss.Item); ok && i.GUID != nil && !strings.EqualFold(i.GUID.IsPermalink, "false") {
		if u, err := url.Parse(strings.TrimSpace(i.GUID.Value)); err == nil && u.IsAbs() {
			candidates = append(candidates, i.GUID.Value) // RSS 2.0: a guid is a permalink unless it says no
		}
	}
	for _, candidate := range candidates {
		if link, ok := richtext.Absolute(candidate, r.base, "http", "https"); ok && len(link) <= maxLink {
			return link
		}
	}
	return ""
}

// content is the article itself, or as much of it as the feed gives.
func (r *itemReader) content(raw *gofeed.Item, original any, base *url.URL) richtext.Article {
	if i, ok := original.(*json.Item); ok && i.ContentHTML == "" {
		if i.ContentText != "" {
			return richtext.FromText(cutBytes(i.ContentText, maxHTML))
		}
		return richtext.FromText(raw.Description) // in JSON Feed a summary is plain text
	}
	text := raw.Content
	if strings.TrimSpace(text) == "" {
		text = raw.Description
	}
	return article(text, base)
}

func article(text string, base *url.URL) richtext.Article {
	text = cutBytes(text, maxHTML)
	if !strings.ContainsAny(text, "<&") {
		return richtext.FromText(text)
	}
	return richtext.Sanitise(withoutExtras(text), base)
}

// summary is what a digest says of the article.
func summary(raw *gofeed.Item, content richtext.Article, base *url.URL) string {
	text := content.Text
	if raw.Description != "" && strings.TrimSpace(raw.Content) != "" {
		if given := withoutTeaser(article(raw.Description, base).Text); strings.Trim(given, "…. ") != "" {
			text = given
		}
	}
	return richtext.Excerpt(withoutTeaser(text), maxSummary)
}

// author names who wrote the item. Addresses of people stay in the feed.
func author(raw *gofeed.Item) string {
	people := raw.Authors
	if len(people) == 0 && raw.Author != nil {
		people = []*gofeed.Person{raw.Author}
	}
	var names []string
	for _, p := range people {
		if p == nil {
			continue
		}
		if name := richtext.Title(p.Name); name != "" && !strings.Contains(name, "@") && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return cut(strings.Join(names, ", "), maxName)
}

func (r *itemReader) languageOf(original any) newsletter.Language {
	tag := r.language
	if i, ok := original.(*json.Item); ok && i.Language != "" {
		tag = i.Language
	}
	return language(tag)
}

// language is the one of Bode's that a BCP 47 tag means, or none.
func language(tag string) newsletter.Language {
	primary, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
	if l := newsletter.Language(primary); l.Valid() {
		return l
	}
	return ""
}

// published is the date that the item shows. Dates that no post can have are taken for none.
func published(raw *gofeed.Item) newsletter.Time {
	for _, t := range []*time.Time{raw.PublishedParsed, raw.UpdatedParsed} {
		if t != nil && sensible(*t) {
			return newsletter.At(*t)
		}
	}
	return newsletter.Time{}
}

// sensible reports whether t is between the web's beginning and the end of the longest planning.
func sensible(t time.Time) bool { return t.Year() >= 1990 && t.Year() < 2200 }

func categories(raw *gofeed.Item) []string {
	var list []string
	for _, c := range raw.Categories {
		if c = cut(richtext.Title(c), maxName); c != "" && !slices.Contains(list, c) && len(list) < maxCategories {
			list = append(list, c)
		}
	}
	return list
}

// cut is s, or its first n characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	runes := []rune(s)
	return string(runes[:min(n, len(runes))])
}

// cutBytes is s, or its first n bytes. Half a character at the end is dropped when it is cleaned.
func cutBytes(s string, n int) string { return s[:min(n, len(s))] }
