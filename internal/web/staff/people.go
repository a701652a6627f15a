package staff

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"bode.example/internal/newsletter"
	"bode.example/internal/staff"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

func (d *door) peopleRoutes() {
	d.Place(desk.Place{Key: "staff", Path: "/desk/staff", Roles: admins, Order: 80})
	admin := func(pattern string, h web.Handler) { d.Handle(desk.Route{Pattern: pattern, Roles: admins}, h) }
	admin("GET /desk/staff", d.people)
	fresh := func(pattern, back string, h web.Handler) {
		d.Handle(desk.Route{Pattern: pattern, Roles: admins, Fresh: back}, h)
	}
	const person = "/desk/staff/{id}"
	fresh("GET /desk/staff/invite", "/desk/staff/invite", d.inviteForm)
	fresh("POST /desk/staff/invite", "/desk/staff/invite", d.invite)
	fresh("GET /desk/staff/{id}", person, d.personForm)
	fresh("POST /desk/staff/{id}", person, d.change)
	fresh("POST /desk/staff/{id}/invite", person, d.inviteAgain)
	fresh("GET /desk/staff/{id}/disable", person, d.disableForm)
	fresh("POST /desk/staff/{id}/disable", person, d.disable)
	fresh("POST /desk/staff/{id}/enable", person, d.enable)
	fresh("GET /desk/staff/{id}/erase", person, d.eraseForm)
	fresh("POST /desk/staff/{id}/erase", person, d.erase)
	fresh("GET /desk/staff/{id}/reset", person, d.resetForm)
	fresh("POST /desk/staff/{id}/reset", person, d.reset)
}

// peoplePage lists the staff.
type peoplePage struct{ People []personLine }

type personLine struct {
	newsletter.Staff
	RoleNames []string
	ListNames []string
	State     desk.State
}

func (d *door) people(w http.ResponseWriter, r *http.Request) error {
	all, err := d.Store.AllStaff(r.Context())
	if err != nil {
		return err
	}
	lists, err := d.Store.Lists(r.Context())
	if err != nil {
		return err
	}
	names, page := titles(r, lists), peoplePage{}
	for _, m := range all {
		line := personLine{Staff: m, RoleNames: rolesOf(d, r, &m), State: stateOf(&m)}
		for _, id := range m.Lists {
			line.ListNames = append(line.ListNames, names[id])
		}
		page.People = append(page.People, line)
	}
	return d.Render(w, r, web.Page{Template: "people.html", Data: page})
}

func stateOf(m *newsletter.Staff) desk.State {
	switch {
	case !m.Disabled.IsZero():
		return desk.State{Kind: "over", Key: "staff_disabled"}
	case m.SignedIn.IsZero():
		return desk.State{Kind: "waiting", Key: "staff_invited"}
	}
	return desk.State{Kind: "good", Key: "staff_active"}
}

// personPage is the form about one of the staff; with an empty Path they are invited by it.
type personPage struct {
	Path      string // of the person
	Address   string
	Name      string
	Languages []option
	Roles     []option
	Lists     []option
	State     desk.State
	SignedIn  newsletter.Time
	Invited   bool // never signed in
	Disabled  bool
	Self      bool
	Enrolled  bool
}

// formOf reads what an admin says of somebody. What isn't a list is left out: the boxes are ours.
func formOf(form url.Values) staff.Form {
	f := staff.Form{Address: form.Get("address"), Name: form.Get("name"), Language: newsletter.Language(form.Get("language"))}
	for _, role := range form["roles"] {
		f.Roles = append(f.Roles, newsletter.Role(role))
	}
	for _, list := range form["lists"] {
		if id, err := strconv.ParseInt(list, 10, 64); err == nil {
			f.Lists = append(f.Lists, id)
		}
	}
	return f
}

// filled makes the form as somebody filled it in.
func (d *door) filled(r *http.Request, f staff.Form) (personPage, error) {
	p := personPage{Address: f.Address, Name: f.Name, Languages: languageOptions(f.Language)}
	for _, role := range newsletter.Roles() {
		p.Roles = append(p.Roles, option{Value: string(role), Label: d.text(r, "role_"+string(role), nil), Hint: d.text(r, "role_"+string(role)+"_may", nil),
			Chosen: slices.Contains(f.Roles, role)})
	}
	lists, err := d.Store.Lists(r.Context())
	for i := range lists {
		if l := &lists[i]; l.State != newsletter.ListArchived || slices.Contains(f.Lists, l.ID) {
			p.Lists = append(p.Lists, option{Value: strconv.FormatInt(l.ID, 10), Label: titleOf(r, l), Chosen: slices.Contains(f.Lists, l.ID)})
		}
	}
	return p, err
}

func (d *door) inviteForm(w http.ResponseWriter, r *http.Request) error {
	page, err := d.filled(r, staff.Form{Language: web.Language(r), Roles: []newsletter.Role{newsletter.RoleEditor}})
	if err != nil {
		return err
	}
	return d.Render(w, r, web.Page{Template: "person.html", Data: page})
}

func (d *door) invite(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	f := formOf(form)
	if _, err := d.Staff.Invite(r.Context(), f, desk.StaffOf(r).Actor(), d.Now()); err != nil {
		page, e := d.filled(r, f)
		if e != nil {
			return e
		}
		return d.again(w, r, atField(err, "staff_exists", "address"), web.Page{Template: "person.html", Data: page})
	}
	return d.Done(w, r, "/desk/staff", "invited")
}

