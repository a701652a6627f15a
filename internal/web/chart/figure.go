package chart

import (
	"fmt"
	"html"
	"html/template"
	"strings"
)

// The room that a picture takes, in units of its own: it is shown as wide as its column, and at most so
// many pixels.
const (
	width, height = 480, 220
	left, right   = 52, 6
	above, below  = 12, 28
)

// writer builds a picture. Only literals of this package and escaped words go through it.
type writer struct{ strings.Builder }

func (w *writer) tag(format string, args ...any) { fmt.Fprintf(w, format, args...) }

func (w *writer) words(s string) { w.WriteString(html.EscapeString(s)) }

// kind is a way to draw: the numbers, and the sample of a series in the legend.
type kind struct {
	draw   func(w *writer, p *Plot, top int64)
	sample func(series int, id string) string
}

func (p *Plot) figure(k kind) template.HTML {
	if len(p.Labels) == 0 || len(p.Series) == 0 {
		return ""
	}
	w := &writer{}
	id := html.EscapeString(p.ID)
	w.begin(p, height)
	top := p.top()
	w.scale(p, top)
	k.draw(w, p, top)
	w.dates(p)
	w.WriteString(`</svg>`)
	w.legend(p, id, k)
	w.table(p)
	w.WriteString(`</figure>`)
	return template.HTML(w.String()) //nolint:gosec // our own markup around escaped words
}

// begin opens the figure and its picture, which is so high, with what tells of it.
func (w *writer) begin(p *Plot, high int) {
	id := html.EscapeString(p.ID)
	w.WriteString(`<figure class="chart">`)
	w.tag(`<svg role="img" aria-labelledby="%[1]s-title %[1]s-desc" viewBox="0 0 %d %d" width="%[2]d" height="%[3]d" font-size="14" fill="currentColor">`, id, width, high)
	w.tag(`<title id="%s-title">`, id)
	w.words(p.Title)
	w.tag(`</title><desc id="%s-desc">`, id)
	w.words(p.Description)
	w.WriteString(`</desc>`)
	w.hatching(id)
}

// hatching is the pattern of the second series.
func (w *writer) hatching(id string) {
	w.tag(`<defs><pattern id="%s-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">`+
		`<rect width="3" height="6" fill="currentColor"/></pattern></defs>`, id)
}

// scale draws the lines of nought, half and all, with their numbers.
func (w *writer) scale(p *Plot, top int64) {
	ticks := []int64{0, top / 2, top}
	if top == 1 {
		ticks = []int64{0, 1}
	}
	for _, n := range ticks {
		y := heightOf(n, top)
		opacity := "0.25"
		if n == 0 {
			opacity = "1"
		}
		w.tag(`<line x1="%d" x2="%d" y1="%.1f" y2="%.1[3]f" stroke="currentColor" stroke-opacity="%s"/>`, left, width-right, y, opacity)
		w.tag(`<text x="%d" y="%.1f" text-anchor="end">%s</text>`, left-8, y+5, html.EscapeString(p.number(n)))
	}
}

// dates writes the first and the last label below.
func (w *writer) dates(p *Plot) {
	w.tag(`<text x="%d" y="%d">`, left, height-8)
	w.words(p.Labels[0])
	w.WriteString(`</text>`)
	if last := len(p.Labels) - 1; last > 0 {
		w.tag(`<text x="%d" y="%d" text-anchor="end">`, width-right, height-8)
		w.words(p.Labels[last])
		w.WriteString(`</text>`)
	}
}

// heightOf is where a value stands: the lower, the further down.
func heightOf(n, top int64) float64 {
	room := float64(height - above - below)
	return float64(above) + room - room*float64(n)/float64(top)
}

// legend names the series, each with a sample of its shape. One alone is named by the title.
func (w *writer) legend(p *Plot, id string, k kind) {
	w.WriteString(`<figcaption>`)
	w.words(p.Title)
	if len(p.Series) > 1 {
		w.WriteString(`<ul class="chart-series">`)
		for i, s := range p.Series {
			w.tag(`<li><svg aria-hidden="true" width="20" height="14" viewBox="0 0 20 14">%s</svg> `, k.sample(i, id))
			w.words(s.Name)
			w.WriteString(`</li>`)
		}
		w.WriteString(`</ul>`)
	}
	w.WriteString(`</figcaption>`)
}

// fill is how the shapes of a series look.
func fill(series int, id string) string {
	inside := []string{"currentColor", "url(#" + id + "-hatch)", "none"}[series%3]
	return fmt.Sprintf(`class="series-%d" fill="%s" stroke="currentColor"`, series+1, inside)
}

// table is the same again, in numbers.
func (w *writer) table(p *Plot) {
	w.WriteString(`<details><summary>`)
	w.words(p.TableWords)
	w.WriteString(`</summary><table class="rows"><caption>`)
	w.words(p.Title)
	w.WriteString(`</caption><thead><tr><th scope="col">`)
	w.words(p.LabelHead)
	w.WriteString(`</th>`)
	for _, s := range p.Series {
		w.WriteString(`<th scope="col">`)
		w.words(s.Name)
		w.WriteString(`</th>`)
	}
	w.WriteString(`</tr></thead><tbody>`)
	for n, label := range p.Labels {
		w.WriteString(`<tr><th scope="row">`)
		w.words(label)
		w.WriteString(`</th>`)
		for i := range p.Series {
			w.WriteString(`<td data-label="`)
			w.words(p.Series[i].Name)
			w.WriteString(`">`)
			w.words(p.number(p.Series[i].value(n)))
			w.WriteString(`</td>`)
		}
		w.WriteString(`</tr>`)
	}
	w.WriteString(`</tbody></table></details>`)
}
