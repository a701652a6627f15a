package web

import (
	"net/http"
	"slices"

	"golang.org/x/text/language"

	"bode.example/internal/newsletter"
)

// request is what a request says of its reader: what they chose to see, with a language for certain, which is
// the cookie's, else the address's ?lang=, else the best of Accept-Language, else the door's default.
func (d *Door) request(r *http.Request) *request {
	display := displayOf(r)
	for _, wanted := range []newsletter.Language{display.Language, newsletter.Language(r.URL.Query().Get("lang"))} {
		if slices.Contains(d.Languages, wanted) {
			display.Language = wanted
			return &request{reader: display, chosen: true}
		}
	}
	display.Language = d.accepted(r.Header.Get("Accept-Language"))
	return &request{reader: display}
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

// Prefer answers a reader in the language of the mail that their link stood in. Who has chosen another one by
// the switch keeps that.
func (d *Door) Prefer(r *http.Request, lang newsletter.Language) {
	if state := stateOf(r); !state.chosen && slices.Contains(d.Languages, lang) {
		state.reader.Language = lang
	}
}

// Language returns the language in which this reader is answered.
func Language(r *http.Request) newsletter.Language { return stateOf(r).reader.Language }
