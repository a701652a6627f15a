package demo

import (
	"bytes"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/templates"
)

func TestPagesRenderInEveryLanguage(t *testing.T) {
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	if err := set.Check("web/demo", samples(time.UTC)...); err != nil {
		t.Error(err)
	}
}

// The table of what happened fits a terminal of a hundred columns, and minutes without news are left out.
func TestTheTableFitsATerminal(t *testing.T) {
	var out bytes.Buffer
	d := &demo{Options: Options{Out: &out}, mailbox: newMailbox(time.Now)}
	d.print(&Report{Editions: []EditionReport{
		{Pace: "Every minute (for this demonstration)", State: newsletter.EditionSkipped},
		{Pace: "Every working day (for this demonstration)", State: newsletter.EditionSent, Variants: []VariantReport{
			{Language: "nl", Layout: newsletter.Large, Subject: strings.Repeat("Werksessie ", 20), Posts: 7, Sent: 12}}},
	}})
	for line := range strings.SplitSeq(out.String(), "\n") {
		if n := utf8.RuneCountInString(line); n > 100 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	if strings.Contains(out.String(), "skipped") || !strings.Contains(out.String(), "Every working day  nl") || !strings.Contains(out.String(), "…") {
		t.Error(out.String())
	}
}

// The address that the feed calls its own is a page, with every article on it.
func TestTheSourceHasAPage(t *testing.T) {
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	source := newSource("http://127.0.0.1/demo/source", time.Now())
	handler, err := newDoor(web.Config{Templates: set, Languages: newsletter.Languages(), URL: &url.URL{Scheme: "http", Host: "127.0.0.1"}, Now: time.Now,
		Log: slog.New(slog.DiscardHandler), Counts: &web.Counts{}}, newMailbox(time.Now), source, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest("GET", "/demo/source", nil))
	for _, a := range older {
		if w.Code != 200 || !strings.Contains(w.Body.String(), "/demo/source/artikel/"+a.slug) {
			t.Errorf("%d: no %s in %s", w.Code, a.slug, w.Body)
		}
	}
}

// A letter has room in its frame, also a long one.
func TestTheFrameGrowsWithItsLetter(t *testing.T) {
	short, long := &letter{Text: "Dag."}, &letter{Text: strings.Repeat("Een regel van een lange nieuwsbrief, met wat erin staat.\n", 60), HTML: "<img><img>"}
	if a, b := short.height(), long.height(); a < 300 || b < a+60*28+2*420 {
		t.Errorf("%d and %d", a, b)
	}
}
