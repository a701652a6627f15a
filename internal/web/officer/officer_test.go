package officer_test

import (
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"bode.example/internal/datarequest"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
	"bode.example/internal/web/desk/desktest"
	"bode.example/internal/web/officer"
	"bode.example/templates"
)

// bench is the privacy desk over a real store.
type bench struct {
	*desk.Desk
	t      testing.TB
	store  *store.Store
	world  *storetest.World
	people *desktest.Authenticator
	now    time.Time
	token  string

	requests *datarequest.Service
	links    *token.Ring
	hashes   *token.Hashes
}

// newBench makes one, at https://nieuws.example unless another address is given.
func newBench(t testing.TB, s *store.Store, at ...string) *bench {
	t.Helper()
	site, err := url.Parse(append(at, "https://nieuws.example")[0])
	check(t, err)
	set, err := templates.Load("")
	check(t, err)
	zone, err := time.LoadLocation("Europe/Amsterdam")
	check(t, err)
	links, err := token.NewRing(token.NewSecret())
	check(t, err)
	hashes, err := token.NewHashes(token.Suppression, token.NewSecret())
	check(t, err)
	b := &bench{t: t, store: s, world: storetest.NewWorld(t, s), people: &desktest.Authenticator{}, now: storetest.Start}
	b.Desk, err = desk.New(desk.Config{Web: web.Config{Templates: set, Languages: newsletter.Languages(), URL: site,
		Now: func() time.Time { return b.now }, Log: slog.New(slog.DiscardHandler)}, Organisation: "Stichting Noorderkring", Zone: zone, Authenticator: b.people})
	check(t, err)
	counting, err := token.NewHashes(token.Limit, token.NewSecret())
	check(t, err)
	b.links, b.hashes = links, hashes
	b.requests = datarequest.New(datarequest.Parts{Store: s, Links: links, Hashes: hashes, Counting: counting, Texts: set.Texts(), Log: slog.New(slog.DiscardHandler)},
		datarequest.Config{Zone: zone, Organisation: "Stichting Noorderkring"})
	check(t, officer.Add(officer.Config{Desk: b.Desk, Store: s, Requests: b.requests, Retention: terms, Processing: register,
		Sender: officer.Sender{Name: "Stichting Noorderkring", Mail: "info@noorderkring.example", Postal: []string{"Postbus 1", "9400 AA Assen"}}}))
	check(t, b.Ready())
	b.as(newsletter.RoleOfficer)
	return b
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bench) as(roles ...newsletter.Role) { b.token = b.people.SignIn(desktest.Staff(1, roles)) }

func (b *bench) ask(method, path string, form url.Values) (int, string, string) {
	b.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Accept", "text/html")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	r.AddCookie(desktest.Cookie(b.CookieName(), b.token))
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	return w.Code, w.Header().Get("Location"), html.UnescapeString(w.Body.String())
}

func (b *bench) page(path string, want int, words ...string) string {
	b.t.Helper()
	status, _, page := b.ask(http.MethodGet, path, nil)
	b.has(path, status, want, page, words)
	return page
}

// send posts a form that is carried out, and returns the page that follows.
func (b *bench) send(path string, form url.Values, words ...string) string {
	b.t.Helper()
	status, to, page := b.ask(http.MethodPost, path, form)
	if status != http.StatusSeeOther {
		b.t.Fatalf("%s: %d\n%s", path, status, page)
	}
	return b.page(to, 200, words...)
}

func (b *bench) has(path string, status, want int, page string, words []string) {
	b.t.Helper()
	if status != want {
		b.t.Fatalf("%s: %d, want %d\n%s", path, status, want, page)
	}
	for _, w := range words {
		if !strings.Contains(page, w) {
			b.t.Errorf("%s does not say %q:\n%s", path, w, page)
		}
	}
}

var textarea = regexp.MustCompile(`(?s)<textarea id="body"[^>]*>(.*?)</textarea>`)

