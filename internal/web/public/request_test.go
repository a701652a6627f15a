package public_test

import (
	"archive/zip"
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
)

// ask fills the form of requests in, lets the worker ask whose it is, and returns the link in the mail.
func (it *site) askFor(t testing.TB, kind newsletter.RequestKind, address string) string {
	t.Helper()
	it.world.Do(`DELETE FROM counter`)
	it.post(t, "/privacy/request", url.Values{"kind": {string(kind)}, "address": {address}, "wish": {"In mijn woorden"}}).has(t, 200, "Kijk in uw mailbox")
	if err := it.requests.Decide(t.Context(), it.now); err != nil {
		t.Fatal(err)
	}
	return it.link(t, "/q/", token.Request, `SELECT r.public_id FROM delivery AS d JOIN data_request AS r ON r.id = d.ref WHERE d.template = 'request_identity' ORDER BY d.id DESC`)
}

func TestE7_ARequestOfAnyoneIsAskedAboutAndCarriedOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, _ := newSite(t, s)
		site.open()
		site.get(t, "/privacy/request").has(t, 200, "Zien wat er van mij wordt bewaard", "binnen een maand")
		site.post(t, "/privacy/request", url.Values{"address": {"jan@"}}).has(t, http.StatusUnprocessableEntity, "Kies wat u wilt.", "na de @")
		for kind, button := range map[newsletter.RequestKind]string{newsletter.RequestAccess: "Ja, stuur mij die link", newsletter.RequestObjection: "Ja, stop alle mail", newsletter.RequestErasure: "Ja, wis al mijn gegevens"} {
			address := string(kind) + "@voorbeeld.nl"
			site.join(t, address)
			link := site.askFor(t, kind, address)
			for range 2 { // looking changes nothing
				site.get(t, link).has(t, 200, "Komt dit verzoek van u?", button)
			}
			site.post(t, link, nil).has(t, 200, "Uw verzoek is uitgevoerd")
			site.post(t, link, nil).has(t, 200, "Uw verzoek is uitgevoerd") // twice is once
		}
		if got := site.rows(t, `SELECT kind, state, result FROM data_request ORDER BY kind`); len(got) != 3 || got[0][1] != "fulfilled" || got[1][2] != "done" {
			t.Errorf("%v", got)
		}
		if got := site.rows(t, `SELECT COUNT(*) FROM subscriber WHERE address_key = 'erasure@voorbeeld.nl'`); got[0][0] != "0" {
			t.Error("the person is there after the erasure")
		}
		// Who is unknown gets the same question, and an answer of their own.
		site.post(t, site.askFor(t, newsletter.RequestAccess, "niemand@voorbeeld.nl"), nil).has(t, 200, "Uw verzoek is uitgevoerd")
		if got := site.rows(t, `SELECT kind FROM request_letter ORDER BY id DESC`); got[0][0] != "nothing_held" {
			t.Errorf("%v", got)
		}
		// What needs an officer waits for one.
		site.post(t, site.askFor(t, newsletter.RequestRectification, "access@voorbeeld.nl"), nil).has(t, 200, "Wij hebben uw verzoek", "uiterlijk")
		late := site.askFor(t, newsletter.RequestErasure, "access@voorbeeld.nl")
		site.now = site.now.Add(newsletter.IdentityLife)
		site.get(t, late).has(t, http.StatusGone, "Deze link is verlopen")
		site.post(t, late, nil).has(t, http.StatusGone, "Deze link is verlopen")
	})
}

func TestE10_APackageIsFetchedByItsLink(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, _ := newSite(t, s)
		site.open()
		site.join(t, "jan@voorbeeld.nl")
		site.post(t, site.askFor(t, newsletter.RequestAccess, "jan@voorbeeld.nl"), nil).has(t, 200, "Uw verzoek is uitgevoerd")
		link := site.link(t, "/d/", token.Export, `SELECT public_id FROM data_export`)
		site.get(t, link).has(t, 200, "Haal mijn gegevens op")
		if got := site.rows(t, `SELECT downloads FROM data_export`); got[0][0] != "0" {
			t.Errorf("looking counts: %v", got)
		}
		file := site.post(t, link, nil)
		if file.status != 200 || file.header.Get("Content-Type") != "application/zip" || file.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%d, %v", file.status, file.header)
		}
		z, err := zip.NewReader(strings.NewReader(file.body), int64(len(file.body)))
		if err != nil {
			t.Fatal(err)
		}
		read, err := z.Open("index.html")
		if err != nil {
			t.Fatal(err)
		}
		var page bytes.Buffer
		if _, err := page.ReadFrom(read); err != nil || !strings.Contains(page.String(), "jan@voorbeeld.nl") || !strings.Contains(page.String(), "Ja, ik wil deze nieuwsbrief.") {
			t.Errorf("%v: %s", err, page.String())
		}
		if got := site.rows(t, `SELECT downloads FROM data_export`); got[0][0] != "1" {
			t.Errorf("%v", got)
		}
		site.get(t, "/privacy/schema/dossier-1.json").has(t, 200, `"$defs"`)
		_, ticket := site.openDossier(t, "jan@voorbeeld.nl")
		if own := site.post(t, "/access/package", url.Values{"ticket": {ticket}}); own.status != 200 || !strings.HasPrefix(own.body, "PK") {
			t.Errorf("%d", own.status)
		}
		if got := site.rows(t, `SELECT kind, channel FROM data_request WHERE channel = 'self_service' ORDER BY kind`); len(got) != 2 || got[1][0] != "portability" {
			t.Errorf("what they did themselves: %v", got)
		}
		site.now = site.now.Add(newsletter.ExportLife)
		site.post(t, link, nil).has(t, http.StatusGone)
	})
}
