package editor_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/web/webtest"
)

// fare says how the nth reader of an edition fared, from 0 on.
func (b *bench) fare(e *newsletter.Edition, n int, state newsletter.DeliveryState, code int, status, reply string) (id int64) {
	b.t.Helper()
	b.world.Ask(&id, `SELECT MIN(id) + $2 FROM delivery WHERE edition_id = $1`, e.ID, n)
	ended, apart := newsletter.At(b.now), any(nil)
	if state == newsletter.DeliveryUncertain {
		apart = "uncertain"
	}
	if state == newsletter.DeliveryUncertain || state == newsletter.DeliveryPending {
		ended = newsletter.Time{}
	}
	b.world.Do(`UPDATE delivery SET state = $2, code = $3, status = $4, reply = $5, handed_over_at = $6, ended_at = $7, apart = $8 WHERE id = $1`,
		id, state, code, status, reply, newsletter.At(b.now), ended, apart)
	return id
}

func TestTheRecordOfAnEdition(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		e := b.sendTo("an", "bo", "cas", "dirk")
		b.fare(e, 0, newsletter.DeliverySent, 250, "2.0.0", "2.0.0 Ok")
		b.fare(e, 1, newsletter.DeliveryFailed, 550, "5.1.1", "=HYPERLINK(\"http://kwaad.example\")")
		doubt := b.fare(e, 2, newsletter.DeliveryUncertain, 0, "", "")
		path := "/desk/editions/" + e.PublicID.String() + "/recipients"
		shows := func(page string, want ...string) {
			t.Helper()
			for _, name := range []string{"an@", "bo@", "cas@", "dirk@"} {
				if has := strings.Contains(page, name); has != strings.Contains(strings.Join(want, " ")+" ", name) {
					t.Errorf("shows %s: %v; want %q", name, has, want)
				}
			}
		}
		page := b.get(path)
		shows(page, "an@", "bo@", "cas@", "dirk@")
		for _, want := range []string{"Dit adres bestaat niet", "=HYPERLINK(", "maandag 2 november 2026, 08.00 uur", "Onzeker"} {
			if !strings.Contains(page, want) {
				t.Errorf("the record lacks %q", want)
			}
		}
		shows(b.get(path+"?state=failed"), "bo@")
		shows(b.get(path+"?domain=@Lezer.voorbeeld.nl&state=waiting"), "dirk@")
		shows(b.get(path + "?domain=elders.nl"))
		shows(b.get(path+"?state=nonsense&after=x"), "an@", "bo@", "cas@", "dirk@")
		person := func(address string, want int) string {
			t.Helper()
			status, _, page := b.ask(http.MethodPost, path, url.Values{"address": {address}})
			if status != want {
				t.Errorf("looked for %q: %d", address, status)
			}
			return page
		}
		shows(person(" BO@lezer.voorbeeld.nl ", http.StatusOK), "bo@", "BO@")
		shows(person("niemand@lezer.voorbeeld.nl", http.StatusOK))
		if page := person("bo", http.StatusUnprocessableEntity); !strings.Contains(page, `id="address-fault"`) {
			t.Error("what is no address isn't said to be none")
		}

		// The file, as a spreadsheet reads it: whole, and without formulas.
		file, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.get(path+".csv?state=failed"), "\ufeff"))).ReadAll()
		if err != nil || len(file) != 2 || file[0][0] != "Adres" || file[1][0] != "bo@lezer.voorbeeld.nl" || file[1][9] != `'=HYPERLINK("http://kwaad.example")` {
			t.Errorf("%q, %v", file, err)
		}
		if empty := b.get(path + ".csv?domain=elders.nl"); !strings.Contains(empty, "Adres") || strings.Contains(empty, "@") {
			t.Errorf("an empty file: %q", empty)
		}

		// What is uncertain is decided about, one by one or all.
		uncertain := strings.TrimSuffix(path, "recipients") + "deliveries"
		if page := b.post(uncertain, url.Values{"do": {"drop"}}); !strings.Contains(page, "niets gekozen") {
			t.Error("nothing was chosen, and that isn't said")
		}
		page = b.post(uncertain, url.Values{"do": {"release"}, "delivery": {fmt.Sprint(doubt)}})
		shows(page)
		if !strings.Contains(page, "gaan opnieuw uit") {
			t.Error("it isn't said that it goes out again")
		}
		shows(b.get(path+"?state=waiting"), "cas@", "dirk@")
		b.fare(e, 2, newsletter.DeliveryUncertain, 0, "", "")
		if page := b.get(uncertain + "?do=drop"); !strings.Contains(page, "niet ongedaan te maken") {
			t.Error("who drops all isn't asked once more")
		}
		b.post(uncertain, url.Values{"do": {"drop"}, "all": {"yes"}})
		shows(b.get(path+"?state=stopped"), "cas@")
		for _, form := range []url.Values{{"do": {"burn"}, "all": {"yes"}}, {"do": {"drop"}, "delivery": {"x"}}} {
			if status, _, _ := b.ask(http.MethodPost, uncertain, form); status != http.StatusNotFound {
				t.Errorf("%v: %d", form, status)
			}
		}
		// What failed goes out again, to who still wants it.
		has(t, b.get(path+"?state=failed"), `value="resend"`, "Stuur ze allemaal opnieuw")
		has(t, b.get(uncertain+"?do=resend"), "nog eens geprobeerd")
		has(t, b.post(uncertain, url.Values{"do": {"resend"}, "all": {"yes"}}), "nog eens geprobeerd")
		shows(b.get(path+"?state=waiting"), "bo@", "dirk@")
		trail, err := s.AuditLog(t.Context(), store.AuditQuery{ObjectKind: "edition", ObjectID: e.PublicID.String(), Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]int{}
		for _, entry := range trail {
			seen[entry.Action]++
		}
		if seen["edition.export_recipients"] != 2 || seen["edition.view_recipients"] < 5 || seen["edition.release_uncertain"] != 1 || seen["edition.drop_uncertain"] != 1 {
			t.Errorf("audited: %v", seen)
		}
	})
}

