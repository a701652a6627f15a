package feed

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/mmcdole/gofeed"
	ext "github.com/mmcdole/gofeed/extensions"

	"bode.example/internal/richtext"
)

// picture is the one to show with the article: what the feed says it is (Media RSS, an enclosure),
// or else the first in the article. Its words come from the feed, or from the same picture in the
// article; a picture without any is decoration.
func picture(raw *gofeed.Item, content richtext.Article, base *url.URL) richtext.Picture {
	candidates := media(raw.Extensions["media"])
	for _, e := range raw.Enclosures {
		if e != nil && (strings.HasPrefix(e.Type, "image/") || e.Type == "" && isPictureName(e.URL)) {
			candidates = append(candidates, richtext.Picture{URL: e.URL})
		}
	}
	if raw.Image != nil {
		candidates = append(candidates, richtext.Picture{URL: raw.Image.URL, Alt: raw.Image.Title})
	}
	for _, c := range candidates {
		address, ok := richtext.Absolute(c.URL, base, "http", "https")
		if !ok || len(address) > maxLink || isPortrait(address) {
			continue
		}
		alt := richtext.Title(c.Alt)
		if alt == "" && content.Picture.URL == address {
			alt = content.Picture.Alt
		}
		return richtext.Picture{URL: address, Alt: alt}
	}
	if len(content.Picture.URL) > maxLink {
		return richtext.Picture{}
	}
	return content.Picture
}

// media reads the pictures of Media RSS, in groups as well.
func media(elements map[string][]ext.Extension) []richtext.Picture {
	var pictures []richtext.Picture
	for _, name := range []string{"content", "thumbnail"} {
		for _, e := range elements[name] {
			if name == "content" && !isMediaPicture(e) || isTiny(e) {
				continue
			}
			alt := childText(e, "description")
			if alt == "" {
				alt = childText(e, "title")
			}
			pictures = append(pictures, richtext.Picture{URL: e.Attrs["url"], Alt: alt})
		}
	}
	for _, group := range elements["group"] {
		pictures = append(pictures, media(group.Children)...)
	}
	return pictures
}

func isMediaPicture(e ext.Extension) bool {
	kind, medium := e.Attrs["type"], e.Attrs["medium"]
	return strings.HasPrefix(kind, "image/") || medium == "image" || kind == "" && medium == "" && isPictureName(e.Attrs["url"])
}

// isTiny reports a picture that counts readers, or an icon.
func isTiny(e ext.Extension) bool {
	for _, side := range []string{"width", "height"} {
		if n, err := strconv.Atoi(e.Attrs[side]); err == nil && n < 50 {
			return true
		}
	}
	return false
}

func isPictureName(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	path := strings.ToLower(u.Path)
	for _, ending := range []string{".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif"} {
		if strings.HasSuffix(path, ending) {
			return true
		}
	}
	return false
}

// isPortrait reports the author's portrait, which WordPress.com sends as if it were the article's.
func isPortrait(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Hostname() == "gravatar.com" || strings.HasSuffix(u.Hostname(), ".gravatar.com"))
}

func childText(e ext.Extension, name string) string {
	for _, child := range e.Children[name] {
		if child.Value != "" {
			return child.Value
		}
	}
	return ""
}

// extension is the text of the first extension element of a name.
func extension(all ext.Extensions, prefix, name string) string {
	for _, e := range all[prefix][name] {
		if e.Value != "" {
			return e.Value
		}
	}
	return ""
}
