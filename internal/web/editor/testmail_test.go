package editor_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

func TestEdition_TestMail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		e := b.review()
		path := "/desk/editions/" + e.PublicID.String()
		variant := field(t, b.get(path+"/mail"), "variant")
		for typed, want := range map[string]string{"": "Noem één tot 5", "jan": "@", "a@b.example b@b.example c@b.example d@b.example e@b.example f@b.example": "Noem één tot 5"} {
			status, _, page := b.ask(http.MethodPost, path+"/test", url.Values{"to": {typed}, "variant": {variant}})
			if status != http.StatusUnprocessableEntity || !strings.Contains(page, want) || !strings.Contains(page, `id="to-fault"`) {
				t.Errorf("%q: %d", typed, status)
			}
		}
		_, _, page := b.ask(http.MethodPost, path+"/test", url.Values{"to": {"goed@voorbeeld.nl, fout"}, "variant": {variant}})
		has(t, page, "fout: ")
		other := regexp.MustCompile(`mail\?variant=([0-9a-f]{32})&amp;view=wide`).FindAllStringSubmatch(b.get(path+"/mail"), -1)[1][1]
		_, _, page = b.ask(http.MethodPost, path+"/test", url.Values{"to": {"collega@voorbeeld.nl, chef@voorbeeld.nl"}, "variant": {other}, "view": {"text"}})
		has(t, page, "De testmail is onderweg", "Verstuurd aan: collega@voorbeeld.nl, chef@voorbeeld.nl", `name="variant" value="`+other+`"`, `name="view" value="text"`)
		rows := storetest.Query(t, s, `SELECT kind, template, address, edition_id FROM delivery ORDER BY id`)
		if len(rows) != 2 || strings.Join(rows[0], " ") != "notice edition_test collega@voorbeeld.nl NULL" {
			t.Errorf("%q", rows)
		}
		if letters := storetest.Query(t, s, `SELECT COUNT(*) FROM test_letter`); letters[0][0] != "1" {
			t.Errorf("%q", letters)
		}
		for range 28 {
			if status, _, _ := b.ask(http.MethodPost, path+"/test", url.Values{"to": {"collega@voorbeeld.nl"}, "variant": {variant}}); status != http.StatusOK {
				t.Fatalf("within the limit: %d", status)
			}
		}
		status, _, last := b.ask(http.MethodPost, path+"/test", url.Values{"to": {"collega@voorbeeld.nl"}, "variant": {variant}})
		if status != http.StatusUnprocessableEntity {
			t.Errorf("beyond the limit: %d", status)
		}
		has(t, last, "veel testmails")
		if got := b.stored(e); got.State != newsletter.EditionInReview {
			t.Errorf("a test moved the edition: %s", got.State)
		}
	})
}
