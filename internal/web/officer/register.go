package officer

import (
	"net/http"
	"net/url"
	"strconv"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

// pageSize is how many requests a page of the register has.
const pageSize = 50

// registerPage is the data of register.html.
type registerPage struct {
	Closed  bool
	Officer bool // may enter one
	Rows    []line
	Pager   desk.Pager
}

// line is a request as the register shows it.
type line struct {
	URL, Reference string
	Kind           newsletter.RequestKind
	Channel        string
	State          desk.State
	Received, Due  newsletter.Day
	Strict         newsletter.Day // where it differs from Due
	Urgency        urgency
}

// urgency is how a request stands to its last day: Key is a text with a Count of days.
type urgency struct {
	Kind, Key string
	Count     int
}

func (d *door) register(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	ask := store.RequestPage{Closed: q.Get("closed") == "yes", Limit: pageSize + 1}
	if id, err := strconv.ParseInt(q.Get("after"), 10, 64); err == nil {
		last, err := d.Store.RequestByID(r.Context(), id)
		if err != nil {
			return err
		}
		ask.AfterID, ask.AfterOn, ask.AfterAt = last.ID, last.DueOn, last.ClosedAt
	}
	rows, err := d.Store.Requests(r.Context(), ask)
	if err != nil {
		return err
	}
	page := registerPage{Closed: ask.Closed, Officer: desk.StaffOf(r).Has(officers...)}
	if len(rows) > pageSize {
		rows = rows[:pageSize]
		older := url.Values{"after": {strconv.FormatInt(rows[pageSize-1].ID, 10)}}
		if ask.Closed {
			older.Set("closed", "yes")
		}
		page.Pager.Older = "/desk/requests?" + older.Encode()
	}
	if ask.AfterID != 0 {
		page.Pager.Newest = "/desk/requests"
		if ask.Closed {
			page.Pager.Newest += "?closed=yes"
		}
	}
	today := d.Requests.Today(d.Now())
	for i := range rows {
		page.Rows = append(page.Rows, lineOf(&rows[i], today))
	}
	return d.Render(w, r, web.Page{Template: "register.html", Data: page})
}

func lineOf(r *newsletter.DataRequest, today newsletter.Day) line {
	l := line{URL: urlOf(r), Reference: r.Reference(), Kind: r.Kind, Channel: r.Channel, State: stateOf(r), Received: r.ReceivedOn, Due: r.DueOn, Urgency: urgencyOf(r, today)}
	if r.StrictOn != r.DueOn {
		l.Strict = r.StrictOn
	}
	return l
}

func stateOf(r *newsletter.DataRequest) desk.State {
	kind := map[newsletter.RequestState]string{newsletter.RequestDraft: "careful", newsletter.RequestReceived: "waiting", newsletter.RequestIdentityAsked: "waiting", newsletter.RequestVerified: "careful",
		newsletter.RequestInProgress: "busy", newsletter.RequestFulfilled: "good", newsletter.RequestRefused: "wrong", newsletter.RequestLapsed: "over"}[r.State]
	return desk.State{Kind: kind, Key: "request_state_" + string(r.State)}
}

func urgencyOf(r *newsletter.DataRequest, today newsletter.Day) urgency {
	left := int(r.DueOn - today)
	switch {
	case r.State.Ended():
		return urgency{}
	case r.Clock().Stands():
		return urgency{"waiting", "request_clock_stands", 0}
	case left < 0:
		return urgency{"wrong", "request_days_late", -left}
	case left == 0:
		return urgency{"wrong", "request_due_today", 0}
	case left <= 7:
		return urgency{"careful", "request_days_left", left}
	}
	return urgency{"waiting", "request_days_left", left}
}
