package public

import (
	"net/http"
	"path"
	"strconv"
	"strings"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
)

// picture serves what staff uploaded, as it was made anew. Mails and pages name it by an address whose
// content never changes, so it may be kept for a year; other sites may show it too, as mail programs do.
func (d *door) picture(w http.ResponseWriter, r *http.Request) error {
	file := r.PathValue("file")
	id, err := newsletter.ParsePublicID(strings.TrimSuffix(file, path.Ext(file)))
	if err != nil {
		return err
	}
	tag := `"` + id.String() + `"`
	h := w.Header()
	if r.Header.Get("If-None-Match") == tag {
		h.Set("ETag", tag)
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	p, content, err := d.Store.Picture(r.Context(), id)
	if err != nil {
		return err
	}
	if p.File() != file {
		return web.Status(http.StatusNotFound)
	}
	h.Set("ETag", tag)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Content-Type", p.Media)
	h.Set("Content-Length", strconv.Itoa(len(content)))
	_, _ = w.Write(content)
	return nil
}
