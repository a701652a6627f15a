package officer_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
	"bode.example/internal/web"
	"bode.example/internal/web/public"
	"bode.example/internal/web/webtest"
)

// journey is a browser at the public site and at the privacy desk, over one store.
type journey struct {
	*bench
	*webtest.Page
	t    *testing.T
	url  string
	dir  string
	axes bool // pages are looked at, and pictures made
}

func newJourney(t *testing.T, browser *webtest.Browser, s *store.Store) *journey {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	j := &journey{t: t, url: "http://" + server.Listener.Addr().String(), dir: "officer/journey/" + t.Name() + "/"}
	j.bench = newBench(t, s, j.url)
	j.world.Wording(newsletter.WordingContact, "Mail de redactie.")
	site, err := public.New(public.Config{
		Web:  web.Config{Templates: j.Templates, Languages: newsletter.Languages(), URL: j.Desk.URL, Now: func() time.Time { return j.now }, Log: slog.New(slog.DiscardHandler)},
		Site: public.Site{Organisation: "Stichting Noorderkring", Email: "info@noorderkring.example", Zone: j.Zone}, Store: s, Requests: j.requests, Health: s.Ping})
	check(t, err)
	both := http.NewServeMux()
	both.Handle("/desk/", j.Desk)
	both.Handle("/", site)
	server.Config.Handler = both
	server.Start()
	t.Cleanup(server.Close)
	j.Page = browser.Page(t)
	j.Cookie(server.URL, j.CookieName(), j.token)
	j.View(320, webtest.Light)
	return j
}

// look checks the page that is shown, narrow and light, wide and dark, and makes pictures of it.
func (j *journey) look(name string) {
	j.t.Helper()
	if !j.axes {
		return
	}
	j.View(1280, webtest.Dark)
	j.CheckContrast()
	j.CheckWidth()
	j.Picture(j.dir + name + "-wide")
	j.View(320, webtest.Light)
	j.CheckAccessible()
	j.CheckWidth()
	j.Picture(j.dir + name + "-phone")
}

func (j *journey) says(words ...string) {
	j.t.Helper()
	text := j.Text("main")
	for _, w := range words {
		if !strings.Contains(text, w) {
			j.t.Fatalf("%s doesn't say %q:\n%s", j.Address(), w, text)
		}
	}
}

// asks sends the public form, and returns the address of the link that the person gets.
func (j *journey) asks(kind newsletter.RequestKind, address string) string {
	j.t.Helper()
	j.world.Join(newsletter.Address(address), j.now, j.world.All())
	j.Go(j.url + "/privacy/request?lang=nl&kind=" + string(kind))
	j.Fill("#address", address)
	j.Fill("#wish", "Zoals afgesproken met de redactie.")
	j.Press("main .card .button")
	j.says("Kijk in uw mailbox", address)
	check(j.t, j.requests.Decide(j.t.Context(), j.now))
	id, err := newsletter.ParsePublicID(storetest.Query(j.t, j.store, `SELECT r.public_id FROM delivery AS d JOIN data_request AS r ON r.id = d.ref WHERE d.template = 'request_identity' ORDER BY d.id DESC`)[0][0])
	check(j.t, err)
	return j.url + "/q/" + j.links.Sign(token.Request, id, time.Time{})
}

// handle has the officer find a request in the register and carry it out, with words where the letter needs some.
func (j *journey) handle(words string) {
	j.t.Helper()
	j.Go(j.url + "/desk/requests?lang=nl")
	j.says("Persoon bekend", "nog 30 dagen")
	j.look("register")
	j.Press("main table th a")
	j.says("bevestigd met de link", "Zoals afgesproken")
	j.Press(`form[action$="/begin"] button`)
	j.says("In behandeling")
	j.look("request")
	j.Press(`a[href$="/fulfil"]`)
	if words != "" {
		j.Fill("#reason", words)
		j.Press("main form .button")
		j.says("Lees de brief")
		j.Fill("#subject", "Antwoord op uw vraag")
	}
	j.look("letter")
	j.Press("main form .button")
	j.says("Uitgevoerd en afgesloten", "Gedaan wat werd gevraagd")
	j.look("request-closed")
}

// Requests from the form to the letter, in one browser.
func TestJourney_Requests(t *testing.T) {
	browser := webtest.Open(t, webtest.Reads("nl"))
	t.Run("each_kind", func(t *testing.T) { eachKind(t, browser) })
	t.Run("on_paper", func(t *testing.T) { onPaper(t, browser) })
}

