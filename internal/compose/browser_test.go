package compose

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"bode.example/internal/newsletter"
)

// go test ./internal/compose -run Browser -screenshots DIR keeps what the browser saw.
var screenshots = flag.String("screenshots", "", "directory to write screenshots of the mails to")

// audit looks at a mail as a reader sees it and returns what is wrong, in words: F5 (no sideways
// scrolling), F8 (contrast, size of letters, line height, underlined links) and G3.
const audit = `(smallest => {
	const faults = [];
	const luminance = c => { const [r, g, b] = c.map(v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4 });
		return 0.2126 * r + 0.7152 * g + 0.0722 * b };
	const colour = s => s.match(/[\d.]+/g).map(Number);
	const behind = e => { for (; e; e = e.parentElement) { const c = colour(getComputedStyle(e).backgroundColor); if (c.length == 3 || c[3] > 0) return c.slice(0, 3) } return [255, 255, 255] };
	const wide = document.documentElement.scrollWidth;
	if (wide > innerWidth) faults.push("scrolls sideways: " + wide + " px wide in " + innerWidth);
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let n; n = walker.nextNode();) {
		const e = n.parentElement, s = getComputedStyle(e), text = n.data.trim();
		if (!text || !e.getClientRects().length || s.fontSize == "1px") continue;
		const a = luminance(colour(s.color).slice(0, 3)), b = luminance(behind(e));
		const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), size = parseFloat(s.fontSize), where = JSON.stringify(text.slice(0, 40));
		if (contrast < 4.5) faults.push("contrast " + contrast.toFixed(1) + ": " + where);
		if (size < smallest) faults.push("letters of " + size + " px: " + where);
		if (!/^H[1-6]$/.test(e.closest("h1,h2,h3,p,li,td,a").tagName) && !e.closest("h1,h2,h3") && parseFloat(s.lineHeight) / size < 1.45) faults.push("line height " + s.lineHeight + ": " + where);
		if (e.closest("a") && parseFloat(s.lineHeight) < 24) faults.push("small target: " + where);
		if (e.closest("a") && !getComputedStyle(e.closest("a")).textDecorationLine.includes("underline")) faults.push("link not underlined: " + where);
		const box = e.getBoundingClientRect();
		if (box.right > innerWidth + 1) faults.push("sticks out: " + where);
	}
	return faults;
})`

func browser(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Fatal("no chromium on this machine: apt-get install chromium")
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"), // no picture is fetched
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("hide-scrollbars", true))...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

func TestF8_MailsInTheBrowser(t *testing.T) {
	mails := map[string]string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, mails[r.URL.Path])
	}))
	t.Cleanup(server.Close)
	c := composer(t)
	for _, layout := range []newsletter.Layout{newsletter.Standard, newsletter.Large} {
		for i, d := range sampleDigests(newsletter.Dutch, layout) {
			mails[fmt.Sprintf("/digest%d-%s", i+1, layout)] = readMail(t, merged(t, c, d)).html
		}
		for i, m := range sampleMessages(newsletter.Dutch) {
			draft, err := c.Notice(newsletter.Dutch, layout, m)
			if err != nil {
				t.Fatal(err)
			}
			mails[fmt.Sprintf("/%s%d-%s", m.Template(), i, layout)] = draft.HTML
		}
	}
	ctx := browser(t)
	for path := range mails {
		smallest := 16
		if filepath.Ext("."+path[len(path)-5:]) == ".large" {
			smallest = 20
		}
		for _, width := range []int64{320, 800} {
			for _, scheme := range []string{"light", "dark"} {
				name := fmt.Sprintf("%s-%d-%s", path[1:], width, scheme)
				look(t, ctx, server.URL+path, name, width, scheme, smallest)
			}
		}
	}
}

func look(t *testing.T, parent context.Context, url, name string, width int64, scheme string, smallest int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(parent, 20*time.Second)
	defer cancel()
	prefer := func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		return chromedp.Void{}, err
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900), prefer, chromedp.Navigate(url)); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	faults, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](fmt.Sprintf("%s(%d)", audit, smallest)))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for _, fault := range faults {
		t.Errorf("%s: %s", name, fault)
	}
	if *screenshots == "" {
		return
	}
	picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if err := os.WriteFile(filepath.Join(*screenshots, name+".png"), picture, 0o644); err != nil {
		t.Fatal(err)
	}
}
