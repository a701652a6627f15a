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

func TestE3_ProofOfConsentIsOnePage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		b.page("/desk/privacy", 200, "Bewijs van toestemming")
		joined := b.world.Join("jan@voorbeeld.nl", b.now, b.world.All())
		status, _, page := b.ask(http.MethodPost, "/desk/privacy/consent", url.Values{"address": {"jan@"}})
		b.has("a half address", status, http.StatusUnprocessableEntity, page, []string{`id="address-fault"`})
		status, _, page = b.ask(http.MethodPost, "/desk/privacy/consent", url.Values{"address": {"niemand@voorbeeld.nl"}})
		b.has("of nobody", status, http.StatusOK, page, []string{"Onder dit adres is geen toestemming bekend"})
		proof := b.send("/desk/privacy/consent", url.Values{"address": {"jan@voorbeeld.nl"}}, "jan@voorbeeld.nl", "Ja, ik wil deze nieuwsbrief.", "Klopt met het grootboek",
			"het formulier op deze site", "192.0.2.7/32", "Privacymedewerker")
		if strings.Contains(proof, "Klopt niet") {
			t.Error("what is whole is called broken")
		}
		statement := "/desk/privacy/statement/" + b.world.Privacy.Hash
		if !strings.Contains(proof, `href="`+statement+`"`) {
			t.Errorf("the proof doesn't lead to the privacy statement of then:\n%s", proof)
		}
		b.page(statement, 200, b.world.Privacy.Text)
		b.page("/desk/privacy/statement/none", 404)

		b.as(newsletter.RoleSupervisor)
		path := "/desk/privacy/consent/" + joined.PublicID.String()
		b.page(path, 200, "Toezichthouder")
		b.as(newsletter.RoleEditor, newsletter.RoleAdmin)
		b.page(path, http.StatusForbidden)
		b.as(newsletter.RoleOfficer)
		b.world.Do(`UPDATE consent SET at = at + 1 WHERE seq = 1`)
		b.page(path, 200, "Klopt niet met het grootboek", "Dit is geen bewijs")
	})
}