// Each kind of request, from the public form to the letter that closes it, as the person and the officer do it. Those
// that the person's own button carries out need nobody; the officer finds them closed.
func eachKind(t *testing.T, browser *webtest.Browser) {
	kinds := map[string][]newsletter.RequestKind{"sqlite": newsletter.RequestKinds(), "postgres": {newsletter.RequestErasure, newsletter.RequestRectification}} // the others there: TestE7_EveryKindAtTheDesk
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		j := newJourney(t, browser, s)
		engine := filepath.Base(t.Name())
		if len(kinds[engine]) == 0 {
			t.Fatalf("no kinds for %s", engine)
		}
		waits := map[newsletter.RequestKind]string{newsletter.RequestRectification: "", newsletter.RequestRestriction: "", newsletter.RequestOther: "Dat doen wij voortaan op maandag."}
		for n, kind := range kinds[engine] {
			address := string(kind) + "@voorbeeld.nl"
			words, officers := waits[kind]
			j.axes = engine == "sqlite" && kind == newsletter.RequestOther
			link := j.asks(kind, address)
			j.Go(link)
			j.says("Komt dit verzoek van u?")
			j.look("link")
			j.Press("main .button")
			if officers {
				j.says("Wij hebben uw verzoek")
				j.handle(words)
				j.Go(link)
			}
			j.says("Uw verzoek is uitgevoerd")
			j.Go(j.url + "/desk/requests/" + string(rune('1'+n)) + "?lang=nl")
			j.says("Uitgevoerd", "bevestigd met de link")
			if kind == newsletter.RequestErasure && strings.Contains(j.Text("main"), address) {
				t.Error("who was erased is named")
			}
		}
		letters := storetest.Query(t, s, `SELECT r.kind, l.kind FROM request_letter AS l JOIN data_request AS r ON r.id = l.request_id WHERE r.state = 'fulfilled' AND l.queued_at IS NOT NULL`)
		if len(letters) != len(kinds[engine]) {
			t.Errorf("%d letters for %d requests: %v", len(letters), len(kinds[engine]), letters)
		}
		for _, l := range letters {
			if l[0] != l[1] {
				t.Errorf("a request of kind %s was closed with a letter of kind %s", l[0], l[1])
			}
		}
	})
}

// A letter from somebody who has no mailbox: entered, put right, shown who it is, carried out, printed, posted.
func onPaper(t *testing.T, browser *webtest.Browser) {
	s := storetest.SQLite(t)
	j := newJourney(t, browser, s)
	j.axes = true
	j.world.Join("jan@voorbeeld.nl", j.now, j.world.All())
	j.Go(j.url + "/desk/requests/new?lang=nl")
	j.Press("main form .button") // with nothing filled in
	j.says("Ingevoerd", "inzage in gegevens")
	j.Press(`a[href$="/change"]`)
	j.Fill("#name", "Jan Jansen")
	j.Fill("#address", "jan@voorbeeld.nl")
	j.Tick("main form summary")
	j.Fill("#postal", "Brink 14\n9401 HS Assen")
	j.Press("main form .button")
	j.says("Schrijf op hoe is gebleken dat het antwoord daar")
	j.look("elsewhere")
	j.Fill("#reply_why", "Het adres staat in de brief, en de gemeente kent haar daar.")
	j.Press("main form .button")
	j.says("Opgeslagen", "Brink 14\n9401 HS Assen", "Verbeterd")
	j.Fill("#why", "Kwam langs met haar eigen post.")
	j.Press(`form[action$="/verify"] button`)
	j.Press(`a[href$="/fulfil"]`)
	j.says("print de brief")
	j.Press("main form .button")
	j.Tick("main details:last-of-type summary")
	j.Press(`main details a[href*="/letters/"]`)
	j.look("paper")
	j.says("Beste Jan Jansen,", "Alles zit bij deze brief", "Brink 14", "Postbus 1")
	j.Print()
	j.Picture(j.dir + "paper-printed")
	if left := webtest.Script[[]string](j.Page, `[...document.querySelectorAll("header, nav, footer, h1, button, a, .notice")].filter(e => e.getClientRects().length > 0).map(e => e.outerHTML.slice(0, 80))`); len(left) > 0 {
		t.Errorf("more than the letter is printed: %q", left)
	}
	// The sheet has a margin of 20 mm: the window begins 25 mm below it (DIN 5008, form B), and at its left edge.
	box := webtest.Script[[]float64](j.Page, `(() => { const to = document.querySelector(".paper-to").getBoundingClientRect(), mark = document.querySelector(".paper-mark").getBoundingClientRect()
		return [to.left, to.top + scrollY, to.width, to.bottom + scrollY, mark.top + scrollY] })()`)
	const mm = 96 / 25.4
	if box[0] > 1 || box[1] < 24*mm || box[1] > 26*mm || box[2] > 86*mm || box[3] > 71*mm || box[4] < box[3] {
		t.Errorf("the address is not in the window: %v", box)
	}
	j.View(320, webtest.Light)
	j.Press(`form[action$="/posted"] button`)
	j.says("op de post", "Brief op de post")
	if got := storetest.Query(t, s, `SELECT COUNT(*) FROM delivery WHERE kind = 'request'`); got[0][0] != "0" {
		t.Error("somebody who is answered on paper is mailed")
	}
}
