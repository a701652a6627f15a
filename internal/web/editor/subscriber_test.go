package editor_test

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/roster"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/web/desk/desktest"
)

// personAt is the path of somebody's page.
func (b *bench) personAt(address newsletter.Address) string {
	b.t.Helper()
	p, err := b.store.SubscriberByAddress(b.t.Context(), address)
	if err != nil {
		b.t.Fatal(err)
	}
	return "/desk/subscribers/" + p.PublicID.String()
}

func TestSubscribersAreFoundAndLookedAt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		wantPage(t, b.get("/desk/subscribers"), "Er zijn nog geen abonnees.")
		b.world.Join("anna@voorbeeld.nl", b.now, b.world.Some(b.world.Council))
		b.world.Join("bert@voorbeeld.nl", b.now, b.world.All())
		wantPage(t, b.get("/desk/subscribers"), "anna@voorbeeld.nl", "bert@voorbeeld.nl", "Actief")
		page := b.get("/desk/subscribers?q=ANNA&state=active&list=nieuwe-democratie&topic=1")
		if !strings.Contains(page, "anna@") || strings.Contains(page, "bert@") {
			t.Errorf("the filters choose wrongly:\n%s", page)
		}
		wantPage(t, b.get("/desk/subscribers?q=niemand"), "Niemand gevonden.")
		anna := b.personAt("anna@voorbeeld.nl")
		wantPage(t, b.get(anna), "Ja, ik wil deze nieuwsbrief.", "raad", "Bevestigd", "via de link in een mail", "Welkom of melding")
		trail, err := s.AuditTrail(t.Context(), "subscriber", strings.TrimPrefix(anna, "/desk/subscribers/"))
		if err != nil || len(trail) != 1 || trail[0].Action != "subscriber.view" || trail[0].ActorKind != "staff" {
			t.Errorf("%+v, %v", trail, err)
		}
		// An editor of another list finds nobody, and nobody's page.
		b.token = b.people.SignIn(desktest.Staff(2, []newsletter.Role{newsletter.RoleEditor}, b.world.List.ID+100))
		if page := b.get("/desk/subscribers"); strings.Contains(page, "anna@") {
			t.Error("somebody else's subscribers are listed")
		}
		sub := regexp.MustCompile(`/desk/subscriptions/[a-z0-9]+`)
		b.signIn(newsletter.RoleEditor)
		at := sub.FindString(b.get(anna))
		b.token = b.people.SignIn(desktest.Staff(2, []newsletter.Role{newsletter.RoleEditor}, b.world.List.ID+100))
		for _, path := range []string{anna, anna + "/lift", at + "/leave", at + "/pause"} {
			if status, _, _ := b.ask(http.MethodGet, path, nil); status != http.StatusNotFound {
				t.Errorf("%s: %d", path, status)
			}
		}
		if status, _, _ := b.ask(http.MethodPost, at+"/leave", url.Values{"how": {"phone"}}); status != http.StatusNotFound {
			t.Errorf("left by another's editor: %d", status)
		}
	})
}

func TestEditorDoesWhatSomebodyAsksFor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		b.signIn(newsletter.RoleEditor)
		sub := b.world.Join("anna@voorbeeld.nl", b.now, b.world.All())
		at := "/desk/subscriptions/" + sub.PublicID.String()
		status, _, page := b.ask(http.MethodPost, at+"/pause", url.Values{"how": {"phone"}, "until": {"2026-11-01"}})
		if status != http.StatusUnprocessableEntity || !strings.Contains(page, `href="#until"`) {
			t.Errorf("%d\n%s", status, page)
		}
		wantPage(t, b.post(at+"/pause", url.Values{"how": {"phone"}, "until": {"2026-12-01"}, "note": {"op reis"}}), "Het abonnement is gepauzeerd.", "Gepauzeerd")
		wantPage(t, b.get(b.personAt("anna@voorbeeld.nl")), "woensdag 2 december 2026", "phone: op reis")
		if status, _, page := b.ask(http.MethodPost, at+"/leave", nil); status != http.StatusUnprocessableEntity || !strings.Contains(page, `href="#how"`) {
			t.Errorf("%d\n%s", status, page)
		}
		wantPage(t, b.post(at+"/leave", url.Values{"how": {"letter"}}), "Deze persoon is afgemeld.")

		// By hand: an invitation, and somebody who agreed on paper.
		form := url.Values{"address": {"els@voorbeeld.nl"}, "way": {"add"}, "pace": {"1"}}
		status, _, page = b.ask(http.MethodPost, "/desk/subscribers/new?list=nieuwe-democratie", form)
		if status != http.StatusUnprocessableEntity {
			t.Errorf("%d", status)
		}
		wantPage(t, page, `href="#ground"`, `href="#source"`, `value="els@voorbeeld.nl"`)
		form.Set("ground", "paper")
		form.Set("source", "presentielijst")
		wantPage(t, b.post("/desk/subscribers/new?list=nieuwe-democratie", form), "De abonnee is toegevoegd.", "els@voorbeeld.nl")
		form.Set("address", "anna@voorbeeld.nl")
		if status, _, page = b.ask(http.MethodPost, "/desk/subscribers/new?list=nieuwe-democratie", form); status != http.StatusUnprocessableEntity || !strings.Contains(page, "Stuur een uitnodiging, dan") {
			t.Errorf("%d\n%s", status, page)
		}
		form.Set("way", "invite")
		wantPage(t, b.post("/desk/subscribers/new?list=nieuwe-democratie", form), "De uitnodiging gaat uit.")
		wantPage(t, b.get(b.personAt("anna@voorbeeld.nl")), "Wacht op bevestiging", "Uitgenodigd.")
		b.now = b.now.Add(time.Minute)
		wantPage(t, b.get("/desk/subscribers/growth"), `<svg role="img"`, "kwamen er 2 bij en meldden 1 zich af")

		// The same people as a file.
		status, _, file := b.ask(http.MethodPost, "/desk/subscribers/export", url.Values{"column": {"address", "state", "consent_by"}, "separator": {"semicolon"}, "state": {"active"}})
		if want := "\ufeffaddress;state;consent_by\r\nels@voorbeeld.nl;active;desk\r\n"; status != http.StatusOK || file != want {
			t.Errorf("%d %q, want %q", status, file, want)
		}
		if status, _, _ := b.ask(http.MethodPost, "/desk/subscribers/export", nil); status != http.StatusUnprocessableEntity {
			t.Errorf("an export without columns: %d", status)
		}
	})
}

