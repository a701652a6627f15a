package web

import (
	"net/http"
	"slices"

	"golang.org/x/text/language"

	"bode.example/internal/newsletter"
)

// reader returns what the reader chose to see, with a language for certain: the cookie's, else the
// address's ?lang=, else the best of Accept-Language, else the door's default.
func (d *Door) reader(r *http.Request) Display {
	display := displayOf(r)
	for _, wanted := range []newsletter.Language{display.Language, newsletter.Language(r.URL.Query().Get("lang"))} {
		if slices.Contains(d.Languages, wanted) {
			display.Language = wanted
			return display
		}
	}
	display.Language = d.accepted(r.Header.Get("Accept-Language"))
	return display
}

func (d *Door) accepted(header string) newsletter.Language {
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil || len(tags) == 0 {
		return d.Languages[0]
	}
	offered := make([]language.Tag, len(d.Languages))
	for i, l := range d.Languages {
		offered[i] = language.Make(string(l))
	}
	_, index, _ := language.NewMatcher(offered).Match(tags...)
	return d.Languages[index]
}

// Language returns the language in which this reader is answered.
func Language(r *http.Request) newsletter.Language { return stateOf(r).reader.Language }
