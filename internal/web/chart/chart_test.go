package chart_test

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/web/chart"
)

func plot() chart.Plot {
	return chart.Plot{ID: "growth", Title: "Aanmeldingen & <afmeldingen>", Description: "Hoeveel mensen kwamen en gingen.",
		Labels: []string{"2 november", "9 november", "16 november"}, LabelHead: "Week",
		Series:     []chart.Series{{Name: "erbij", Values: []int64{1204, 0, 800}}, {Name: `weg "zelf"`, Values: []int64{12, 3}}},
		TableWords: "Dezelfde cijfers als tabel", Language: newsletter.Dutch}
}

// What is drawn is well-formed, and needs no exception of a Content-Security-Policy.
func TestF1_PicturesNeedNoExceptions(t *testing.T) {
	for name, drawn := range map[string]string{"bars": string(chart.Bars(plot())), "lines": string(chart.Lines(plot()))} {
		d := xml.NewDecoder(strings.NewReader(drawn))
		elements := 0
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, drawn)
			}
			start, ok := token.(xml.StartElement)
			if !ok {
				continue
			}
			elements++
			for _, a := range start.Attr {
				if a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "href" {
					t.Errorf("%s: <%s %s>", name, start.Name.Local, a.Name.Local)
				}
			}
			if start.Name.Local == "script" || start.Name.Local == "style" {
				t.Errorf("%s: <%s>", name, start.Name.Local)
			}
		}
		if elements < 30 {
			t.Errorf("%s: only %d elements", name, elements)
		}
	}
}

// The picture is named and described, and its numbers can be read.
func TestF1_PicturesHaveWordsAndNumbers(t *testing.T) {
	drawn := string(chart.Bars(plot()))
	for _, want := range []string{
		`aria-labelledby="growth-title growth-desc"`, `<title id="growth-title">Aanmeldingen &amp; &lt;afmeldingen&gt;</title>`,
		`<desc id="growth-desc">Hoeveel mensen kwamen en gingen.</desc>`, `<summary>Dezelfde cijfers als tabel</summary>`,
		`<th scope="col">Week</th><th scope="col">erbij</th>`, `<th scope="row">2 november</th><td data-label="erbij">1.204</td>`,
		`<td data-label="weg &#34;zelf&#34;">0</td></tr></tbody>`, // a series that is too short
	} {
		if !strings.Contains(drawn, want) {
			t.Errorf("there is no %s in\n%s", want, drawn)
		}
	}
}

// The highest bar is as high as its number says: the scale ends above it, and no bar leaves the picture.
func TestBarsStandOnTheirScale(t *testing.T) {
	p := plot()
	drawn := string(chart.Bars(p))
	if !strings.Contains(drawn, ">2.000</text>") || !strings.Contains(drawn, ">1.000</text>") {
		t.Errorf("the scale is not 0, 1.000, 2.000:\n%s", drawn)
	}
	rects := regexp.MustCompile(`<rect x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"/>`).FindAllStringSubmatch(drawn, -1)
	if len(rects) != 4 { // nought has no bar
		t.Fatalf("%d bars, want 4:\n%s", len(rects), drawn)
	}
	if rects[0][1] != "83.6" || rects[0][2] != "108.4" { // 180 × 1204/2000 = 108.4 above the line at 192
		t.Errorf("the bar of 1.204 is at %v", rects[0])
	}
	p.Series = p.Series[:1]
	p.Series[0].Values = []int64{0, 1, -5}
	drawn = string(chart.Bars(p))
	if strings.Count(drawn, "<rect x=\"2") != 1 || strings.Contains(drawn, "0.5</text>") || strings.Contains(drawn, "chart-series") {
		t.Errorf("one bar of one:\n%s", drawn)
	}
}

func TestNothingToDraw(t *testing.T) {
	p := plot()
	p.Labels = nil
	if got := chart.Lines(p); got != "" {
		t.Errorf("%q", got)
	}
}
