package store

import (
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strings"

	"bode.example/internal/newsletter"
)

// waitingRow is a row of a file that waits to be imported, and names one of some addresses.
type waitingRow struct {
	ImportID   int64               `db:"import_id"`
	Line       int64               `db:"line"`
	Cells      string              `db:"cells"`
	AddressKey string              `db:"address_key"`
	Head       newsletter.Strings  `db:"head"`
	UploadedAt newsletter.Time     `db:"created_at"`
	Texts      newsletter.Texts    `db:"texts"`
	Language   newsletter.Language `db:"language"`
}

// waitingRows finds the rows that name one of some people, by the column of the address or wherever else in them an
// address stands: before the columns are matched, nobody knows which one it is in.
func (t *tx) waitingRows(addresses []newsletter.Address) ([]waitingRow, error) {
	var all []waitingRow
	for _, a := range addresses {
		like, args := `lower(r.cells) LIKE $1 ESCAPE '\'`, []any{roughly(a.Key())}
		if a.Unicode() != string(a) {
			like, args = like+` OR lower(r.cells) LIKE $2 ESCAPE '\'`, append(args, roughly(a.Unicode()))
		}
		var some []waitingRow
		if err := t.list(&some, `
			SELECT r.import_id, r.line, r.cells, r.address_key, i.head, i.created_at, l.texts, l.language
			FROM import_row AS r JOIN import AS i ON i.id = r.import_id JOIN list AS l ON l.id = i.list_id
			WHERE i.state NOT IN ('done', 'cancelled') AND r.cells <> '' AND (`+like+`)
			ORDER BY r.import_id, r.line`, args...); err != nil {
			return nil, err
		}
		all = append(all, slices.DeleteFunc(some, func(r waitingRow) bool { return !r.names(a) })...)
	}
	return all, nil
}

// roughly is a pattern that an address fits in whatever way it is written; others may fit it too.
func roughly(address string) string {
	var b strings.Builder
	b.WriteByte('%')
	for _, c := range strings.ToLower(address) {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '.' || c == '-':
			b.WriteRune(c)
		default:
			b.WriteByte('%')
		}
	}
	b.WriteByte('%')
	return b.String()
}

// names reports whether a cell of the row holds an address: as it is, in a link, or as HTML has it. A longer address that
// ends in it is somebody else's.
func (r *waitingRow) names(a newsletter.Address) bool {
	if r.AddressKey == a.Key() {
		return true
	}
	var cells []string
	if err := json.Unmarshal([]byte(r.Cells), &cells); err != nil {
		return false
	}
	for _, cell := range cells {
		for _, text := range readings(cell) {
			for word := range strings.FieldsFuncSeq(text, func(c rune) bool { return strings.ContainsRune(" \t\r\n<>()[]\"',;:|/?&=", c) }) {
				if found, err := newsletter.ParseAddress(strings.Trim(word, ".")); err == nil && found.Key() == a.Key() {
					return true
				}
			}
		}
	}
	return false
}

// readings are a cell as it is and as programs write it.
func readings(cell string) []string {
	all := []string{cell, html.UnescapeString(cell)}
	if plain, err := url.QueryUnescape(cell); err == nil {
		all = append(all, plain)
	}
	return all
}

// imported shows a row to its person.
func (r *waitingRow) imported(lang newsletter.Language) newsletter.WaitingRow {
	row := newsletter.WaitingRow{List: r.Texts.In(lang, r.Language).Title, UploadedAt: r.UploadedAt, Cells: []newsletter.WaitingCell{}}
	var cells []string
	if err := json.Unmarshal([]byte(r.Cells), &cells); err != nil {
		return row
	}
	for i, cell := range cells {
		c := newsletter.WaitingCell{Value: cell}
		if i < len(r.Head) {
			c.Column = r.Head[i]
		}
		if cell != "" {
			row.Cells = append(row.Cells, c)
		}
	}
	return row
}
