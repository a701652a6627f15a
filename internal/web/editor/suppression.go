package editor

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

// suppressionStore is what the pages of suppressions read and change.
type suppressionStore interface {
	SuppressedPeople(ctx context.Context, lists []int64, before int64, limit int, hashes func(newsletter.Address) []token.Hash, by newsletter.Actor, now time.Time) ([]newsletter.SuppressedPerson, error)
	SuppressionsOf(ctx context.Context, address newsletter.Address, lists []int64, hashes []token.Hash, by newsletter.Actor, now time.Time) ([]newsletter.Suppression, bool, error)
	SuppressionCounts(ctx context.Context, now time.Time) ([]newsletter.SuppressionCount, error)
	LiftSuppression(ctx context.Context, address newsletter.Address, hashes []token.Hash, because newsletter.LiftGround, by newsletter.Actor, now time.Time) error
	LeaveProposals(ctx context.Context, lists []int64, by newsletter.Actor, now time.Time) ([]newsletter.LeaveProposal, error)
	DecideProposal(ctx context.Context, id newsletter.PublicID, accept bool, by newsletter.Actor, now time.Time) error
}

const suppressionsPath = "/desk/suppressions"

func (d *door) suppressionRoutes() {
	d.Place(desk.Place{Key: "suppressions", Path: suppressionsPath, Roles: editors, Order: 70})
	d.Handle(desk.Route{Pattern: "GET /desk/suppressions", Roles: editors}, d.suppressions)
	d.Handle(desk.Route{Pattern: "POST /desk/suppressions/search", Roles: editors}, d.findSuppression)
	d.Handle(desk.Route{Pattern: "POST /desk/proposals/{proposal}", Roles: editors}, d.decideProposal)
	d.Handle(desk.Route{Pattern: "GET /desk/subscribers/{person}/lift", Roles: editors}, d.askLift)
	d.Handle(desk.Route{Pattern: "POST /desk/subscribers/{person}/lift", Roles: editors}, d.lift)
}

// suppressionsPage is the data of suppressions.html.
type suppressionsPage struct {
	Address   string // that was asked about
	Found     []suppressionLine
	Asked     bool
	Known     bool // the address is of somebody whom they may see
	Proposals []proposalLine
	People    []suppressedLine
	Pager     desk.Pager
	Counts    []countLine
	All       bool // the counts, and the search, are of all lists
}

// countLine is how many addresses are suppressed for a reason.
type countLine struct {
	Reason string // a text's key
	Count  int64
}

// suppressionLine is why an address must not be mailed.
type suppressionLine struct {
	Reason         string // a text's key
	Since, Expires newsletter.Time
	Stays          bool // only the person takes it back
}

type suppressedLine struct {
	URL, Address, Name string
	Reasons            []suppressionLine
	LiftURL            string // empty: it can't be lifted
}

type proposalLine struct {
	Action, Address, List, Words string
	At                           newsletter.Time
}

func suppressionLines(found []newsletter.Suppression) []suppressionLine {
	var lines []suppressionLine
	for _, s := range found {
		lines = append(lines, suppressionLine{Reason: "suppression_reason_" + string(s.Reason), Since: s.Since, Expires: s.Expires,
			Stays: s.Reason == newsletter.SuppressedComplaint || s.Reason == newsletter.SuppressedObjection})
	}
	return lines
}

// liftable reports whether an editor may lift what is in force: mail that came back, and nothing else.
func liftable(found []newsletter.Suppression) bool {
	bounced := false
	for _, s := range found {
		switch s.Reason {
		case newsletter.SuppressedBounce:
			bounced = true
		case newsletter.SuppressedComplaint, newsletter.SuppressedObjection:
			return false
		}
	}
	return bounced
}

func (d *door) suppressions(w http.ResponseWriter, r *http.Request) error {
	return d.showSuppressions(w, r, &suppressionsPage{})
}

func (d *door) showSuppressions(w http.ResponseWriter, r *http.Request, page *suppressionsPage, faults ...web.Fault) error {
	scope, err := d.scopeOf(r)
	if err != nil {
		return err
	}
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	people, err := d.Store.SuppressedPeople(r.Context(), scope, before, perPage+1, d.Hashes.All, d.actor(r), d.Now())
	if err != nil {
		return err
	}
	if before != 0 {
		page.Pager.Newest = suppressionsPath
	}
	if len(people) > perPage {
		people = people[:perPage]
		page.Pager.Older = suppressionsPath + "?before=" + strconv.FormatInt(people[perPage-1].ID, 10)
	}
	for _, p := range people {
		line := suppressedLine{URL: personURL(p.PublicID), Address: p.Address.String(), Name: p.Name, Reasons: suppressionLines(p.Suppressions)}
		if liftable(p.Suppressions) {
			line.LiftURL = line.URL + "/lift"
		}
		page.People = append(page.People, line)
	}
	if err := d.fillProposals(r, scope, page); err != nil {
		return err
	}
	if page.All = scope == nil; page.All {
		counts, err := d.Store.SuppressionCounts(r.Context(), d.Now())
		if err != nil {
			return err
		}
		for _, c := range counts {
			page.Counts = append(page.Counts, countLine{Reason: "suppression_reason_" + string(c.Reason), Count: c.Addresses})
		}
	}
	p := web.Page{Template: "suppressions.html", Data: page, Faults: faults}
	if len(faults) > 0 {
		p.Status = http.StatusUnprocessableEntity
	}
	return d.Render(w, r, p)
}

