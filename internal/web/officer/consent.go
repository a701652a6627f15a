package officer

import (
	"context"
	"net/http"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

type consentStore interface {
	FindConsents(ctx context.Context, address newsletter.Address, by newsletter.Actor, now time.Time) ([]newsletter.ConsentFound, error)
	WordingByHash(ctx context.Context, hash string) (*newsletter.Wording, error)
	ConsentProof(ctx context.Context, subscription newsletter.PublicID, by newsletter.Actor, now time.Time) (*newsletter.ConsentProof, error)
}

const consentPath = accountPath + "/consent"

func (d *door) consentRoutes() {
	d.Handle(desk.Route{Pattern: "GET " + consentPath, Roles: readers}, d.consentSearch)
	d.Handle(desk.Route{Pattern: "POST " + consentPath, Roles: readers}, d.findConsent)
	d.Handle(desk.Route{Pattern: "GET " + accountPath + "/statement/{hash}", Roles: readers}, d.statement)
	d.Handle(desk.Route{Pattern: "GET " + consentPath + "/{id}", Roles: readers}, d.consentProof)
}

// consentPage is the data of consent.html: the search. The address is posted, for it must not stand in an address of a page.
type consentPage struct {
	Address string
	Found   []newsletter.ConsentFound
	None    bool // nothing was
}

func (d *door) consentSearch(w http.ResponseWriter, r *http.Request) error {
	return d.Render(w, r, web.Page{Template: "consent.html", Data: consentPage{}})
}

func (d *door) findConsent(w http.ResponseWriter, r *http.Request) error {
	typed, err := web.Form(r)
	if err != nil {
		return err
	}
	page := web.Page{Template: "consent.html"}
	data := consentPage{Address: typed.Get("address")}
	address, wrong := newsletter.ParseAddress(data.Address)
	if wrong == nil {
		data.Found, wrong = d.Store.FindConsents(r.Context(), address, actor(r), d.Now())
	}
	if wrong == nil && len(data.Found) == 1 {
		http.Redirect(w, r, consentPath+"/"+data.Found[0].Subscription.String(), http.StatusSeeOther)
		return nil
	}
	if newsletter.Is(wrong, newsletter.NotFound) {
		data.None, wrong = true, nil
	}
	if wrong != nil {
		if page.Faults, page.Status = d.Faults(r, wrong), web.StatusOf(wrong); len(page.Faults) == 0 {
			return wrong
		}
		page.Faults[0].Field = "address"
	}
	page.Data = data
	return d.Render(w, r, page)
}

// proofPage is the data of consent-proof.html: one page, to be printed.
type proofPage struct {
	*newsletter.ConsentProof
	Requested, Confirmed, Ended *newsletter.ProvenConsent
	MadeAt                      time.Time
	MadeBy                      string // a role, and no name: the page may leave the house
}

func (d *door) consentProof(w http.ResponseWriter, r *http.Request) error {
	id, err := newsletter.ParsePublicID(r.PathValue("id"))
	if err != nil {
		return web.Status(http.StatusNotFound)
	}
	p, err := d.Store.ConsentProof(r.Context(), id, actor(r), d.Now())
	if err != nil {
		return err
	}
	role := newsletter.RoleSupervisor
	if desk.StaffOf(r).Has(newsletter.RoleOfficer) {
		role = newsletter.RoleOfficer
	}
	return d.Render(w, r, web.Page{Template: "consent-proof.html", Data: newProofPage(p, role, d.Now())})
}

func newProofPage(p *newsletter.ConsentProof, role newsletter.Role, now time.Time) *proofPage {
	page := &proofPage{ConsentProof: p, MadeAt: now, MadeBy: string(role), Ended: p.Withdrawn()}
	page.Requested, page.Confirmed = p.Given()
	return page
}

// Standing is how the subscription stands, by word and shape.
func (p *proofPage) Standing() desk.State {
	kind := map[newsletter.SubscriptionState]string{newsletter.SubscriptionActive: "good", newsletter.SubscriptionPaused: "waiting", newsletter.SubscriptionUnsubscribed: "over"}[p.State]
	return desk.State{Kind: kind, Key: "proof_state_" + string(p.State)}
}

// Chain says whether the entries are as they were written.
func (p *proofPage) Chain() desk.State {
	if p.Whole() {
		return desk.State{Kind: "good", Key: "proof_whole"}
	}
	return desk.State{Kind: "wrong", Key: "proof_broken"}
}

// Words is the entry that says what was agreed to: that of the form, or else that of an import.
func (p *proofPage) Words() *newsletter.ProvenConsent {
	if p.Requested != nil && p.Requested.Wording != nil {
		return p.Requested
	}
	return p.Confirmed
}

// statement shows a version of a text that people agreed to, as it was.
func (d *door) statement(w http.ResponseWriter, r *http.Request) error {
	words, err := d.Store.WordingByHash(r.Context(), r.PathValue("hash"))
	if err != nil {
		return err
	}
	return d.Render(w, r, web.Page{Template: "statement.html", Data: words})
}
