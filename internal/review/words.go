package review

import (
	"bode.example/internal/newsletter"
	"bode.example/templates"
)

// Words say a finding to people.
type Words struct {
	Severity string `json:"-"`
	Where    string `json:"-"`
	What     string `json:"what"`
	Why      string `json:"why"`
	How      string `json:"how"` // to mend it
}

// Say says a finding in a language.
func (f *Finding) Say(texts *templates.Catalogue, lang newsletter.Language) (w Words, err error) {
	for _, one := range []struct {
		into *string
		key  string
		args templates.Args
	}{
		{&w.Severity, "review_" + string(f.Severity), nil},
		{&w.Where, "review_where_" + string(f.Where.Part), templates.Args{"Title": f.Where.Title}},
		{&w.What, f.Key(), f.Args}, {&w.Why, f.Key() + "_why", nil}, {&w.How, f.Key() + "_how", nil},
	} {
		if *one.into, err = texts.Text(lang, one.key, one.args); err != nil {
			return Words{}, err
		}
	}
	return w, nil
}
