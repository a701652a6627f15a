package datarequest

import (
	_ "embed" // the page
	"html/template"
	"io"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/templates"
)

//go:embed package.html
var pageText string

// pageView is what package.html sees.
type pageView struct {
	*Package
	Tables []tableView
}

type tableView struct {
	Title string
	Head  []string
	Rows  [][]string
}

// spoken says how the words for a column's values begin in the catalogue.
var spoken = map[string]string{
	"person language": "language_", "person layout": "preferences_layout_", "signups language": "language_",
	"consents action": "consent_", "consents channel": "channel_",
	"deliveries kind": "delivery_", "deliveries state": "delivery_state_",
	"suppressions reason": "suppression_", "requests kind": "request_kind_",
}

// readable is a table in words: what programs read as a code or a time of their own, people don't.
func (s *Service) readable(lang newsletter.Language, t table) [][]string {
	rows := make([][]string, len(t.rows))
	for n, row := range t.rows {
		rows[n] = make([]string, len(row))
		for i, cell := range row {
			rows[n][i] = cell
			if at, err := time.Parse(time.RFC3339, cell); err == nil {
				rows[n][i] = templates.DateTime(lang, at.In(s.config.Zone))
			} else if key := spoken[t.name+" "+t.head[i]] + cell; key != cell && s.texts.Has(key) {
				if words, err := s.texts.Text(lang, key, nil); err == nil {
					rows[n][i] = words
				}
			}
		}
	}
	return rows
}

// page writes the part that people read: one file that needs nothing beside it, opened from a disk.
func (s *Service) page(out io.Writer, p *Package) error {
	w := words{texts: s.texts, lang: p.Language}
	view := pageView{Package: p}
	for _, t := range p.tables() {
		v := tableView{Title: w.say("package_table_"+t.name, nil), Rows: s.readable(p.Language, t)}
		for _, column := range t.head {
			v.Head = append(v.Head, w.say("package_column_"+column, nil))
		}
		view.Tables = append(view.Tables, v)
	}
	if w.err != nil {
		return w.err
	}
	t, err := template.New("package").Funcs(template.FuncMap{
		"T": func(key string) (string, error) { return s.texts.Text(p.Language, key, nil) },
		"datetime": func(t newsletter.Time) string {
			return templates.DateTime(p.Language, t.In(s.config.Zone))
		},
	}).Parse(pageText)
	if err != nil {
		return err
	}
	return t.Execute(out, view)
}
