package web

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"bode.example/internal/newsletter"
)

// Page is one answer of a handler: a template and its typed data.
type Page struct {
	// Template stands below the door's folder, such as "home.html"; with a slash at its beginning, below
	// web/ itself.
	Template string
	Status   int // 0: 200
	Data     any
	// Faults of a form; the page's title says so first, and the summary at its top has the focus.
	Faults []Fault
	// Private pages belong to the holder of a token: not stored, not listed.
	Private bool
	// Pictures of other https sites may be shown.
	Pictures bool
	// Brand is the look of the one list that the page is about; nil: the organisation's own.
	Brand *Brand
	// Back is where the reading aids lead back to from a page that answers a POST to an address without a page; "": the
	// page's own address.
	Back string
	// Kept are the fields with which a page that answers a POST can be made again, without its act,
	// when the reader presses a reading aid on it. Nil: the page has an address of its own.
	Kept url.Values
}

// View is what a template sees as its dot.
type View struct {
	Page
	Frame     any
	Display   Display
	Languages []newsletter.Language
	Path      string // the page's own path, for the forms of the reading aids
	URL       string // the site's public address, without a slash at its end
}

// Fault returns the sentence about a field, or "".
func (v *View) Fault(field string) string {
	for _, f := range v.Faults {
		if f.Field == field {
			return f.Text
		}
	}
	return ""
}

// KeptFields lists Kept.
func (v *View) KeptFields() []Field { return Fields(v.Kept) }

// Field is a form field as it was typed.
type Field struct{ Name, Value string }

// Fields lists what was typed in the order of the fields' names: the same form makes the same page.
func Fields(typed url.Values) []Field {
	var fields []Field
	for _, name := range slices.Sorted(maps.Keys(typed)) {
		for _, value := range typed[name] {
			fields = append(fields, Field{name, value})
		}
	}
	return fields
}

// Render writes a page in the reader's language. Nothing is written if the template fails.
func (d *Door) Render(w http.ResponseWriter, r *http.Request, p Page) error {
	var page bytes.Buffer
	name, whole := strings.CutPrefix(p.Template, "/")
	if !whole {
		name = d.Name + "/" + name
	}
	if err := d.Templates.Render(&page, Language(r), "web/"+name, d.view(r, p)); err != nil {
		return fmt.Errorf("web: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(Language(r)))
	h.Set("Content-Length", strconv.Itoa(page.Len()))
	h.Add("Vary", "Accept-Language, Cookie")
	h.Set("Cache-Control", "private, no-cache")
	if p.Private {
		Private(h)
	}
	if p.Pictures {
		h.Set("Content-Security-Policy", d.policy(true))
	}
	later(h, p.Status)
	w.WriteHeader(cmp.Or(p.Status, http.StatusOK))
	_, _ = page.WriteTo(w) // the reader has gone, or gets it all
	return nil
}

// later tells programs when to come back to a page that says: not now.
func later(h http.Header, status int) {
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		h.Set("Retry-After", "120")
	}
}

func (d *Door) view(r *http.Request, p Page) *View {
	state := stateOf(r)
	if p.Back == "" {
		p.Back = r.URL.RequestURI()
	}
	return &View{
		Page: p, Frame: d.Frame(r, state.reader.Language), Display: state.reader, Languages: d.Languages,
		Path: r.URL.EscapedPath(), URL: strings.TrimSuffix(d.URL.String(), "/"),
	}
}

// ErrorPage is the data of a door's error.html.
type ErrorPage struct {
	Status int
	Title  string
	Text   string
}

// fail answers with an error, as a page, as JSON or as a line of text.
func (d *Door) fail(w http.ResponseWriter, r *http.Request, err error) {
	state := stateOf(r)
	state.err = err
	if rec, ok := w.(*response); ok && rec.status != 0 {
		return // too late to say anything
	}
	if errors.Is(err, context.DeadlineExceeded) && newsletter.CodeOf(err) == newsletter.Internal {
		err = statusError(http.StatusServiceUnavailable)
	}
	page := d.errorPage(r, err)
	Private(w.Header())
	later(w.Header(), page.Status)
	switch accepted := r.Header.Get("Accept"); {
	case strings.Contains(accepted, "text/html"):
		if d.Render(w, r, Page{Template: "error.html", Status: page.Status, Data: page, Private: true}) == nil {
			return
		}
	case strings.Contains(accepted, "application/json"):
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(page.Status)
		_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]string{
			"code": codeOf(err), "message": page.Text}})
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Del("Content-Length")
	w.WriteHeader(page.Status)
	_, _ = fmt.Fprintf(w, "%s %s\n", page.Title, page.Text)
}

func codeOf(err error) string {
	var status statusError
	if errors.As(err, &status) {
		return strings.ReplaceAll(strings.ToLower(http.StatusText(int(status))), " ", "_")
	}
	return string(newsletter.CodeOf(err))
}

// errorPage finds the words for an error: those of its reason, else of its status, in the door's own words
// ("desk_status_403") before those of all, else of a fault of ours.
func (d *Door) errorPage(r *http.Request, err error) ErrorPage {
	status := StatusOf(err)
	key := "status_" + strconv.Itoa(status)
	if d.Templates.Texts().Has(d.Name + "_" + key) {
		key = d.Name + "_" + key
	}
	page := ErrorPage{Status: status, Title: d.text(r, key+"_title", nil), Text: d.text(r, key, nil)}
	if page.Text == "" {
		page.Title, page.Text = d.text(r, "status_500_title", nil), d.text(r, "status_500", nil)
	}
	if e := coded(err); len(e) > 0 && e[0].Code != newsletter.Internal {
		page.Text = cmp.Or(d.reason(r, e[0]), page.Text)
	}
	return page
}

// Faults says in the reader's language what is wrong with a form. It returns none, and the error must be
// answered as it is, unless every part of it is the client's to mend.
func (d *Door) Faults(r *http.Request, err error) []Fault {
	var faults []Fault
	for _, e := range coded(err) {
		if e.Code != newsletter.Invalid && e.Code != newsletter.TooMany && e.Code != newsletter.Conflict {
			return nil
		}
		faults = append(faults, Fault{Field: e.Field, Text: cmp.Or(d.reason(r, e), e.Message)})
	}
	if len(faults) > 0 {
		stateOf(r).err = err
	}
	return faults
}

func (d *Door) reason(r *http.Request, e *newsletter.Error) string {
	if e.Reason == "" {
		return ""
	}
	return d.text(r, "error_"+e.Reason, e.Args)
}

// text returns a text of the catalogue, or "" where there is none.
func (d *Door) text(r *http.Request, key string, args map[string]any) string {
	if !d.Templates.Texts().Has(key) {
		return ""
	}
	text, err := d.Templates.Texts().Text(Language(r), key, args)
	if err != nil {
		return ""
	}
	return text
}

// SampleView is a view with a page's sample data, as a template would get it from a request.
func SampleView(p Page, frame any) *View {
	p.Back = "/path?page=2"
	return &View{Page: p, Frame: frame, Display: Display{Size: 1, Language: newsletter.Dutch}, Languages: newsletter.Languages(),
		Path: "/path", URL: "https://nieuws.example"}
}
