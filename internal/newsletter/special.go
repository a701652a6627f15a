package newsletter

import (
	"maps"
	"slices"
	"strings"
	"unicode"
)

// special are the kinds of data that GDPR art. 9 protects, as far as a choice of newsletter or topic can
// show them, and how words begin that point to them, in Dutch and English; with an = it is the whole word.
var special = []struct {
	kind  string
	begin []string
}{
	{"health", []string{"gezondheid", "ziek", "patiënt", "kanker", "dementie", "verslav", "psychi", "handicap", "gehandicapt",
		"health", "disease", "illness", "patient", "cancer", "dementia", "addict", "disab"}},
	{"political opinion", []string{"politiek", "partij", "politic", "party="}},
	{"religion or belief", []string{"kerk", "geloof=", "geloofs", "gelovig", "religi", "moskee", "synagoge", "levensbeschouw",
		"church", "faith", "mosque", "synagogue"}},
	{"trade-union membership", []string{"vakbond", "vakbeweging", "unions="}},
	{"sexual orientation", []string{"lhbt", "homoseks", "seksu", "lgbt", "gay=", "sexual", "homosex"}},
	{"ethnic origin", []string{"etnisch", "afkomst=", "ethnic"}},
}

// Special names the kind of special data (GDPR art. 9) that who chooses this tells about themselves, by
// the words of its title and description; "" if none is seen. It is a hint for people to think about: it
// knows words, not groups.
func (t Texts) Special() string {
	for _, l := range slices.Sorted(maps.Keys(t)) {
		words := strings.FieldsFunc(strings.ToLower(t[l].Title+" "+t[l].Description), func(r rune) bool { return !unicode.IsLetter(r) })
		for _, of := range special {
			for _, word := range words {
				if slices.ContainsFunc(of.begin, func(begin string) bool { return strings.HasPrefix(word+"=", begin) }) {
					return of.kind
				}
			}
		}
	}
	return ""
}
