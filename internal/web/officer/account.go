package officer

import (
	"net/http"

	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

// AccountStore is what the pages of accountability read: what shows, years later, that it was done right (GDPR art. 5(2)).
type AccountStore interface {
	consentStore
	processingStore
	yearStore
	breachStore
	retentionStore
	ledgerStore
}

// accountPath is where these pages begin.
const accountPath = "/desk/privacy"

// accountPart is a page of accountability, as the first of them lists it: its texts are "account_" + Key and more.
type accountPart struct{ Key, URL string }

var accountParts = []accountPart{
	{"consent", consentPath},
	{"processing", processingPath},
	{"year", yearPath},
	{"breach", breachPath},
	{"retention", accountPath + "/retention"},
	{"ledger", accountPath + "/ledger"},
}

func (d *door) accountRoutes() {
	d.Place(desk.Place{Key: "privacy", Path: accountPath, Roles: readers, Order: 75})
	d.Handle(desk.Route{Pattern: "GET " + accountPath, Roles: readers}, d.account)
	d.consentRoutes()
	d.processingRoutes()
	d.yearRoutes()
	d.breachRoutes()
	d.retentionRoutes()
	d.ledgerRoutes()
}

func (d *door) account(w http.ResponseWriter, r *http.Request) error {
	return d.Render(w, r, web.Page{Template: "account.html", Data: accountParts})
}
