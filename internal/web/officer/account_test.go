package officer_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
	"bode.example/internal/web/officer"
)

// lapsedAfterAMonth are the terms of these tests, and terms is how officers see them.
var (
	lapsedAfterAMonth = newsletter.RetentionTerms{Lapsed: 30 * 24 * time.Hour}
	terms             = officer.Retention{Daily: lapsedAfterAMonth, Terms: []newsletter.RetentionTerm{{Key: "lapsed", Setting: "retention.lapsed", Kept: lapsedAfterAMonth.Lapsed, Daily: true}}}
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

func TestE7_TheYearlyReport(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		b.page("/desk/privacy/year", 200, "In 2026 kwamen er geen verzoeken binnen")
		b.send("/desk/requests", url.Values{"kind": {"other"}, "channel": {"phone"}, "received": {"2026-10-30"}, "address": {"jan@voorbeeld.nl"}, "language": {"nl"}})
		b.send("/desk/requests/1/refuse", url.Values{"reason": {"Dat is al gedaan."}, "shown": {"yes"}, "subject": {"Antwoord"}, "body": {"Nee."}})
		b.as(newsletter.RoleSupervisor)
		b.page("/desk/privacy/year", 200, "Verzoeken die in 2026 binnenkwamen", "een vraag of klacht over gegevens", "mediaan 3, 90% binnen 3", "2026-0001")
		b.page("/desk/privacy/year?year=2025", 200, "In 2025 kwamen er geen verzoeken binnen")
		for _, wrong := range []string{"2027", "2022", "x"} {
			b.page("/desk/privacy/year?year="+wrong, http.StatusNotFound)
		}
		file := b.page("/desk/privacy/year.csv?year=2026", 200, "year,kind,received,open,done,nothing_held,refused,", "\n2026,other,1,0,0,0,1,0,0,0,0,1,3,3\n", "\n2026,access,0,0,0,0,0,0,0,0,0,0,,\n", "\n2026,all,1,")
		if n := strings.Count(file, "\n"); n != 2+len(newsletter.RequestKinds()) {
			t.Errorf("%d lines:\n%s", n, file)
		}
		b.as(newsletter.RoleAdmin)
		b.page("/desk/privacy/year.csv", http.StatusForbidden)
	})
}

func TestE17_OfficersSeeWhatGoesAndWhatWent(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		b.page("/desk/privacy/retention", 200, "Er is nog niets weggegaan", "retention.lapsed", "Weg op maandag 9 november 2026")
		b.send("/desk/requests", url.Values{"kind": {"access"}, "channel": {"phone"}, "received": {"2026-11-01"}, "address": {"jan@voorbeeld.nl"}, "language": {"nl"}})
		b.send("/desk/requests/1/ask", nil)
		b.now = b.now.AddDate(0, 0, 8)
		if n, err := s.LapseRequests(t.Context(), 10, newsletter.DayOf(b.now, b.Zone), newsletter.System("test"), b.now); err != nil || n != 1 {
			t.Fatal(n, err)
		}
		b.now = b.now.AddDate(0, 0, 25)
		goes := regexp.MustCompile(`(?s)<code class="soft">retention.lapsed</code></th>.*?</td>\s*<td[^>]*>(.*?)</td>`)
		if got := goes.FindStringSubmatch(b.page("/desk/privacy/retention", 200)); len(got) != 2 || got[1] != "1" {
			t.Errorf("what goes: %q", got)
		}
		b.now = b.now.AddDate(0, 0, 7)
		hashes, err := token.NewHashes(token.Suppression, token.NewSecret())
		check(t, err)
		_, _, err = s.ApplyRetention(t.Context(), lapsedAfterAMonth.At(b.now), hashes, newsletter.System("retention"), b.now)
		check(t, err)
		b.page("/desk/privacy/retention", 200, "Wat er is weggegaan", "zaterdag 12 december 2026")
	})
}

func TestE18_OfficersSeeWhetherAnchorsHold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		b.page("/desk/privacy/ledger", 200, "De ankers gaan nog nergens heen", "Er is nog geen anker")
		_, err := s.DropAnchor(t.Context(), newsletter.DayOf(b.now, b.Zone), "", newsletter.Dutch, b.now)
		check(t, err)
		b.as(newsletter.RoleSupervisor)
		if page := b.page("/desk/privacy/ledger", 200, "Klopt"); strings.Contains(page, "Klopt niet meer") {
			t.Error("an anchor that holds is said not to")
		}
		b.world.Do(`UPDATE audit_entry SET hash = 'x' || hash WHERE seq = (SELECT MAX(seq) FROM audit_entry)`)
		b.page("/desk/privacy/ledger", 200, "Klopt niet meer")
		b.as(newsletter.RoleEditor)
		b.page("/desk/privacy/ledger", http.StatusForbidden)
	})
}
