package chart_test

import (
	"strings"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/web/chart"
)

// Every label stands in the picture, what is nought has no bar, and words are escaped.
func TestRowsNameEveryLabel(t *testing.T) {
	p := chart.Plot{ID: "domeinen", Title: "Waar het niet lukt", Labels: []string{"een.nl", "<twee>.nl"}, LabelHead: "Domein", TableWords: "Als tabel", Language: newsletter.Dutch,
		Series: []chart.Series{{Name: "Mislukt", Values: []int64{1200, 0}}, {Name: "Uitgesteld", Values: []int64{0, 3}}}}
	got := string(chart.Rows(p))
	picture, _, _ := strings.Cut(got, "</svg>")
	for _, want := range []string{">een.nl</text>", ">&lt;twee&gt;.nl</text>", ">1.200</text>", ">3</text>", `aria-labelledby="domeinen-title domeinen-desc"`} {
		if !strings.Contains(picture, want) {
			t.Errorf("the picture lacks %q:\n%s", want, picture)
		}
	}
	if n := strings.Count(picture, `class="series-`); n != 2 {
		t.Errorf("%d bars", n)
	}
	if !strings.Contains(got, "<table") || strings.Contains(got, "<twee>") {
		t.Error(got)
	}
	if p.Labels = nil; chart.Rows(p) != "" {
		t.Error("something of nothing")
	}
}
