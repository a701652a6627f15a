package webtest

import (
	"os"
	"path/filepath"

	"github.com/chromedp/chromedp"
)

// Picture keeps a picture of the whole page, as a file of that name (with folders, without .png) in the folder that
// $BODE_SCREENS names, of the module unless it begins with a slash. Without it none is made: they take as long as
// all else that is done to a page.
func (p *Page) Picture(name string) {
	p.t.Helper()
	dir := os.Getenv("BODE_SCREENS")
	if dir == "" {
		return
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(root(p.t), dir)
	}
	path := filepath.Join(dir, name+".png")
	picture := run(p, chromedp.FullScreenshot(100))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, picture, 0o644); err != nil {
		p.t.Fatal(err)
	}
}
