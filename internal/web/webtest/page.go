package webtest

import (
	"context"
	"strconv"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Scheme is what the reader's device prefers.
type Scheme string

// The schemes.
const (
	Light Scheme = "light"
	Dark  Scheme = "dark"
)

// Page is one tab. What can't be done ends the test.
type Page struct {
	t   testing.TB
	ctx context.Context
}

// Page opens a tab, without the cookies of other tabs.
func (b *Browser) Page(t testing.TB) *Page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	// The first call makes the tab, which lives as long as that call's context: so no time-out here.
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("webtest: %v", err)
	}
	return &Page{t, ctx}
}

func (p *Page) do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		p.t.Fatalf("webtest: %v", err)
	}
}

func run[T any](p *Page, action chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		p.t.Fatalf("webtest: %v", err)
	}
	return value
}

// View makes the window so many CSS pixels wide, on a device that prefers a scheme, and no motion: colours
// that fade from one scheme to the other would be measured halfway.
func (p *Page) View(width int, scheme Scheme) {
	p.t.Helper()
	p.do(chromedp.EmulateViewport(int64(width), 900), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: string(scheme)}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
		return err
	}))
}

// Print shows the page as it would go on paper, until View is called again: A4 within margins of 20 mm, which are
// not shown.
func (p *Page) Print() {
	p.t.Helper()
	p.do(chromedp.EmulateViewport(643, 971), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
		return err
	}))
}

// Go opens an address and returns the HTTP status.
func (p *Page) Go(url string) int {
	p.t.Helper()
	return int(run(p, chromedp.NavigateResponse(url)).Status)
}

// Cookie gives the tab a cookie of the site at an address, as a page there would.
func (p *Page) Cookie(url, name, value string) {
	p.t.Helper()
	p.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: url})
		return err
	}))
}

// Press clicks what a selector finds and waits for the page that follows. It returns its HTTP status.
func (p *Page) Press(selector string) int {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	response, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(selector)))
	if err != nil {
		p.t.Fatalf("webtest: pressing %s: %v", selector, err)
	}
	return int(response.Status)
}

// PressBy evaluates what makes the page go on to another, and waits for that.
func (p *Page) PressBy(expression string) int {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	response, err := chromedp.RunResponse(ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := chromedp.Evaluate[any](expression+"; null")(ctx, t)
		return err
	}))
	if err != nil {
		p.t.Fatalf("webtest: %s: %v", expression, err)
	}
	return int(response.Status)
}

// Tick clicks what a selector finds, without waiting for another page.
func (p *Page) Tick(selector string) {
	p.t.Helper()
	p.do(chromedp.Click(chromedp.CSS(selector)))
}

// Fill types into a field, in place of what is there.
func (p *Page) Fill(selector, text string) {
	p.t.Helper()
	run(p, chromedp.Evaluate[any]("document.querySelector("+strconv.Quote(selector)+").value = ''; null"))
	p.do(chromedp.SendKeys(chromedp.CSS(selector), text))
}

// Text returns what a reader sees of an element.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	return run(p, chromedp.Text(chromedp.CSS(selector)))
}

// Title returns the title of the page.
func (p *Page) Title() string {
	p.t.Helper()
	return run(p, chromedp.Title())
}

// Address returns where the page is.
func (p *Page) Address() string {
	p.t.Helper()
	return run(p, chromedp.Location())
}

// Script evaluates an expression in the page.
func Script[T any](p *Page, expression string) T {
	p.t.Helper()
	return run(p, chromedp.Evaluate[T](expression))
}

// CheckWidth fails if the page scrolls sideways (WCAG 1.4.10).
func (p *Page) CheckWidth() {
	p.t.Helper()
	too := Script[[]string](p, `(() => {
		const room = document.documentElement.clientWidth
		if (document.documentElement.scrollWidth <= room) return []
		return [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > room + 1).slice(0, 5)
			.map(e => e.outerHTML.slice(0, 120))
	})()`)
	if len(too) > 0 {
		p.t.Errorf("%s is wider than its window: %q", p.Address(), too)
	}
}

// Enlarge shows text at so many per cent of its size, as a reader's browser may (WCAG 1.4.4).
func (p *Page) Enlarge(percent int) {
	p.t.Helper()
	run(p, chromedp.Evaluate[any](`document.documentElement.style.fontSize = "`+strconv.Itoa(percent)+`%", null`))
}

// Choose puts files into a field.
func (p *Page) Choose(selector string, files ...string) {
	p.t.Helper()
	p.do(chromedp.SetUploadFiles(chromedp.CSS(selector), files))
}