// More than a page of readers: each is shown once.
func TestTheRecordIsPaged(t *testing.T) {
	b := newBench(t, storetest.SQLite(t))
	b.world.Crowd(120, b.world.Weekly)
	e := b.sendTo()
	older := regexp.MustCompile(`<a href="([^"]+)" rel="next">`)
	seen, pages := map[string]bool{}, 0
	for next := "/desk/editions/" + e.PublicID.String() + "/recipients"; next != "" && pages < 10; pages++ {
		page := b.get(next)
		for _, part := range strings.Split(page, `<th scope="row" class="long">`)[1:] {
			address, _, _ := strings.Cut(part, "<")
			if seen[address] {
				t.Errorf("%s is shown twice", address)
			}
			seen[address] = true
		}
		next = ""
		if m := older.FindStringSubmatch(page); m != nil {
			next = m[1]
		}
	}
	if pages != 3 {
		t.Errorf("%d pages", pages)
	}
	if len(seen) != 120 {
		t.Errorf("%d readers", len(seen))
	}
}

// An editor looks for who didn't get it, and sends what is uncertain once more.
func TestJourney_TheUncertainIsReleased(t *testing.T) {
	browser := webtest.Open(t)
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		server := httptest.NewUnstartedServer(nil)
		b := newBench(t, s, "http://"+server.Listener.Addr().String())
		b.live()
		e := b.sendTo("an", "bo", "cas")
		b.fare(e, 0, newsletter.DeliverySent, 250, "2.0.0", "Ok")
		b.fare(e, 1, newsletter.DeliveryUncertain, 0, "", "")
		b.fare(e, 2, newsletter.DeliverySent, 250, "2.0.0", "Ok")
		b.finish()
		server.Config.Handler = b
		server.Start()
		defer server.Close()
		page := browser.Page(t)
		page.Cookie(server.URL, b.CookieName(), b.token)
		page.View(320, webtest.Light)
		page.Go(server.URL + "/desk/editions/" + e.PublicID.String() + "/progress")
		if status := page.Press(`main a[href$="state=uncertain"]`); status != http.StatusOK {
			t.Fatal(status)
		}
		page.CheckAccessible()
		page.CheckWidth()
		page.Tick(`input[name="delivery"]`)
		if status := page.Press(`main button[value="release"]`); status != http.StatusOK || !strings.Contains(page.Text("main"), "gaan opnieuw uit") {
			t.Errorf("%d\n%s", status, page.Text("main"))
		}
		if e := b.again(e); e.State != newsletter.EditionSending {
			t.Errorf("the edition is %s", e.State)
		}
		b.world.HandOver(time.Now())
		b.finish()
		page.Go(server.URL + "/desk/editions/" + e.PublicID.String() + "/progress")
		if text := page.Text("main"); !strings.Contains(text, "100 % van 3 mails") {
			t.Error(text)
		}
	})
}
