package desk

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
)

// Route is one line of the desks' table: what may be asked, and by whom.
type Route struct {
	// Pattern is one of http.ServeMux, with its method, below Home.
	Pattern string
	// Roles may; one of them is enough.
	Roles []newsletter.Role
	// Open says that nobody need be signed in. Such a route has no Roles.
	Open bool
	// List says which list the request is about; nil: about none, or about all that the editor has. The
	// role of editor then counts only for the editors of that list: what is of another is not found.
	List func(r *http.Request) (id int64, err error)
	// Fresh is set where one changes who can sign in: the second factor must have been proved just now
	// (newsletter.FreshFor), or it is asked for again. From a form one then comes back to this page, in which {id} is
	// what it is in the form's path; from a page, to that page.
	Fresh string
	// Body is how many bytes a form may have; 0: web.MaxBody. Time is how long the handler may work; 0: 20
	// seconds.
	Body int64
	Time time.Duration
}

// Handle adds a route. One that doesn't say who may is a fault: see Ready.
func (d *Desk) Handle(route Route, h web.Handler) {
	if err := route.check(); err != nil {
		d.faults = append(d.faults, err)
		return
	}
	d.routes = append(d.routes, route)
	if route.Body > 0 || route.Time > 0 {
		d.Limit(route.Pattern, web.Limits{Body: route.Body, Time: route.Time})
	}
	d.Door.Handle(route.Pattern, func(w http.ResponseWriter, r *http.Request) error {
		web.Private(w.Header())
		done, err := d.admit(w, r, &route)
		if done || err != nil {
			return err
		}
		return h(w, r)
	})
}

func (r *Route) check() error {
	_, path, _ := strings.Cut(r.Pattern, " ")
	switch {
	case path != strings.TrimSuffix(Home, "/") && !strings.HasPrefix(path, Home):
		return fmt.Errorf("desk: the route %q is not below %s", r.Pattern, Home)
	case r.Open && (len(r.Roles) > 0 || r.List != nil || r.Fresh != ""):
		return fmt.Errorf("desk: the route %q is open, and names who may", r.Pattern)
	case !r.Open && len(r.Roles) == 0:
		return fmt.Errorf("desk: the route %q doesn't say who may", r.Pattern)
	}
	for _, role := range r.Roles {
		if !slices.Contains(newsletter.Roles(), role) {
			return fmt.Errorf("desk: the route %q names a role %q that there isn't", r.Pattern, role)
		}
	}
	return nil
}

// Routes returns the table, in the order in which it was made.
func (d *Desk) Routes() []Route { return slices.Clone(d.routes) }

// admit lets a request through to the handler of a route, or says who may not. When it has answered the
// request itself, it reports so.
func (d *Desk) admit(w http.ResponseWriter, r *http.Request, route *Route) (done bool, err error) {
	if err := d.recognise(r); err != nil {
		return false, err
	}
	if route.Open {
		return false, nil
	}
	staff := StaffOf(r)
	if staff == nil {
		return d.toSignIn(w, r)
	}
	if !staff.Has(route.Roles...) {
		return false, web.Status(http.StatusForbidden)
	}
	if route.Fresh != "" && !SessionOf(r).Fresh(d.Now()) {
		return d.toProof(w, r, route)
	}
	if route.List == nil {
		return false, nil
	}
	list, err := route.List(r)
	if err != nil {
		return false, err
	}
	if !route.allows(staff, list) {
		return false, web.Status(http.StatusNotFound)
	}
	return false, nil
}

// allows reports whether somebody with one of the route's roles has it for that list.
func (r *Route) allows(staff *newsletter.Staff, list int64) bool {
	return slices.ContainsFunc(r.Roles, func(role newsletter.Role) bool {
		return staff.Has(role) && (role != newsletter.RoleEditor || staff.Edits(list))
	})
}
