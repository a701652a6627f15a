package officer_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

func TestE20_WhoWasInAWrongSend(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		b.page("/desk/privacy/breach", 200, "In die dagen ging er geen editie uit", "haalde niemand een bestand")
		status, _, page := b.ask(http.MethodGet, "/desk/privacy/breach?from=gisteren", nil)
		b.has("no day", status, http.StatusUnprocessableEntity, page, []string{`id="from-fault"`})
		for _, name := range []string{"kreeg", "gewist", "niet"} {
			b.world.Reader(name, b.world.Daily)
		}
		b.world.Post("De raad luistert", b.now)
		edition := b.world.Edition(b.world.Daily, b.now)
		b.world.Release(edition, b.now)
		b.world.FanOut(edition, 100, b.now)
		for n, state := range []string{"uncertain", "sent", "failed"} {
			b.world.Do(`UPDATE delivery SET state = $2 WHERE id = (SELECT MIN(id) + $3 FROM delivery WHERE edition_id = $1)`, edition.ID, state, n)
		}
		b.world.Do(`UPDATE delivery SET subscription_id = NULL WHERE state = 'sent' AND edition_id = $1`, edition.ID)
		path := "/desk/privacy/breach/" + edition.PublicID.String()
		b.page("/desk/privacy/breach", 200, `href="`+path+`"`)
		b.page("/desk/privacy/breach?from=2026-01-01&until=2026-01-02", 200, "In die dagen ging er geen editie uit")
		b.page(path, 200, "<dt>Mensen die het kregen</dt><dd>2</dd>", "<dt>Daarvan inmiddels gewist</dt><dd>1</dd>", "<dt>Niet verstuurd</dt><dd>1</dd>", "Betrokkenen: 2 abonnees", "Download wie het kregen")
		status, _, file := b.ask(http.MethodPost, path+"/people", url.Values{})
		if status != 200 || !strings.Contains(file, "kreeg@lezer.voorbeeld.nl,nl,uncertain,") || strings.Contains(file, "niet@lezer.voorbeeld.nl") || strings.Count(file, "\n") != 2 {
			t.Errorf("%d\n%s", status, file)
		}
		b.page("/desk/privacy/breach", 200, "edition.export_recipients")
		b.as(newsletter.RoleSupervisor)
		if page := b.page(path, 200, "Mensen die het kregen"); strings.Contains(page, "Download wie het kregen") {
			t.Error("a supervisor is offered the list")
		}
		status, _, _ = b.ask(http.MethodPost, path+"/people", url.Values{})
		if status != http.StatusForbidden {
			t.Errorf("a supervisor got the list: %d", status)
		}
	})
}
