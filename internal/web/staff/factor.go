package staff

import (
	"encoding/json"
	"errors"
	"net/http"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

func (d *door) factorRoutes() {
	d.open("GET /desk/sign-in/second", d.with(d.secondForm))
	d.open("POST /desk/sign-in/second", d.with(d.proveCode))
	d.open("POST /desk/sign-in/second/passkey/begin", d.with(d.askPasskey))
	d.open("POST /desk/sign-in/second/passkey", d.with(d.provePasskey))
	d.open("GET /desk/sign-in/recovery", d.with(d.recoveryForm))
	d.open("POST /desk/sign-in/recovery", d.with(d.proveRecovery))
}

// reasonOf is the stable word of an error.
func reasonOf(err error) string {
	var e *newsletter.Error
	if errors.As(err, &e) {
		return e.Reason
	}
	return ""
}

// secondPage asks for the second factor.
type secondPage struct {
	Passkeys      bool
	Authenticator bool
	Again         bool // signed in, and about to change who can sign in
	Next          string
}

func (d *door) secondForm(w http.ResponseWriter, r *http.Request, n *newsletter.Session) error {
	next := r.URL.Query().Get("next")
	if n.Whole() && n.Fresh(d.Now()) {
		return d.begun(w, r, "", n, next)
	}
	f, err := d.Staff.Factors(r.Context(), &n.Staff)
	if err != nil {
		return err
	}
	if !f.Enrolled() {
		http.Redirect(w, r, "/desk/sign-in/enrol"+nextQuery(next), http.StatusSeeOther)
		return nil
	}
	return d.Render(w, r, d.secondPage(n, f, next))
}

func (d *door) secondPage(n *newsletter.Session, f *newsletter.Factors, next string) web.Page {
	return web.Page{Template: "second.html", Back: desk.ProofPath + nextQuery(next), Data: secondPage{
		Passkeys: d.Staff.Passkeys() && len(f.Passkeys) > 0, Authenticator: f.Authenticator != nil, Again: n.Whole(), Next: desk.NextOf(next)}}
}

func (d *door) proveCode(w http.ResponseWriter, r *http.Request, n *newsletter.Session) error {
	return d.prove(w, r, n, func(form string) (string, *newsletter.Session, error) {
		return d.Staff.ProveCode(r.Context(), n, form, d.client(r), d.Now())
	})
}

// prove takes the field "code" of a form to a way of proving, and leads on.
func (d *door) prove(w http.ResponseWriter, r *http.Request, n *newsletter.Session, by func(code string) (string, *newsletter.Session, error)) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	token, whole, err := by(form.Get("code"))
	if err != nil {
		f, e := d.Staff.Factors(r.Context(), &n.Staff)
		if e != nil {
			return e
		}
		return d.again(w, r, err, d.secondPage(n, f, form.Get("next")))
	}
	return d.begun(w, r, token, whole, form.Get("next"))
}

// answerJSON answers a script.
func answerJSON(w http.ResponseWriter, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(b) // the reader has gone, or gets it all
	return nil
}

func (d *door) askPasskey(w http.ResponseWriter, r *http.Request, n *newsletter.Session) error {
	options, err := d.Staff.AskPasskey(r.Context(), n)
	if err != nil {
		return err
	}
	return answerJSON(w, options)
}

func (d *door) provePasskey(w http.ResponseWriter, r *http.Request, n *newsletter.Session) error {
	return d.prove(w, r, n, func(string) (string, *newsletter.Session, error) {
		return d.Staff.ProvePasskey(r.Context(), n, []byte(r.PostForm.Get("answer")), d.client(r), d.Now())
	})
}

// recoveryPage asks for a recovery code.
type recoveryPage struct {
	Again bool
	Next  string
}

func (d *door) recoveryForm(w http.ResponseWriter, r *http.Request, n *newsletter.Session) error {
	next := r.URL.Query().Get("next")
	if n.Whole() && n.Fresh(d.Now()) {
		return d.begun(w, r, "", n, next)
	}
	return d.Render(w, r, web.Page{Template: "recovery.html", Data: recoveryPage{n.Whole(), desk.NextOf(next)}})
}

func (d *door) proveRecovery(w http.ResponseWriter, r *http.Request, n *newsletter.Session) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	token, whole, err := d.Staff.ProveRecovery(r.Context(), n, form.Get("code"), d.client(r), d.Now())
	if err != nil {
		return d.again(w, r, err, web.Page{Template: "recovery.html", Data: recoveryPage{n.Whole(), desk.NextOf(form.Get("next"))}})
	}
	return d.begun(w, r, token, whole, form.Get("next"))
}
