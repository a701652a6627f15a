package public

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
)

// dossierPage is the data of dossier.html: all that is held about a person.
type dossierPage struct {
	Ticket  string
	Dossier *newsletter.Dossier
	// Subscribed is false for somebody of whom only a sign-up waits to be confirmed.
	Subscribed bool
	Standing   []standingView
	Consents   []consentView
	Words      []string // what they agreed to, each text once
	Address    string   // typed as the new one
}

// consentView is an entry of the ledger of consent.
type consentView struct {
	newsletter.ConsentRecord
	List    string // its title
	Through string // the channel, in words
}

// erasePage is the data of erase.html, which asks once more.
type erasePage struct{ Ticket, Address string }

// dossier shows the data again, for the way back from another page of the ticket.
func (d *door) dossier(w http.ResponseWriter, r *http.Request) error {
	typed, err := web.Form(r)
	if err != nil {
		return err
	}
	d.Shown(w, r, typed)
	return d.showDossier(w, r, typed.Get("ticket"), "", nil)
}

// showDossier makes the page, with what is wrong with a typed new address if anything is.
func (d *door) showDossier(w http.ResponseWriter, r *http.Request, ticket, address string, wrong error) error {
	all, err := d.Access.Dossier(r.Context(), ticket, d.Now())
	if err != nil {
		return d.accessFailed(w, r, err)
	}
	d.Prefer(r, all.Language())
	page := dossierPage{Ticket: ticket, Dossier: all, Subscribed: all.Subscriber.Address != "", Address: address}
	if page.Standing, err = d.standings(r, all.Subscriptions); err != nil {
		return err
	}
	byID, err := d.offersByID(r)
	if err != nil {
		return err
	}
	for _, c := range all.Consents {
		view := consentView{c, c.ListName, d.channel(r, c.Channel)}
		if o := byID[c.ListID]; o != nil {
			view.List = d.listView(&o.List, reader(r)).Title
		}
		page.Consents = append(page.Consents, view)
		if c.Wording != "" && !slices.Contains(page.Words, c.Wording) {
			page.Words = append(page.Words, c.Wording)
		}
	}
	answer := web.Page{Template: "dossier.html", Private: true, Kept: url.Values{"ticket": {ticket}}, Data: page}
	if wrong != nil {
		answer.Faults, answer.Status = d.Faults(r, wrong), web.StatusOf(wrong)
		if len(answer.Faults) == 0 {
			return wrong
		}
		answer.Kept.Set("address", address)
	}
	return d.Render(w, r, answer)
}

// export gives the same data as a file (GDPR art. 15 and 20).
func (d *door) export(w http.ResponseWriter, r *http.Request) error {
	typed, err := web.Form(r)
	if err != nil {
		return err
	}
	all, err := d.Access.Export(r.Context(), typed.Get("ticket"), d.Now())
	if err != nil {
		return d.accessFailed(w, r, err)
	}
	file, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	web.Private(w.Header())
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="bode-`+d.Now().In(d.Site.Zone).Format(dateField)+`.json"`)
	_, _ = w.Write(append(file, '\n'))
	return nil
}

func (d *door) erase(w http.ResponseWriter, r *http.Request) error {
	typed, err := web.Form(r)
	if err != nil {
		return err
	}
	ticket := typed.Get("ticket")
	if d.Shown(w, r, typed) && typed.Get("do") == "erased" {
		return d.erased(w, r)
	}
	all, err := d.Access.Dossier(r.Context(), ticket, d.Now())
	if err != nil {
		return d.accessFailed(w, r, err)
	}
	d.Prefer(r, all.Language())
	if typed.Get("sure") == "yes" && typed.Get(web.ShowField) == "" {
		if err := d.Access.Erase(r.Context(), ticket, d.Now()); err != nil {
			return d.accessFailed(w, r, err)
		}
		return d.erased(w, r)
	}
	return d.Render(w, r, web.Page{Template: "erase.html", Private: true, Kept: url.Values{"ticket": {ticket}},
		Data: erasePage{ticket, all.Address.String()}})
}

func (d *door) erased(w http.ResponseWriter, r *http.Request) error {
	return d.Render(w, r, web.Page{Template: "erased.html", Private: true, Kept: url.Values{"do": {"erased"}}})
}
