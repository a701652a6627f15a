package desk

import (
	"errors"
	"net/http"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/templates"
)

// Home is the path of the page that the desk opens with; all of the desks' paths begin with it.
const Home = "/desk/"

// policy lets pages of the desk ask their own server for news, and show what it made in a frame.
const policy = "connect-src 'self'; frame-src 'self'"

// Config is what a Desk needs.
type Config struct {
	// Web is the kit's part; Name, Frame, Sessions and Policy are filled in by New.
	Web          web.Config
	Organisation string
	Zone         *time.Location // in which times are shown that belong to no schedule
	// Authenticator tells who is signed in. Nil: nobody.
	Authenticator Authenticator
}

// Desk is an http.Handler for all below Home. The desks' packages add their pages to it.
type Desk struct {
	*web.Door
	Config
	folder string
	*table
}

// table is what all views of a Desk share.
type table struct {
	routes []Route
	places []Place
	faults []error
}

// New returns a desk without pages of its own.
func New(c Config) (*Desk, error) {
	d := &Desk{Config: c, table: &table{}}
	c.Web.Name, c.Web.Sessions, c.Web.Policy, c.Web.Frame = "desk", true, policy, d.frame
	if err := CheckTemplates(c.Web.Templates); err != nil {
		return nil, err
	}
	var err error
	if d.Door, err = web.NewDoor(c.Web); err != nil {
		return nil, err
	}
	// In the program the public site answers these; a desk that stands alone, as in tests, has them too.
	if err := d.HandleStatic(); err != nil {
		return nil, err
	}
	d.HandleAids()
	d.Handle(Route{Pattern: "GET /desk", Open: true}, func(w http.ResponseWriter, r *http.Request) error {
		http.Redirect(w, r, Home, http.StatusSeeOther)
		return nil
	})
	return d, nil
}

// In returns the desk as the package sees it whose templates are in that folder below templates/web.
func (d *Desk) In(folder string) *Desk {
	in := *d
	in.folder = folder
	return &in
}

// Render writes a page of the desk's own folder, or, with a slash at its beginning, of another: see
// web.Page. Pages of the desk are for the signed-in eyes only.
func (d *Desk) Render(w http.ResponseWriter, r *http.Request, p web.Page) error {
	if p.Template[0] != '/' && d.folder != "" {
		p.Template = "/" + d.folder + "/" + p.Template
	}
	p.Private = true
	return d.Door.Render(w, r, p)
}

// Ready returns what is wrong with the routes and places that were added.
func (d *Desk) Ready() error { return errors.Join(d.faults...) }

// ServeHTTP answers a request below Home.
func (d *Desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.Door.ServeHTTP(w, r.WithContext(withVisit(r.Context())))
}

// CheckTemplates executes the templates that all desks share.
func CheckTemplates(set *templates.Set) error { return set.Check("web/desk", samples()...) }

// Everyone are the roles of a route that is for all who are signed in.
func Everyone() []newsletter.Role { return newsletter.Roles() }
