package public

import (
	"net/http"
	"strings"

	"bode.example/internal/web"
)

// lookSheet serves a list's colours. Pages ask for them with the fingerprint of their content: see web.HandleStatic.
func (d *door) lookSheet(w http.ResponseWriter, r *http.Request) error {
	l, err := d.Store.ListByName(r.Context(), r.PathValue("list"))
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/css; charset=utf-8")
	h.Set("Cache-Control", "public, max-age=300")
	if brand := web.BrandOf(l); brand != nil && strings.HasSuffix(brand.Sheet, "?"+r.URL.RawQuery) {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	_, _ = w.Write([]byte(web.SheetOf(&l.Branding)))
	return nil
}

// brandOfAll is the look of a page about several lists: that of the only one, or the organisation's own.
func brandOfAll(offers []offer) *web.Brand {
	if len(offers) != 1 {
		return nil
	}
	return web.BrandOf(&offers[0].List)
}

func brandOfStandings(all []standingView) *web.Brand {
	if len(all) != 1 {
		return nil
	}
	return all[0].brand
}
