// Package chart draws pictures of numbers on the server: bars and lines, as SVG in the page.
//
//	chart.Bars(chart.Plot{ID: "growth", Title: …, Labels: …, Series: …, Language: lang, TableWords: …})
//
// What comes back is a figure: the picture with a title and a description for who doesn't see it (WCAG
// 1.1.1), the names of its series, and the same numbers in a table that opens without a script.
//
// # The invariants
//
// A picture has neither a style nor a script of its own, so that the strictest Content-Security-Policy
// shows it. Everything is drawn in currentColor, and the series differ in shape: filled, hatched, hollow
// bars; whole, dashed, dotted lines (WCAG 1.4.1). So it is right in the dark, in print and in forced
// colours. Each series also bears a class, series-1 and on, that a style sheet may colour. All words of the
// caller's are escaped.
package chart
