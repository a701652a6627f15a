package public

import (
	"encoding/xml"
	"io"
	"net/http"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
)

// sitemapPage is the data of sitemap.html, for people.
type sitemapPage struct{ Lists []listView }

func (d *door) sitemap(w http.ResponseWriter, r *http.Request) error {
	lists, err := d.shownLists(r)
	if err != nil {
		return err
	}
	var page sitemapPage
	for i := range lists {
		page.Lists = append(page.Lists, d.listView(&lists[i], reader(r)))
	}
	return d.Render(w, r, web.Page{Template: "sitemap.html", Data: page})
}

// shownLists are the lists that pages name: all but the archived.
func (d *door) shownLists(r *http.Request) ([]newsletter.List, error) {
	all, err := d.Store.Lists(r.Context())
	if err != nil {
		return nil, err
	}
	var shown []newsletter.List
	for _, l := range all {
		if l.State != newsletter.ListArchived {
			shown = append(shown, l)
		}
	}
	return shown, nil
}

// urlSet is a sitemap for search engines (sitemaps.org, 0.9).
type urlSet struct {
	XMLName xml.Name  `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	URLs    []siteURL `xml:"url"`
}

type siteURL struct {
	Loc     string `xml:"loc"`
	LastMod string `xml:"lastmod,omitempty"`
}

// sitemapPosts is how many posts of a list the sitemap names, the newest first.
const sitemapPosts = 500

func (d *door) sitemapXML(w http.ResponseWriter, r *http.Request) error {
	lists, err := d.shownLists(r)
	if err != nil {
		return err
	}
	set := urlSet{}
	for _, path := range []string{"/", "/contact", "/privacy", "/accessibility"} {
		set.URLs = append(set.URLs, siteURL{Loc: d.address(path)})
	}
	for _, l := range lists {
		set.URLs = append(set.URLs, siteURL{Loc: d.address("/l/" + l.Name)})
		posts, err := d.Store.Posts(r.Context(), newsletter.PostQuery{ListID: l.ID, Limit: sitemapPosts})
		if err != nil {
			return err
		}
		for i := range posts {
			if own(&posts[i]) {
				set.URLs = append(set.URLs, siteURL{d.address("/p/" + posts[i].PublicID.String()), posts[i].ChangedAt.Format(dateField)})
			}
		}
	}
	body, err := xml.MarshalIndent(set, "", " ")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/xml")
	_, _ = io.WriteString(w, xml.Header)
	_, _ = w.Write(append(body, '\n'))
	return nil
}

// robots keeps search engines away from the pages of persons; those say noindex besides.
func (d *door) robots(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "User-agent: *\n")
	for _, path := range []string{"/a/", "/access", "/c/", "/e/", "/u/", "/v/", "/w/", "/x/", "/z/"} {
		_, _ = io.WriteString(w, "Disallow: "+path+"\n")
	}
	_, _ = io.WriteString(w, "Sitemap: "+d.address("/sitemap.xml")+"\n")
	return nil
}
