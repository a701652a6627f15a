package public

import (
	"bytes"
	"strings"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/templates"
)

// everyPage calls check with every page there is, in every language.
func everyPage(t *testing.T, check func(name string, lang newsletter.Language, page string)) {
	t.Helper()
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range newsletter.Languages() {
		for _, s := range Samples() {
			var page bytes.Buffer
			if err := set.Render(&page, lang, "web/public/"+s.Page.Template, web.SampleView(s.Page, sampleSite())); err != nil {
				t.Fatal(err)
			}
			check(s.Name, lang, page.String())
		}
	}
}

// The organisation's own registered statement has its place, with a way to complain; no page states a status of
// its own making.
func TestF2_TheStatementIsTheOrganisations(t *testing.T) {
	found := 0
	everyPage(t, func(name string, lang newsletter.Language, page string) {
		if !strings.Contains(page, `href="/accessibility"`) {
			t.Errorf("%s (%s) doesn't lead to the page about accessibility", name, lang)
		}
		for _, status := range []string{"Status A", "Status B", "voldoet volledig", "voldoet gedeeltelijk", "fully compliant", "partially compliant"} {
			if strings.Contains(page, status) {
				t.Errorf("%s (%s) states a status: %q", name, lang, status)
			}
		}
		if strings.Contains(page, sampleSite().Statement) && strings.Contains(page, sampleSite().Email) {
			found++
		}
	})
	if found < len(newsletter.Languages()) {
		t.Errorf("%d pages link the statement and say where to complain, want one in each language", found)
	}
}

// Help stands in one place on every page (WCAG 3.2.6): first among the links of the foot.
func TestF3_HelpStandsInOnePlace(t *testing.T) {
	everyPage(t, func(name string, lang newsletter.Language, page string) {
		_, foot, found := strings.Cut(page, `<footer`)
		at := strings.Index(foot, `<a href="`)
		if !found || at < 0 || !strings.HasPrefix(foot[at:], `<a href="/contact"`) {
			t.Errorf("%s (%s): the foot doesn't begin with the way to reach us", name, lang)
		}
	})
}
