package staff

import (
	"net/http"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

func (d *door) signInRoutes() {
	d.open("GET /desk/sign-in", d.signInForm)
	d.open("POST /desk/sign-in", d.ask)
	d.open("GET /desk/sign-in/code", d.codeForm)
	d.open("POST /desk/sign-in/code", d.enterCode)
	d.open("GET "+LinkPath+"{token}", d.link)
	d.open("POST "+LinkPath+"{token}", d.useLink)
	d.open("GET "+FirstPath+"{token}", d.firstForm)
	d.open("POST "+FirstPath+"{token}", d.nameFirst)
	d.open("POST /desk/sign-out", d.signOut)
}

// signInPage asks for an address.
type signInPage struct{ Address, Next string }

func (d *door) signInForm(w http.ResponseWriter, r *http.Request) error {
	next := r.URL.Query().Get("next")
	if n, err := d.Staff.Current(r.Context(), d.TokenOf(r), d.Now()); err == nil {
		return d.begun(w, r, "", n, next) // signed in already, or half
	}
	return d.Render(w, r, web.Page{Template: "sign-in.html", Data: signInPage{Next: desk.NextOf(next)}})
}

// ask answers all addresses the same: in words, headers and time (STANDARDS D4).
func (d *door) ask(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	access := newsletter.AccessForm{Address: form.Get("address"), Language: web.Language(r), Client: d.client(r)}
	nonce := d.newNonce(w, form.Get("next"))
	if err := d.Staff.Ask(r.Context(), access, nonce, d.Now()); err != nil {
		return d.again(w, r, err, web.Page{Template: "sign-in.html", Data: signInPage{Address: form.Get("address"), Next: desk.NextOf(form.Get("next"))}})
	}
	http.Redirect(w, r, "/desk/sign-in/code"+nextQuery(form.Get("next")), http.StatusSeeOther)
	return nil
}

// codePage asks for the code of the mail.
type codePage struct{ Next string }

func (d *door) codeForm(w http.ResponseWriter, r *http.Request) error {
	return d.Render(w, r, web.Page{Template: "code.html", Data: codePage{desk.NextOf(r.URL.Query().Get("next"))}})
}

func (d *door) enterCode(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	token, n, err := d.Staff.EnterCode(r.Context(), d.nonce(r), form.Get("code"), d.client(r), d.Now())
	if err != nil {
		return d.again(w, r, err, web.Page{Template: "code.html", Data: codePage{desk.NextOf(form.Get("next"))}})
	}
	return d.begun(w, r, token, n, form.Get("next"))
}

// linkPage is behind the link of a mail: a button, since mail programs open links by themselves.
type linkPage struct {
	Elsewhere bool // another browser asked for it
	Over      bool
}

func (d *door) link(w http.ResponseWriter, r *http.Request) error {
	l, err := d.Staff.Link(r.Context(), r.PathValue("token"), d.nonce(r), d.Now())
	if l != nil {
		d.Prefer(r, l.Language)
	}
	return d.showLink(w, r, err)
}

func (d *door) showLink(w http.ResponseWriter, r *http.Request, err error) error {
	p := web.Page{Template: "link.html"}
	switch newsletter.CodeOf(err) {
	case newsletter.Expired, newsletter.Used:
		p.Status, p.Data = http.StatusGone, linkPage{Over: true}
	case newsletter.Forbidden:
		if reasonOf(err) != "sign_in_elsewhere" {
			return err
		}
		p.Status, p.Data = http.StatusForbidden, linkPage{Elsewhere: true}
	default:
		if err != nil {
			return err
		}
		p.Data = linkPage{}
	}
	return d.Render(w, r, p)
}

func (d *door) useLink(w http.ResponseWriter, r *http.Request) error {
	token, n, err := d.Staff.Use(r.Context(), r.PathValue("token"), d.nonce(r), d.client(r), d.Now())
	if err != nil {
		return d.showLink(w, r, err)
	}
	_, next := d.asked(r)
	return d.begun(w, r, token, n, next)
}

// firstPage asks who is to be the first admin.
type firstPage struct {
	Name, Address string
	Languages     []option
	Over          bool
}

func (d *door) firstForm(w http.ResponseWriter, r *http.Request) error {
	l, err := d.Staff.Link(r.Context(), r.PathValue("token"), d.nonce(r), d.Now())
	if err == nil && (l.Kind != newsletter.SignInFirst || l.Address != "") {
		return web.Status(http.StatusNotFound)
	}
	if over(err) {
		return d.Render(w, r, web.Page{Template: "first.html", Status: http.StatusGone, Data: firstPage{Over: true}})
	}
	if err != nil {
		return err
	}
	return d.Render(w, r, web.Page{Template: "first.html", Data: firstPage{Languages: languageOptions(web.Language(r))}})
}

// over says that a link opens nothing for this browser, whatever the reason.
func over(err error) bool {
	return newsletter.Is(err, newsletter.Expired) || newsletter.Is(err, newsletter.Used) || newsletter.Is(err, newsletter.Conflict) ||
		newsletter.Is(err, newsletter.Forbidden) && reasonOf(err) == "sign_in_elsewhere"
}

func (d *door) nameFirst(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	nonce := d.nonce(r)
	if nonce == "" {
		nonce = d.newNonce(w, "/desk/first-steps")
	}
	lang := newsletter.Language(form.Get("language"))
	access := newsletter.AccessForm{Address: form.Get("address"), Language: lang, Client: d.client(r)}
	err = d.Staff.NameFirst(r.Context(), r.PathValue("token"), access, form.Get("name"), nonce, d.Now())
	if over(err) {
		return d.Render(w, r, web.Page{Template: "first.html", Status: http.StatusGone, Data: firstPage{Over: true}})
	}
	if err != nil {
		return d.again(w, r, err, web.Page{Template: "first.html", Data: firstPage{Name: form.Get("name"), Address: form.Get("address"), Languages: languageOptions(lang)}})
	}
	http.Redirect(w, r, "/desk/sign-in/code?next=%2Fdesk%2Ffirst-steps", http.StatusSeeOther)
	return nil
}

func (d *door) signOut(w http.ResponseWriter, r *http.Request) error {
	if n, err := d.Staff.Current(r.Context(), d.TokenOf(r), d.Now()); err == nil {
		if err := d.Staff.EndSession(r.Context(), &n.Staff, n.PublicID, d.Now()); err != nil && !newsletter.Is(err, newsletter.NotFound) {
			return err
		}
	}
	d.EndSession(w)
	return d.Done(w, r, desk.SignInPath, "signed_out")
}