// Each kind of request, from the letter that brought it to the letter that closes it.
func TestE7_EveryKindAtTheDesk(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		b.page("/desk/requests", 200, "Er zijn geen verzoeken")
		for n, kind := range newsletter.RequestKinds() {
			address := string(kind) + "@voorbeeld.nl"
			b.world.Join(newsletter.Address(address), b.now, b.world.All())
			form := url.Values{"kind": {string(kind)}, "channel": {"letter"}, "received": {"2026-10-30"}, "address": {address}, "language": {"nl"}, "receipt": {"yes"}}
			page := b.send("/desk/requests", form, "Ingevoerd.", "vrijdag 30 oktober 2026", "maandag 30 november 2026", "Wij hebben uw verzoek")
			path := "/desk/requests/" + string(rune('1'+n))
			if kind.NeedsIdentity() {
				if strings.Contains(page, path+"/fulfil") {
					t.Errorf("%s can be carried out before anybody knows who asks", kind)
				}
				status, _, page := b.ask(http.MethodPost, path+"/verify", url.Values{"why": {" "}})
				b.has(path, status, http.StatusUnprocessableEntity, page, []string{`id="why-fault"`, "Schrijf op hoe is gebleken"})
				b.send(path+"/verify", url.Values{"why": {"Kwam langs."}}, "Persoon bekend", "Kwam langs.")
			}
			b.send(path+"/begin", nil, "In behandeling")
			if kind == newsletter.RequestOther {
				status, _, page := b.ask(http.MethodPost, path+"/fulfil", url.Values{"reason": {"Omdat het zo is."}})
				b.has(path, status, 200, page, []string{"Omdat het zo is.", "Voer uit en verstuur"})
				b.send(path+"/fulfil", url.Values{"reason": {"Omdat het zo is."}, "shown": {"yes"}, "subject": {"Antwoord"}, "body": {"Zo is het."}}, "Uitgevoerd en afgesloten", "Zo is het.", "aangepast")
				continue
			}
			letter := b.page(path+"/fulfil", 200, "Voer uit en verstuur")
			body := strings.TrimSpace(textarea.FindStringSubmatch(letter)[1])
			was := regexp.MustCompile(`(?s)name="was" value="(.*?)"`).FindStringSubmatch(letter)[1]
			subject := strings.SplitN(was, "\n", 2)[0]
			page = b.send(path+"/fulfil", url.Values{"shown": {"yes"}, "was": {was}, "subject": {subject}, "body": {strings.ReplaceAll(body, "\n", "\r\n")}}, "Uitgevoerd en afgesloten", "Gedaan wat werd gevraagd", subject)
			if strings.Contains(page, "aangepast") {
				t.Errorf("%s: a letter that nobody touched is called amended", kind)
			}
		}
		b.page("/desk/requests", 200, "Er zijn geen verzoeken")
		b.page("/desk/requests?closed=yes", 200, "Uitgevoerd", "gegevens wissen")
		b.send("/desk/requests/5/lift", url.Values{"reason": {"Het is opgelost."}, "shown": {"yes"}, "subject": {"Voorbij"}, "body": {"De beperking is voorbij."}}, "De beperking is voorbij.")
	})
}

func TestE7_RefusingAndExtendingShowTheLetterFirst(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		b.send("/desk/requests", url.Values{"kind": {"access"}, "channel": {"phone"}, "received": {"2026-11-01"}, "address": {"jan@voorbeeld.nl"}, "language": {"nl"}})
		status, _, page := b.ask(http.MethodPost, "/desk/requests/1/extend", url.Values{"reason": {""}})
		b.has("extend", status, http.StatusUnprocessableEntity, page, []string{`id="reason-fault"`})
		status, _, page = b.ask(http.MethodPost, "/desk/requests/1/extend", url.Values{"reason": {"Er zijn veel mails."}})
		b.has("extend", status, 200, page, []string{"Er zijn veel mails.", "maandag 1 februari 2027", "Verleng en verstuur"})
		if got := storetest.Query(t, s, `SELECT COUNT(*) FROM request_letter`); got[0][0] != "0" {
			t.Error("looking at a letter sends it")
		}
		b.send("/desk/requests/1/extend", url.Values{"reason": {"Er zijn veel mails."}, "shown": {"yes"}, "subject": {"Langer"}, "body": {"Het duurt langer."}}, "Verlengd met twee maanden", "Het duurt langer.")
		status, _, page = b.ask(http.MethodPost, "/desk/requests/1/extend", url.Values{"reason": {"Nog meer."}})
		b.has("extend twice", status, http.StatusConflict, page, []string{"al eens verlengd"})
		status, _, page = b.ask(http.MethodPost, "/desk/requests/1/refuse", url.Values{"reason": {"Geen grond."}})
		b.has("refuse", status, 200, page, []string{"Autoriteit Persoonsgegevens", "rechtbank"})
		b.send("/desk/requests/1/refuse", url.Values{"reason": {"Geen grond."}, "shown": {"yes"}, "subject": {"Nee"}, "body": {"Nee.\r\n\r\nNaar de rechter kan."}}, "Geweigerd", "Geen grond.")
	})
}

