package public

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/templates"
)

func TestTemplates_EveryOneWorksWithItsData(t *testing.T) {
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	if err := CheckTemplates(set); err != nil {
		t.Fatal(err)
	}
}

// What no page may hold: the policy would stop it, a scanner would press it, or a reader would be
// followed by it.
var forbidden = map[string]*regexp.Regexp{
	"a script":                      regexp.MustCompile(`(?i)<script|\son[a-z]+\s*=|javascript:`),
	"an inline style":               regexp.MustCompile(`(?i)\sstyle\s*=|<style`),
	"a refresh":                     regexp.MustCompile(`(?i)http-equiv`),
	"something of another site":     regexp.MustCompile(`(?i)<(link rel="stylesheet"|iframe|object|embed|video|audio)[^>]*https?:`),
	"a form that changes by GET":    regexp.MustCompile(`(?i)<form(?:[^>]*method="get"|(?:[^>m]|m[^e])*>)`),
	"a leftover":                    regexp.MustCompile(`&lt;no value&gt;|ZgotmplZ|%!|\{\{`),
	"an empty heading":              regexp.MustCompile(`<h[1-6][^>]*>\s*</h`),
	"words that say nothing (F7)":   regexp.MustCompile(`(?i)klik hier|click here|succesvol|successfully|fout opgetreden`),
	"a link that opens a window":    regexp.MustCompile(`(?i)target=`),
	"an address that isn't a path":  regexp.MustCompile(`(?i)action="https?:`),
	"an autofocus that isn't asked": regexp.MustCompile(`<input[^>]*autofocus`),
}

func TestB5_F6_PagesHoldNothingThatActsByItself(t *testing.T) {
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	ids := regexp.MustCompile(`\sid="([^"]*)"`)
	titles := regexp.MustCompile(`<title>([^<]*)</title>`)
	for _, lang := range newsletter.Languages() {
		for _, s := range Samples() {
			var page bytes.Buffer
			if err := set.Render(&page, lang, "web/public/"+s.Page.Template, web.SampleView(s.Page, sampleSite())); err != nil {
				t.Fatal(err)
			}
			for what, pattern := range forbidden {
				if found := pattern.FindString(page.String()); found != "" {
					t.Errorf("%s (%s) has %s: %q", s.Name, lang, what, found)
				}
			}
			seen := map[string]bool{}
			for _, m := range ids.FindAllStringSubmatch(page.String(), -1) {
				if seen[m[1]] {
					t.Errorf("%s (%s) has the id %q twice", s.Name, lang, m[1])
				}
				seen[m[1]] = true
			}
			if strings.Count(page.String(), "<h1") != 1 {
				t.Errorf("%s (%s) has %d headings of the first level", s.Name, lang, strings.Count(page.String(), "<h1"))
			}
			title := titles.FindStringSubmatch(page.String())
			if title == nil || strings.HasPrefix(title[1], " –") || (len(s.Page.Faults) > 0) != (strings.HasPrefix(title[1], "Fout:") || strings.HasPrefix(title[1], "Error:")) {
				t.Errorf("%s (%s) has the title %q", s.Name, lang, title)
			}
			checkFaults(t, s, page.String())
		}
	}
}

// checkFaults: a fault stands in the summary, leads to its field, and stands beside it (F4).
func checkFaults(t *testing.T, s Sample, page string) {
	t.Helper()
	for _, f := range s.Page.Faults {
		if f.Field == "" {
			continue
		}
		for _, part := range []string{`<a href="#` + f.Field + `">`, `id="` + f.Field + `"`, `id="` + f.Field + `-fault"`, f.Field + `-fault"`} {
			if !strings.Contains(page, part) {
				t.Errorf("%s: the fault of %q has no %s", s.Name, f.Field, part)
			}
		}
	}
	if len(s.Page.Faults) > 0 && !strings.Contains(page, `role="alert" tabindex="-1" autofocus`) {
		t.Errorf("%s: the summary doesn't get the focus", s.Name)
	}
}
