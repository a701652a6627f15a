package public_test

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/signup"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
)

var ticketField = regexp.MustCompile(`name="ticket" value="([^"]*)"`)

// openDossier asks for a link, opens it and returns the page with its ticket.
func (it *site) openDossier(t testing.TB, address string) (page, string) {
	t.Helper()
	it.post(t, "/access", url.Values{"address": {address}}).has(t, 200, "Kijk in uw mailbox")
	it.decide(t)
	link := it.link(t, "/a/", token.Access, `SELECT public_id FROM access_link ORDER BY id DESC`)
	it.get(t, link).has(t, 200, "Bekijk mijn gegevens")
	opened := it.post(t, link, nil)
	opened.has(t, 200, "Wat wij van u bewaren", address)
	// Once only: neither by looking nor by pressing.
	it.get(t, link).has(t, 410, "al gebruikt", `action="/access"`)
	it.post(t, link, nil).has(t, 410, "al gebruikt")
	m := ticketField.FindStringSubmatch(opened.body)
	if m == nil {
		t.Fatal("the page has no ticket")
	}
	return opened, m[1]
}

func TestE10_SeeingAllData(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, _ := newSite(t, s)
		site.open()
		site.join(t, "jan@voorbeeld.nl")
		page, ticket := site.openDossier(t, "jan@voorbeeld.nl")
		page.has(t, 200, "Expertgroep Nieuwe Democratie", "Aanmelding bevestigd", "het formulier op deze site", "Ja, ik wil deze nieuwsbrief.", "Vraag om te bevestigen")
		if strings.Contains(page.body, "?ticket") || page.header.Get("Cache-Control") != "no-store" {
			t.Error("the ticket may travel")
		}
		file := site.post(t, "/access/export", url.Values{"ticket": {ticket}})
		file.has(t, 200)
		var all struct {
			Subscriber    struct{ Address string }
			Subscriptions []struct{ List string }
			Consents      []struct{ Action string }
		}
		if err := json.Unmarshal([]byte(file.body), &all); err != nil {
			t.Fatal(err)
		}
		if all.Subscriber.Address != "jan@voorbeeld.nl" || len(all.Subscriptions) != 1 || len(all.Consents) == 0 {
			t.Errorf("%+v", all)
		}
		if !strings.HasPrefix(file.header.Get("Content-Disposition"), "attachment") || file.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%v", file.header)
		}
		// A reading aid on this page shows it again and uses nothing up.
		site.post(t, "/access/data", url.Values{"ticket": {ticket}, "show": {"larger"}}).has(t, 200, "Wat wij van u bewaren", `data-size="1"`)
		site.now = site.now.Add(20 * time.Hour)
		site.post(t, "/access/data", url.Values{"ticket": {ticket}}).has(t, 200, "jan@voorbeeld.nl")
		site.now = site.now.Add(20 * time.Hour)
		site.post(t, "/access/data", url.Values{"ticket": {ticket}}).has(t, 410)
		for _, path := range []string{"/access/data", "/access/export", "/access/erase", "/access/address"} {
			got := site.post(t, path, url.Values{"ticket": {"forged"}, "sure": {"yes"}, "address": {"x@voorbeeld.nl"}})
			if got.status != 403 || strings.Contains(got.body, "jan@") {
				t.Errorf("%s with a forged ticket: %d", path, got.status)
			}
		}
	})
}

func TestE3_FromWhereIsForgottenInTime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, _ := newSite(t, s, signup.Config{Language: newsletter.Dutch, Domain: "nieuws.example", OriginLife: 30 * 24 * time.Hour})
		site.open()
		site.join(t, "jan@voorbeeld.nl")
		tidy := func(days int) {
			t.Helper()
			site.now = storetest.Start.AddDate(0, 0, days)
			if err := site.service.Tidy(t.Context(), site.now); err != nil {
				t.Fatal(err)
			}
		}
		tidy(29)
		const network = "vanaf netwerk 192.0.2.0/24" // of httptest
		kept, _ := site.openDossier(t, "jan@voorbeeld.nl")
		kept.has(t, 200, network)
		tidy(30)
		gone, _ := site.openDossier(t, "jan@voorbeeld.nl")
		gone.has(t, 200, "netwerk en browser gewist op woensdag 2 december 2026", "Ja, ik wil deze nieuwsbrief.", "Aanmelding bevestigd")
		if strings.Contains(gone.body, network) {
			t.Errorf("the network is still shown:\n%s", gone.main())
		}
		if broken, err := s.VerifyConsent(t.Context()); err != nil || broken != 0 {
			t.Errorf("the ledger is broken at %d, %v", broken, err)
		}
	})
}

