package editor

import (
	"context"
	"encoding/csv"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

// recipientStore is what the record of an edition reads and changes.
type recipientStore interface {
	Recipients(ctx context.Context, q newsletter.RecipientQuery, by newsletter.Actor, now time.Time) ([]newsletter.Recipient, error)
	ExportRecipients(ctx context.Context, q newsletter.RecipientQuery, row func(*newsletter.Recipient) error, by newsletter.Actor, now time.Time) (int, error)
	ReleaseUncertain(ctx context.Context, id newsletter.PublicID, deliveries []int64, by newsletter.Actor, now time.Time) (int, error)
	ResendFailed(ctx context.Context, id newsletter.PublicID, deliveries []int64, by newsletter.Actor, now time.Time) (int, error)
	DropUncertain(ctx context.Context, id newsletter.PublicID, deliveries []int64, by newsletter.Actor, now time.Time) (int, error)
}

func (d *door) recipientRoutes() {
	d.Handle(desk.Route{Pattern: "GET /desk/editions/{id}/recipients", Roles: editors, List: d.listOfSent}, d.recipientsPage)
	d.Handle(desk.Route{Pattern: "POST /desk/editions/{id}/recipients", Roles: editors, List: d.listOfSent}, d.recipientsPage)
	d.Handle(desk.Route{Pattern: "GET /desk/editions/{id}/recipients.csv", Roles: editors, List: d.listOfSent, Time: 10 * time.Minute}, d.recipientsFile)
	d.Handle(desk.Route{Pattern: "GET /desk/editions/{id}/deliveries", Roles: editors, List: d.listOfSent}, d.confirmDecision)
	d.Handle(desk.Route{Pattern: "POST /desk/editions/{id}/deliveries", Roles: editors, List: d.listOfSent}, d.decide)
}

// recipientsPage is the data of recipients.html.
type recipientsPage struct {
	sending
	Query      newsletter.RecipientQuery
	Address    string // as it was typed
	Kinds      []option
	Rows       []recipientRow
	File       string // the same as a file
	Older      string // the next page; empty: this is the last
	Choosable  bool   // the rows can be decided about
	Uncertain  bool   // as what is uncertain; otherwise as what failed
	CanRelease bool   // a cancelled edition sends nothing any more
}

type recipientRow struct {
	newsletter.Recipient
	State   desk.State
	Meaning string // the key of what the reply means; empty: there was none
	At      newsletter.Time
}

// kindStates is how the kinds look.
var kindStates = map[newsletter.RecipientKind]string{
	newsletter.RecipientSent: "good", newsletter.RecipientWaiting: "waiting", newsletter.RecipientDeferred: "careful",
	newsletter.RecipientFailed: "wrong", newsletter.RecipientUncertain: "careful", newsletter.RecipientStopped: "over",
}

// recipientsOf reads the filters of a request.
func recipientsOf(r *http.Request, e *newsletter.Edition) newsletter.RecipientQuery {
	form := r.URL.Query()
	q := newsletter.RecipientQuery{Edition: e.PublicID, Domain: strings.TrimPrefix(strings.ToLower(strings.TrimSpace(form.Get("domain"))), "@")}
	if kind := newsletter.RecipientKind(form.Get("state")); kind.Valid() {
		q.Kind = kind
	}
	if after, err := strconv.ParseInt(form.Get("after"), 10, 64); err == nil && after > 0 {
		q.After = after
	}
	return q
}

// person reads the address that is looked for. It comes by POST, so that no address stands in a history or a
// log; nothing is changed by it.
func person(r *http.Request) (typed string, a newsletter.Address, err error) {
	if r.Method != http.MethodPost {
		return "", "", nil
	}
	form, err := web.Form(r)
	if err != nil {
		return "", "", err
	}
	typed = strings.TrimSpace(form.Get("address"))
	a, err = newsletter.ParseAddress(typed)
	return typed, a, err
}

// recipientsShown is how many rows a page has.
const recipientsShown = 50

func (d *door) recipientsPage(w http.ResponseWriter, r *http.Request) error {
	e, err := d.sentEdition(r)
	if err != nil {
		return err
	}
	s, err := d.sending(r, e)
	if err != nil {
		return err
	}
	page := &recipientsPage{sending: *s, CanRelease: e.State != newsletter.EditionCancelled}
	page.Query = recipientsOf(r, e)
	var wrong error
	page.Address, page.Query.Address, wrong = person(r)
	for _, kind := range append([]newsletter.RecipientKind{""}, newsletter.RecipientKinds()...) {
		key := "recipients_all"
		if kind != "" {
			key = "progress_" + string(kind)
		}
		page.Kinds = append(page.Kinds, option{string(kind), d.say(r, key), kind == page.Query.Kind})
	}
	out := web.Page{Template: "recipients.html", Data: page}
	if r.Method == http.MethodPost {
		out.Kept = url.Values{"address": {page.Address}}
	}
	if wrong != nil {
		if out.Faults = d.Faults(r, wrong); len(out.Faults) == 0 {
			return wrong
		}
		out.Status = http.StatusUnprocessableEntity
		for i := range out.Faults {
			out.Faults[i].Field = "address"
		}
		return d.Render(w, r, out)
	}
	q := page.Query
	q.Limit = recipientsShown + 1
	all, err := d.Store.Recipients(r.Context(), q, desk.StaffOf(r).Actor(), d.Now())
	if err != nil {
		return err
	}
	if len(all) > recipientsShown {
		all = all[:recipientsShown]
		page.Older = page.Base + "/recipients?" + filters(page, all[len(all)-1].ID)
	}
	if page.Query.Address == "" {
		page.File = page.Base + "/recipients.csv?" + filters(page, 0)
	}
	page.Uncertain = page.Query.Kind == newsletter.RecipientUncertain
	page.Choosable = len(all) > 0 && (page.Uncertain || page.Query.Kind == newsletter.RecipientFailed && page.CanRelease)
	for i := range all {
		page.Rows = append(page.Rows, rowOf(&all[i]))
	}
	return d.Render(w, r, out)
}

func rowOf(one *newsletter.Recipient) recipientRow {
	row := recipientRow{Recipient: *one, At: one.EndedAt,
		State: desk.State{Kind: kindStates[one.Kind()], Key: "progress_" + string(one.Kind())}}
	if row.At.IsZero() {
		row.At = one.HandedOverAt
	}
	if m := one.Meaning(); m != newsletter.ReplyNone {
		row.Meaning = "reply_" + string(m)
	}
	return row
}

// filters are the filters of a page as an address has them.
func filters(p *recipientsPage, after int64) string {
	v := url.Values{}
	for name, value := range map[string]string{"state": string(p.Query.Kind), "domain": p.Query.Domain} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if after > 0 {
		v.Set("after", strconv.FormatInt(after, 10))
	}
	return v.Encode()
}

// recipientsFile is the record as CSV (RFC 4180), for spreadsheets.
func (d *door) recipientsFile(w http.ResponseWriter, r *http.Request) error {
	e, err := d.sentEdition(r)
	if err != nil {
		return err
	}
	q := recipientsOf(r, e)
	head := []string{}
	for _, column := range []string{"address", "state", "domain", "handed_over", "ended", "attempts", "code", "status", "meaning", "reply"} {
		head = append(head, d.say(r, "recipients_column_"+column))
	}
	out := d.Lasting(w)
	file := csv.NewWriter(out)
	begin := func() error {
		h := w.Header()
		h.Set("Content-Type", "text/csv; charset=utf-8")
		h.Set("Content-Disposition", `attachment; filename="edition-`+e.PublicID.String()+`.csv"`)
		web.Private(h)
		if _, err := out.Write([]byte("\ufeff")); err != nil { // so that spreadsheets read it as UTF-8
			return err
		}
		return file.Write(head)
	}
	begun := false
	_, err = d.Store.ExportRecipients(r.Context(), q, func(one *newsletter.Recipient) error {
		if !begun {
			begun = true
			if err := begin(); err != nil {
				return err
			}
		}
		return file.Write(d.cells(r, one))
	}, desk.StaffOf(r).Actor(), d.Now())
	if err != nil {
		return err // what has been written by then breaks off
	}
	if !begun {
		if err := begin(); err != nil {
			return err
		}
	}
	file.Flush()
	return file.Error()
}

func (d *door) cells(r *http.Request, one *newsletter.Recipient) []string {
	at := func(t newsletter.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.In(d.Zone).Format("2006-01-02 15:04:05")
	}
	meaning := ""
	if m := one.Meaning(); m != newsletter.ReplyNone {
		meaning = d.say(r, "reply_"+string(m))
	}
	code := ""
	if one.Code > 0 {
		code = strconv.Itoa(one.Code)
	}
	cells := []string{string(one.To), d.say(r, "progress_"+string(one.Kind())), one.Domain, at(one.HandedOverAt), at(one.EndedAt),
		strconv.Itoa(one.Attempts), code, one.Status, meaning, one.Reply}
	for i := range cells {
		cells[i] = harmless(cells[i])
	}
	return cells
}

// harmless keeps a spreadsheet from taking what a stranger wrote (an address, the answer of a mail server) for
// a formula.
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

// decision is what can be decided about deliveries that did not simply arrive.
type decision struct {
	of     newsletter.RecipientKind
	decide func(context.Context, newsletter.PublicID, []int64, newsletter.Actor, time.Time) (int, error)
	done   string // what is said afterwards
}

func (d *door) decision(name string) (decision, bool) {
	switch name {
	case "release":
		return decision{newsletter.RecipientUncertain, d.Store.ReleaseUncertain, "uncertain_released"}, true
	case "drop":
		return decision{newsletter.RecipientUncertain, d.Store.DropUncertain, "uncertain_dropped"}, true
	case "resend":
		return decision{newsletter.RecipientFailed, d.Store.ResendFailed, "failed_resent"}, true
	}
	return decision{}, false
}

// confirmDecision asks once more before all that is uncertain, or failed, is decided about.
func (d *door) confirmDecision(w http.ResponseWriter, r *http.Request) error {
	e, err := d.sentEdition(r)
	if err != nil {
		return err
	}
	s, err := d.sending(r, e)
	if err != nil {
		return err
	}
	what := r.URL.Query().Get("do")
	decision, ok := d.decision(what)
	if !ok {
		return web.Status(http.StatusNotFound)
	}
	return d.Confirm(w, r, desk.Confirm{
		Title: d.say(r, "uncertain_"+what+"_title"), Text: d.say(r, "uncertain_"+what+"_text"), Action: s.Base + "/deliveries",
		Fields: []web.Field{{Name: "do", Value: what}, {Name: "all", Value: "yes"}}, Button: d.say(r, "uncertain_"+what+"_all"), Grave: true,
		Back: s.Base + "/recipients?state=" + string(decision.of), Crumbs: s.Crumbs,
	})
}

// decide releases or drops what is uncertain, or sends again what failed: those chosen, or all.
func (d *door) decide(w http.ResponseWriter, r *http.Request) error {
	e, err := d.sentEdition(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	decision, ok := d.decision(form.Get("do"))
	if !ok {
		return web.Status(http.StatusNotFound)
	}
	back := editionURL(e.PublicID, "recipients?state="+string(decision.of))
	var ids []int64
	for _, text := range form["delivery"] {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return web.Status(http.StatusNotFound)
		}
		ids = append(ids, id)
	}
	if len(ids) == 0 && form.Get("all") != "yes" {
		return d.Done(w, r, back, "uncertain_none")
	}
	if _, err := decision.decide(r.Context(), e.PublicID, ids, desk.StaffOf(r).Actor(), d.Now()); err != nil {
		return err
	}
	return d.Done(w, r, back, decision.done)
}
