package public

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
)

// Requests are what people ask about their personal data, and what becomes of it (GDPR art. 15 to 21).
type Requests interface {
	// Ask takes the form in. Nil means the same to everyone.
	Ask(ctx context.Context, form newsletter.RequestForm, now time.Time) error
	// Asked looks at the link of a request and changes nothing.
	Asked(ctx context.Context, token string, now time.Time) (*newsletter.DataRequest, error)
	// Confirm says by the link that the request is its owner's, and carries it out if no officer is needed. A
	// second time it changes nothing.
	Confirm(ctx context.Context, token string, now time.Time) (*newsletter.DataRequest, error)
	// Export looks at the link to a package; Fetch counts that it is fetched and returns what goes into it.
	Export(ctx context.Context, token string, now time.Time) (*newsletter.DataExport, newsletter.Language, error)
	Fetch(ctx context.Context, token string, now time.Time) (*newsletter.Dossier, error)
	// Pack writes a package: a ZIP with a page, JSON and CSV.
	Pack(w io.Writer, d *newsletter.Dossier, lang newsletter.Language, now time.Time) error
	// Schema is the JSON Schema that the JSON in a package keeps to.
	Schema() []byte
}

// requestPage is the data of request.html: the form.
type requestPage struct {
	Kinds               []newsletter.RequestKind
	Kind                newsletter.RequestKind
	Address, Name, Wish string
	From                string // "preferences": they came from there
	Notice              string // why it is shown: "expired"; empty: somebody came for it
}

// requestSentPage is the data of request-sent.html. It says the same whatever is known.
type requestSentPage struct{ Address string }

// requestLinkPage is the data of request-link.html: what a link of a request opens.
type requestLinkPage struct {
	Request *newsletter.DataRequest
	State   string // open, done, waits
}

// exportPage is the data of export.html.
type exportPage struct{ Export *newsletter.DataExport }

func (d *door) requestForm(w http.ResponseWriter, r *http.Request) error {
	page := requestPage{Kinds: newsletter.RequestKinds(), Kind: newsletter.RequestKind(r.URL.Query().Get("kind"))}
	if r.URL.Query().Get("from") == "preferences" {
		page.From = "preferences"
	}
	return d.Render(w, r, web.Page{Template: "request.html", Data: page})
}

func (d *door) sendRequest(w http.ResponseWriter, r *http.Request) error {
	typed, err := web.Form(r)
	if err != nil {
		return err
	}
	page := requestPage{Kinds: newsletter.RequestKinds(), Kind: newsletter.RequestKind(typed.Get("kind")), Address: typed.Get("address"),
		Name: typed.Get("name"), Wish: typed.Get("wish"), From: typed.Get("from")}
	if d.Shown(w, r, typed) {
		if typed.Get("do") == "sent" {
			return d.requestSent(w, r, page.Address)
		}
		return d.Render(w, r, web.Page{Template: "request.html", Private: true, Kept: keep(typed, ""), Data: page})
	}
	form := newsletter.RequestForm{Kind: page.Kind, Address: page.Address, Name: page.Name, Wish: page.Wish, Language: reader(r),
		Preferences: page.From == "preferences", Client: d.client(r)}
	if err := d.Requests.Ask(r.Context(), form, d.Now()); err != nil {
		faults := d.Faults(r, err)
		if len(faults) == 0 {
			return err
		}
		return d.Render(w, r, web.Page{Template: "request.html", Status: web.StatusOf(err), Faults: faults, Private: true, Kept: keep(typed, ""), Data: page})
	}
	return d.requestSent(w, r, page.Address)
}

func (d *door) requestSent(w http.ResponseWriter, r *http.Request, address string) error {
	return d.Render(w, r, web.Page{Template: "request-sent.html", Private: true,
		Kept: url.Values{"address": {address}, "do": {"sent"}}, Data: requestSentPage{address}})
}

// requestLink shows the one button of a link. A scanner that opens it changes nothing.
func (d *door) requestLink(w http.ResponseWriter, r *http.Request) error {
	request, err := d.Requests.Asked(r.Context(), r.PathValue("token"), d.Now())
	if err != nil {
		return d.requestFailed(w, r, err)
	}
	return d.showRequest(w, r, request)
}

func (d *door) confirmRequest(w http.ResponseWriter, r *http.Request) error {
	request, err := d.Requests.Confirm(r.Context(), r.PathValue("token"), d.Now())
	if err != nil {
		return d.requestFailed(w, r, err)
	}
	return d.showRequest(w, r, request)
}

func (d *door) showRequest(w http.ResponseWriter, r *http.Request, request *newsletter.DataRequest) error {
	d.Prefer(r, request.Language)
	page := requestLinkPage{Request: request, State: "waits"}
	switch request.State {
	case newsletter.RequestIdentityAsked:
		page.State = "open"
	case newsletter.RequestFulfilled, newsletter.RequestRefused:
		page.State = "done"
	}
	return d.Render(w, r, web.Page{Template: "request-link.html", Private: true, Data: page})
}

// requestFailed offers the form to who comes too late.
func (d *door) requestFailed(w http.ResponseWriter, r *http.Request, err error) error {
	if !newsletter.Is(err, newsletter.Expired) {
		return err
	}
	return d.Render(w, r, web.Page{Template: "request.html", Status: http.StatusGone, Private: true,
		Data: requestPage{Kinds: newsletter.RequestKinds(), Notice: "expired"}})
}

// exportLink shows the one button that fetches a package.
func (d *door) exportLink(w http.ResponseWriter, r *http.Request) error {
	x, lang, err := d.Requests.Export(r.Context(), r.PathValue("token"), d.Now())
	if err != nil {
		return d.requestFailed(w, r, err)
	}
	d.Prefer(r, lang)
	return d.Render(w, r, web.Page{Template: "export.html", Private: true, Data: exportPage{x}})
}

func (d *door) fetchExport(w http.ResponseWriter, r *http.Request) error {
	all, err := d.Requests.Fetch(r.Context(), r.PathValue("token"), d.Now())
	if err != nil {
		return d.requestFailed(w, r, err)
	}
	d.Prefer(r, all.Language())
	return d.pack(w, all, reader(r))
}

// exportPackage gives the person of a ticket all of their data as one file.
func (d *door) exportPackage(w http.ResponseWriter, r *http.Request) error {
	typed, err := web.Form(r)
	if err != nil {
		return err
	}
	all, err := d.Access.Export(r.Context(), typed.Get("ticket"), d.Now())
	if err != nil {
		return d.accessFailed(w, r, err)
	}
	d.Prefer(r, all.Language())
	return d.pack(w, all, reader(r))
}

func (d *door) pack(w http.ResponseWriter, all *newsletter.Dossier, lang newsletter.Language) error {
	web.Private(w.Header())
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", `attachment; filename="bode-`+d.Now().In(d.Site.Zone).Format(dateField)+`.zip"`)
	return d.Requests.Pack(w, all, lang, d.Now())
}

// schema shows what the JSON of a package looks like.
func (d *door) schema(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/schema+json")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	_, err := w.Write(d.Requests.Schema())
	return err
}
