package staff_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
	"bode.example/internal/web/desk/desktest"
	"bode.example/internal/web/staff"
)

// What no page may hold.
var forbidden = map[string]*regexp.Regexp{
	"an inline script":            regexp.MustCompile(`(?i)<script[^>]*>[^<]|\son[a-z]+\s*=\s*["']|javascript:`),
	"an inline style":             regexp.MustCompile(`(?i)\sstyle\s*=|<style`),
	"something of another site":   regexp.MustCompile(`(?i)<(link rel="stylesheet"|script|img|object|embed)[^>]*https?:`),
	"a leftover":                  regexp.MustCompile(`&lt;no value&gt;|ZgotmplZ|%!|\{\{`),
	"an empty heading":            regexp.MustCompile(`<h[1-6][^>]*>\s*</h`),
	"words that say nothing (F7)": regexp.MustCompile(`(?i)klik hier|click here|succesvol|successfully|fout opgetreden`),
	"a picture without a text":    regexp.MustCompile(`<img(?:[^>a]|a[^l])*>`),
}

func TestF6_PagesHoldNothingThatActsByItself(t *testing.T) {
	set, err := loadTemplates()
	if err != nil {
		t.Fatal(err)
	}
	ids := regexp.MustCompile(`\sid="([^"]*)"`)
	for _, lang := range newsletter.Languages() {
		for _, s := range staff.Samples() {
			var page bytes.Buffer
			if err := set.Render(&page, lang, "web"+s.Page.Template, web.SampleView(s.Page, desk.SampleFrame(desk.SampleTime))); err != nil {
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
			if n := strings.Count(page.String(), "<h1"); n != 1 {
				t.Errorf("%s (%s) has %d headings of the first level", s.Name, lang, n)
			}
			for _, f := range s.Page.Faults {
				for _, part := range []string{`<a href="#` + f.Field + `">`, `id="` + f.Field + `"`, `id="` + f.Field + `-fault"`} {
					if f.Field != "" && !strings.Contains(page.String(), part) {
						t.Errorf("%s: the fault of %q has no %s", s.Name, f.Field, part)
					}
				}
			}
		}
	}
}

// Every page in every state: what axe-core finds, and whether it fits a narrow window and large text. Pages
// before one is signed in are looked at as a stranger, the others with somebody's name on top.
func TestF1_F3_F5_EveryPageIsAccessible(t *testing.T) {
	inside := regexp.MustCompile(`^(account|people|invite|person|audit|codes|steps)`)
	outside := func(s desk.Sample) bool { return !inside.MatchString(s.Name) }
	desktest.CheckGallery(t, "staff", staff.Samples(), outside, func(d *desk.Desk) error {
		d.Place(desk.Place{Key: "staff", Path: "/desk/staff", Roles: desk.Everyone(), Order: 80})
		d.Place(desk.Place{Key: "audit", Path: "/desk/audit", Roles: desk.Everyone(), Order: 90})
		return nil
	})
}
