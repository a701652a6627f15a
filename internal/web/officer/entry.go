package officer

import (
	"errors"
	"net/http"
	"slices"

	"bode.example/internal/datarequest"
	"bode.example/internal/newsletter"
	"bode.example/internal/web"
)

// entryPage is the data of request-new.html: a request that is entered, or put right.
type entryPage struct {
	Entry     datarequest.Entry
	Received  string
	Request   *newsletter.DataRequest // that is put right; nil: it is new
	URL       string                  // where the form goes
	Theirs    bool                    // they typed it themselves: only the kind and where answers go can change
	Draft     bool                    // it is a mail that becomes a request
	Kinds     []newsletter.RequestKind
	Ways      []string
	Languages []newsletter.Language
}

func newEntryPage(e datarequest.Entry, received string) *entryPage {
	return &entryPage{Entry: e, Received: received, URL: "/desk/requests", Kinds: newsletter.RequestKinds(), Ways: newsletter.ByHand(), Languages: newsletter.Languages()}
}

func (d *door) newRequest(w http.ResponseWriter, r *http.Request) error {
	e := datarequest.Entry{Channel: newsletter.ArrivedLetter, Language: web.Language(r), Receipt: true}
	return d.entry(w, r, newEntryPage(e, d.Requests.Today(d.Now()).String()), nil)
}

func (d *door) entry(w http.ResponseWriter, r *http.Request, data *entryPage, wrong error) error {
	page := web.Page{Template: "request-new.html", Data: data}
	if wrong != nil {
		if page.Faults, page.Status = d.Faults(r, wrong), web.StatusOf(wrong); len(page.Faults) == 0 {
			return wrong
		}
	}
	return d.Render(w, r, page)
}

// typedEntry reads the form.
func typedEntry(r *http.Request) (e datarequest.Entry, received string, err error) {
	typed, err := web.Form(r)
	if err != nil {
		return e, "", err
	}
	e = datarequest.Entry{Kind: newsletter.RequestKind(typed.Get("kind")), Channel: typed.Get("channel"), Language: newsletter.Language(typed.Get("language")),
		Address: typed.Get("address"), ReplyAddress: typed.Get("reply"), Postal: typed.Get("postal"), ReplyWhy: typed.Get("reply_why"), Name: typed.Get("name"),
		Representative: typed.Get("representative"), Wish: typed.Get("wish"), Receipt: typed.Get("receipt") == "yes"}
	return e, typed.Get("received"), nil
}

func arrival(typed string) (newsletter.Day, error) {
	day, err := newsletter.ParseDay(typed)
	if e := (*newsletter.Error)(nil); errors.As(err, &e) {
		e.Field = "received"
	}
	return day, err
}

// enter writes a request down that came in another way.
func (d *door) enter(w http.ResponseWriter, r *http.Request) error {
	e, received, err := typedEntry(r)
	if err != nil {
		return err
	}
	var made *newsletter.DataRequest
	if e.ReceivedOn, err = arrival(received); err == nil {
		made, err = d.Requests.Enter(r.Context(), e, actor(r), d.Now())
	}
	if err != nil {
		return d.entry(w, r, newEntryPage(e, received), err)
	}
	return d.Done(w, r, urlOf(made), "request_entered")
}

// theRequest is the request of the page's address.
func (d *door) theRequest(r *http.Request) (*newsletter.DataRequest, error) {
	n, err := number(r)
	if err != nil {
		return nil, err
	}
	return d.Store.RequestByID(r.Context(), n)
}

func amendPage(e datarequest.Entry, received string, of *newsletter.DataRequest) *entryPage {
	page := newEntryPage(e, received)
	page.Request, page.URL, page.Theirs = of, urlOf(of)+"/change", !slices.Contains(newsletter.ByHand(), of.Channel)
	page.Draft = of.State == newsletter.RequestDraft
	return page
}

// change shows what was written down of a request, to be put right.
func (d *door) change(w http.ResponseWriter, r *http.Request) error {
	of, err := d.theRequest(r)
	if err != nil {
		return err
	}
	if of.State == newsletter.RequestDraft {
		return d.entry(w, r, amendPage(datarequest.FromMail(of), of.ReceivedOn.String(), of), nil)
	}
	e := datarequest.Entry{Kind: of.Kind, Channel: of.Channel, Language: of.Language, Postal: of.Postal, ReplyWhy: of.ReplyWhy, Name: of.Name,
		Representative: of.Representative, Wish: of.Wish}
	if of.Address != nil {
		e.Address = of.Address.String()
	}
	if of.ReplyAddress != nil {
		e.ReplyAddress = of.ReplyAddress.String()
	}
	return d.entry(w, r, amendPage(e, of.ReceivedOn.String(), of), nil)
}

func (d *door) amend(w http.ResponseWriter, r *http.Request) error {
	of, err := d.theRequest(r)
	if err != nil {
		return err
	}
	e, received, err := typedEntry(r)
	if err != nil {
		return err
	}
	page := amendPage(e, received, of)
	if page.Theirs {
		received = of.ReceivedOn.String()
	}
	if e.ReceivedOn, err = arrival(received); err == nil {
		_, err = d.Requests.Amend(r.Context(), of.PublicID, e, actor(r), d.Now())
	}
	if err != nil {
		return d.entry(w, r, page, err)
	}
	if page.Draft {
		return d.Done(w, r, urlOf(of), "request_entered")
	}
	return d.Done(w, r, urlOf(of), "request_amended")
}