func (d *door) fillProposals(r *http.Request, scope []int64, page *suppressionsPage) error {
	proposals, err := d.Store.LeaveProposals(r.Context(), scope, d.actor(r), d.Now())
	if err != nil {
		return err
	}
	lists, err := d.myLists(r)
	words := d.paceWords(r, lists)
	for _, q := range proposals {
		line := proposalLine{Action: "/desk/proposals/" + q.PublicID.String(), Address: q.Address.String(), Words: q.Words, At: q.ReceivedAt}
		if q.ListID != nil {
			line.List = words[*q.ListID]
		}
		page.Proposals = append(page.Proposals, line)
	}
	return err
}

// findSuppression says whether an address must not be mailed, and why. An editor is told so of people who have or
// had one of their lists: of all others the answer is the same, erased or not. Admins are told of everybody.
func (d *door) findSuppression(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	page := &suppressionsPage{Address: form.Get("address")}
	address, err := newsletter.ParseAddress(page.Address)
	if err != nil {
		return d.showSuppressions(w, r, page, d.Faults(r, err)...)
	}
	scope, err := d.scopeOf(r)
	if err != nil {
		return err
	}
	found, known, err := d.Store.SuppressionsOf(r.Context(), address, scope, d.Hashes.All(address), d.actor(r), d.Now())
	if err != nil {
		return err
	}
	page.Asked, page.Known, page.Found = true, known, suppressionLines(found)
	return d.showSuppressions(w, r, page)
}

// decideProposal lets somebody leave as their letter asks, or lets the letter be.
func (d *door) decideProposal(w http.ResponseWriter, r *http.Request) error {
	id, err := newsletter.ParsePublicID(r.PathValue("proposal"))
	if err != nil {
		return err
	}
	scope, err := d.scopeOf(r)
	if err != nil {
		return err
	}
	waiting, err := d.Store.LeaveProposals(r.Context(), scope, d.actor(r), d.Now())
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(waiting, func(q newsletter.LeaveProposal) bool { return q.PublicID == id }) {
		return web.Status(http.StatusNotFound) // of another's list, or decided already
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	accept, done := false, "proposal_dismissed"
	switch form.Get("decision") {
	case "accept":
		accept, done = true, "proposal_accepted"
	case "dismiss":
	default:
		return web.Status(http.StatusBadRequest)
	}
	if err := d.Store.DecideProposal(r.Context(), id, accept, d.actor(r), d.Now()); err != nil {
		return err
	}
	return d.Done(w, r, suppressionsPath, done)
}

// liftPage is the data of lift.html.
type liftPage struct {
	Address, Action, Back string
	Grounds               []choice
}

// lookOf is the person that a path names, as far as they are for this editor to see.
func (d *door) lookOf(r *http.Request) (*newsletter.Look, error) {
	id, err := newsletter.ParsePublicID(r.PathValue("person"))
	if err != nil {
		return nil, err
	}
	scope, err := d.scopeOf(r)
	if err != nil {
		return nil, err
	}
	return d.Store.LookAt(r.Context(), id, scope, d.Hashes.All, d.actor(r), d.Now())
}

func (d *door) askLift(w http.ResponseWriter, r *http.Request) error {
	look, err := d.lookOf(r)
	if err != nil {
		return err
	}
	return d.showLift(w, r, look)
}

func (d *door) showLift(w http.ResponseWriter, r *http.Request, look *newsletter.Look, faults ...web.Fault) error {
	page := liftPage{Address: look.Address.String(), Action: personURL(look.PublicID) + "/lift", Back: personURL(look.PublicID)}
	for _, g := range newsletter.LiftGrounds() {
		page.Grounds = append(page.Grounds, choice{Value: string(g), Label: "lift_" + string(g)})
	}
	p := web.Page{Template: "lift.html", Data: page, Faults: faults}
	if len(faults) > 0 {
		p.Status = http.StatusUnprocessableEntity
	}
	return d.Render(w, r, p)
}

func (d *door) lift(w http.ResponseWriter, r *http.Request) error {
	look, err := d.lookOf(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	because := newsletter.LiftGround(form.Get("because"))
	if !slices.Contains(newsletter.LiftGrounds(), because) {
		err = fieldError("because", "lift_because", "say why this address may be mailed again")
	} else {
		err = d.Store.LiftSuppression(r.Context(), look.Address, d.Hashes.All(look.Address), because, d.actor(r), d.Now())
	}
	if faults := d.Faults(r, err); len(faults) > 0 {
		return d.showLift(w, r, look, faults...)
	}
	if err != nil {
		return err
	}
	return d.Done(w, r, personURL(look.PublicID), "suppression_lifted")
}
