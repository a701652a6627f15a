package public_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/store/storetest"
)

func TestPicturesAreServedForGood(t *testing.T) {
	site, w := newSite(t, storetest.SQLite(t))
	p := newsletter.Picture{ListID: w.List.ID, Media: "image/png", Width: 1, Height: 1}
	if err := site.store.AddPicture(t.Context(), &p, []byte("beeld"), storetest.By, storetest.Start); err != nil {
		t.Fatal(err)
	}
	ask := func(file, tag string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "/pictures/"+file, nil)
		r.Header.Set("If-None-Match", tag)
		answer := httptest.NewRecorder()
		site.handler.ServeHTTP(answer, r)
		return answer
	}
	got := ask(p.File(), "")
	h := got.Header()
	if got.Code != http.StatusOK || got.Body.String() != "beeld" || h.Get("Content-Type") != "image/png" ||
		h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "public, max-age=31536000, immutable" {
		t.Errorf("%d %v", got.Code, h)
	}
	if again := ask(p.File(), h.Get("ETag")); again.Code != http.StatusNotModified {
		t.Errorf("%d", again.Code)
	}
	for _, file := range []string{p.PublicID.String() + ".jpg", p.PublicID.String(), newsletter.NewPublicID().String() + ".png", "x.png"} {
		if got := ask(file, ""); got.Code != http.StatusNotFound {
			t.Errorf("%s: %d", file, got.Code)
		}
	}
}
