package public

import (
	"context"
	"net/http"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
)

// Config is what the public door needs.
type Config struct {
	// Web is the kit's part; Name and Frame are filled in by New.
	Web      web.Config
	Site     Site
	Store    Store
	Signup   Signup
	Settings Settings
	Access   Access
	Requests Requests
	// Health says whether the service works, for GET /healthz.
	Health func(context.Context) error
}

// Site is what the operator says about the organisation. It stands on every page.
type Site struct {
	Organisation string
	Postal       []string // lines of the postal address
	Email, Phone string   // a human who helps; the contact page says more
	Website      string   // the organisation's own site
	Follow       []Link   // where else the organisation can be followed
	// Statement is the address of the organisation's own registered accessibility statement.
	Statement  string
	Disclaimer bool           // there is a page "disclaimer"
	Zone       *time.Location // in which dates are shown
	Mailbox    string         // where the mail can be read that is sent, in a demonstration; empty otherwise
}

// Link is a named address.
type Link struct{ Title, URL string }

// door holds what the handlers share.
type door struct {
	*web.Door
	Config
}

// New returns the public door with all its routes. It fails if a template doesn't work.
func New(c Config) (http.Handler, error) {
	c.Web.Name = "public"
	c.Web.Frame = func(*http.Request, newsletter.Language) any { return &c.Site }
	if err := CheckTemplates(c.Web.Templates); err != nil {
		return nil, err
	}
	kit, err := web.NewDoor(c.Web)
	if err != nil {
		return nil, err
	}
	d := &door{Door: kit, Config: c}
	if err := d.HandleStatic(); err != nil {
		return nil, err
	}
	d.HandleAids()
	d.routes()
	return d, nil
}

// routes are all of the public door's, but for the kit's own: /static/, /display and /language.
func (d *door) routes() {
	// What anyone may read.
	d.Handle("GET /{$}", d.home)
	d.Handle("GET /l/{list}", d.list)
	d.Handle("GET /l/{list}/posts", d.archive)
	d.Handle("GET /l/{list}/look.css", d.lookSheet)
	d.Handle("GET /p/{id}", d.post)
	d.Handle("GET /ics/{file}", d.ics)
	d.Handle("GET /pictures/{file}", d.picture)
	d.Handle("GET /e/{id}", d.edition)
	d.Handle("GET /contact", d.document("contact"))
	d.Handle("GET /privacy", d.document("privacy"))
	d.Handle("GET /accessibility", d.document("accessibility"))
	d.Handle("GET /disclaimer", d.document("disclaimer"))
	d.Handle("GET /sitemap", d.sitemap)
	d.Handle("GET /sitemap.xml", d.sitemapXML)
	d.Handle("GET /robots.txt", d.robots)
	d.Handle("GET /healthz", web.Health(d.Health))

	// Joining.
	d.Handle("GET /signup", d.toHome)
	d.Handle("POST /signup", d.signup)
	d.Handle("GET /c/{token}", d.confirmation)
	d.Handle("POST /c/{token}", d.confirm)

	// The links in every mail. The one-click POST of RFC 8058 comes from anywhere.
	d.Handle("GET /v/{token}", d.preferences)
	d.Handle("POST /v/{token}", d.savePreferences)
	d.Handle("GET /u/{token}", d.unsubscribePage)
	d.Handle("POST /u/{token}", d.unsubscribe)
	d.AllowForeign("POST /u/{token}")
	d.Handle("GET /w/{token}", d.why)

	// The fresh single-use link, and what it allows.
	d.Handle("GET /access", d.accessForm)
	d.Handle("POST /access", d.requestAccess)
	d.Handle("GET /a/{token}", d.accessLink)
	d.Handle("POST /a/{token}", d.openAccess)
	d.Handle("POST /access/data", d.dossier)
	d.Handle("POST /access/export", d.export)
	d.Handle("POST /access/package", d.exportPackage)
	d.Handle("POST /access/erase", d.erase)
	d.Handle("POST /access/address", d.changeAddress)
	d.Handle("GET /x/{token}", d.addressChange)
	d.Handle("POST /x/{token}", d.confirmAddress)
	d.Handle("GET /z/{token}", d.addressUndo)
	d.Handle("POST /z/{token}", d.undoAddress)

	// Requests about personal data, from anyone.
	d.Handle("GET /privacy/request", d.requestForm)
	d.Handle("POST /privacy/request", d.sendRequest)
	d.Handle("GET /privacy/schema/dossier-1.json", d.schema)
	d.Handle("GET /q/{token}", d.requestLink)
	d.Handle("POST /q/{token}", d.confirmRequest)
	d.Handle("GET /d/{token}", d.exportLink)
	d.Handle("POST /d/{token}", d.fetchExport)
}

// reader is the language of a request, as the newsletter names it.
func reader(r *http.Request) newsletter.Language { return web.Language(r) }

// client is where a form came from, as far as limits and proof need it.
func (d *door) client(r *http.Request) newsletter.Client {
	var network string
	if n := web.Network(d.Proxies.Client(r)); n.IsValid() {
		network = n.String()
	}
	return newsletter.Client{Network: network, Agent: r.UserAgent()}
}