func TestImportAtTheDesk(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		b.signIn(newsletter.RoleEditor)
		worker := &roster.Worker{Store: s, Hashes: b.hashes, LinkLife: storetest.LinkLife, Zone: time.UTC, Now: b.time}
		work := func() {
			t.Helper()
			for {
				worked, err := worker.Step(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if !worked {
					return
				}
			}
		}
		status, _, page := b.upload("/desk/imports?list=nieuwe-democratie", nil, "file", []byte("\x00"))
		if status != http.StatusUnprocessableEntity || !strings.Contains(page, `href="#file"`) {
			t.Errorf("%d\n%s", status, page)
		}
		sample, err := os.ReadFile("../../roster/testdata/mailchimp_subscribed.csv")
		if err != nil {
			t.Fatal(err)
		}
		status, at, _ := b.upload("/desk/imports?list=nieuwe-democratie", nil, "file", append(sample, "geen adres\n"...))
		if status != http.StatusSeeOther {
			t.Fatal(status)
		}
		page = b.get(at)
		wantPage(t, page, "4 regels, UTF-8", "sanne.dekker@voorbeeld.nl", `<option value="consented_at" selected>`,
			`name="way" value="invite" checked`) // nobody is taken for a reader because nothing was chosen
		form := url.Values{"way": {"consent"}, "pace": {"1"}, "language": {"nl"}, "leave_topics_out": {"yes"}}
		for _, m := range regexp.MustCompile(`(?s)<select id="(column-\d+)".*?</select>`).FindAllStringSubmatch(page, -1) {
			if chosen := regexp.MustCompile(`<option value="([a-z_]*)" selected`).FindStringSubmatch(m[0]); chosen != nil {
				form.Set(m[1], chosen[1])
			}
		}
		if status, _, page := b.ask(http.MethodPost, at, form); status != http.StatusUnprocessableEntity || !strings.Contains(page, `href="#ground"`) || !strings.Contains(page, `href="#source"`) {
			t.Errorf("%d\n%s", status, page)
		}
		form.Set("ground", "confirmed")
		form.Set("source", "Mailchimp")
		wantPage(t, b.post(at, form), "Wordt gecontroleerd", "0 van 4 regels")
		work()
		wantPage(t, b.get(at), "Wat er zou gebeuren", `worden abonnee</th><td class="number" data-label="Regels">3</td>`, "Voeg deze mensen toe")
		if n, err := s.CountSubscribers(t.Context()); err != nil || n != 0 {
			t.Errorf("%d people before the run, %v", n, err)
		}
		b.post(at+"/run", nil)
		work()
		wantPage(t, b.get(at), "Klaar", "zijn abonnee geworden")
		wantPage(t, b.get("/desk/imports"), "foto.png", "Klaar")
		_, _, report := b.ask(http.MethodGet, at+"/report", nil)
		if strings.Contains(report, "@voorbeeld") || strings.Count(report, "wordt abonnee") != 3 || !strings.Contains(report, "geweigerd") {
			t.Errorf("%q", report)
		}
		wantPage(t, b.get(b.personAt("sanne.dekker@voorbeeld.nl")), "Sanne van der Dekker, MSc", "Mailchimp (import ", "Zelf bevestigd via een mail")
		if status, _, _ := b.ask(http.MethodPost, at+"/cancel", nil); status != http.StatusConflict {
			t.Errorf("cancelled after its end: %d", status)
		}
		b.token = b.people.SignIn(desktest.Staff(2, []newsletter.Role{newsletter.RoleEditor}, b.world.List.ID+100))
		for _, path := range []string{at, at + "/report", at + "/match"} {
			if status, _, _ := b.ask(http.MethodGet, path, nil); status != http.StatusNotFound {
				t.Errorf("%s of another's list: %d", path, status)
			}
		}
	})
}

