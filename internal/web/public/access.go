package public

import (
	"net/http"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
)

// accessPage is the data of access.html: the form to ask for a link.
type accessPage struct {
	Address string
	Notice  string // why it is shown: "expired" or "used"; empty: somebody came for it
}

// accessSentPage is the data of access-sent.html. It says the same whatever is known.
type accessSentPage struct{ Address string }

func (d *door) accessForm(w http.ResponseWriter, r *http.Request) error {
	return d.Render(w, r, web.Page{Template: "access.html", Data: accessPage{}})
}

func (d *door) requestAccess(w http.ResponseWriter, r *http.Request) error {
	typed, err := web.Form(r)
	if err != nil {
		return err
	}
	address := typed.Get("address")
	if d.Shown(w, r, typed) {
		if typed.Get("do") == "sent" {
			return d.accessSent(w, r, address)
		}
		return d.Render(w, r, web.Page{Template: "access.html", Private: true, Kept: keep(typed, ""), Data: accessPage{Address: address}})
	}
	form := newsletter.AccessForm{Address: address, Language: reader(r), Client: d.client(r)}
	if err := d.Access.RequestAccess(r.Context(), form, d.Now()); err != nil {
		faults := d.Faults(r, err)
		if len(faults) == 0 {
			return err
		}
		return d.Render(w, r, web.Page{Template: "access.html", Status: web.StatusOf(err), Faults: faults, Private: true,
			Kept: keep(typed, ""), Data: accessPage{Address: address}})
	}
	return d.accessSent(w, r, address)
}

func (d *door) accessSent(w http.ResponseWriter, r *http.Request, address string) error {
	return d.Render(w, r, web.Page{Template: "access-sent.html", Private: true,
		Kept: map[string][]string{"address": {address}, "do": {"sent"}}, Data: accessSentPage{address}})
}

// accessLink shows the one button of a link. A scanner that opens it doesn't use it up.
func (d *door) accessLink(w http.ResponseWriter, r *http.Request) error {
	lang, err := d.Access.AccessLink(r.Context(), r.PathValue("token"), d.Now())
	if err != nil {
		return d.accessFailed(w, r, err)
	}
	d.Prefer(r, lang)
	return d.Render(w, r, web.Page{Template: "access-open.html", Private: true})
}

// openAccess uses the link up and shows the person's data.
func (d *door) openAccess(w http.ResponseWriter, r *http.Request) error {
	typed, err := web.Form(r)
	if err != nil {
		return err
	}
	ticket := typed.Get("ticket") // of a reading aid pressed on the page that this made
	if ticket == "" {
		if ticket, err = d.Access.OpenAccess(r.Context(), r.PathValue("token"), d.Now()); err != nil {
			return d.accessFailed(w, r, err)
		}
	}
	d.Shown(w, r, typed)
	return d.showDossier(w, r, ticket, "", nil)
}

// accessFailed offers a new link to who comes too late.
func (d *door) accessFailed(w http.ResponseWriter, r *http.Request, err error) error {
	notice := ""
	switch newsletter.CodeOf(err) {
	case newsletter.Expired:
		notice = "expired"
	case newsletter.Used:
		notice = "used"
	default:
		return err
	}
	return d.Render(w, r, web.Page{Template: "access.html", Status: http.StatusGone, Private: true, Data: accessPage{Notice: notice}})
}
