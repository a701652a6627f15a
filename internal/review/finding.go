package review

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"bode.example/internal/newsletter"
)

// Severity says how much a finding matters.
type Severity string

// The severities, the worst first.
const (
	Severe  Severity = "severe"  // refuses an approval
	Warning Severity = "warning" // should be mended
	Hint    Severity = "hint"    // good to know
)

func (s Severity) rank() int { return slices.Index([]Severity{Severe, Warning, Hint}, s) }

// Part is a piece of an edition.
type Part string

// The parts.
const (
	PartSubject      Part = "subject"
	PartPreheader    Part = "preheader"
	PartIntroduction Part = "introduction"
	PartPost         Part = "post"
	PartMail         Part = "mail" // what the templates make of all
)

// Where says where to look. Post and Title are those of a post, for findings about one.
type Where struct {
	Part  Part                `json:"part"`
	Post  newsletter.PublicID `json:"post,omitzero"`
	Own   bool                `json:"own,omitempty"` // the post was written here, and can be mended here
	Title string              `json:"title,omitempty"`
}

// Finding is something about an edition that its editor should know before it leaves.
type Finding struct {
	Severity Severity       `json:"severity"`
	Kind     Kind           `json:"kind"`
	Where    Where          `json:"where"`
	Args     map[string]any `json:"args,omitempty"` // fill the texts
}

// Key is the key of the text that says what was found; with _why and _how it says more.
func (f *Finding) Key() string { return "review_" + string(f.Kind) }

// Findings are all there is to say of an edition, the worst first and then in the order of the edition.
type Findings []Finding

// Severe reports whether one of them refuses an approval.
func (f Findings) Severe() bool {
	return slices.ContainsFunc(f, func(one Finding) bool { return one.Severity == Severe })
}

// Count says how many there are of a severity.
func (f Findings) Count(s Severity) (n int) {
	for i := range f {
		if f[i].Severity == s {
			n++
		}
	}
	return n
}

// Kinds are the kinds of the severe ones, each once, for the audit log.
func (f Findings) Kinds() []string {
	var kinds []string
	for i := range f {
		if f[i].Severity == Severe {
			kinds = append(kinds, string(f[i].Kind))
		}
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

// Refusal is the error of an approval that severe findings refuse, or nil.
func (f Findings) Refusal(id newsletter.PublicID) error {
	n := f.Count(Severe)
	if n == 0 {
		return nil
	}
	err := newsletter.Errorf(newsletter.Conflict, "edition_flaws",
		"the edition %s can't be approved as it is (severe: %s); bode edition check tells what it is and how to mend it",
		id, strings.Join(f.Kinds(), ", "))
	err.Args = map[string]any{"Count": n}
	return err
}

// sorted puts findings in order, each once.
func (f Findings) sorted() Findings {
	slices.SortStableFunc(f, func(a, b Finding) int { return cmp.Compare(a.Severity.rank(), b.Severity.rank()) })
	seen, out := map[string]bool{}, f[:0]
	for _, one := range f {
		key := fmt.Sprint(one.Kind, one.Where, one.Args)
		if !seen[key] {
			seen[key] = true
			out = append(out, one)
		}
	}
	return out
}

// add is how rules report.
func (f *Findings) add(s Severity, k Kind, w Where, pairs ...any) {
	args := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		args[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	*f = append(*f, Finding{s, k, w, args})
}
