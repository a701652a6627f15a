package public

import (
	"net/http"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
)

// homePage is the data of home.html.
type homePage struct {
	Alone   *listView // the only list: the page is its own
	Lists   []listView
	Form    *formView
	Posts   []postView
	Archive string
}

func (d *door) home(w http.ResponseWriter, r *http.Request) error {
	offers, err := d.offers(r.Context(), false)
	if err != nil {
		return err
	}
	var page homePage
	for _, o := range offers {
		page.Lists = append(page.Lists, d.listView(&o.List, reader(r)))
	}
	if len(offers) > 0 {
		if page.Form, err = d.newForm(r, offers, "/"); err != nil {
			return err
		}
	}
	if len(offers) == 1 {
		page.Alone = &page.Lists[0]
		page.Archive = page.Alone.URL + "/posts"
		if page.Posts, err = d.posts(r, newsletter.PostQuery{ListID: offers[0].ID, Limit: recentPosts}); err != nil {
			return err
		}
	}
	return d.Render(w, r, web.Page{Template: "home.html", Data: page, Brand: brandOfAll(offers)})
}

// toHome answers who reloads or bookmarks the address that the form is sent to.
func (d *door) toHome(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, "/#signup-title", http.StatusSeeOther)
	return nil
}
