package web

import (
	"net/http"
	"slices"

	"golang.org/x/text/language"
)

// reader returns what the reader chose to see, with a language for certain: the cookie's, else the
// address's ?lang=, else the best of Accept-Language, else the door's default.
func (d *Door) reader(r *http.Request) Display {
	display := displayOf(r)
	for _, wanted := range []string{display.Language, r.URL.Query().Get("lang")} {
		if slices.Contains(d.Languages, wanted) {
			display.Language = wanted
			return display
		}
	}
	display.Language = d.accepted(r.Header.Get("Accept-Language"))
	return display
}

func (d *Door) accepted(header string) string {
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil || len(tags) == 0 {
		return d.Languages[0]
	}
	offered := make([]language.Tag, len(d.Languages))
	for i, l := range d.Languages {
		offered[i] = language.Make(l)
	}
	_, index, _ := language.NewMatcher(offered).Match(tags...)
	return d.Languages[index]
}

// Language returns the language in which this reader is answered.
func Language(r *http.Request) string { return stateOf(r).reader.Language }