// atField puts an error of the store beside the field that it is about.
func atField(err error, reason, field string) error {
	if reasonOf(err) != reason {
		return err
	}
	return &newsletter.Error{Code: newsletter.CodeOf(err), Reason: reason, Field: field, Message: err.Error()}
}

// person returns the one whom a path names.
func (d *door) person(r *http.Request) (*newsletter.Staff, error) {
	id, err := newsletter.ParsePublicID(r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return d.Store.Staff(r.Context(), id)
}

func pathOf(m *newsletter.Staff) string { return "/desk/staff/" + m.PublicID.String() }

func (d *door) personForm(w http.ResponseWriter, r *http.Request) error {
	m, err := d.person(r)
	if err != nil {
		return err
	}
	return d.showPerson(w, r, m, staff.Form{Name: m.Name, Language: m.Language, Roles: m.Roles, Lists: m.Lists}, nil)
}

func (d *door) showPerson(w http.ResponseWriter, r *http.Request, m *newsletter.Staff, f staff.Form, fault error) error {
	page, err := d.filled(r, f)
	if err != nil {
		return err
	}
	factors, err := d.Staff.Factors(r.Context(), m)
	if err != nil {
		return err
	}
	page.Path, page.Address, page.State, page.SignedIn = pathOf(m), m.Address.String(), stateOf(m), m.SignedIn
	page.Invited, page.Disabled, page.Self, page.Enrolled = m.SignedIn.IsZero(), !m.Disabled.IsZero(), m.ID == desk.StaffOf(r).ID, factors.Enrolled()
	p := web.Page{Template: "person.html", Data: page, Back: pathOf(m)}
	if fault != nil {
		return d.again(w, r, fault, p)
	}
	return d.Render(w, r, p)
}

func (d *door) change(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	m, err := d.person(r)
	if err != nil {
		return err
	}
	f := formOf(form)
	if err := d.Staff.Change(r.Context(), m.PublicID, f, desk.StaffOf(r).Actor(), d.Now()); err != nil {
		return d.showPerson(w, r, m, f, atField(err, "last_admin", "roles"))
	}
	return d.Done(w, r, "/desk/staff", "saved")
}

// carryOut does something with the person of a path, and says so on their page.
func (d *door) carryOut(w http.ResponseWriter, r *http.Request, done string, do func(m *newsletter.Staff, by newsletter.Actor) error) error {
	m, err := d.person(r)
	if err != nil {
		return err
	}
	if err := do(m, desk.StaffOf(r).Actor()); err != nil {
		return d.showPerson(w, r, m, staff.Form{Name: m.Name, Language: m.Language, Roles: m.Roles, Lists: m.Lists}, err)
	}
	return d.Done(w, r, pathOf(m), done)
}

func (d *door) inviteAgain(w http.ResponseWriter, r *http.Request) error {
	return d.carryOut(w, r, "invited", func(m *newsletter.Staff, by newsletter.Actor) error {
		return d.Staff.InviteAgain(r.Context(), m.PublicID, by, d.Now())
	})
}

func (d *door) disable(w http.ResponseWriter, r *http.Request) error {
	return d.carryOut(w, r, "disabled", func(m *newsletter.Staff, by newsletter.Actor) error {
		return d.Staff.Disable(r.Context(), m.PublicID, by, d.Now())
	})
}

func (d *door) enable(w http.ResponseWriter, r *http.Request) error {
	return d.carryOut(w, r, "enabled", func(m *newsletter.Staff, by newsletter.Actor) error {
		return d.Staff.Enable(r.Context(), m.PublicID, by, d.Now())
	})
}

func (d *door) reset(w http.ResponseWriter, r *http.Request) error {
	return d.carryOut(w, r, "reset", func(m *newsletter.Staff, by newsletter.Actor) error {
		return d.Staff.Reset(r.Context(), m.PublicID, by, d.Now())
	})
}

// erase leads to the list: the person's own page is gone.
func (d *door) erase(w http.ResponseWriter, r *http.Request) error {
	m, err := d.person(r)
	if err != nil {
		return err
	}
	if err := d.Staff.Erase(r.Context(), m.PublicID, desk.StaffOf(r).Actor(), d.Now()); err != nil {
		return d.showPerson(w, r, m, staff.Form{Name: m.Name, Language: m.Language, Roles: m.Roles, Lists: m.Lists}, err)
	}
	return d.Done(w, r, "/desk/staff", "staff_erased")
}

func (d *door) eraseForm(w http.ResponseWriter, r *http.Request) error { return d.sure(w, r, "erase") }

func (d *door) disableForm(w http.ResponseWriter, r *http.Request) error {
	return d.sure(w, r, "disable")
}
func (d *door) resetForm(w http.ResponseWriter, r *http.Request) error { return d.sure(w, r, "reset") }

// sure asks once more before somebody is shut out.
func (d *door) sure(w http.ResponseWriter, r *http.Request, what string) error {
	m, err := d.person(r)
	if err != nil {
		return err
	}
	say := func(key string) string { return d.text(r, "staff_"+what+"_"+key, map[string]any{"Name": m.Name}) }
	return d.Confirm(w, r, desk.Confirm{Title: say("sure"), Text: say("then"), Action: pathOf(m) + "/" + what, Button: say("button"), Grave: true,
		Back: pathOf(m), Crumbs: []desk.Link{{Text: d.text(r, "place_staff", nil), URL: "/desk/staff"}, {Text: m.Name, URL: pathOf(m)}}})
}
