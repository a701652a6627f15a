package datarequest

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"bode.example/internal/newsletter"
)

// table is a part of a package as rows. Its columns are named as in the JSON.
type table struct {
	name string
	head []string
	rows [][]string
}

// write makes CSV (RFC 4180) in UTF-8. A cell that a spreadsheet would take for a formula is made text.
func (t table) write(out io.Writer) error {
	w := csv.NewWriter(out)
	w.UseCRLF = true
	for _, row := range append([][]string{t.head}, t.rows...) {
		cells := make([]string, len(row))
		for i, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				cell = "'" + cell
			}
			cells[i] = cell
		}
		if err := w.Write(cells); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

func when(t newsletter.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

// tables are all parts, also empty ones: that there is nothing is an answer.
func (p *Package) tables() []table {
	d := &p.Data
	person := table{name: "person", head: []string{"address", "name", "language", "layout", "suppressed_at", "restricted_at", "created_at", "changed_at"}}
	if s := d.Subscriber; !s.PublicID.IsZero() {
		person.rows = append(person.rows, []string{s.Address.String(), s.Name, string(s.Language), string(s.Layout), when(s.SuppressedAt), when(s.RestrictedAt), when(s.CreatedAt), when(s.ChangedAt)})
	}
	subscriptions := table{name: "subscriptions", head: []string{"list", "state", "all_topics", "topics", "schedule", "created_at", "ended_at"}}
	for _, s := range d.Subscriptions {
		subscriptions.rows = append(subscriptions.rows, []string{s.ListName, string(s.Subscription.State), strconv.FormatBool(s.AllTopics), strings.Join(s.TopicNames, "; "), s.Schedule, when(s.Subscription.CreatedAt), when(s.Subscription.EndedAt)})
	}
	consents := table{name: "consents", head: []string{"at", "list", "action", "channel", "wording", "form_url", "network", "agent", "confirmation_message_id", "ground", "source"}}
	for _, c := range d.Consents {
		e := c.Evidence
		if e == nil {
			e = &newsletter.Evidence{}
		}
		consents.rows = append(consents.rows, []string{when(c.At), c.ListName, string(c.Action), c.Channel, c.Wording, e.FormURL, e.Network, e.Agent, e.MessageID, string(e.Ground), e.Source})
	}
	deliveries := table{name: "deliveries", head: []string{"created_at", "kind", "template", "subject", "state", "attempts", "handed_over_at", "ended_at", "code", "status", "reply"}}
	for _, m := range d.Deliveries {
		deliveries.rows = append(deliveries.rows, []string{when(m.CreatedAt), string(m.Kind), m.Template, m.Subject, string(m.State), strconv.Itoa(m.Attempts), when(m.HandedOverAt), when(m.EndedAt), strconv.Itoa(m.Code), m.Status, m.Reply})
	}
	return append([]table{person, subscriptions, consents, deliveries}, p.otherTables()...)
}

func (p *Package) otherTables() []table {
	d := &p.Data
	bounces := table{name: "bounces", head: []string{"received_at", "way", "class", "status", "diagnostic", "effect"}}
	for _, b := range d.Bounces {
		bounces.rows = append(bounces.rows, []string{when(b.ReceivedAt), string(b.Way), string(b.Class), b.Status, b.Diagnostic, string(b.Effect)})
	}
	signups := table{name: "signups", head: []string{"created_at", "address", "name", "language", "lists", "form_url", "network", "agent", "expires_at", "used_at"}}
	for _, s := range d.Signups {
		signups.rows = append(signups.rows, []string{when(s.CreatedAt), s.Address.String(), s.Name, string(s.Language), strings.Join(s.ListNames, "; "), s.FormURL, s.Network, s.Agent, when(s.ExpiresAt), when(s.UsedAt)})
	}
	changes := table{name: "address_changes", head: []string{"created_at", "old_address", "new_address", "confirmed_at", "undone_at"}}
	for _, c := range d.AddressChanges {
		changes.rows = append(changes.rows, []string{when(c.CreatedAt), c.OldAddress.String(), c.NewAddress.String(), when(c.ConfirmedAt), when(c.UndoneAt)})
	}
	suppressions := table{name: "suppressions", head: []string{"since", "reason", "expires", "key_id", "hash"}}
	for _, s := range d.Suppressions {
		suppressions.rows = append(suppressions.rows, []string{when(s.Since), string(s.Reason), when(s.Expires), s.KeyID, s.Hash})
	}
	requests := table{name: "requests", head: []string{"reference", "kind", "state", "channel", "received_on", "due_on", "result", "reason", "closed_at", "wish"}}
	for _, r := range d.Requests {
		requests.rows = append(requests.rows, []string{r.Reference(), string(r.Kind), string(r.State), r.Channel, r.ReceivedOn.String(), r.DueOn.String(), r.Result, r.Reason, when(r.ClosedAt), r.Wish})
	}
	imports := table{name: "imports", head: []string{"uploaded_at", "list", "column", "value"}}
	for _, row := range d.Imports {
		for _, c := range row.Cells {
			imports.rows = append(imports.rows, []string{when(row.UploadedAt), row.List, c.Column, c.Value})
		}
	}
	return []table{bounces, signups, changes, suppressions, requests, imports}
}
