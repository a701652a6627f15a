package webtest

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

// Download clicks what a selector finds, and returns the name and the bytes of the file that the browser keeps then.
func (p *Page) Download(selector string) (name string, file []byte) {
	p.t.Helper()
	dir := p.t.TempDir()
	p.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{Behavior: "allow", BrowserContextID: chromedp.FromContext(ctx).BrowserContextID, DownloadPath: dir})
		return err
	}), chromedp.Click(chromedp.CSS(selector)))
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		files, err := os.ReadDir(dir)
		if err != nil {
			p.t.Fatal(err)
		}
		if len(files) == 1 && !strings.HasSuffix(files[0].Name(), ".crdownload") && !strings.HasPrefix(files[0].Name(), ".") {
			file, err = os.ReadFile(filepath.Join(dir, files[0].Name()))
			if err != nil {
				p.t.Fatal(err)
			}
			return files[0].Name(), file
		}
	}
	p.t.Fatalf("webtest: pressing %s brings no file", selector)
	return "", nil
}
