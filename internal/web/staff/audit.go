package staff

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

func (d *door) auditRoutes() {
	readers := []newsletter.Role{newsletter.RoleSupervisor, newsletter.RoleAdmin}
	d.Place(desk.Place{Key: "audit", Path: "/desk/audit", Roles: readers, Order: 90})
	d.Handle(desk.Route{Pattern: "GET /desk/audit", Roles: readers}, d.audit)
}

// auditPage is the audit log, the newest first.
type auditPage struct {
	Filter  auditFilter
	Who     []option
	Entries []auditLine
	Pager   desk.Pager
}

// auditFilter is what was typed above the log.
type auditFilter struct{ Who, Action, Object, From, Until string }

type auditLine struct {
	Seq    int64
	At     newsletter.Time
	Who    string
	Action string
	Object string // its kind, and its name or id
	Filter string // the log of this object alone
	Detail string // JSON; empty: there is none
}

// auditPageSize is how many entries a page has.
const auditPageSize = 50

func (d *door) audit(w http.ResponseWriter, r *http.Request) error {
	all, err := d.Store.AllStaff(r.Context())
	if err != nil {
		return err
	}
	typed := r.URL.Query()
	page := auditPage{Filter: auditFilter{Who: typed.Get("who"), Action: strings.TrimSpace(typed.Get("action")), Object: strings.TrimSpace(typed.Get("object")), From: typed.Get("from"), Until: typed.Get("until")}}
	names := map[string]string{}
	page.Who = []option{{Value: "", Label: d.text(r, "audit_anybody", nil)}, {Value: "command_line", Label: d.text(r, "audit_command_line", nil), Chosen: page.Filter.Who == "command_line"}}
	for _, m := range all {
		id := m.PublicID.String()
		names[id] = m.Name
		page.Who = append(page.Who, option{Value: id, Label: m.Name, Chosen: page.Filter.Who == id})
	}
	q, faults := d.auditQuery(r, &page.Filter)
	if q.Before, err = strconv.ParseInt(typed.Get("before"), 10, 64); err != nil || q.Before < 0 {
		q.Before = 0
	}
	q.Limit = auditPageSize + 1
	entries, err := d.Store.AuditLog(r.Context(), q)
	if err != nil {
		return err
	}
	if len(entries) > auditPageSize {
		entries = entries[:auditPageSize]
		page.Pager.Older = auditURL(page.Filter, entries[auditPageSize-1].Seq)
	}
	if q.Before > 0 {
		page.Pager.Newest = auditURL(page.Filter, 0)
	}
	for i := range entries {
		page.Entries = append(page.Entries, d.auditLine(r, &entries[i], names))
	}
	p := web.Page{Template: "audit.html", Data: page, Faults: faults}
	if len(faults) > 0 {
		p.Status = http.StatusUnprocessableEntity
	}
	return d.Render(w, r, p)
}

// auditQuery reads the filter. Days are those of the desk's zone, the last one included.
func (d *door) auditQuery(r *http.Request, f *auditFilter) (q store.AuditQuery, faults []web.Fault) {
	switch {
	case f.Who == "command_line":
		q.ActorKind = string(newsletter.ByCommandLine)
	case f.Who != "":
		q.ActorKind, q.ActorID = string(newsletter.ByStaff), f.Who
	}
	q.Action = f.Action
	q.ObjectKind, q.ObjectID, _ = strings.Cut(f.Object, ":")
	day := func(typed, field string) time.Time {
		if typed == "" {
			return time.Time{}
		}
		t, err := time.ParseInLocation(time.DateOnly, typed, d.Zone)
		if err != nil {
			faults = append(faults, web.Fault{Field: field, Text: d.text(r, "audit_day_fault", nil)})
		}
		return t
	}
	q.From = day(f.From, "from")
	if q.Until = day(f.Until, "until"); !q.Until.IsZero() {
		q.Until = q.Until.AddDate(0, 0, 1)
	}
	return q, faults
}

func auditURL(f auditFilter, before int64) string {
	q := url.Values{}
	for name, value := range map[string]string{"who": f.Who, "action": f.Action, "object": f.Object, "from": f.From, "until": f.Until} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if before > 0 {
		q.Set("before", strconv.FormatInt(before, 10))
	}
	return "/desk/audit?" + q.Encode()
}

func (d *door) auditLine(r *http.Request, e *store.AuditEntry, names map[string]string) auditLine {
	line := auditLine{Seq: e.Seq, At: e.At, Action: e.Action, Object: e.ObjectKind, Detail: e.Detail}
	switch {
	case e.ActorKind == string(newsletter.ByCommandLine):
		line.Who = d.text(r, "audit_operator", map[string]any{"Account": e.ActorID})
	case names[e.ActorID] != "":
		line.Who = names[e.ActorID]
	default:
		line.Who = e.ActorID
	}
	if e.Detail == "null" {
		line.Detail = ""
	}
	if e.ObjectID != "" {
		line.Filter = auditURL(auditFilter{Object: e.ObjectKind + ":" + e.ObjectID}, 0)
		if name := names[e.ObjectID]; name != "" {
			line.Object += " " + name
		} else {
			line.Object += " " + e.ObjectID
		}
	}
	return line
}
