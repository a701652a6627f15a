package webtest

// CheckLooks opens an address, once, and looks at the page in every way in which the standards ask that it works: on a
// phone, in the light, where axe-core tries all of its rules; and on a wide screen, in the dark, where colours are all
// that can still be wrong. In both it must fit its window, also with text twice as large (WCAG 1.4.4, 1.4.10). Pictures
// are kept under a name.
func (p *Page) CheckLooks(url, name string) {
	p.t.Helper()
	p.View(320, Light)
	p.Go(url)
	p.CheckAccessible()
	p.Picture(name + "-light")
	p.checkSizes()
	p.View(1280, Dark)
	p.CheckContrast()
	p.Picture(name + "-dark")
	p.checkSizes()
}

// CheckNarrow opens an address and sees whether the page fits a phone: enough for another language of a page that
// CheckLooks saw.
func (p *Page) CheckNarrow(url string) {
	p.t.Helper()
	p.View(320, Light)
	p.Go(url)
	p.checkSizes()
}

func (p *Page) checkSizes() {
	p.t.Helper()
	p.CheckWidth()
	p.Enlarge(200)
	p.CheckWidth()
	p.Enlarge(100)
}
