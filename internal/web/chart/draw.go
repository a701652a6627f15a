package chart

import (
	"fmt"
	"html"
	"strings"
)

var bars = kind{drawBars, func(series int, id string) string {
	return `<rect x="1" y="1" width="18" height="12" ` + fill(series, id) + `/>`
}}

var lines = kind{drawLines, func(series int, _ string) string {
	return `<path d="M0 7h20" ` + stroke(series) + `/>`
}}

// drawBars draws each label's group in a field as wide as the others'.
func drawBars(w *writer, p *Plot, top int64) {
	id := html.EscapeString(p.ID)
	field := float64(width-left-right) / float64(len(p.Labels))
	each := field * 0.8 / float64(len(p.Series))
	for i := range p.Series {
		w.tag(`<g %s>`, fill(i, id))
		for n := range p.Labels {
			v := p.Series[i].value(n)
			if v == 0 {
				continue
			}
			y := heightOf(v, top)
			w.tag(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`,
				left+field*(float64(n)+0.1)+each*float64(i), y, each, heightOf(0, top)-y)
		}
		w.WriteString(`</g>`)
	}
}

// dashes tell the lines apart.
var dashes = [...]string{"", ` stroke-dasharray="9 5"`, ` stroke-dasharray="2 4"`}

func stroke(series int) string {
	return fmt.Sprintf(`class="series-%d" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linejoin="round"%s`, series+1, dashes[series%len(dashes)])
}

// drawLines draws each series through the middle of its labels' fields; a label alone is a dot.
func drawLines(w *writer, p *Plot, top int64) {
	field := float64(width-left-right) / float64(len(p.Labels))
	for i := range p.Series {
		var points []string
		for n := range p.Labels {
			points = append(points, fmt.Sprintf("%.1f,%.1f", left+field*(float64(n)+0.5), heightOf(p.Series[i].value(n), top)))
		}
		w.tag(`<polyline points="%s" %s/>`, strings.Join(points, " "), stroke(i))
		x, y, _ := strings.Cut(points[len(points)-1], ",")
		w.tag(`<circle class="series-%d" cx="%s" cy="%s" r="4"/>`, i+1, x, y)
	}
}
