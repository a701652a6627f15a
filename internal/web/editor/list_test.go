package editor_test

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

func typedList() url.Values {
	return url.Values{"title_nl": {"Rekenkamers"}, "language": {"nl"}, "sender_name": {"Rekenkamers"}, "sender_address": {"reken@nieuws.example"}}
}

func TestListIsMadeBrandedAndEnded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		form := typedList()
		form.Set("accent", "#ffee00")
		form.Set("sender_address", "geen adres")
		status, _, page := b.ask(http.MethodPost, "/desk/lists", form)
		if status != http.StatusUnprocessableEntity {
			t.Errorf("%d", status)
		}
		wantPage(t, page, `href="#accent"`, "het contrast is 1.", `href="#sender_address"`)
		wantPage(t, b.post("/desk/lists", typedList()), "<h1>Rekenkamers</h1>", "Loopt")
		if status, _, page := b.ask(http.MethodPost, "/desk/lists", typedList()); status != http.StatusUnprocessableEntity || !strings.Contains(page, `href="#name"`) {
			t.Errorf("a name twice: %d", status)
		}

		var logo bytes.Buffer
		if err := png.Encode(&logo, image.NewGray(image.Rect(0, 0, 480, 100))); err != nil {
			t.Fatal(err)
		}
		form = typedList()
		form.Set("accent", "#0A5A66")
		form.Set("band", "#b35c00")
		form.Set("logo_alt", "De rekenkamers")
		form.Set("postal", "Stationsweg 1\r\n9700 AA Groningen\r\n")
		status, next, page := b.upload("/desk/lists/rekenkamers", form, "logo", logo.Bytes())
		if status != http.StatusSeeOther {
			t.Fatalf("%d\n%s", status, page)
		}
		wantPage(t, b.get(next), `alt="De rekenkamers" width="240" height="50"`, "contrast 7.8 op wit")
		l, err := s.ListByName(t.Context(), "rekenkamers")
		if err != nil || l.Branding.Accent != "#0a5a66" || len(l.Branding.Postal) != 2 || !strings.HasPrefix(l.Branding.Logo, "/pictures/") || l.ListID != "rekenkamers.nieuws.example" {
			t.Fatalf("%+v, %v", l, err)
		}
		status, _, page = b.ask(http.MethodPost, "/desk/lists/rekenkamers/preview", form)
		if status != http.StatusOK {
			t.Errorf("%d", status)
		}
		wantPage(t, page, ".link{color:#0a5a66!important}", "9700 AA Groningen", l.Branding.Logo, "Zo ziet een bericht eruit")

		form.Set("as", "page")
		form.Set("accent", "#b00020")
		_, _, page = b.ask(http.MethodPost, "/desk/lists/rekenkamers/preview", form)
		wantPage(t, page, "--accent: #b00020;", `class="masthead"><img src="`+l.Branding.Logo, "9700 AA Groningen", "Zo ziet een bericht eruit")

		wantPage(t, b.post("/desk/lists/rekenkamers/pause", nil), "Gepauzeerd", "Laat deze lijst weer lopen")
		wantPage(t, b.post("/desk/lists/rekenkamers/resume", nil), "De lijst loopt weer.")
		wantPage(t, b.get("/desk/lists/rekenkamers/archive"), "Rekenkamers stoppen?")
		wantPage(t, b.post("/desk/lists/rekenkamers/archive", nil), "De lijst is gestopt.")
		if l, err := s.ListByName(t.Context(), "rekenkamers"); err != nil || l.State != newsletter.ListArchived {
			t.Errorf("%+v, %v", l, err)
		}
	})
}
