package public

import (
	"net/http"
	"net/url"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
)

// addressPage is the data of address.html.
type addressPage struct {
	State string // "asked", "move", "moved", "not_moved", "undo", "undone"
	// Old is empty in the new mailbox and New in the old one: neither tells the other address.
	Old, New  string
	UndoUntil newsletter.Time
}

// changeAddress sends a link to the new address. The page is the same whoever has that address.
func (d *door) changeAddress(w http.ResponseWriter, r *http.Request) error {
	typed, err := web.Form(r)
	if err != nil {
		return err
	}
	ticket, address := typed.Get("ticket"), typed.Get("address")
	shown := d.Shown(w, r, typed)
	switch {
	case shown && typed.Get("do") == "asked":
	case shown:
		return d.showDossier(w, r, ticket, address, nil)
	default:
		_, err := newsletter.ParseAddress(address)
		if err == nil {
			err = d.Access.ChangeAddress(r.Context(), ticket, address, d.Now())
		}
		if err != nil {
			return d.showDossier(w, r, ticket, address, err)
		}
	}
	return d.Render(w, r, web.Page{Template: "address.html", Private: true,
		Kept: url.Values{"address": {address}, "do": {"asked"}}, Data: addressPage{State: "asked", New: address}})
}

// addressChange is the page of the link in the new mailbox.
func (d *door) addressChange(w http.ResponseWriter, r *http.Request) error {
	c, err := d.Access.AddressChange(r.Context(), r.PathValue("token"), d.Now())
	if err != nil {
		return d.accessFailed(w, r, err)
	}
	return d.showAddress(w, r, c, "move")
}

func (d *door) confirmAddress(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	c, err := d.Access.ConfirmAddress(r.Context(), r.PathValue("token"), d.Now())
	if err != nil {
		return d.accessFailed(w, r, err)
	}
	return d.showAddress(w, r, c, "move")
}

// addressUndo is the page of the link in the old mailbox.
func (d *door) addressUndo(w http.ResponseWriter, r *http.Request) error {
	c, err := d.Access.AddressUndo(r.Context(), r.PathValue("token"), d.Now())
	if err != nil {
		return d.accessFailed(w, r, err)
	}
	return d.showAddress(w, r, c, "undo")
}

func (d *door) undoAddress(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	c, err := d.Access.UndoAddress(r.Context(), r.PathValue("token"), d.Now())
	if err != nil {
		return d.accessFailed(w, r, err)
	}
	return d.showAddress(w, r, c, "undo")
}

// showAddress shows what has become of a change; the button of a link while it still has one to press.
func (d *door) showAddress(w http.ResponseWriter, r *http.Request, c *newsletter.AddressChange, link string) error {
	d.Prefer(r, c.Language)
	page := addressPage{State: link, Old: c.OldAddress.String(), New: c.NewAddress.String(), UndoUntil: c.UndoUntil}
	switch {
	case !c.UndoneAt.IsZero() && link == "move":
		page.State = "not_moved"
	case !c.UndoneAt.IsZero():
		page.State = "undone"
	case !c.ConfirmedAt.IsZero() && link == "move":
		page.State = "moved"
	}
	return d.Render(w, r, web.Page{Template: "address.html", Private: true, Data: page})
}
