package newsletter

import (
	"fmt"
	"strings"
)

// Processing is one activity of the register of processing (GDPR art. 30(1)), in the words of one language.
type Processing struct {
	Key        string   // of its texts
	Name       string   // what it is
	Purpose    string   // (b)
	Ground     string   // GDPR art. 6(1), which the register need not name, and people ask
	People     string   // (c) whose data
	Data       string   // (c) which
	Recipients []string // (d)
	Kept       string   // (f)
}

// ProcessingRegister is the register of an organisation, made from its configuration.
type ProcessingRegister struct {
	Controller   []string // (a) name, address, ways to reach it
	Officer      string   // (a) the data protection officer, if there is one
	OutsideEEA   string   // (e)
	Measures     []string // (g)
	Activities   []Processing
	Headings     ProcessingHeadings
	Introduction string
}

// ProcessingHeadings are the words above its parts.
type ProcessingHeadings struct {
	Controller, Officer, OutsideEEA, Measures, Purpose, Ground, People, Data, Recipients, Kept string
}

// Markdown is the register as it is kept in versions: the same configuration gives the same text.
func (r *ProcessingRegister) Markdown() string {
	var b strings.Builder
	fact := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "- **%s**: %s\n", name, plain.Replace(value))
		}
	}
	fmt.Fprintf(&b, "%s\n\n", r.Introduction)
	fact(r.Headings.Controller, strings.Join(r.Controller, ", "))
	fact(r.Headings.Officer, r.Officer)
	fact(r.Headings.OutsideEEA, r.OutsideEEA)
	for _, p := range r.Activities {
		fmt.Fprintf(&b, "\n## %s\n\n", plain.Replace(p.Name))
		fact(r.Headings.Purpose, p.Purpose)
		fact(r.Headings.Ground, p.Ground)
		fact(r.Headings.People, p.People)
		fact(r.Headings.Data, p.Data)
		fact(r.Headings.Recipients, strings.Join(p.Recipients, "; "))
		fact(r.Headings.Kept, p.Kept)
	}
	fmt.Fprintf(&b, "\n## %s\n\n", r.Headings.Measures)
	for _, m := range r.Measures {
		fmt.Fprintf(&b, "- %s\n", plain.Replace(m))
	}
	return b.String()
}

// plain keeps what an operator configured from being taken for Markdown or HTML.
var plain = strings.NewReplacer("\n", " ", "\\", "\\\\", "*", "\\*", "_", "\\_", "`", "\\`", "[", "\\[", "]", "\\]", "<", "&lt;", "&", "&amp;", "#", "\\#")
