package staff

import (
	"bytes"
	"image/png"
	"net/http"
	"strings"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

func (d *door) enrolRoutes() {
	d.open("GET /desk/sign-in/enrol", d.withFresh(d.enrolForm))
	d.open("POST /desk/sign-in/enrol", d.withFresh(d.beginAuthenticator))
	d.open("GET /desk/sign-in/enrol/authenticator", d.withFresh(d.authenticatorForm))
	d.open("GET /desk/sign-in/enrol/authenticator.png", d.withFresh(d.authenticatorPicture))
	d.open("POST /desk/sign-in/enrol/authenticator", d.withFresh(d.enrolAuthenticator))
	d.open("POST /desk/sign-in/enrol/passkey/begin", d.withFresh(d.beginPasskey))
	d.open("POST /desk/sign-in/enrol/passkey", d.withFresh(d.enrolPasskey))
}

// withFresh is with for who adds a second factor: in half a session it is the first, and in a whole one another was
// proved just now.
func (d *door) withFresh(h func(http.ResponseWriter, *http.Request, *newsletter.Session) error) web.Handler {
	return d.with(func(w http.ResponseWriter, r *http.Request, n *newsletter.Session) error {
		if n.Whole() && !n.Fresh(d.Now()) {
			http.Redirect(w, r, desk.ProofPath+nextQuery("/desk/account/add"), http.StatusSeeOther)
			return nil
		}
		return h(w, r, n)
	})
}

// enrolPage offers second factors: the first one, or one more.
type enrolPage struct {
	Name     string
	Passkeys bool // can be had at this address
	First    bool
	Key      string // what a new passkey is called
	Next     string
}

func (d *door) enrolForm(w http.ResponseWriter, r *http.Request, n *newsletter.Session) error {
	return d.showEnrol(w, r, n, r.URL.Query().Get("next"), nil)
}

func (d *door) showEnrol(w http.ResponseWriter, r *http.Request, n *newsletter.Session, next string, fault error) error {
	f, err := d.Staff.Factors(r.Context(), &n.Staff)
	if err != nil {
		return err
	}
	if f.Enrolled() && !n.Whole() {
		http.Redirect(w, r, "/desk/sign-in/second"+nextQuery(next), http.StatusSeeOther)
		return nil
	}
	p := web.Page{Template: "enrol.html", Back: "/desk/sign-in/enrol" + nextQuery(next), Data: enrolPage{Name: n.Staff.Name, Passkeys: d.Staff.Passkeys(), First: !f.Enrolled(), Key: deviceOf(r.UserAgent()), Next: desk.NextOf(next)}}
	if fault != nil {
		return d.again(w, r, fault, p)
	}
	return d.Render(w, r, p)
}

func (d *door) beginAuthenticator(w http.ResponseWriter, r *http.Request, n *newsletter.Session) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	if err := d.Staff.BeginAuthenticator(r.Context(), n); err != nil {
		return err
	}
	http.Redirect(w, r, "/desk/sign-in/enrol/authenticator"+nextQuery(form.Get("next")), http.StatusSeeOther)
	return nil
}

// authenticatorPage shows the secret of a new authenticator, as a picture and in letters.
type authenticatorPage struct {
	Secret string // in groups of four, for who reads this on the phone itself
	Next   string
}

func (d *door) authenticatorForm(w http.ResponseWriter, r *http.Request, n *newsletter.Session) error {
	return d.showAuthenticator(w, r, n, r.URL.Query().Get("next"), nil)
}

func (d *door) showAuthenticator(w http.ResponseWriter, r *http.Request, n *newsletter.Session, next string, fault error) error {
	key, err := d.Staff.NewAuthenticator(n)
	if err != nil {
		return err
	}
	if key == nil {
		http.Redirect(w, r, "/desk/sign-in/enrol"+nextQuery(next), http.StatusSeeOther)
		return nil
	}
	p := web.Page{Template: "authenticator.html", Data: authenticatorPage{Secret: inFours(key.Secret()), Next: desk.NextOf(next)}}
	if fault != nil {
		return d.again(w, r, fault, p)
	}
	return d.Render(w, r, p)
}

func inFours(s string) string {
	var b strings.Builder
	for i, c := range s {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// pictureSize is the picture's width and height, in pixels.
const pictureSize = 240

func (d *door) authenticatorPicture(w http.ResponseWriter, _ *http.Request, n *newsletter.Session) error {
	key, err := d.Staff.NewAuthenticator(n)
	if err != nil {
		return err
	}
	if key == nil {
		return web.Status(http.StatusNotFound)
	}
	picture, err := key.Image(pictureSize, pictureSize)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "image/png")
	_, _ = b.WriteTo(w) // the reader has gone, or gets it all
	return nil
}

func (d *door) enrolAuthenticator(w http.ResponseWriter, r *http.Request, n *newsletter.Session) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	token, _, err := d.Staff.EnrolAuthenticator(r.Context(), n, form.Get("code"), d.client(r), d.Now())
	if err != nil {
		return d.showAuthenticator(w, r, n, form.Get("next"), err)
	}
	return d.enrolled(w, r, token, form.Get("next"))
}

// enrolled leads on: to the desk, or, where a factor was added to others, back to the account.
func (d *door) enrolled(w http.ResponseWriter, r *http.Request, token, next string) error {
	if token == "" {
		return d.Done(w, r, "/desk/account", "factor_added")
	}
	whole, err := d.Staff.Current(r.Context(), token, d.Now()) // with the recovery codes that it carries
	if err != nil {
		return err
	}
	return d.begun(w, r, token, whole, next)
}

func (d *door) beginPasskey(w http.ResponseWriter, r *http.Request, n *newsletter.Session) error {
	options, err := d.Staff.BeginPasskey(r.Context(), n)
	if err != nil {
		return err
	}
	return answerJSON(w, options)
}

func (d *door) enrolPasskey(w http.ResponseWriter, r *http.Request, n *newsletter.Session) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	token, _, err := d.Staff.EnrolPasskey(r.Context(), n, []byte(form.Get("answer")), form.Get("name"), d.client(r), d.Now())
	if err != nil {
		return d.showEnrol(w, r, n, form.Get("next"), err)
	}
	return d.enrolled(w, r, token, form.Get("next"))
}

// deviceOf guesses what somebody calls the device that they sit at, by its User-Agent header.
func deviceOf(agent string) string {
	for _, d := range []struct{ mark, name string }{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Macintosh", "Mac"}, {"CrOS", "Chromebook"}, {"Linux", "Linux"},
	} {
		if strings.Contains(agent, d.mark) {
			return d.name
		}
	}
	return ""
}

// browserOf guesses the browser of a User-Agent header; "" if it can't be told.
func browserOf(agent string) string {
	for _, b := range []struct{ mark, name string }{
		{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"}, {"Chrome/", "Chrome"}, {"CriOS/", "Chrome"}, {"Safari/", "Safari"},
	} {
		if strings.Contains(agent, b.mark) {
			return b.name
		}
	}
	return ""
}
