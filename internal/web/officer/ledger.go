package officer

import (
	"context"
	"net/http"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

type ledgerStore interface {
	Heads(ctx context.Context, now time.Time) (newsletter.Anchor, error)
	Anchors(ctx context.Context, unwritten bool, limit int) ([]int64, []newsletter.Anchor, error)
	Holds(ctx context.Context, a newsletter.Anchor) (audit, consent bool, err error)
}

// Anchors is where the heads of the chains go every day; either may be empty.
type Anchors struct {
	File string
	Mail newsletter.Address
}

func (d *door) ledgerRoutes() {
	d.Handle(desk.Route{Pattern: "GET " + accountPath + "/ledger", Roles: readers}, d.ledger)
}

// anchorsShown is how many days back the page looks.
const anchorsShown = 14

// ledgerPage is the data of ledger.html.
type ledgerPage struct {
	Anchors
	Now  newsletter.Anchor
	Kept []keptAnchor
}

// keptAnchor is an anchor, and whether each chain still ends up as it says.
type keptAnchor struct {
	newsletter.Anchor
	Audit, Consent bool
}

// State of an anchor, by word and shape.
func (k keptAnchor) State() desk.State {
	if k.Audit && k.Consent {
		return desk.State{Kind: "good", Key: "ledger_holds"}
	}
	return desk.State{Kind: "wrong", Key: "ledger_broken"}
}

func (d *door) ledger(w http.ResponseWriter, r *http.Request) error {
	page := ledgerPage{Anchors: d.Config.Anchors}
	var err error
	if page.Now, err = d.Store.Heads(r.Context(), d.Now()); err != nil {
		return err
	}
	_, anchors, err := d.Store.Anchors(r.Context(), false, anchorsShown)
	if err != nil {
		return err
	}
	for _, a := range anchors {
		k := keptAnchor{Anchor: a}
		if k.Audit, k.Consent, err = d.Store.Holds(r.Context(), a); err != nil {
			return err
		}
		page.Kept = append(page.Kept, k)
	}
	return d.Render(w, r, web.Page{Template: "ledger.html", Data: &page})
}
