package roster

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"bode.example/internal/newsletter"
)

// Columns are those that an export may have, in the order in which a choice shows them. Each row is a
// subscription, or a person without one.
func Columns() []string {
	return []string{"address", "name", "language", "list", "state", "topics", "pace", "since", "ended", "consented_at", "consent_by", "suppressed"}
}

// CheckColumns says what is wrong with a choice of columns.
func CheckColumns(columns []string) error {
	if len(columns) == 0 {
		return wrong("column", "export_columns", "no column is chosen")
	}
	for _, c := range columns {
		if !slices.Contains(Columns(), c) {
			return wrong("column", "export_columns", "there is no column %q; there are %s", c, strings.Join(Columns(), ", "))
		}
	}
	return nil
}

// Export writes people as CSV, a page at a time.
type Export struct {
	sheet   *Sheet
	columns []string
	listID  int64 // only subscriptions to it; 0: all
	zone    *time.Location
}

// NewExport writes the heading.
func NewExport(w io.Writer, separator rune, columns []string, listID int64, zone *time.Location) (*Export, error) {
	if err := CheckColumns(columns); err != nil {
		return nil, err
	}
	sheet, err := NewSheet(w, separator, columns...)
	return &Export{sheet: sheet, columns: columns, listID: listID, zone: zone}, err
}

// Write writes people, and lets them go to the reader.
func (e *Export) Write(people []newsletter.PersonLine) error {
	for i := range people {
		written := false
		for j := range people[i].Subscriptions {
			m := &people[i].Subscriptions[j]
			if e.listID != 0 && m.ListID != e.listID {
				continue
			}
			written = true
			if err := e.row(&people[i], m); err != nil {
				return err
			}
		}
		if !written && e.listID == 0 {
			if err := e.row(&people[i], &newsletter.Membership{}); err != nil {
				return err
			}
		}
	}
	return e.sheet.Flush()
}

func (e *Export) row(p *newsletter.PersonLine, m *newsletter.Membership) error {
	cells := make([]string, len(e.columns))
	for i, column := range e.columns {
		cells[i] = e.cell(column, p, m)
	}
	return e.sheet.Write(cells...)
}

func (e *Export) cell(column string, p *newsletter.PersonLine, m *newsletter.Membership) string {
	switch column {
	case "address":
		return p.Address.String()
	case "name":
		return p.Name
	case "language":
		return string(p.Language)
	case "list":
		return m.List
	case "state":
		return string(m.State)
	case "topics":
		return strings.Join(m.TopicNames, ", ") // empty: all
	case "pace":
		return m.Schedule
	case "since":
		return e.time(m.CreatedAt)
	case "ended":
		return e.time(m.EndedAt)
	case "consented_at":
		return e.time(m.ConsentAt)
	case "consent_by":
		return m.ConsentChannel
	case "suppressed":
		return e.time(p.SuppressedAt)
	}
	return fmt.Sprintf("%s?", column) // NewExport let no other pass
}

func (e *Export) time(t newsletter.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(e.zone).Format("2006-01-02 15:04:05")
}
