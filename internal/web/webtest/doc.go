// Package webtest shows pages to tests as a reader's browser does: a real Chromium, and axe-core, which
// knows the rules of WCAG that a machine can test.
//
//	browser := webtest.Open(t)
//	page := browser.Page(t)
//	page.View(320, webtest.Dark)
//	page.Go(server.URL)
//	page.Fill("#address", "jan@voorbeeld.nl")
//	page.Press("main button")
//	page.CheckAccessible()
//
// Both must be there: `make test` installs them. A test that can't have them fails and says how to get
// them; it never passes by not looking.
package webtest
