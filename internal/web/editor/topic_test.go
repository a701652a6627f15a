package editor_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

func TestTopicsAreMadeRenamedAndMerged(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		b.signIn(newsletter.RoleEditor)
		b.world.Crowd(7, b.world.Daily)
		p := b.world.Post("Over de raad", b.now, b.world.Council)
		page := b.post("/desk/topics?list=nieuwe-democratie", url.Values{"title_nl": {"Geld & zaken"}})
		wantPage(t, page, "Het onderwerp is er.", "Geld &amp; zaken")
		for _, title := range []string{"", "Geld en zaken", "geld  zaken"} { // the second is another name
			status, _, page := b.ask(http.MethodPost, "/desk/topics?list=nieuwe-democratie", url.Values{"title_nl": {title}})
			if faulty := title != "Geld en zaken"; faulty != (status == http.StatusUnprocessableEntity) || faulty && !strings.Contains(page, `href="#title_nl"`) {
				t.Errorf("%q: %d", title, status)
			}
		}
		at := "/desk/topics/" + idOf(b.world.Council.ID)
		wantPage(t, b.post(at, url.Values{"title_nl": {"De raad"}, "description_nl": {"Over raadsleden."}}), "<h1>De raad</h1>", "Over raadsleden.")
		ask := b.get(at + "/merge?into=" + idOf(b.world.Residents.ID))
		wantPage(t, ask, "De raad laten opgaan in De verbinding met bewoners?", "Eén bericht komt te staan", "mensen die het kozen", "0 feeds")
		wantPage(t, b.post(at+"/merge", url.Values{"into": {idOf(b.world.Residents.ID)}}), "Samengevoegd.", "<h1>De verbinding met bewoners</h1>")
		if got, err := s.Post(t.Context(), p.PublicID); err != nil || !got.Topics.Has(b.world.Residents.ID) || len(got.Topics) != 1 {
			t.Errorf("%+v, %v", got, err)
		}
		if status, _, _ := b.ask(http.MethodGet, at, nil); status != http.StatusNotFound {
			t.Errorf("a topic that was merged: %d", status)
		}
	})
}