// Who has signed up and not confirmed yet sees that, and can have it erased; and nothing more.
func TestE10_SeeingAndErasingASignupThatWaits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, _ := newSite(t, s)
		site.open()
		form := site.form("Wacht.Nog@voorbeeld.nl")
		form.Set("name", "Wachtende")
		site.post(t, "/signup", form).has(t, 200)
		site.decide(t)
		opened, ticket := site.openDossier(t, "Wacht.Nog@voorbeeld.nl")
		opened.has(t, 200, "nog niet bevestigd; wordt gewist op maandag 9 november 2026", "Expertgroep Nieuwe Democratie", "Wachtende", "vanaf netwerk 192.0.2.0/24", "Al mijn gegevens wissen")
		if strings.Contains(opened.body, "/access/address") {
			t.Error("somebody without a subscription is offered to move it")
		}
		site.post(t, "/access/address", url.Values{"ticket": {ticket}, "address": {"elders@voorbeeld.nl"}}).has(t, 409, "nog niet bevestigd")
		file := site.post(t, "/access/export", url.Values{"ticket": {ticket}})
		file.has(t, 200, `"subscriber": null`, `"address": "Wacht.Nog@voorbeeld.nl"`, `"lists": [`)
		site.post(t, "/access/erase", url.Values{"ticket": {ticket}}).has(t, 200, "Wacht.Nog@voorbeeld.nl")
		site.post(t, "/access/erase", url.Values{"ticket": {ticket}, "sure": {"yes"}}).has(t, 200, "gewist")
		if storetest.Holds(t, s, "wacht.nog") || storetest.Holds(t, s, "wachtende") {
			t.Error("the database still holds them")
		}
		site.post(t, "/access/data", url.Values{"ticket": {ticket}}).has(t, 410)
	})
}

func TestE13_ErasingAsksOnceMore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, _ := newSite(t, s)
		site.open()
		site.join(t, "jan@voorbeeld.nl")
		_, ticket := site.openDossier(t, "jan@voorbeeld.nl")
		site.post(t, "/access/erase", url.Values{"ticket": {ticket}}).has(t, 200, "Al uw gegevens wissen?", "jan@voorbeeld.nl", "niet ongedaan maken")
		site.post(t, "/access/erase", url.Values{"ticket": {ticket}, "sure": {"yes"}, "show": {"larger"}}).has(t, 200, "Al uw gegevens wissen?")
		if len(site.rows(t, "SELECT id FROM subscriber")) != 1 {
			t.Fatal("erased by asking")
		}
		site.post(t, "/access/erase", url.Values{"ticket": {ticket}, "sure": {"yes"}}).has(t, 200, "Uw gegevens zijn gewist")
		if strings.Contains(site.state(t), "jan@voorbeeld.nl") {
			t.Errorf("the address is still there:\n%s", site.state(t))
		}
		site.post(t, "/access/data", url.Values{"ticket": {ticket}}).has(t, 410)
		site.post(t, "/access/erase", url.Values{"do": {"erased"}, "show": {"larger"}}).has(t, 200, "Uw gegevens zijn gewist", `data-size="1"`)
	})
}

func TestE12_MovingToAnotherAddress(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, _ := newSite(t, s)
		site.open()
		site.join(t, "jan@voorbeeld.nl")
		_, ticket := site.openDossier(t, "jan@voorbeeld.nl")
		site.post(t, "/access/address", url.Values{"ticket": {ticket}, "address": {"nieuw@"}}).has(t, 422, "<title>Fout: ", `value="nieuw@"`, "na de @ ontbreekt een naam", "Wat wij van u bewaren")
		site.post(t, "/access/address", url.Values{"ticket": {ticket}, "address": {"nieuw@voorbeeld.nl"}}).has(t, 200, "Kijk in de mailbox van uw nieuwe adres", "nieuw@voorbeeld.nl")
		site.decide(t)
		const change = `SELECT public_id FROM address_change`
		confirm, undo := site.link(t, "/x/", token.AddressChange, change), site.link(t, "/z/", token.AddressUndo, change)
		page := site.get(t, confirm)
		page.has(t, 200, "Bevestig uw nieuwe adres", "nieuw@voorbeeld.nl")
		if strings.Contains(page.body, "jan@") {
			t.Error("the new mailbox is told the old address")
		}
		if address := site.rows(t, "SELECT address FROM subscriber")[0][0]; address != "jan@voorbeeld.nl" {
			t.Fatalf("looking moved them to %s", address)
		}
		site.post(t, confirm, nil).has(t, 200, "Uw adres is gewijzigd", "tot maandag 9 november 2026, ")
		page = site.get(t, undo)
		page.has(t, 200, "Adreswijziging ongedaan maken?", "jan@voorbeeld.nl")
		if strings.Contains(page.body, "nieuw@") {
			t.Error("the old mailbox is told the new address")
		}
		if address := site.rows(t, "SELECT address FROM subscriber")[0][0]; address != "nieuw@voorbeeld.nl" {
			t.Fatalf("they are at %s", address)
		}
		site.post(t, undo, nil).has(t, 200, "De wijziging is ongedaan gemaakt", "jan@voorbeeld.nl")
		site.get(t, confirm).has(t, 200, "gaat niet naar nieuw@voorbeeld.nl")
		if address := site.rows(t, "SELECT address FROM subscriber")[0][0]; address != "jan@voorbeeld.nl" {
			t.Fatalf("they are at %s", address)
		}
	})
}

func TestAccess_FaultsKeepWhatWasTyped(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, _ := newSite(t, s)
		site.get(t, "/access").has(t, 200, `autocomplete="email"`)
		site.post(t, "/access", url.Values{"address": {"jan"}}).has(t, 422, "<title>Fout: ", `value="jan"`, "de @ ontbreekt")
		site.post(t, "/access", url.Values{"address": {"jan"}, "show": {"en"}}).has(t, 200, `value="jan"`, "Send me a link")
		site.post(t, "/access", url.Values{"address": {"jan@voorbeeld.nl"}, "do": {"sent"}, "show": {"larger"}}).has(t, 200, "Kijk in uw mailbox", "jan@voorbeeld.nl")
		if len(site.rows(t, "SELECT id FROM access_link")) != 0 {
			t.Error("a reading aid asked for a link")
		}
	})
}
