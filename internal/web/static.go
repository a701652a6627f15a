package web

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
)

// HandleStatic adds the static files below /static/. Pages ask for them with the fingerprint of their
// content (?v=…): such an answer may be kept for a year, for another content has another address.
func (d *Door) HandleStatic() error {
	files, err := d.Templates.Static()
	if err != nil {
		return fmt.Errorf("web: %w", err)
	}
	assets, err := readAssets(files)
	if err != nil {
		return fmt.Errorf("web: %w", err)
	}
	d.Handle("GET /static/{name...}", func(w http.ResponseWriter, r *http.Request) error {
		a, ok := assets[r.PathValue("name")]
		if !ok {
			return Status(http.StatusNotFound)
		}
		a.serve(w, r)
		return nil
	})
	return nil
}

type asset struct {
	content []byte
	media   string
	tag     string // ETag
}

// mediaTypes are the kinds of file that may be static; what the machine's own tables say plays no part.
var mediaTypes = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
	".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp", ".ico": "image/x-icon", ".txt": "text/plain; charset=utf-8",
}

func readAssets(files fs.FS) (map[string]*asset, error) {
	assets := map[string]*asset{}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		media, ok := mediaTypes[path.Ext(name)]
		if !ok {
			return nil
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		assets[name] = &asset{content, media, `"` + hex.EncodeToString(sum[:12]) + `"`}
		return nil
	})
	return assets, err
}

func (a *asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("ETag", a.tag)
	h.Set("Cache-Control", "no-cache")
	if r.URL.Query().Get("v") != "" {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if r.Header.Get("If-None-Match") == a.tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", a.media)
	h.Set("Content-Length", strconv.Itoa(len(a.content)))
	_, _ = w.Write(a.content)
}
