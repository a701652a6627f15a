package chart

import (
	"html"
	"html/template"
)

// The room of a row: its label, and below it a bar for each series.
const (
	rowLabel = 20
	rowBar   = 12
	rowGap   = 12
)

// Rows draws the series below each other for each label, which stands in full above its bars: for a few things
// with names, such as domains.
func Rows(p Plot) template.HTML {
	if len(p.Labels) == 0 || len(p.Series) == 0 {
		return ""
	}
	w, id := &writer{}, html.EscapeString(p.ID)
	each := rowLabel + rowBar*len(p.Series) + rowGap
	w.begin(&p, len(p.Labels)*each)
	top := p.top()
	for n, label := range p.Labels {
		y := n * each
		w.tag(`<text x="0" y="%d">`, y+rowLabel-5)
		w.words(label)
		w.WriteString(`</text>`)
		for i := range p.Series {
			v := p.Series[i].value(n)
			if v == 0 {
				continue
			}
			long, at := float64(width-left)*float64(v)/float64(top), y+rowLabel+i*rowBar
			w.tag(`<rect x="0" y="%d" width="%.1f" height="%d" %s/>`, at+1, long, rowBar-2, fill(i, id))
			w.tag(`<text x="%.1f" y="%d" font-size="12">%s</text>`, long+5, at+rowBar-2, html.EscapeString(p.number(v)))
		}
	}
	w.WriteString(`</svg>`)
	w.legend(&p, id, bars)
	w.table(&p)
	w.WriteString(`</figure>`)
	return template.HTML(w.String()) //nolint:gosec // our own markup around escaped words
}