func TestWhoMayAtThePrivacyDesk(t *testing.T) {
	b := newBench(t, storetest.SQLite(t))
	b.send("/desk/requests", url.Values{"kind": {"objection"}, "channel": {"phone"}, "received": {"2026-11-01"}, "language": {"nl"}, "address": {"jan@voorbeeld.nl"}})
	for _, c := range []struct {
		role         newsletter.Role
		method, path string
		want         int
	}{
		{newsletter.RoleSupervisor, "GET", "/desk/requests", 200}, {newsletter.RoleSupervisor, "GET", "/desk/requests/1", 200},
		{newsletter.RoleSupervisor, "GET", "/desk/requests/new", 403}, {newsletter.RoleSupervisor, "POST", "/desk/requests/1/fulfil", 403}, {newsletter.RoleSupervisor, "POST", "/desk/requests/1/dismiss", 403}, {newsletter.RoleSupervisor, "GET", "/desk/requests/stop", 403},
		{newsletter.RoleEditor, "GET", "/desk/requests", 403}, {newsletter.RoleAdmin, "GET", "/desk/requests/1", 403},
		{newsletter.RoleOfficer, "GET", "/desk/requests/99", 404}, {newsletter.RoleOfficer, "GET", "/desk/requests/x", 404}, {newsletter.RoleOfficer, "GET", "/desk/requests/1/burn", 404},
	} {
		b.as(c.role)
		if status, _, _ := b.ask(c.method, c.path, nil); status != c.want {
			t.Errorf("%s: %s %s: %d, want %d", c.role, c.method, c.path, status, c.want)
		}
	}
	b.as(newsletter.RoleSupervisor)
	if page := b.page("/desk/requests/1", 200); strings.Contains(page, "/fulfil") || strings.Contains(b.page("/desk/requests", 200), "/desk/requests/new") {
		t.Error("who only reads is offered to decide")
	}
	trail := storetest.Query(t, b.store, `SELECT COUNT(*) FROM audit_entry WHERE action = 'request.view'`)
	if trail[0][0] == "0" {
		t.Error("looks at a request are not audited")
	}
}

// A mail that came to the desk is read, made a request of, or thrown away.
func TestE7_AMailAtTheDesk(t *testing.T) {
	b := newBench(t, storetest.SQLite(t))
	for n, m := range []newsletter.RequestMail{{From: "jan@voorbeeld.nl", Subject: "Mijn gegevens", Text: "Wat weten jullie van mij? <b>Jan</b>", LeftOut: 2}, {Subject: "Aanbieding", Text: "Koop nu"}} {
		check(t, b.requests.TakeMail(t.Context(), m, string(rune('a'+n)), b.now))
	}
	b.page("/desk/requests", 200, "Mail: nog te lezen", "nog 30 dagen")
	page := b.page("/desk/requests/1", 200, "jan@voorbeeld.nl", "Wat weten jullie van mij?", "2 bijlagen")
	if strings.Contains(page, "/extend") || strings.Contains(page, "/fulfil") || strings.Contains(page, "/refuse") {
		t.Error("what nobody has read can be decided about")
	}
	b.page("/desk/requests/1/change", 200, `value="jan@voorbeeld.nl"`, "Wat weten jullie van mij?", "Maak het verzoek")
	b.send("/desk/requests/1/change", url.Values{"kind": {"access"}, "channel": {"mail"}, "received": {"2026-10-30"}, "address": {"jan@voorbeeld.nl"}, "language": {"nl"}, "receipt": {"yes"}, "wish": {"Wat weten jullie?"}},
		"Ingevoerd.", "inzage in gegevens", "vrijdag 30 oktober 2026", "Wij hebben uw verzoek", "Mail gelezen, verzoek gemaakt")
	if page := b.send("/desk/requests/2/dismiss", nil, "De mail is weggegooid."); strings.Contains(page, "/desk/requests/2") {
		t.Error("what was thrown away is listed")
	}
}

