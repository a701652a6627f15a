package officer

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"bode.example/internal/datarequest"
	"bode.example/internal/newsletter"
	"bode.example/internal/web"
)

// letterPage is the data of letter.html: the reason, and then the letter as it would go.
type letterPage struct {
	Request       *newsletter.DataRequest
	URL           string
	Act           string // fulfil, refuse, extend, proof or lift
	NeedsReason   bool
	Reason        string
	Why           string // of proof: the doubt that there is, for the register alone
	Result        string // of fulfil: what will have been done, for which the letter was written
	Shown         bool   // the letter is shown, to be read and amended
	Subject, Body string
	Printed       bool // there is no address to mail it to
	amended       bool // it is another than was shown first
}

// acts are what ends in a letter.
var acts = []string{"fulfil", "refuse", "extend", "proof", "lift"}

func (d *door) letterOf(r *http.Request) (*letterPage, error) {
	act := r.PathValue("act")
	if !slices.Contains(acts, act) {
		return nil, web.Status(http.StatusNotFound)
	}
	request, err := d.theRequest(r)
	if err != nil {
		return nil, err
	}
	return &letterPage{Request: request, URL: urlOf(request), Act: act, NeedsReason: act != "fulfil" || request.Kind == newsletter.RequestOther,
		Printed: request.ReplyTo() == "" && act != "lift"}, nil
}

// letter shows what will go, or asks for the reason that it gives.
func (d *door) letter(w http.ResponseWriter, r *http.Request) error {
	page, err := d.letterOf(r)
	if err != nil {
		return err
	}
	if !page.NeedsReason {
		if err := d.draft(r, page); err != nil {
			return err
		}
	}
	return d.Render(w, r, web.Page{Template: "letter.html", Data: page})
}

// draft fills the letter in as the template has it.
func (d *door) draft(r *http.Request, page *letterPage) error {
	l, result, err := d.Requests.Preview(r.Context(), page.Request.PublicID, page.Act, page.Reason, d.Now())
	if err != nil {
		return err
	}
	page.Subject, page.Body, page.Shown, page.Result = l.Subject, l.Body, true, result
	return nil
}

// send does the act with its letter; the first time, with a reason alone, it shows the letter.
func (d *door) send(w http.ResponseWriter, r *http.Request) error {
	typed, err := web.Form(r)
	if err != nil {
		return err
	}
	page, err := d.letterOf(r)
	if err != nil {
		return err
	}
	page.Reason, page.Subject, page.Body = strings.TrimSpace(typed.Get("reason")), strings.TrimSpace(typed.Get("subject")), plainLines(typed.Get("body"))
	page.Why, page.Result, page.Shown = strings.TrimSpace(typed.Get("why")), typed.Get("result"), typed.Get("shown") == "yes"
	page.amended = plainLines(typed.Get("was")) != page.Subject+"\n"+page.Body
	if page.NeedsReason && !page.Shown {
		var wrong error
		if page.Reason == "" {
			wrong = &newsletter.Error{Code: newsletter.Invalid, Reason: "request_reason", Field: "reason", Message: "say why: the person gets to read it"}
		}
		if page.Act == "proof" && page.Why == "" {
			wrong = errors.Join(wrong, &newsletter.Error{Code: newsletter.Invalid, Reason: "request_doubt", Field: "why", Message: "say why a link is not enough"})
		}
		if wrong != nil {
			return d.refuse(w, r, page, wrong)
		}
		if err := d.draft(r, page); err != nil {
			return d.refuse(w, r, page, err)
		}
		return d.Render(w, r, web.Page{Template: "letter.html", Data: page})
	}
	if page.Subject == "" || page.Body == "" {
		return d.refuse(w, r, page, &newsletter.Error{Code: newsletter.Invalid, Reason: "letter_empty", Field: "body", Message: "the letter needs a subject and a text"})
	}
	if err := d.act(r, page); err != nil {
		if newsletter.Is(err, newsletter.Conflict) && page.Act == "fulfil" && !page.NeedsReason { // what is held has changed: the letter as it would be now
			if fresh := d.draft(r, page); fresh != nil {
				err = fresh
			}
		}
		return d.refuse(w, r, page, err)
	}
	return d.Done(w, r, page.URL, "request_"+page.Act)
}

func (d *door) refuse(w http.ResponseWriter, r *http.Request, page *letterPage, wrong error) error {
	faults := d.Faults(r, wrong)
	if len(faults) == 0 {
		return wrong
	}
	return d.Render(w, r, web.Page{Template: "letter.html", Status: web.StatusOf(wrong), Faults: faults, Data: page})
}

// act does it, with the letter as it stands in the form.
func (d *door) act(r *http.Request, page *letterPage) error {
	id, by, now := page.Request.PublicID, actor(r), d.Now()
	a := datarequest.Answer{Words: page.Reason, Result: page.Result}
	if page.amended {
		a.Subject, a.Body, a.Author = page.Subject, page.Body, by.ID
	}
	var err error
	switch page.Act {
	case "fulfil":
		_, err = d.Requests.CarryOut(r.Context(), id, &a, by, now)
	case "refuse":
		_, err = d.Requests.Refuse(r.Context(), id, page.Reason, d.amended(r, page, a, now), by, now)
	case "extend":
		_, err = d.Requests.Extend(r.Context(), id, page.Reason, d.amended(r, page, a, now), by, now)
	case "proof":
		_, err = d.Requests.AskProof(r.Context(), id, page.Reason, page.Why, d.amended(r, page, a, now), by, now)
	case "lift":
		err = d.Requests.Lift(r.Context(), id, page.Reason, &a, by, now)
	}
	return err
}

// amended is the letter of the form, if it is another than was shown; nil: the template's.
func (d *door) amended(r *http.Request, page *letterPage, a datarequest.Answer, now time.Time) *newsletter.RequestLetter {
	if a.Body == "" {
		return nil
	}
	l, _, err := d.Requests.Preview(r.Context(), page.Request.PublicID, page.Act, page.Reason, now)
	if err != nil {
		return nil // the step will say what is wrong
	}
	l.Subject, l.Body, l.AmendedBy = a.Subject, a.Body, a.Author
	return l
}

func plainLines(typed string) string {
	return strings.TrimSpace(strings.ReplaceAll(typed, "\r\n", "\n"))
}
