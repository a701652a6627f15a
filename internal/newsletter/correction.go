package newsletter

import (
	"database/sql/driver"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Corrected names a part of a feed's post that staff may correct.
type Corrected string

// The parts. The rest of a post follows its feed.
const (
	CorrectedTitle   Corrected = "title"
	CorrectedSummary Corrected = "summary"
	CorrectedTopics  Corrected = "topics"
	CorrectedAlt     Corrected = "alt" // what its picture shows, in words
)

// Corrections are the parts of a post that staff corrected.
type Corrections []Corrected

// Has reports whether a part was corrected.
func (c Corrections) Has(part Corrected) bool { return slices.Contains(c, part) }

// Value writes the corrections as JSON.
func (c Corrections) Value() (driver.Value, error) {
	if c == nil {
		return "[]", nil
	}
	return jsonValue([]Corrected(c))
}

// Scan reads JSON; none is nil.
func (c *Corrections) Scan(src any) error {
	if err := scanJSON(src, (*[]Corrected)(c)); err != nil || len(*c) == 0 {
		*c = nil
		return err
	}
	return nil
}

// SourceWords is what a feed says of the parts of a post that can be corrected.
type SourceWords struct {
	Title   string `json:"title,omitempty"`
	Summary string `json:"summary,omitempty"`
	Topics  IDs    `json:"topics,omitempty"`
	Alt     string `json:"alt,omitempty"`
}

// Value writes the words as JSON.
func (w SourceWords) Value() (driver.Value, error) { return jsonValue(w) }

// Scan reads JSON.
func (w *SourceWords) Scan(src any) error {
	*w = SourceWords{}
	return scanJSON(src, w)
}

// words are the parts of a post that can be corrected, as they stand.
func (p *Post) words() SourceWords { return SourceWords{p.Title, p.Summary, p.Topics, p.Alt} }

// says is what the feed says of them: what stands in Source of what was corrected, and otherwise what
// stands in the post.
func (p *Post) says() SourceWords {
	if len(p.Corrected) == 0 {
		return p.words()
	}
	return p.Source
}

// Correct puts other words in a feed's post. What then differs from what the feed says is corrected:
// so to write the feed's own words again is to take a correction back.
func (p *Post) Correct(to SourceWords) {
	source := p.says()
	p.Title, p.Summary, p.Topics, p.Alt, p.Corrected = to.Title, to.Summary, to.Topics, to.Alt, nil
	if to.Title != source.Title {
		p.Corrected = append(p.Corrected, CorrectedTitle)
	}
	if to.Summary != source.Summary {
		p.Corrected = append(p.Corrected, CorrectedSummary)
	}
	if !slices.Equal(to.Topics, source.Topics) {
		p.Corrected = append(p.Corrected, CorrectedTopics)
	}
	if to.Alt != source.Alt {
		p.Corrected = append(p.Corrected, CorrectedAlt)
	}
	p.Source = SourceWords{}
	if len(p.Corrected) > 0 {
		p.Source = source
	}
}

// Follow puts corrections of a post back over what its feed now says, which stands in p.
func (p *Post) Follow(was *Post) {
	if len(was.Corrected) == 0 {
		return
	}
	source := p.words()
	if was.Corrected.Has(CorrectedTitle) {
		p.Title = was.Title
	}
	if was.Corrected.Has(CorrectedSummary) {
		p.Summary = was.Summary
	}
	if was.Corrected.Has(CorrectedTopics) {
		p.Topics = was.Topics
	}
	if was.Corrected.Has(CorrectedAlt) && p.Picture == was.Picture { // of another picture they say nothing
		p.Alt = was.Alt
	}
	p.Corrected, p.Source = was.Corrected, source
}

// SearchKey is a text as it is searched and compared: in lower case, without accents, its white space
// single. SQLite and PostgreSQL fold letters differently, and neither all of them.
func SearchKey(text string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(text)) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
