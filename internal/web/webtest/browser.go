package webtest

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// patience is how long a test waits for the browser to do one thing. Machines may be busy.
const patience = 60 * time.Second

// Browser is one running Chromium.
type Browser struct{ ctx context.Context }

// Open starts a browser with a profile of its own, and ends it when the test ends. It asks nothing of
// any network: pages come from the test's own server. Options are At and Reads.
func Open(t testing.TB, more ...chromedp.ExecAllocatorOption) *Browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(find(t)),
		chromedp.NoSandbox, // tests may run as root, in containers without namespaces
		chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("hide-scrollbars", true),
		chromedp.WindowSize(1280, 900),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), append(options, more...)...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits until the browser has gone and left its profile alone
		cancel()
		stop()
	})
	// The browser starts here, and once: two pages at the same time would each start one.
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("webtest: the browser doesn't start: %v", err)
	}
	return &Browser{ctx}
}

// find returns the path of a Chromium: $BODE_TEST_BROWSER, or one of the usual names. The one without windows comes
// first: it takes a third less time.
func find(t testing.TB) string {
	t.Helper()
	names := []string{"chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}
	if path := os.Getenv("BODE_TEST_BROWSER"); path != "" {
		names = []string{path}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatalf("webtest: no browser among %v: `make test` installs Chromium, or set BODE_TEST_BROWSER to its path", names)
	return ""
}
