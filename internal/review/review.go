package review

import (
	"time"

	"bode.example/internal/newsletter"
)

// Edition is what is looked at: an edition as it would leave now.
type Edition struct {
	Edition newsletter.Edition
	Posts   []newsletter.EditionPost // in order, whatever happens to them
	List    newsletter.List
	Topics  []newsletter.Topic
	Mails   []newsletter.SampleMail // one for each language and layout
	Site    string                  // the address of the public pages, without a slash at its end
	Empty   newsletter.EmptyRule    // what happens to it without posts
	Leaves  newsletter.Time         // when it will be read: its slot, or now
	// unmade says why one of its mails can't be made.
	unmade string
}

// print is the fingerprint of what is looked at.
func (e *Edition) print() string {
	return newsletter.Fingerprint(&e.Edition, e.Posts, &e.List, e.Topics)
}

// written looks at the links of what was written for the edition itself, and returns them.
func (e *Edition) written(found *Findings) []linkIn {
	links := introductionLinks(e.Edition.Introduction, found)
	for _, lang := range newsletter.Languages() {
		links = append(links, introductionLinks(e.Edition.Correction[lang].Text, found)...)
	}
	return links
}

// Look applies every rule, and tells of the links what links knows; it asks nobody. unknown is how many
// links nothing is known of.
func Look(e *Edition, links *Links, now time.Time) (found Findings, unknown int) {
	if e.unmade != "" {
		found.add(Severe, KindUnmade, Where{Part: PartMail}, "Words", e.unmade)
	}
	wording(e, &found)
	known := e.written(&found)
	posts(e, &found)
	for i := range e.Mails {
		mail(&e.Mails[i], known, &found)
	}
	unknown = leads(e.targets(), links, now, &found)
	return found.sorted(), unknown
}