func TestSuppressionsAtTheDesk(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		b.signIn(newsletter.RoleEditor)
		check := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		for address, reason := range map[newsletter.Address]newsletter.SuppressionReason{"anna@voorbeeld.nl": newsletter.SuppressedBounce, "bert@voorbeeld.nl": newsletter.SuppressedComplaint} {
			b.world.Join(address, b.now, b.world.All())
			check(s.Suppress(t.Context(), address, b.hashes.Current(address), reason, time.Time{}, storetest.Worker, b.now))
		}
		_, err := s.Erase(t.Context(), "weg@voorbeeld.nl", b.hashes.Current, storetest.By, b.now)
		check(err)
		stranger := newsletter.Address("geklaagd@elders.example")
		check(s.Suppress(t.Context(), stranger, b.hashes.Current(stranger), newsletter.SuppressedComplaint, time.Time{}, storetest.Worker, b.now))
		page := b.get("/desk/suppressions")
		wantPage(t, page, "anna@voorbeeld.nl", "Mail kwam terug", "Als spam gemeld", "alleen deze persoon kan dat veranderen")
		ask := func(address string) string {
			t.Helper()
			status, _, page := b.ask(http.MethodPost, "/desk/suppressions/search", url.Values{"address": {address}})
			if status != http.StatusOK {
				t.Fatalf("%d\n%s", status, page)
			}
			return page
		}
		erased, nobody := ask("weg@voorbeeld.nl"), ask("niemand@voorbeeld.nl") // which of them was erased is not for an editor
		if wantPage(t, erased, "Meer zegt deze pagina niet"); strings.ReplaceAll(erased, "weg@", "niemand@") != nobody {
			t.Errorf("an editor can tell who was erased:\n%s\n%s", erased, nobody)
		}
		wantPage(t, ask("bert@voorbeeld.nl"), "Als spam gemeld")
		b.signIn(newsletter.RoleAdmin)
		wantPage(t, ask("weg@voorbeeld.nl"), "Op verzoek gewist", "Alle adressen die we niet mailen")
		b.signIn(newsletter.RoleEditor)
		refused := map[string]string{} // why an address can't be added: the same words for all
		for _, address := range []string{"weg@voorbeeld.nl", "geklaagd@elders.example"} {
			status, _, page := b.ask(http.MethodPost, "/desk/subscribers/new?list="+b.world.List.Name, url.Values{"address": {address}, "way": {"invite"},
				"pace": {strconv.FormatInt(b.world.Daily.ID, 10)}})
			refused[strings.ReplaceAll(page, address, "")] = address
			if wantPage(t, page, "Dit adres kan niet worden toegevoegd"); status != http.StatusUnprocessableEntity {
				t.Errorf("%s: %d", address, status)
			}
		}
		if len(refused) != 1 {
			t.Errorf("an editor can tell who was erased from who complained: %v", refused)
		}

		anna, bert := b.personAt("anna@voorbeeld.nl"), b.personAt("bert@voorbeeld.nl")
		if status, _, _ := b.ask(http.MethodPost, anna+"/lift", nil); status != http.StatusUnprocessableEntity {
			t.Errorf("lifted without a reason: %d", status)
		}
		wantPage(t, b.post(anna+"/lift", url.Values{"because": {"works_again"}}), "Dit adres mailen we weer.")
		if status, _, page := b.ask(http.MethodPost, bert+"/lift", url.Values{"because": {"mistake"}}); status != http.StatusUnprocessableEntity || !strings.Contains(page, "Alleen") {
			t.Errorf("a complaint was lifted: %d\n%s", status, page)
		}

		// A letter that only says "stop".
		list := b.world.List.ID
		proposed, err := s.ProposeLeave(t.Context(), "anna@voorbeeld.nl", &list, "stop a.u.b.", storetest.Worker, b.now)
		if err != nil || !proposed {
			t.Fatal(proposed, err)
		}
		page = b.get("/desk/suppressions")
		wantPage(t, page, "stop a.u.b.")
		action := regexp.MustCompile(`/desk/proposals/[a-z0-9]+`).FindString(page)
		b.token = b.people.SignIn(desktest.Staff(2, []newsletter.Role{newsletter.RoleEditor}, list+100))
		if status, _, _ := b.ask(http.MethodPost, action, url.Values{"decision": {"accept"}}); status != http.StatusNotFound {
			t.Errorf("decided by another's editor: %d", status)
		}
		b.signIn(newsletter.RoleEditor)
		wantPage(t, b.post(action, url.Values{"decision": {"accept"}}), "Deze persoon is afgemeld.")
		wantPage(t, b.get(anna), "Afgemeld", "met een mail")
	})
}
