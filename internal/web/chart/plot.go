package chart

import (
	"html/template"

	"bode.example/internal/newsletter"
	"bode.example/templates"
)

// Plot is what a picture shows. Its words are the caller's, in the reader's language.
type Plot struct {
	ID          string // unique on the page: what names the parts of the picture
	Title       string
	Description string // what there is to see, in a sentence or two
	Labels      []string
	LabelHead   string   // what the labels are, such as "week": the first heading of the table
	Series      []Series // each with a value for each label; none below zero
	TableWords  string   // what opens the table, such as "Dezelfde cijfers als tabel"
	Language    newsletter.Language
}

// Series is a row of numbers with a name.
type Series struct {
	Name   string
	Values []int64
}

// Bars draws the series side by side, for each label. A plot without labels is nothing: the page has
// words for that.
func Bars(p Plot) template.HTML { return p.figure(bars) }

// Lines draws a line for each series, for numbers that go up and down by small steps.
func Lines(p Plot) template.HTML { return p.figure(lines) }

func (p *Plot) number(n int64) string { return templates.Number(p.Language, n) }

// value of a series at a label; a series that is too short has nothing there.
func (s *Series) value(i int) int64 {
	if i >= len(s.Values) {
		return 0
	}
	return max(0, s.Values[i])
}

// top is where the scale ends: the least of 1, 2, 5, 10, 20, 50 … that no value is above, and an even
// number from 2 on, so that the line halfway is a whole one.
func (p *Plot) top() int64 {
	var most int64 = 1
	for i := range p.Series {
		for n := range p.Labels {
			most = max(most, p.Series[i].value(n))
		}
	}
	for step := int64(1); ; step *= 10 {
		for _, times := range []int64{1, 2, 4, 6, 8} {
			if most <= times*step {
				return times * step
			}
		}
	}
}
