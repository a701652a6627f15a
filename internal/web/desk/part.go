package desk

import (
	"net/http"

	"bode.example/internal/web"
)

// Confirm is the page that asks once more before what can't be undone. Its texts are in the reader's
// language already.
type Confirm struct {
	Title   string
	Text    string   // what will happen
	Points  []string // what to know before, one by one
	Action  string   // where the form goes
	Fields  []web.Field
	Button  string // says what happens, never "OK"
	Grave   bool   // it destroys, or can't be taken back
	Back    string // the page to go back to
	Crumbs  []Link
	Typed   string // if not empty: the words that must be typed, in the field "typed"
	TypedAs string // the label of that field
}

// Confirm shows it.
func (d *Desk) Confirm(w http.ResponseWriter, r *http.Request, c Confirm, faults ...web.Fault) error {
	p := web.Page{Template: "/desk/confirm.html", Data: c, Faults: faults}
	if len(faults) > 0 {
		p.Status = http.StatusUnprocessableEntity
	}
	return d.Render(w, r, p)
}

// Link is a step of the way to a page, above its heading.
type Link struct{ Text, URL string }

// Pager leads to the other pages of a list. An empty address: there is none.
type Pager struct{ Newest, Older string }

// State is a state as pages show it: a word with a shape beside it, and only then a colour.
type State struct {
	// Kind chooses shape and colour: "good", "careful", "wrong", "busy", "waiting" or "over".
	Kind string
	// Key is the text's.
	Key string
}
