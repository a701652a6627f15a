package staff

import (
	"net/http"
	"strings"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

func (d *door) accountRoutes() {
	everyone := func(pattern string, h web.Handler) {
		d.Handle(desk.Route{Pattern: pattern, Roles: desk.Everyone()}, h)
	}
	everyone("GET /desk/account", d.account)
	everyone("GET /desk/account/codes", d.codes)
	everyone("POST /desk/account/codes", d.noted)
	fresh := func(pattern string, h web.Handler) {
		d.Handle(desk.Route{Pattern: pattern, Roles: desk.Everyone(), Fresh: "/desk/account"}, h)
	}
	everyone("GET /desk/account/data", d.ownData)
	fresh("GET /desk/account/add", d.addFactor)
	fresh("POST /desk/account/codes/renew", d.renewCodes)
	fresh("POST /desk/account/authenticator/remove", d.removeAuthenticator)
	fresh("POST /desk/account/passkeys/{id}/remove", d.removePasskey)
	fresh("POST /desk/account/sessions/{id}/end", d.endSession)
	fresh("POST /desk/account/sessions/end", d.endOthers)
}

// accountPage is one's own account: how one signs in, and where one is signed in.
type accountPage struct {
	Staff         newsletter.Staff
	Roles         []string
	Authenticator *newsletter.Authenticator
	Passkeys      []newsletter.Passkey
	Only          bool // there is one second factor, which stays
	Codes         int
	Sessions      []sessionLine
}

type sessionLine struct {
	ID              newsletter.PublicID
	Device, Network string
	Begun, Seen     newsletter.Time
	Here            bool
}

func (d *door) account(w http.ResponseWriter, r *http.Request) error {
	return d.showAccount(w, r, nil)
}

func (d *door) showAccount(w http.ResponseWriter, r *http.Request, fault error) error {
	here := desk.SessionOf(r)
	f, err := d.Staff.Factors(r.Context(), &here.Staff)
	if err != nil {
		return err
	}
	sessions, err := d.Staff.Sessions(r.Context(), &here.Staff, d.Now())
	if err != nil {
		return err
	}
	page := accountPage{Staff: here.Staff, Roles: rolesOf(d, r, &here.Staff), Authenticator: f.Authenticator, Passkeys: f.Passkeys, Codes: f.RecoveryCodes}
	page.Only = len(f.Passkeys) == 0 || len(f.Passkeys) == 1 && f.Authenticator == nil
	for _, n := range sessions {
		page.Sessions = append(page.Sessions, sessionLine{ID: n.PublicID, Network: n.Network, Begun: n.CreatedAt, Seen: n.SeenAt, Here: n.ID == here.ID,
			Device: strings.TrimPrefix(browserOf(n.Agent)+" · "+deviceOf(n.Agent), " · ")})
	}
	p := web.Page{Template: "account.html", Back: "/desk/account", Data: page}
	if fault != nil {
		return d.again(w, r, fault, p)
	}
	return d.Render(w, r, p)
}

// addFactor leads to the page on which one more second factor is added.
func (d *door) addFactor(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, "/desk/sign-in/enrol?next=%2Fdesk%2Faccount", http.StatusSeeOther)
	return nil
}

// changed answers a form of the account page.
func (d *door) changed(w http.ResponseWriter, r *http.Request, err error, done string) error {
	if newsletter.Is(err, newsletter.Conflict) {
		return d.showAccount(w, r, err)
	}
	if err != nil && !newsletter.Is(err, newsletter.NotFound) { // what is gone already is gone
		return err
	}
	return d.Done(w, r, "/desk/account", done)
}

func (d *door) removeAuthenticator(w http.ResponseWriter, r *http.Request) error {
	return d.changed(w, r, d.Staff.RemoveAuthenticator(r.Context(), desk.StaffOf(r), d.Now()), "factor_removed")
}

func (d *door) removePasskey(w http.ResponseWriter, r *http.Request) error {
	id, err := newsletter.ParsePublicID(r.PathValue("id"))
	if err != nil {
		return err
	}
	return d.changed(w, r, d.Staff.RemovePasskey(r.Context(), desk.StaffOf(r), id, d.Now()), "factor_removed")
}

func (d *door) endSession(w http.ResponseWriter, r *http.Request) error {
	id, err := newsletter.ParsePublicID(r.PathValue("id"))
	if err != nil {
		return err
	}
	return d.changed(w, r, d.Staff.EndSession(r.Context(), desk.StaffOf(r), id, d.Now()), "session_ended")
}

func (d *door) endOthers(w http.ResponseWriter, r *http.Request) error {
	return d.changed(w, r, d.Staff.EndOtherSessions(r.Context(), desk.SessionOf(r), d.Now()), "session_ended")
}

// codesPage shows recovery codes, until they were noted.
type codesPage struct {
	Codes []string
	Next  string
}

func (d *door) codes(w http.ResponseWriter, r *http.Request) error {
	codes, err := d.Staff.Codes(desk.SessionOf(r))
	if err != nil {
		return err
	}
	next := r.URL.Query().Get("next")
	if len(codes) == 0 {
		http.Redirect(w, r, desk.NextOf(next), http.StatusSeeOther)
		return nil
	}
	return d.Render(w, r, web.Page{Template: "codes.html", Data: codesPage{codes, desk.NextOf(next)}})
}

func (d *door) noted(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	if err := d.Staff.Noted(r.Context(), desk.SessionOf(r)); err != nil {
		return err
	}
	http.Redirect(w, r, desk.NextOf(form.Get("next")), http.StatusSeeOther)
	return nil
}

func (d *door) renewCodes(w http.ResponseWriter, r *http.Request) error {
	if err := d.Staff.RenewCodes(r.Context(), desk.SessionOf(r), d.Now()); err != nil {
		return err
	}
	http.Redirect(w, r, "/desk/account/codes?next=%2Fdesk%2Faccount", http.StatusSeeOther)
	return nil
}
