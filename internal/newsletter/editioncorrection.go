package newsletter

import (
	"database/sql/driver"
	"strings"
	"unicode/utf8"
)

// CorrectionText is what a correction says in one language.
type CorrectionText struct {
	Subject string `json:"subject"`
	Text    string `json:"text"` // Markdown
}

// CorrectionTexts are the texts of a correction, by language. That of the list is always there.
type CorrectionTexts map[Language]CorrectionText

// What a correction may have, in characters: it is short, or it is an edition.
const (
	MaxCorrectionSubject = 150
	MaxCorrectionText    = 4000
)

// In returns the text in a language, or else in the list's.
func (t CorrectionTexts) In(l, first Language) CorrectionText {
	if text, ok := t[l]; ok {
		return text
	}
	return t[first]
}

// Check returns what is wrong with the texts; first is the list's language. A language without a word is left
// out. Fields are named "subject-nl" and "text-nl".
func (t CorrectionTexts) Check(first Language) error {
	for l, text := range t {
		if !l.Valid() {
			return Errorf(Invalid, "correction_language", "a correction can't be written in %q; choose nl or en", l)
		}
		text.Subject, text.Text = strings.TrimSpace(text.Subject), strings.TrimSpace(text.Text)
		t[l] = text
		if text == (CorrectionText{}) && l != first {
			delete(t, l)
			continue
		}
		if err := text.check(l); err != nil {
			return err
		}
	}
	text := t[first]
	return text.check(first)
}

func (c *CorrectionText) check(l Language) error {
	var err *Error
	switch {
	case c.Subject == "" || utf8.RuneCountInString(c.Subject) > MaxCorrectionSubject || strings.ContainsAny(c.Subject, "\r\n"):
		err = Errorf(Invalid, "correction_subject", "a correction needs a subject of one line, of %d characters at most", MaxCorrectionSubject)
		err.Field = "subject-" + string(l)
	case c.Text == "" || utf8.RuneCountInString(c.Text) > MaxCorrectionText:
		err = Errorf(Invalid, "correction_text", "a correction needs a text, of %d characters at most: it says what was wrong, and what is right", MaxCorrectionText)
		err.Field = "text-" + string(l)
	default:
		return nil
	}
	return err
}

// Value writes t as JSON.
func (t CorrectionTexts) Value() (driver.Value, error) {
	if t == nil {
		return "{}", nil
	}
	return jsonValue(map[Language]CorrectionText(t))
}

// Scan reads JSON.
func (t *CorrectionTexts) Scan(src any) error {
	var texts map[Language]CorrectionText
	if err := scanJSON(src, &texts); err != nil {
		return err
	}
	if *t = texts; len(texts) == 0 {
		*t = nil
	}
	return nil
}

// Original is what a correction corrects, as its letters speak of it.
type Original struct {
	Edition  Edition
	Variants []Variant // without letters
}

// Web is the version for the browser of what readers of a language got; the zero id if there was none.
func (o *Original) Web(l Language) PublicID {
	var any PublicID
	for i := range o.Variants {
		if o.Variants[i].Language == l {
			return o.Variants[i].PublicID
		}
		any = o.Variants[i].PublicID
	}
	return any
}

// At is when the original was for, or left.
func (o *Original) At() Time {
	if at := o.Edition.Dated(); !at.IsZero() {
		return at
	}
	return o.Edition.ReleasedAt
}

// CorrectionPage is the version of a correction for the browser.
type CorrectionPage struct {
	Variant    PublicID `db:"public_id"`
	Subject    string   `db:"subject"`
	ReleasedAt Time     `db:"released_at"`
}
