package officer

import (
	"net/http"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

// requestPage is the data of request.html.
type requestPage struct {
	*store.RequestFile
	Line    line
	Late    bool
	Until   newsletter.Day // until when it can be extended; none: not any more
	Officer bool
	Draft   bool // a mail that nobody has read yet: it is confirmed or thrown away
	// What can be done as it stands.
	CanAsk, CanProve, CanVerify, CanBegin, CanFulfil, CanRefuse, CanExtend, CanLift, CanAmend bool
	Why                                                                                       string // as typed
}

func (d *door) request(w http.ResponseWriter, r *http.Request) error { return d.show(w, r, nil, "") }

// show makes the page of a request, with what was wrong with a step.
func (d *door) show(w http.ResponseWriter, r *http.Request, wrong error, why string) error {
	n, err := number(r)
	if err != nil {
		return err
	}
	f, err := d.Store.Request(r.Context(), n, actor(r), d.Now())
	if err != nil {
		return err
	}
	today := d.Requests.Today(d.Now())
	page := requestPage{RequestFile: f, Line: lineOf(&f.DataRequest, today), Late: f.Late(today), Officer: desk.StaffOf(r).Has(officers...), Why: why}
	if until := f.Clock().ExtendUntil(today); !f.State.Ended() && f.State != newsletter.RequestDraft && f.ExtendedOn == 0 && today <= until {
		page.Until = until
	}
	if page.Officer {
		page.may(f)
	}
	answer := web.Page{Template: "request.html", Data: page}
	if wrong != nil {
		if answer.Faults, answer.Status = d.Faults(r, wrong), web.StatusOf(wrong); len(answer.Faults) == 0 {
			return wrong
		}
	}
	return d.Render(w, r, answer)
}

func (p *requestPage) may(f *store.RequestFile) {
	if p.Draft = f.State == newsletter.RequestDraft; p.Draft {
		return
	}
	known := f.ShownOn != 0 || !f.Kind.NeedsIdentity()
	p.CanAsk = f.State.CanBecome(newsletter.RequestIdentityAsked) && f.Address != nil && f.Kind.NeedsIdentity()
	p.CanProve = f.State.CanBecome(newsletter.RequestIdentityAsked) && f.Kind.NeedsIdentity()
	p.CanAmend = !f.State.Ended()
	p.CanVerify = f.State.CanBecome(newsletter.RequestVerified) && f.Kind.NeedsIdentity()
	p.CanBegin = known && f.State.CanBecome(newsletter.RequestInProgress)
	p.CanFulfil = known && f.State.CanBecome(newsletter.RequestFulfilled)
	p.CanRefuse = f.State.CanBecome(newsletter.RequestRefused) && f.Kind != newsletter.RequestObjection && f.Kind != newsletter.RequestWithdrawal
	p.CanExtend = p.Until != 0
	p.CanLift = f.Kind == newsletter.RequestRestriction && f.State == newsletter.RequestFulfilled && f.SubscriberID != nil
}

// step does one thing about a request and goes back to it.
func (d *door) step(w http.ResponseWriter, r *http.Request, key string, do func(id newsletter.PublicID, why string) error) error {
	typed, err := web.Form(r)
	if err != nil {
		return err
	}
	request, err := d.theRequest(r)
	if err != nil {
		return err
	}
	if err := do(request.PublicID, typed.Get("why")); err != nil {
		return d.show(w, r, err, typed.Get("why"))
	}
	return d.Done(w, r, urlOf(request), key)
}

func (d *door) ask(w http.ResponseWriter, r *http.Request) error {
	return d.step(w, r, "request_asked", func(id newsletter.PublicID, _ string) error {
		_, err := d.Requests.AskIdentity(r.Context(), id, actor(r), d.Now())
		return err
	})
}

func (d *door) verify(w http.ResponseWriter, r *http.Request) error {
	return d.step(w, r, "request_verified", func(id newsletter.PublicID, why string) error {
		_, err := d.Requests.Verify(r.Context(), id, why, actor(r), d.Now())
		return err
	})
}

func (d *door) dismiss(w http.ResponseWriter, r *http.Request) error {
	of, err := d.theRequest(r)
	if err != nil {
		return err
	}
	if err := d.Requests.Dismiss(r.Context(), of.PublicID, actor(r), d.Now()); err != nil {
		return err
	}
	return d.Done(w, r, "/desk/requests", "request_dismissed")
}

func (d *door) begin(w http.ResponseWriter, r *http.Request) error {
	return d.step(w, r, "request_begun", func(id newsletter.PublicID, _ string) error {
		_, err := d.Requests.Begin(r.Context(), id, actor(r), d.Now())
		return err
	})
}