// Mail to the dead stops on one page, which asks nobody to prove anything.
func TestE15_MailIsStoppedForAnother(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		b.world.Join("jan@voorbeeld.nl", b.now, b.world.All())
		status, _, page := b.ask(http.MethodPost, "/desk/requests/stop", url.Values{"address": {"jan@"}})
		b.has("stop", status, http.StatusUnprocessableEntity, page, []string{`id="address-fault"`, `id="because-fault"`, `id="channel-fault"`})
		b.send("/desk/requests/stop", url.Values{"address": {"jan@voorbeeld.nl"}, "because": {"deceased"}, "channel": {"phone"}, "by": {"zijn dochter"}},
			"Alle mail aan dit adres is gestopt.", "De persoon is overleden", "zijn dochter", "Uitgevoerd")
		if got := storetest.Query(t, s, `SELECT state FROM subscription`); got[0][0] != "unsubscribed" {
			t.Errorf("%v", got)
		}
		if got := storetest.Query(t, s, `SELECT COUNT(*) FROM delivery WHERE kind = 'request'`); got[0][0] != "0" {
			t.Error("somebody who died is written to")
		}
	})
}

// More than a link is asked for only with the doubt written down, and never a copy of an identity card.
func TestE9_FurtherProofNeedsAReason(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		b.send("/desk/requests", url.Values{"kind": {"access"}, "channel": {"letter"}, "received": {"2026-11-01"}, "language": {"nl"}, "address": {"jan@voorbeeld.nl"}})
		status, _, page := b.ask(http.MethodPost, "/desk/requests/1/proof", url.Values{"reason": {"Uit welke plaats meldde u zich aan?"}})
		b.has("proof", status, http.StatusUnprocessableEntity, page, []string{`id="why-fault"`})
		if got := storetest.Query(t, s, `SELECT COUNT(*) FROM request_letter`); got[0][0] != "0" {
			t.Error("it is asked without a reason")
		}
		form := url.Values{"reason": {"Uit welke plaats meldde u zich aan?"}, "why": {"De brief kwam van een ander adres."}}
		status, _, page = b.ask(http.MethodPost, "/desk/requests/1/proof", form)
		b.has("proof", status, 200, page, []string{"Stuur geen kopie van een paspoort"})
		form.Set("shown", "yes")
		form.Set("subject", "Een vraag")
		form.Set("body", strings.TrimSpace(textarea.FindStringSubmatch(page)[1]))
		b.send("/desk/requests/1/proof", form, "Wacht op bevestiging", "termijn staat stil", "De brief kwam van een ander adres.", "Stuur geen kopie")
		if got := storetest.Query(t, s, `SELECT template FROM delivery WHERE kind = 'request'`); len(got) != 1 || got[0][0] != "request_letter" {
			t.Errorf("%v", got)
		}
	})
}

// What is held may change between the letter that an officer read and the button: then it is another letter.
func TestE9_ALetterThatIsNotTrueAnyMoreDoesNotGo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		b.world.Join("jan@voorbeeld.nl", b.now, b.world.All())
		b.send("/desk/requests", url.Values{"kind": {"access"}, "channel": {"letter"}, "received": {"2026-11-01"}, "language": {"nl"}, "address": {"jan@voorbeeld.nl"}})
		b.send("/desk/requests/1/verify", url.Values{"why": {"Kwam langs."}})
		b.page("/desk/requests/1/fulfil", 200, "Alles staat voor u klaar", `name="result" value="done"`)
		if _, err := s.Erase(t.Context(), "jan@voorbeeld.nl", b.hashes.Current, storetest.By, b.now); err != nil {
			t.Fatal(err)
		}
		b.world.Do(`UPDATE data_request SET address = 'jan@voorbeeld.nl', address_key = 'jan@voorbeeld.nl'`)
		status, _, page := b.ask(http.MethodPost, "/desk/requests/1/fulfil", url.Values{"shown": {"yes"}, "result": {"done"}, "subject": {"Uw gegevens"}, "body": {"Alles staat klaar."}})
		b.has("fulfil", status, http.StatusConflict, page, []string{"lees hem opnieuw", "alleen een code", `value="suppression_only"`})
		b.send("/desk/requests/1/fulfil", url.Values{"shown": {"yes"}, "result": {"suppression_only"}, "subject": {"Alleen een code"}, "body": {"Er is alleen een code."}}, "Er was alleen een code", "Er is alleen een code.")
	})
}
