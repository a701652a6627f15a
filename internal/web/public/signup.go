package public

import (
	"net/http"
	"net/url"
	"strings"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/templates"
)

// signupPage is the data of signup.html: the form on a page of its own.
type signupPage struct {
	Form   *formView
	Notice string // why it is shown: "expired" or "left"; empty: something in it is wrong
}

// sentPage is the data of sent.html. It says the same whatever is known about the address.
type sentPage struct {
	Address  string
	Sender   string
	Subject  string
	LinkDays int
	Again    []web.Field // the form, to send it once more or to correct it
}

func (d *door) signup(w http.ResponseWriter, r *http.Request) error {
	typed, err := web.Form(r)
	if err != nil {
		return err
	}
	shown := d.Shown(w, r, typed)
	offers, err := d.offersOf(r, typed.Get("page"))
	if err != nil {
		return err
	}
	form, err := d.newForm(r, offers, typed.Get("page"))
	if err != nil {
		return err
	}
	form.Alone = true
	if form.Closed != "" {
		return d.Render(w, r, web.Page{Template: "signup.html", Brand: brandOfAll(offers), Status: http.StatusConflict, Private: true, Data: signupPage{Form: form}})
	}
	form.fill(typed)
	switch do := typed.Get("do"); {
	case shown && do == "sent":
		return d.sent(w, r, typed, offers, form)
	case shown || do == "edit":
		return d.Render(w, r, web.Page{Template: "signup.html", Brand: brandOfAll(offers), Private: true, Kept: keep(typed, "edit"), Data: signupPage{Form: form}})
	}
	if err := d.request(r, form, typed); err != nil {
		faults := form.shown(d.Faults(r, err))
		if len(faults) == 0 {
			return err
		}
		return d.Render(w, r, web.Page{Template: "signup.html", Brand: brandOfAll(offers), Status: web.StatusOf(err), Faults: faults, Private: true,
			Kept: keep(typed, "edit"), Data: signupPage{Form: form}})
	}
	return d.sent(w, r, typed, offers, form)
}

// request hands the form on, unless the form itself is at fault.
func (d *door) request(r *http.Request, form *formView, typed url.Values) error {
	request, err := form.request(typed)
	if err != nil {
		return err
	}
	request.FormURL, request.Client = d.address(form.Page), d.client(r)
	// What the reader saw counts, also when the words have changed since.
	if hash := typed.Get("wording"); hash != "" {
		request.WordingHash = hash
	}
	if hash := typed.Get("privacy"); hash != "" {
		request.PrivacyHash = hash
	}
	return d.Signup.Request(r.Context(), request, d.Now())
}

// offersOf returns the lists of the form on a page: one list's, or the home page's.
func (d *door) offersOf(r *http.Request, page string) ([]offer, error) {
	offers, err := d.offers(r.Context(), false)
	if err != nil {
		return nil, err
	}
	for _, o := range offers {
		if strings.TrimPrefix(page, "/l/") == o.Name {
			return []offer{o}, nil
		}
	}
	return offers, nil
}

func (d *door) sent(w http.ResponseWriter, r *http.Request, typed url.Values, offers []offer, form *formView) error {
	page := sentPage{Address: form.Address, LinkDays: form.linkDays}
	var chosen []offer
	for i, c := range form.Choices {
		if c.Checked {
			chosen = append(chosen, offers[i])
		}
	}
	if len(chosen) == 0 {
		return web.Status(http.StatusBadRequest)
	}
	page.Sender = chosen[0].SenderName + " (" + chosen[0].SenderAddress + ")"
	var err error
	if page.Subject, err = d.confirmationSubject(form, chosen); err != nil {
		return err
	}
	page.Again = web.Fields(keep(typed, ""))
	return d.Render(w, r, web.Page{Template: "sent.html", Brand: brandOfAll(chosen), Private: true, Kept: keep(typed, "sent"), Data: page})
}

// confirmationSubject is the subject of the mail to look for, in the language of the mails.
func (d *door) confirmationSubject(form *formView, chosen []offer) (string, error) {
	var lang newsletter.Language
	for _, o := range form.Languages {
		if o.Checked {
			lang = o.Lang
		}
	}
	if len(chosen) > 1 {
		return d.Templates.Texts().Text(lang, "confirmation_subject_several", templates.Args{"Organisation": d.Site.Organisation})
	}
	text, _ := textIn(chosen[0].Texts, lang, chosen[0].Language)
	return d.Templates.Texts().Text(lang, "confirmation_subject", templates.Args{"List": text.Title})
}
