package public

import (
	"net/http"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
)

// confirmPage is the data of confirm.html.
type confirmPage struct {
	State    string // "open": a button; "done": it was pressed now; "active": it was pressed before
	Address  newsletter.Address
	Standing []standingView
}

// confirmation looks at a confirmation link. Scanners do so too: it changes nothing.
func (d *door) confirmation(w http.ResponseWriter, r *http.Request) error {
	c, err := d.Signup.Confirmation(r.Context(), r.PathValue("token"), d.Now())
	if err != nil {
		return d.confirmFailed(w, r, err)
	}
	return d.showConfirmation(w, r, c, string(c.State))
}

func (d *door) confirm(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	before, err := d.Signup.Confirmation(r.Context(), r.PathValue("token"), d.Now())
	if err != nil {
		return d.confirmFailed(w, r, err)
	}
	c, err := d.Signup.Confirm(r.Context(), r.PathValue("token"), d.client(r), d.Now())
	if err != nil {
		return d.confirmFailed(w, r, err)
	}
	state := string(c.State)
	if before.State == newsletter.ConfirmationOpen && c.State == newsletter.ConfirmationActive {
		state = "done"
	}
	return d.showConfirmation(w, r, c, state)
}

func (d *door) showConfirmation(w http.ResponseWriter, r *http.Request, c *newsletter.Confirmation, state string) error {
	d.Prefer(r, c.Language)
	if c.State == newsletter.ConfirmationLeft {
		return d.freshForm(w, r, "left", http.StatusOK)
	}
	page := confirmPage{State: state, Address: c.Address}
	var err error
	if c.State == newsletter.ConfirmationActive {
		page.Standing, err = d.standings(r, c.Standing)
	} else {
		page.Standing, err = d.choices(r, c.Choices)
	}
	if err != nil {
		return err
	}
	return d.Render(w, r, web.Page{Template: "confirm.html", Private: true, Data: page, Brand: brandOfStandings(page.Standing)})
}

// choices puts what a link's mail listed into words.
func (d *door) choices(r *http.Request, all []newsletter.Choice) ([]standingView, error) {
	byID, err := d.offersByID(r)
	if err != nil {
		return nil, err
	}
	var views []standingView
	for _, c := range all {
		if o := byID[c.ListID]; o != nil {
			views = append(views, d.choiceInWords(o, c, reader(r)))
		}
	}
	return views, nil
}

// confirmFailed shows the form again to who comes too late; any other link is answered as it is.
func (d *door) confirmFailed(w http.ResponseWriter, r *http.Request, err error) error {
	if newsletter.Is(err, newsletter.Expired) {
		return d.freshForm(w, r, "expired", http.StatusGone)
	}
	return err
}

func (d *door) freshForm(w http.ResponseWriter, r *http.Request, notice string, status int) error {
	offers, err := d.offers(r.Context(), false)
	if err != nil {
		return err
	}
	form, err := d.newForm(r, offers, "/")
	if err != nil {
		return err
	}
	return d.Render(w, r, web.Page{Template: "signup.html", Status: status, Private: true, Data: signupPage{Form: form, Notice: notice}})
}
